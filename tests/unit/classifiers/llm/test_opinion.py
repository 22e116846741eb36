"""What of a model's answer is taken over: values that fill a gap by their own words, and no sentence."""

from __future__ import annotations

from typing import Any

import pytest

from app.assessments.results import FieldValue
from app.documents.read import read
from app.llm.asking import Said
from app.llm.chat import AnswerMalformed, ModelUnavailable, Usage
from classifiers.llm.opinion import Opinion, merged, opinion
from classifiers.llm.question import Question
from classifiers.llm.triage_answer import contested_of

SHORTLIST = ("hours_quantity", "rate_price")
MAIL = read(
    b"""From: Anna Keller <anna.keller@nordlicht.example>
To: billing@ourfirm.example
Subject: Invoice INV/2026/0042
Content-Type: text/plain; charset=utf-8

Your invoice INV/2026/0042 lists 40 hours, 3,800.00 EUR in all. Our order PO-7731 of 3 March 2026 allows 28 hours.
We answered your notice of 12 April 2026 already. Payment terms are 30 days net.
""",
    "m.eml",
)
OFFLINE = {"invoice_refs": FieldValue(["INV/2026/0042"], (MAIL.evidence(0, 5),))}


def said(fields: list[tuple[str, str, str]] = [], sentences: list[tuple[str, list[str]]] = []) -> Opinion:  # noqa: B006
    """The opinion that this answer becomes; fields as name, value, quote."""

    def ask(question: Question) -> Said:
        if question.prompt == "contested":
            return Said({"contested": "yes"}, "contested/v1", "f" * 64, "small-1", Usage(10, 2), 1.0, False, False)
        blank: dict[str, Any] = {
            name: [] if form.get("type") == "array" else ""
            for name, form in question.schema.definition["properties"].items()
        }
        content = blank | {
            "reason": "hours_quantity",
            "fields": [dict(zip(("name", "value", "quote"), one, strict=True)) for one in fields],
            "summary": [{"text": text, "quotes": quotes} for text, quotes in sentences],
        }
        return Said(content, "triage/v2", "f" * 64, "small-1", Usage(100, 20), 1.0, False, False)

    return opinion(MAIL, SHORTLIST, ask)


def taken(fields: list[tuple[str, str, str]]) -> dict[str, Any]:
    every, _ = merged(OFFLINE, said(fields))
    return {name: value.value for name, value in every.items() if name not in OFFLINE}


def test_a_value_fills_a_gap_when_its_own_words_state_it() -> None:
    assert taken([("po_number", "PO-7731", "Our order PO-7731 of 3 March 2026")]) == {"po_number": "PO-7731"}
    assert taken([("po_date", "2026-03-03", "order PO-7731 of 3 March 2026")]) == {"po_date": "2026-03-03"}


def test_a_value_that_stands_somewhere_but_not_in_the_words_it_is_said_to_rest_on_fills_nothing() -> None:
    assert taken([("po_date", "2026-04-12", "order PO-7731 of 3 March 2026")]) == {}
    assert taken([("po_date", "2026-03-03", "2026-03-03")]) == {}
    assert taken([("po_date", "2026-03-03", "")]) == {}


def test_a_value_that_is_known_under_another_name_is_no_news() -> None:
    assert taken([("po_number", "INV/2026/0042", "Your invoice INV/2026/0042 lists")]) == {}


def test_an_offline_value_is_never_replaced() -> None:
    every, _ = merged(OFFLINE, said([("invoice_refs", "PO-7731", "Our order PO-7731")]))
    assert every["invoice_refs"].value == ["INV/2026/0042"]


def test_no_sentence_is_taken_over_and_those_that_rest_on_nothing_are_named() -> None:
    turned = ("The customer agrees to INV/2026/0042 over 3,800.00 EUR.", ["lists 40 hours"])
    _, named = merged(OFFLINE, said([], [turned, ("They want 900.00 EUR back.", [])]))
    assert named.asked.taken == ()
    assert named.asked.dropped == {"sentence/number": 1}
    assert "900.00" in named.asked.warnings[0]


def test_without_an_answer_nothing_changes_and_the_reason_is_said() -> None:
    def ask(_: Question) -> Said:
        raise ModelUnavailable("The model at x.example cannot be reached.")

    found = opinion(MAIL, SHORTLIST, ask)
    fields, named = merged(OFFLINE, found)
    assert (fields, found.vote) == (OFFLINE, None)
    assert (named.asked.outcome, named.asked.because) == ("unavailable", "The model at x.example cannot be reached.")


def test_one_question_that_could_not_be_used_leaves_the_other_and_an_endpoint_that_is_away_ends_both() -> None:
    asked = []

    def ask(question: Question) -> Said:
        asked.append(question.prompt)
        if question.prompt == "contested":
            raise AnswerMalformed("It could not be used.")
        raise ModelUnavailable("The model at x.example cannot be reached.")

    assert opinion(MAIL, SHORTLIST, ask).asked.outcome == "unavailable"
    assert asked == ["contested", "triage"]
    assert said().vote is not None

    def away(question: Question) -> Said:
        assert question.prompt == "contested", "nobody is asked twice who is away"
        raise ModelUnavailable("The model at x.example cannot be reached.")

    assert opinion(MAIL, SHORTLIST, away).asked.outcome == "unavailable"


def test_how_likely_the_model_finds_it_contested_is_part_of_its_vote() -> None:
    vote = said().vote
    assert vote is not None
    assert vote.contested == 0.8
    assert contested_of({"contested": "no"}, {}) == pytest.approx(0.2)
    assert contested_of({"contested": "no"}, {"yes": 0.4, "no": 0.6}) == 0.4


def test_certain_cases_and_text_aimed_at_software_are_not_asked_about() -> None:
    def ask(_: Question) -> Said:
        raise AssertionError("asked")

    assert opinion(MAIL, (), ask).asked.outcome == "not_asked"
    assert opinion(MAIL, SHORTLIST, ask, aimed_at_software=[MAIL.evidence(0, 5)]).asked.outcome == "not_asked"
