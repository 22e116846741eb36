"""What questions to the model cost, and the bound on a day's spending.

A question first reserves the most it can cost, under a lock, and afterwards is settled with what it did cost: so many
questions at once cannot go beyond the budget together. Only what is tried again after a time-out can: it may be
charged twice, and is counted so when the question is settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_UP, Decimal

from sqlalchemy import BigInteger, Date, cast, func, select, text
from sqlalchemy.orm import Session

from app.llm.chat import BudgetSpent, Message, Schema, Usage
from app.llm.models import LlmCall

_LOCK = 7_202_612
_PER = Decimal(1_000_000)
_SMALLEST = Decimal("0.000000001")
_LETTERS_PER_TOKEN = 2
"""Fewer than any language of ours has with a usual vocabulary, so that a reservation is rather too large."""
_REPAIR = 2_500
"""Tokens that a repair adds to the question: the answer that did not fit, and why."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, sent and answered."""

    sent: Decimal
    answered: Decimal

    def of(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """The cost of so many tokens, rounded up to a billionth."""
        cost = (self.sent * prompt_tokens + self.answered * completion_tokens) / _PER
        return cost.quantize(_SMALLEST, rounding=ROUND_UP)


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices by model, their currency, and what may be spent in a day (UTC); None for no bound."""

    prices: Mapping[str, Price]
    currency: str
    budget_per_day: Decimal | None = None

    @classmethod
    def of(cls, prices: Mapping[str, tuple[Decimal, Decimal]], currency: str, budget_per_day: Decimal | None) -> Tariff:
        """From the settings' values."""
        return cls({model: Price(*pair) for model, pair in prices.items()}, currency, budget_per_day)


@dataclass(frozen=True, slots=True)
class Question:
    """Which model is asked, by which prompt (`purpose`), and for which case, if for one."""

    model: str
    purpose: str
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Most:
    """The most tokens that one request can take, estimated before it is sent."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Spending:
    """Sums over questions. `unpriced` is how many were sent whose model has no price; they are not in `cost`."""

    questions: int
    prompt_tokens: int
    completion_tokens: int
    cost: Decimal
    unpriced: int


def most_of(messages: Sequence[Message], schema: Schema | None, max_tokens: int) -> Most:
    """The most that a question can take: bytes would be the bound of any vocabulary, half the letters is the usual."""
    letters = sum(len(m.text) for m in messages) + (len(str(schema.definition)) if schema else 0)
    return Most(letters // _LETTERS_PER_TOKEN + 16, max_tokens)


def reserve(session: Session, tariff: Tariff, question: Question, *, most: Most, at: datetime) -> LlmCall:
    """Put aside the most that a question and its one repair can cost, before it is sent.

    Raises:
        BudgetSpent: It could go beyond the day's budget; nothing was put aside.
    """
    price = tariff.prices.get(question.model)
    cost = price.of(2 * most.prompt_tokens + _REPAIR, 2 * most.completion_tokens) if price else None
    if tariff.budget_per_day is not None:
        session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        spent = spent_on(session, at.astimezone(UTC).date(), currency=tariff.currency).cost
        if cost is None or spent + cost > tariff.budget_per_day:
            raise BudgetSpent(
                f"The day's budget for the language model is {tariff.budget_per_day} {tariff.currency}; "
                + ("the model has no price to hold it to." if cost is None else "this question could go beyond it."),
                spent=spent, budget=tariff.budget_per_day, currency=tariff.currency,
            )  # fmt: skip
    call = _call(tariff, question, at)
    call.outcome, call.cost = "reserved", cost
    session.add(call)
    session.flush()
    return call


def settle(
    session: Session, call_id: int, tariff: Tariff, *, outcome: str, usage: Usage, attempts: int, seconds: float,
    most: Most,
) -> None:  # fmt: skip
    """Replace what was put aside by what the question cost. `outcome` is one of `models.OUTCOMES`."""
    call = session.get_one(LlmCall, call_id, with_for_update=True)
    call.outcome, call.attempts = outcome, attempts
    call.prompt_tokens, call.completion_tokens = usage.prompt_tokens, usage.completion_tokens
    call.unmetered = usage.unmetered
    call.seconds = Decimal(str(round(seconds, 3)))
    price = tariff.prices.get(call.model)
    if price is not None:
        call.cost = price.of(
            usage.prompt_tokens + usage.unmetered * most.prompt_tokens,
            usage.completion_tokens + usage.unmetered * most.completion_tokens,
        )
    session.flush()


def note_free(session: Session, tariff: Tariff, question: Question, *, outcome: str, at: datetime) -> None:
    """Record a question that was not sent: answered from the cache, or refused for the budget."""
    call = _call(tariff, question, at)
    call.outcome, call.cost = outcome, Decimal(0)
    session.add(call)
    session.flush()


def spent_on(session: Session, day: date, *, currency: str) -> Spending:
    """What was spent on one day (UTC), with what is put aside."""
    begins = datetime.combine(day, time.min, UTC)
    return _spending(session, currency, LlmCall.at >= begins, LlmCall.at < begins + timedelta(days=1))


def spent_on_case(session: Session, case_id: int, *, currency: str) -> Spending:
    """What was spent on one case."""
    return _spending(session, currency, LlmCall.case_id == case_id)


def spent_by_day(session: Session, first: date, last: date, *, currency: str) -> dict[date, Decimal]:
    """The cost of each day (UTC) from `first` to `last` on which something was asked."""
    day = cast(func.timezone("UTC", LlmCall.at), Date)
    rows = session.execute(
        select(day, func.coalesce(func.sum(LlmCall.cost), 0))
        .where(
            LlmCall.at >= datetime.combine(first, time.min, UTC),
            LlmCall.at < datetime.combine(last, time.min, UTC) + timedelta(days=1),
            LlmCall.currency == currency,
        )
        .group_by(day)
        .order_by(day)
    )
    return {found: cost or Decimal(0) for found, cost in rows}


def _spending(session: Session, currency: str, *conditions: object) -> Spending:
    row = session.execute(
        select(
            func.count(),
            cast(func.coalesce(func.sum(LlmCall.prompt_tokens), 0), BigInteger),
            cast(func.coalesce(func.sum(LlmCall.completion_tokens), 0), BigInteger),
            func.coalesce(func.sum(LlmCall.cost), 0),
            func.count().filter(LlmCall.cost.is_(None)),
        ).where(LlmCall.currency == currency, *conditions)  # type: ignore[arg-type]
    ).one()
    return Spending(row[0], row[1], row[2], row[3] or Decimal(0), row[4])


def _call(tariff: Tariff, question: Question, at: datetime) -> LlmCall:
    return LlmCall(
        at=at, case_id=question.case_id, purpose=question.purpose, model=question.model, currency=tariff.currency,
        prompt_tokens=0, completion_tokens=0, unmetered=0, attempts=0, seconds=Decimal(0),
    )  # fmt: skip
