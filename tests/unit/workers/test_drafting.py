"""Reply and brief in a model's words: asked only where somebody is answered, and never in the way of a proposal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.drafts.brief import Brief
from app.drafts.reply import how_worded
from app.llm.asking import Asker, Outside, Said
from app.llm.chat import AnswerMalformed, ModelUnavailable, Schema, Usage
from app.suggestions import papers, policy
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import REASONS, Kind
from prompts.load import Prompt
from tests.books import hours, the_books
from tests.situations import a_situation
from workers import drafting
from workers.wiring import Parts

SHORT = the_books(timesheets=hours(("36", True), ("6", False)))
Answer = Callable[[str, list[str]], Mapping[str, Any]]


class Answering(Asker):
    """A model that answers what it is told to, by prompt and facts; it remembers what it was sent."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.sent: list[tuple[str, str]] = []

    def ask(
        self, prompt: Prompt, schema: Schema, outside: Sequence[Outside], *, values: Mapping[str, object] | None = None,
        names: Sequence[str] = (), max_tokens: int, case_id: int | None = None,
    ) -> Said:  # fmt: skip
        text = outside[0].text
        self.sent.append((prompt.id, text))
        facts = [line.partition(": ")[2] for line in text.splitlines()]
        content = dict(self._answer(prompt.id, facts))
        return Said(content, f"{prompt.id}/{prompt.version}", "f", "small", Usage(1, 1), 0.1, False, False)


def drafted(asker: Asker | None, s: Situation) -> tuple[Proposal | None, Brief | None]:
    proposals, brief = drafting.draft(cast(Parts, SimpleNamespace(asker=asker)), s, policy.propose(s))
    return next((p for p in proposals if p.kind == "draft_reply"), None), brief


def saying(*texts: str) -> Mapping[str, Any]:
    return {"sentences": [{"facts": ["F1"], "text": text} for text in texts]}


def in_one(_: str, facts: list[str]) -> Mapping[str, Any]:
    """The facts, two of them joined."""
    joined = [f.replace("net;", "net, and") for f in facts]
    at = next((i for i, f in enumerate(joined) if f.endswith(", and")), None)
    if at is not None:
        joined[at : at + 2] = [f"{joined[at]} {joined[at + 1]}"]
    return saying(*joined)


def test_what_stands_of_the_models_words_is_what_is_shown_confirmed_and_kept() -> None:
    s = a_situation("hours_quantity", SHORT, language="en")
    reply, brief = drafted(Answering(in_one), s)
    ours, _ = drafted(None, s)
    assert reply is not None and ours is not None and brief is not None  # noqa: PT018
    assert reply.change is not None
    body = str(reply.change.values["body"])
    assert "We plan a credit note of 900.00 EUR net, and it is being approved here." in body
    assert body == next(row.after for row in reply.shown if row.what == "Reply")
    assert body.startswith("Hello,\n\n")
    assert body.endswith("\n\nKind regards")
    assert "Worded by small (reply/v1)" in how_worded(reply.within)
    assert papers.of_json(reply.within) == papers.of_json(ours.within)
    assert reply.content_hash(case_id=7, approvals=1, rule="R") != ours.content_hash(case_id=7, approvals=1, rule="R")
    assert brief.lead.worded_by == "small (brief/v1)"


def test_the_model_is_shown_facts_and_never_the_mail() -> None:
    s = a_situation("hours_quantity", SHORT, language="en")
    asker = Answering(in_one)
    drafted(asker, s)
    assert sorted(name for name, _ in asker.sent) == ["brief", "reply"]
    assert all("words" not in text for _, text in asker.sent)


@pytest.mark.parametrize("error", [ModelUnavailable, AnswerMalformed])
def test_without_an_answer_our_own_words_stand_and_the_case_says_why(error: type[Exception]) -> None:
    def fail(*_: object) -> Mapping[str, Any]:
        raise error("no")

    s = a_situation("hours_quantity", SHORT, language="de")
    reply, brief = drafted(Answering(fail), s)
    ours, own_brief = drafted(None, s)
    assert reply is not None and ours is not None and brief is not None and own_brief is not None  # noqa: PT018
    assert reply.shown == ours.shown
    assert how_worded(reply.within).startswith("Our own words: the model gave no answer (")
    assert brief.lead.sentences == own_brief.lead.sentences
    assert "no answer" in brief.lead.because
    assert how_worded(ours.within) == ""


def test_an_answer_that_promises_changes_nothing_but_the_note() -> None:
    s = a_situation("hours_quantity", SHORT, language="en")
    reply, brief = drafted(Answering(lambda *_: saying("We are sorry and refund 42 hours.", "Pay nothing.")), s)
    ours, own_brief = drafted(None, s)
    assert reply is not None and ours is not None and brief is not None and own_brief is not None  # noqa: PT018
    assert reply.shown == ours.shown
    assert reply.within["wording"]["left_out"] == 2
    assert "refund" not in json.dumps(reply.command())
    assert brief.lead.sentences == own_brief.lead.sentences


@pytest.mark.parametrize("reason", [*REASONS[Kind.SECURITY_ALERT], *REASONS[Kind.NO_ACTION]])
def test_nothing_is_asked_where_nobody_is_answered(reason: str) -> None:
    asker = Answering(in_one)
    reply, brief = drafted(asker, a_situation(reason, SHORT))
    assert (reply, brief, asker.sent) == (None, None, [])


def test_nothing_is_asked_while_fraud_is_one_reading() -> None:
    asker = Answering(in_one)
    drafted(asker, a_situation("hours_quantity", SHORT, also=("bank_details_change",)))
    assert asker.sent == []


def test_a_person_who_rewrites_it_takes_the_models_name_away() -> None:
    from app.decisions.amendment import edited
    from app.suggestions.models import Suggestion

    reply, _ = drafted(Answering(in_one), a_situation("hours_quantity", SHORT, language="en"))
    assert reply is not None
    stored = Suggestion(
        kind="draft_reply", command=reply.command(), before=[{"what": "Reply", "now": "", "after": "x"}], because="",
        effect="", target_name="", risk="advisory", evidence=[], rank=7,
    )  # fmt: skip
    assert "wording" not in edited(stored, {"body": "Mine."}).within
    assert "wording" in edited(stored, {"subject": "Mine"}).within
