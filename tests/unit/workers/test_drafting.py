"""Reply and brief in a model's words: asked only where somebody is answered, and never in the way of a proposal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from app.clock import now
from app.drafts.brief import Brief, Lead
from app.drafts.reply import Letter, WordedLetter, how_worded, language_and_statements, with_words
from app.llm.asking import Asker, Outside, Said
from app.llm.chat import AnswerMalformed, ModelUnavailable, Schema, Usage
from app.suggestions import papers
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import REASONS, Kind
from prompts.load import Prompt
from tests.books import hours, the_books
from tests.situations import a_situation, proposals_of
from workers import drafting

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


def letter_of(reply: Proposal) -> Letter:
    known = language_and_statements(reply.within)
    assert known is not None
    return Letter(uuid4(), "h", now(), *known)


def drafted(asker: Asker, s: Situation) -> tuple[Proposal, WordedLetter, Brief, Lead]:
    """Our own reply, its words, our brief, and its opening."""
    proposals = proposals_of(s)
    reply, brief = proposals["draft_reply"], drafting.brief(s, tuple(proposals.values()))
    assert brief is not None
    made = drafting.in_words(asker, letter_of(reply), brief, 7)
    assert made.letter is not None and made.lead is not None  # noqa: PT018
    return reply, made.letter, brief, made.lead


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
    ours, words, _, lead = drafted(Answering(in_one), a_situation("hours_quantity", SHORT, language="en"))
    reply = with_words(ours, words)
    assert reply.change is not None
    body = str(reply.change.values["body"])
    assert "We plan a credit note of 900.00 EUR net, and it is being approved here." in body
    assert body == next(row.after for row in reply.shown if row.what == "Reply")
    assert body.startswith("Hello,\n\n")
    assert body.endswith("\n\nKind regards")
    assert "Worded by small (reply/v1)" in how_worded(reply.within)
    assert papers.of_json(reply.within) == papers.of_json(ours.within)
    assert reply.content_hash(case_id=7, approvals=1, rule="R") != ours.content_hash(case_id=7, approvals=1, rule="R")
    assert lead.worded_by == "small (brief/v1)"


def test_each_sentence_names_the_facts_it_rests_on() -> None:
    _, words, _, _ = drafted(Answering(in_one), a_situation("hours_quantity", SHORT, language="en"))
    assert [s["facts"] for s in words.note["sentences"]][-1] == ["F5", "F6"]


def test_the_model_is_shown_facts_and_never_the_mail() -> None:
    asker = Answering(in_one)
    drafted(asker, a_situation("hours_quantity", SHORT, language="en"))
    assert sorted(name for name, _ in asker.sent) == ["brief", "reply"]
    assert all("words" not in text for _, text in asker.sent)


@pytest.mark.parametrize("error", [ModelUnavailable, AnswerMalformed])
def test_without_an_answer_our_own_words_stay_and_it_is_said_why(error: type[Exception]) -> None:
    def fail(*_: object) -> Mapping[str, Any]:
        raise error("no")

    _, words, brief, lead = drafted(Answering(fail), a_situation("hours_quantity", SHORT, language="de"))
    assert words.body is None
    assert words.note["because"].startswith("the model gave no answer (")
    assert lead.sentences == brief.lead.sentences
    assert "no answer" in lead.because


def test_an_answer_that_promises_is_not_used() -> None:
    says = Answering(lambda *_: saying("We are sorry and refund 42 hours.", "Pay nothing."))
    _, words, brief, lead = drafted(says, a_situation("hours_quantity", SHORT, language="en"))
    assert words.body is None
    assert words.note["left_out"] == 2
    assert "refund" not in json.dumps(words.note)
    assert lead.sentences == brief.lead.sentences


@pytest.mark.parametrize("reason", [*REASONS[Kind.SECURITY_ALERT], *REASONS[Kind.NO_ACTION]])
def test_nothing_is_worded_where_nobody_is_answered(reason: str) -> None:
    s = a_situation(reason, SHORT)
    assert not drafting.may_be_worded(s)
    assert drafting.brief(s, ()) is None


def test_nothing_is_worded_while_fraud_is_one_reading() -> None:
    assert not drafting.may_be_worded(a_situation("hours_quantity", SHORT, also=("bank_details_change",)))


def test_a_reply_of_one_sentence_is_not_put_to_a_model() -> None:
    reply = proposals_of(a_situation("question", language="en"))["draft_reply"]
    assert language_and_statements({"facts": {"language": "en", "said": [["One thing.", True]]}}) is None
    assert language_and_statements(reply.within) is not None  # thanks, and that we come back


def test_a_person_who_rewrites_it_takes_the_models_name_away() -> None:
    from app.decisions.amendment import edited
    from app.suggestions.models import Suggestion

    ours, words, _, _ = drafted(Answering(in_one), a_situation("hours_quantity", SHORT, language="en"))
    reply = with_words(ours, words)
    stored = Suggestion(
        kind="draft_reply", command=reply.command(), before=[{"what": "Reply", "now": "", "after": "x"}], because="",
        effect="", target_name="", risk="advisory", evidence=[], rank=7,
    )  # fmt: skip
    assert "wording" not in edited(stored, {"body": "Mine."}).within
    assert "wording" in edited(stored, {"subject": "Mine"}).within
