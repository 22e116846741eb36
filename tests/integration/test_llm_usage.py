"""What questions to a model cost, the day's budget, and the answers we already have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.clock import now
from app.db import Database
from app.llm import answers, usage
from app.llm.chat import Answer, BudgetSpent, Message, ModelUnavailable, Schema, Unanswered, Usage
from app.llm.metered import MeteredChat
from app.llm.models import LlmAnswer, LlmCall
from app.llm.openai_chat import OpenAiChat
from tests.llm_server import LlmServer, fails, says

ASKED = [Message("system", "Answer in JSON."), Message("user", "x" * 100)]
SCHEMA = Schema("reason", {"type": "object", "properties": {"reason": {"enum": ["rate", "hours"]}}})
TARIFF = usage.Tariff.of({"small": (Decimal("0.40"), Decimal("1.60"))}, "USD", None)
QUESTION = usage.Question("small", "triage/v1", 7)
MOST = usage.Most(1_000, 1_000)
AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


class Slow:
    """A model that answers after a moment, and counts how often it was asked."""

    def __init__(self, name: str = "small", problem: Unanswered | None = None) -> None:
        self.name = name
        self.asked = 0
        self._problem = problem

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        self.asked += 1
        await asyncio.sleep(0.05)
        if self._problem is not None:
            raise self._problem
        content = {"reason": "rate"}
        return Answer('{"reason": "rate"}', content, "small-1", Usage(1_000_000, 500_000), 0.05, 1, "stop")


def ask(chat: MeteredChat, *, messages: Sequence[Message] = ASKED, schema: Schema | None = SCHEMA) -> Answer:
    return asyncio.run(chat.answer(messages, schema=schema, max_tokens=200, deadline=20))


def calls(database: Database) -> list[LlmCall]:
    with database.transaction() as session:
        return list(session.scalars(select(LlmCall).order_by(LlmCall.id)))


def test_every_question_is_recorded_with_its_cost(database: Database) -> None:
    ask(MeteredChat(Slow(), database, TARIFF, purpose="triage/v1", case_id=7))
    (call,) = calls(database)
    assert (call.purpose, call.case_id, call.model, call.outcome) == ("triage/v1", 7, "small", "answered")
    assert (call.prompt_tokens, call.completion_tokens, call.attempts) == (1_000_000, 500_000, 1)
    assert (call.cost, call.currency) == (Decimal("1.20"), "USD")


def test_costs_add_up_by_case_and_by_day_in_utc(database: Database) -> None:
    with database.transaction() as session:
        for minutes in (0, 29, 31):
            call = usage.reserve(session, TARIFF, QUESTION, most=MOST, at=AT + timedelta(minutes=minutes))
            usage.settle(
                session,
                call.id,
                TARIFF,
                outcome="answered",
                usage=Usage(1_000_000, 0),
                attempts=1,
                seconds=1.5,
                most=MOST,
            )
        spent = usage.spent_on(session, date(2026, 11, 20), currency="USD")
        assert (spent.questions, spent.prompt_tokens, spent.cost) == (2, 2_000_000, Decimal("0.80"))
        assert usage.spent_on_case(session, 7, currency="USD").cost == Decimal("1.20")
        assert usage.spent_on_case(session, 8, currency="USD").questions == 0
        assert usage.spent_on(session, date(2026, 11, 20), currency="EUR").questions == 0
        by_day = usage.spent_by_day(session, date(2026, 11, 1), date(2026, 11, 30), currency="USD")
        assert by_day == {date(2026, 11, 20): Decimal("0.80"), date(2026, 11, 21): Decimal("0.40")}


def test_a_model_without_a_price_is_counted_apart(database: Database) -> None:
    ask(MeteredChat(Slow("other"), database, TARIFF, purpose="p", case_id=1))
    with database.transaction() as session:
        spent = usage.spent_on_case(session, 1, currency="USD")
    assert (spent.cost, spent.unpriced, spent.prompt_tokens) == (0, 1, 1_000_000)


def test_what_nobody_metered_counts_with_its_most(database: Database) -> None:
    problem = ModelUnavailable("It did not answer.")
    problem.usage, problem.attempts = Usage(0, 0, unmetered=2), 2
    with pytest.raises(ModelUnavailable):
        ask(MeteredChat(Slow(problem=problem), database, TARIFF, purpose="p"))
    (call,) = calls(database)
    most = usage.most_of(ASKED, SCHEMA, 200)
    assert (call.outcome, call.unmetered, call.attempts) == ("unavailable", 2, 2)
    assert call.cost == TARIFF.prices["small"].of(2 * most.prompt_tokens, 400)


def test_beyond_the_budget_nothing_is_sent(database: Database) -> None:
    tariff = usage.Tariff(TARIFF.prices, "USD", Decimal("1.19"))
    model = Slow()
    ask(MeteredChat(model, database, tariff, purpose="p", is_cached=False))
    with pytest.raises(BudgetSpent) as caught:
        ask(MeteredChat(model, database, tariff, purpose="p", is_cached=False))
    assert model.asked == 1
    assert caught.value.facts["budget"] == Decimal("1.19")
    assert [c.outcome for c in calls(database)] == ["answered", "budget_spent"]
    assert ask(MeteredChat(model, database, tariff, purpose="p")).is_from_cache  # what we have costs nothing


def test_a_new_day_has_a_new_budget(database: Database) -> None:
    tariff = usage.Tariff(TARIFF.prices, "USD", Decimal("0.01"))
    with database.transaction() as session:
        usage.reserve(session, tariff, QUESTION, most=MOST, at=AT)
        with pytest.raises(BudgetSpent):
            usage.reserve(session, tariff, QUESTION, most=usage.Most(10_000, 1_000), at=AT)
        usage.reserve(session, tariff, QUESTION, most=MOST, at=AT + timedelta(hours=1))


def test_many_at_once_do_not_go_beyond_the_budget_together(database: Database) -> None:
    most = usage.most_of(ASKED, SCHEMA, 200)
    one = TARIFF.prices["small"].of(2 * most.prompt_tokens + 2_500, 400)
    tariff = usage.Tariff(TARIFF.prices, "USD", one * 5)
    model = Slow()

    async def run() -> list[Answer | BaseException]:
        chats = [MeteredChat(model, database, tariff, purpose="p", is_cached=False) for _ in range(20)]
        asked = (c.answer(ASKED, schema=SCHEMA, max_tokens=200, deadline=20) for c in chats)
        return await asyncio.gather(*asked, return_exceptions=True)

    results = asyncio.run(run())
    assert model.asked <= 5
    assert {type(r) for r in results} <= {Answer, BudgetSpent}
    assert sum(isinstance(r, Answer) for r in results) == model.asked >= 1


def test_a_budget_without_a_price_asks_nothing(database: Database) -> None:
    model = Slow("other")
    with pytest.raises(BudgetSpent, match="no price"):
        ask(MeteredChat(model, database, usage.Tariff({}, "USD", Decimal(5)), purpose="p"))
    assert model.asked == 0


def test_the_same_question_is_asked_once(database: Database) -> None:
    model = Slow()
    first = ask(MeteredChat(model, database, TARIFF, purpose="p", case_id=1))
    again = ask(MeteredChat(model, database, TARIFF, purpose="p", case_id=2))
    assert model.asked == 1
    assert (again.content, again.model, again.is_from_cache) == (first.content, first.model, True)
    assert again.usage == Usage()
    assert [(c.outcome, c.cost) for c in calls(database)] == [("answered", Decimal("1.2")), ("from_cache", Decimal(0))]


def test_another_text_schema_or_model_is_another_question(database: Database) -> None:
    narrower = Schema("reason", {"type": "object", "properties": {"reason": {"enum": ["rate"]}}})
    keys = {
        answers.key_of("small", ASKED, SCHEMA),
        answers.key_of("other", ASKED, SCHEMA),
        answers.key_of("small", ASKED, narrower),
        answers.key_of("small", ASKED, None),
        answers.key_of("small", [Message("user", m.text) for m in ASKED], SCHEMA),
        answers.key_of("small", ASKED[:1], SCHEMA),
    }
    assert len(keys) == 6
    assert answers.key_of("small", list(ASKED), Schema("reason", dict(SCHEMA.definition))) in keys


def test_failures_are_not_kept(database: Database) -> None:
    problem = ModelUnavailable("No.")
    with pytest.raises(ModelUnavailable):
        ask(MeteredChat(Slow(problem=problem), database, TARIFF, purpose="p"))
    assert not ask(MeteredChat(Slow(), database, TARIFF, purpose="p")).is_from_cache


def test_a_kept_answer_that_no_longer_fits_is_asked_anew(database: Database) -> None:
    model = Slow()
    ask(MeteredChat(model, database, TARIFF, purpose="p"))
    with database.transaction() as session:
        row = session.scalars(select(LlmAnswer)).one()
        row.text = '{"reason": "invented"}'
    assert not ask(MeteredChat(model, database, TARIFF, purpose="p")).is_from_cache
    assert ask(MeteredChat(model, database, TARIFF, purpose="p")).is_from_cache
    assert model.asked == 2


def test_answers_are_forgotten(database: Database) -> None:
    ask(MeteredChat(Slow(), database, TARIFF, purpose="p"))
    with database.transaction() as session:
        assert answers.forget(session, now() - timedelta(days=1)) == 0
        assert answers.forget(session, now() + timedelta(days=1)) == 1
        assert session.scalars(select(LlmAnswer)).all() == []


def test_with_a_real_endpoint_tries_and_repairs_are_all_paid(database: Database) -> None:
    async def run(url: str) -> Answer:
        async with OpenAiChat("small", base_url=url, first_wait=0.01) as model:
            chat = MeteredChat(model, database, TARIFF, purpose="p")
            return await chat.answer(ASKED, schema=SCHEMA, max_tokens=200, deadline=20)

    with LlmServer(fails(500), says('{"reason": "none"}'), says('{"reason": "hours"}')) as server:
        assert asyncio.run(run(server.url)).content == {"reason": "hours"}
    (call,) = calls(database)
    assert (call.attempts, call.prompt_tokens, call.completion_tokens) == (3, 200, 40)
    assert call.cost == Decimal("0.000144")
