"""What a reply says without a model: the records' figures as the reader writes them, and only what is proposed."""

from __future__ import annotations

from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from app.suggestions.facts import Fact, facts_of, language_of, templates
from app.suggestions.proposal import Proposal, WayOut
from app.vocabulary import LANGUAGES
from tests.books import a_payment, an_invoice, eur, hours, the_books
from tests.situations import a_situation, proposals_of

SHORT = the_books(timesheets=hours(("36", True), ("6", False)))


def facts(reason: str, books: object = SHORT, **fields: object) -> dict[str, Fact]:
    s = a_situation(reason, books, **fields)  # type: ignore[arg-type]
    return {f.key: f for f in facts_of(s, tuple(proposals_of(s).values()), language_of(s))}


def test_contested_hours_are_answered_with_the_arithmetic_and_the_credit_that_is_proposed() -> None:
    found = facts("hours_quantity", language="de")
    assert list(found) == ["dispute_unreminded", "hours_checked", "credit_planned"]
    assert found["hours_checked"].values == ("42 Stunden", "INV/2026/0100", "36 Stunden", "6 Stunden")
    assert "900,00 EUR" in found["credit_planned"].text


def test_who_contests_more_than_the_records_bear_is_not_told_that_they_are_right() -> None:
    found = facts("hours_quantity", amount_disputed="1500.00", currency="EUR")
    assert "credit_planned_part" in found
    assert "support what you say" not in found["credit_planned_part"].text
    with_tax = facts("hours_quantity", amount_disputed="1071.00", currency="EUR")
    assert "credit_planned" in with_tax


def test_hours_that_time_records_cover_are_told_so() -> None:
    found = facts("hours_quantity", the_books(timesheets=hours(("42", True))), language="fr")
    assert found["hours_covered"].values[0] == "42 heures"


def test_who_says_they_paid_is_told_what_the_books_show() -> None:
    assert "7,497.00 EUR" in facts("already_paid")["payment_missing"].text
    part = the_books(invoices=(an_invoice(open_amount=eur("2497.00")),), payments=(a_payment(amount="5000.00"),))
    assert facts("already_paid", part)["partly_paid"].values[2:] == ("5,000.00 EUR", "2,497.00 EUR")


def test_a_finding_for_the_customer_is_told_only_beside_its_credit() -> None:
    paid = the_books(invoices=(an_invoice(open_amount=eur("0")),), timesheets=hours(("36", True)))
    assert "hours_checked" not in facts("hours_quantity", paid)


@pytest.mark.parametrize(
    ("read", "of_mailbox", "answered_in"),
    [("fr", "de", "fr"), (None, "de", "de"), (None, "", "en"), (None, "xx", "en")],
)
def test_the_mailbox_s_language_is_that_of_a_reply_where_the_message_s_is_not_known(
    read: str | None, of_mailbox: str, answered_in: str
) -> None:
    fields: Any = {"language": read} if read else {}
    way_out = WayOut(1, "billing@marlowvoss.example", (), language=of_mailbox)
    situation = replace(a_situation("hours_quantity", SHORT, **fields), way_out=way_out)
    assert language_of(situation) == answered_in


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_values(language: str) -> None:
    def wanted(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name)

    ours, english = templates()[language], templates()["en"]
    assert {key: wanted(text) for key, text in ours.items()} == {key: wanted(text) for key, text in english.items()}


def _reply(**asked: str) -> Proposal:
    s = a_situation("hours_quantity", SHORT, language="de")
    return proposals_of(replace(s, assessment=replace(s.assessment, **asked)))["draft_reply"]  # type: ignore[arg-type]


def test_a_person_chooses_the_language_and_the_tone_of_the_answer() -> None:
    own, french = _reply(), _reply(answer_in="fr")
    assert "Stunden" in str(own.shown[1].after)
    assert "heures" in str(french.shown[1].after)
    warm, brief = _reply(answer_tone="warm"), _reply(answer_tone="brief")
    assert templates()["de"]["gladly"] in str(warm.shown[1].after)
    assert str(brief.shown[1].after).count("\n\n") == str(own.shown[1].after).count("\n\n") - 1
    assert "900,00 EUR" in str(brief.shown[1].after)
    assert "facts" in own.within
    assert "facts" not in warm.within  # no model words what a person chose the tone of
