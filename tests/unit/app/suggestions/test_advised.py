"""Each reason of a discrepancy gets its step, on the right record, with figures from the finding alone."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from app.assessments.findings import Books, Reconciliation, RecordRef
from app.detectors import asking, telling
from app.odoo.commands import Attachment
from app.odoo.records import InvoiceKind, InvoiceState
from app.suggestions import policy
from app.suggestions.actions import draft_reply
from app.suggestions.proposal import Advice, Proposal, Situation
from app.vocabulary import REASONS, Kind
from tests.books import a_customer, a_line, an_invoice, an_order, eur
from tests.discrepancies import FOUND_AT, a_discrepancy

INVOICE, ORDER = RecordRef("account.move", 100, "INV/2026/0100"), RecordRef("sale.order", 50, "S00001")
BOOKS = Books(
    customers=(a_customer(),), invoices=(an_invoice(),), invoice_lines=(a_line(),), orders=(an_order(salesperson_id=2),)
)


def proposed(rule: str, books: Books = BOOKS, **kw: object) -> dict[str, Proposal]:
    given = {"order": ORDER, "invoice": INVOICE, "says": "customer", "line_id": 500, "hours": "6", **kw}
    found = a_discrepancy(rule=rule, code=rule.replace(".", "_"), **given)  # type: ignore[arg-type]
    reading, assessment = telling.tell(telling.incoming(found, at=FOUND_AT).content)
    known = asking.as_found(found)
    advice = Advice(
        found.step, found.rule, found.explains, FOUND_AT.date(), found.about, found.invoice, found.order, 1
    )  # fmt: skip
    situation = Situation(
        7, reading, assessment, Reconciliation(known.matches, known.findings, books), Attachment("found.json", b"{}"),
        advice=advice,
    )  # fmt: skip
    return {p.kind: p for p in policy.propose(situation)}


def values(proposal: Proposal) -> dict[str, object]:
    assert proposal.change is not None
    return dict(proposal.change.values)


@pytest.mark.parametrize("reason", REASONS[Kind.BILLING_DISCREPANCY])
@pytest.mark.parametrize("is_draft", [True, False])
@pytest.mark.parametrize("says", ["customer", "us", "nobody"])
def test_every_reason_gets_one_step_and_the_other_way_out(reason: str, is_draft: bool, says: str) -> None:
    invoice = an_invoice(name="", state="draft") if is_draft else an_invoice()
    found = proposed(f"{reason}.rule", replace(BOOKS, invoices=(invoice,)), says=says)
    doing = [p for p in found.values() if p.kind != "close_no_action"]
    assert doing
    assert "close_no_action" in found
    assert max(found.values(), key=lambda p: p.rank).kind == "close_no_action"
    assert ("draft_credit_note" in found) <= (says == "customer" and not is_draft)
    for proposal in doing:
        assert proposal.change is not None
        assert proposal.change.company_id == 1


def test_time_too_much_on_a_posted_invoice_is_credited_by_its_hours() -> None:
    credit = proposed("unapproved_time.posted")["draft_credit_note"]
    assert credit.amount == eur("900.00")
    assert values(credit)["lines"] == [{"line_id": 500, "quantity": "6"}]
    assert "2026-11-22" in str(values(credit)["reason"])


def test_a_rate_too_high_on_a_posted_invoice_is_credited_by_its_amount() -> None:
    credit = proposed("rate_mismatch", hours="42", rate="10.00")["draft_credit_note"]
    assert values(credit)["lines"] == [{"line_id": 500, "amount": "420"}]


def test_an_invoice_that_is_a_duplicate_as_a_whole_is_credited_as_a_whole() -> None:
    credit = proposed("duplicate_billing.invoice", hours="42", line_id=None)["draft_credit_note"]
    assert values(credit)["whole"] is True
    assert credit.amount == eur("6300.00")


def test_the_only_line_is_the_one_that_is_meant() -> None:
    credit = proposed("unapproved_time.invoiced", line_id=None)["draft_credit_note"]
    assert values(credit)["lines"] == [{"line_id": 500, "quantity": "6"}]
    two = replace(BOOKS, invoice_lines=(a_line(), a_line(id=501)))
    assert "draft_credit_note" not in proposed("unapproved_time.invoiced", two, line_id=None)


def test_what_a_draft_takes_back_already_is_posted_not_credited_twice() -> None:
    draft = an_invoice(
        id=101, name="", net="900.00", kind=InvoiceKind.CREDIT_NOTE, state=InvoiceState.DRAFT, credits_invoice_id=100
    )
    found = proposed("unapproved_time.invoiced", replace(BOOKS, invoices=(an_invoice(), draft)))
    assert set(found) == {"schedule_activity", "close_no_action"}
    assert "post it" in str(values(found["schedule_activity"])["summary"])
    other = replace(draft, net=eur("10.00"))
    assert "draft_credit_note" in proposed("unapproved_time.invoiced", replace(BOOKS, invoices=(an_invoice(), other)))


def test_no_credit_for_more_than_is_open_or_on_the_line() -> None:
    paid = replace(BOOKS, invoices=(an_invoice(open_amount=eur("0")),))
    assert "draft_credit_note" not in proposed("rate_mismatch", paid)
    assert "draft_credit_note" not in proposed("rate_mismatch", hours="100")
    assert "schedule_activity" in proposed("rate_mismatch", paid)


def test_a_draft_is_corrected_by_whoever_is_responsible_with_the_arithmetic_in_the_note() -> None:
    draft = replace(BOOKS, invoices=(an_invoice(name="", state="draft"),))
    activity = proposed("rate_mismatch", draft)["schedule_activity"]
    assert activity.change is not None
    assert (activity.change.model, activity.change.record_id) == ("account.move", 100)
    note = str(values(activity)["note"])
    for said in ("6 h approved", "= Not billed: 6 Hours × 150.00 EUR = 900.00 EUR", "Rule: Approved hours", "case 7"):
        assert said in note
    assert values(activity)["user_id"] == 2


def test_what_is_not_billed_is_followed_up_on_the_order() -> None:
    found = proposed("unbilled_time.hours", invoice=None, line_id=None, says="us")
    activity = found["schedule_activity"]
    assert activity.change is not None
    assert (activity.change.model, activity.change.record_id) == ("sale.order", 50)
    assert values(activity)["summary"] == "Bill the hours of S00001, or say why they are not billed"


def test_a_note_takes_the_place_of_an_activity_that_nobody_could_get() -> None:
    nobody = replace(BOOKS, orders=(an_order(salesperson_id=None),))
    found = proposed("unbilled_time.hours", nobody, invoice=None, line_id=None, says="us")
    assert set(found) == {"post_note", "close_no_action"}
    assert "Bill the hours" in str(values(found["post_note"])["body"])


def test_a_limit_that_was_passed_is_asked_about_at_the_salesperson() -> None:
    found = proposed("po_exceeded.invoiced", says="us")
    assert set(found) == {"request_approval", "close_no_action"}
    assert "Not billed" in str(values(found["request_approval"])["note"])


def test_the_customer_is_asked_for_the_order_number_in_their_language() -> None:
    german = replace(BOOKS, customers=(a_customer(language="de_DE"),))
    found = proposed("po_missing.order", german, invoice=None, line_id=None, says="nobody")
    assert set(found) == {"draft_reply", "schedule_activity", "close_no_action"}
    reply = found["draft_reply"]
    assert "S00001" in str(values(reply)["body"])
    assert "Bestellnummer" in str(values(reply)["body"])
    for language, words in draft_reply.templates().items():
        assert "{order}" in words["order_number_wanted"], language


def test_every_figure_of_a_step_is_one_of_the_finding() -> None:
    for rule in ("rate_mismatch", "unapproved_time.posted", "unbilled_time.hours", "tax_mapping"):
        for proposal in proposed(rule).values():
            figures = set(re.findall(r"\d+\.\d{2}\b", f"{values_text(proposal)} {proposal.because}"))
            allowed = {"900.00", "150.00", "6.00", "0.00"}
            assert figures <= allowed, (rule, proposal.kind, figures)


def values_text(proposal: Proposal) -> str:
    return str(dict(proposal.change.values)) if proposal.change else str(dict(proposal.within))


def test_what_is_found_again_later_is_proposed_anew() -> None:
    for kind, first in proposed("rate_mismatch").items():
        found = a_discrepancy(rule="rate_mismatch")
        assert found.rule
        command = str(first.command())
        assert "2026-11-22" in command, kind


def test_without_advice_nothing_of_this_applies() -> None:
    """The same figures told by a mail go the way of mails."""
    found = a_discrepancy(rule="rate_mismatch", invoice=INVOICE, order=ORDER, says="customer", line_id=500, hours="6")
    reading, assessment = telling.tell(telling.incoming(found, at=FOUND_AT).content)
    known = asking.as_found(found)
    situation = Situation(
        7, reading, assessment, Reconciliation(known.matches, known.findings, BOOKS), Attachment("a.json", b"{}")
    )
    assert "draft_credit_note" not in {p.kind for p in policy.propose(situation)}
    assert Decimal("900") == known.findings[0].amount.amount  # type: ignore[union-attr]
