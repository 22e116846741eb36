"""A dispute on one page: both sides, and options with amounts; nothing in it that is in no record."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.assessments.claims.facts import facts_of
from app.assessments.claims.ground import Ground
from app.assessments.claims.sentence import Ungrounded, check
from app.drafts import kept
from app.drafts.brief import Brief, Option, brief_of
from app.money import Money
from app.suggestions import policy
from app.vocabulary import KIND_OF, REASONS, Kind
from tests.books import a_customer, an_invoice, eur, hours, the_books
from tests.situations import a_situation

CONTESTED = {"amount_disputed": "900.00", "currency": "EUR", "invoice_refs": ["INV/2026/0100"]}


def brief(reason: str = "hours_quantity", *entries: tuple[str, bool], **fields: object) -> Brief:
    s = a_situation(reason, the_books(timesheets=hours(*(entries or (("36", True), ("6", False))))), **fields)
    made = brief_of(s, policy.propose(s))
    assert made is not None
    return made


def option(made: Brief, kind: str, *, proposed: bool) -> Option:
    return next(o for o in made.options if o.kind == kind and o.is_proposed is proposed)


def test_contested_hours_without_approval_speak_for_the_customer_and_a_credit_of_them_is_proposed() -> None:
    made = brief(**CONTESTED)
    assert [c.amount for c in made.contested if c.amount] == [eur("900.00")]
    assert made.for_us == ()
    assert made.records[made.for_customer[0].findings[0] - 1].code == "hours_over_approved"
    assert "agree" in made.for_customer[-1].text
    assert option(made, "draft_credit_note", proposed=True).amount == eur("900.00")
    assert [o.kind for o in made.options] == ["draft_credit_note", "schedule_activity", "draft_reply"]


def test_what_they_contest_beyond_the_records_speaks_for_us_and_is_an_option_with_its_price() -> None:
    made = brief(**CONTESTED | {"amount_disputed": "1500.00"})
    assert "600.00 EUR" in made.for_us[0].text
    all_of_it = option(made, "draft_credit_note", proposed=False)
    assert all_of_it.amount == eur("1500.00")
    assert "600.00 EUR" in all_of_it.speaks_against[0].text


def test_an_amount_with_tax_is_no_larger_claim() -> None:
    made = brief(**CONTESTED | {"amount_disputed": "1071.00"})
    assert made.for_us == ()
    assert "with tax" in made.for_customer[-1].text


def test_approved_hours_speak_for_us_and_holding_the_invoice_is_what_is_proposed() -> None:
    made = brief("hours_quantity", ("42", True), **CONTESTED)
    assert made.for_customer == ()
    assert option(made, "draft_reply", proposed=True).speaks_for[0].findings == (1,)


def test_that_an_invoice_is_open_supports_nobody_unless_payment_is_contested() -> None:
    assert any("no payment" in p.text for p in brief("duplicate_invoice").open_points)
    assert any("no payment" in p.text for p in brief("already_paid").for_us)


def test_tax_that_a_person_must_judge_is_an_option_that_no_step_carries_out() -> None:
    books = the_books(customers=(a_customer(country="IT", vat_id="IT00743110157"),))
    s = a_situation("tax", books)
    made = brief_of(s, policy.propose(s))
    assert made is not None
    assert option(made, "draft_credit_note", proposed=False).amount == an_invoice().tax


def test_only_disputes_have_one() -> None:
    for kind in set(Kind) - {Kind.DISPUTE}:
        s = a_situation(REASONS[kind][0])
        assert brief_of(s, policy.propose(s)) is None


@pytest.mark.parametrize("reason", REASONS[Kind.DISPUTE])
@pytest.mark.parametrize("certain", [(), ("customer",), ("customer", "invoice", "order")])
def test_every_figure_and_name_in_it_is_the_customers_or_the_records(reason: str, certain: tuple[str, ...]) -> None:
    books = the_books(timesheets=hours(("36", True), ("6", False)))
    s = a_situation(reason, books, certain=certain, **CONTESTED | {"amount_disputed": "1500.00"})
    proposals = policy.propose(s)
    made = brief_of(s, proposals)
    assert made is not None
    stated, credited = Decimal("1500.00"), [p.amount for p in proposals if p.amount]
    gaps = [Money(stated - a.amount, "EUR") for a in credited]
    ground = Ground((), facts_of(s.books, s.assessment.fields, proposals, gaps))
    texts = [*made.lead.sentences, *(c.text for c in made.contested), *(o.title for o in made.options)]
    texts += [p.text for side in (made.for_customer, made.for_us, made.open_points) for p in side]
    texts += [p.text for o in made.options for p in (*o.speaks_for, *o.speaks_against)]
    for text in texts:
        checked = check(text, ground)
        assert not (isinstance(checked, Ungrounded) and checked.reason != "name"), (text, checked)
    numbers = range(1, len(made.records) + 1)
    assert all(n in numbers for o in made.options for p in o.speaks_for for n in p.findings)


@pytest.mark.parametrize("reason", REASONS[Kind.DISPUTE])
def test_it_is_stored_and_comes_back_the_same(reason: str) -> None:
    assert KIND_OF[reason] is Kind.DISPUTE
    made = brief(reason, **CONTESTED)
    assert kept._adapter().validate_python(kept.as_json(made)) == made
