"""What is proposed, for whom, with which before and after; and that nothing dangerous ever is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.assessments.findings import Books, Match, Reconciliation, RecordRef
from app.assessments.reconcile import reconcile
from app.assessments.results import Assessment, Classification, FieldValue
from app.documents.order import Order, OrderLine
from app.documents.reading import Address, Evidence, Mail, Reading
from app.odoo.commands import Attachment, OperationKind
from app.odoo.records import OrderState, Product
from app.suggestions import policy
from app.suggestions.actions import draft_reply
from app.suggestions.proposal import KINDS, Proposal, Situation
from app.vocabulary import KIND_OF, LANGUAGES, REASONS, CertaintyWord, Kind
from tests.books import a_customer, an_invoice, an_order, an_order_line, eur, hours, the_books

HERE = Evidence("", 0, 5, "words")


def a_mail(text: str = "Subject\n\nwords") -> Reading:
    sender = Address("Ann", "ap@fjordline.example")
    mail = Mail(sender, None, (), (), "Invoice INV/2026/0100", "<m@x>", "", (), None, ())
    return Reading("", "mail.eml", "message/rfc822", "mail", text, mail=mail)


def situation(
    reason: str, books: Books | None = None, *, order: Order | None = None, reading: CertaintyWord = CertaintyWord.SURE,
    prediction_set: tuple[str, ...] | None = None, certain: tuple[str, ...] = ("customer", "invoice", "order"),
    **fields: object,
) -> Situation:  # fmt: skip
    books = books or the_books()
    c = Classification(reason, 0.97, reading, prediction_set or (reason,))
    assessment = Assessment(c, {k: FieldValue(v, (HERE,)) for k, v in fields.items()}, (), order, "offline", {})
    refs = {
        "customer": [RecordRef("res.partner", x.id, x.name) for x in books.customers[:1]],
        "invoice": [RecordRef("account.move", x.id, x.name) for x in books.invoices[:1]],
        "order": [RecordRef("sale.order", x.id, x.name) for x in books.orders[:1]],
    }
    matches = tuple(
        Match(what, ref, Decimal("0.95"), what in certain, ("named",), company_id=1)
        for what in refs
        for ref in refs[what]
    )
    findings = reconcile(kind=KIND_OF[reason], reason=reason, secondary=(), order=order, matches=matches, books=books)
    return Situation(7, a_mail(), assessment, Reconciliation(matches, findings, books), Attachment("mail.eml", b"x"))


def proposed(s: Situation) -> dict[str, Proposal]:
    return {p.kind: p for p in policy.propose(s)}


def test_a_dispute_over_hours_gives_a_credit_for_the_unapproved_ones() -> None:
    books = the_books(timesheets=hours(("36", True), ("6", False)))
    found = proposed(situation("hours_quantity", books, invoice_refs=["INV/2026/0100"]))
    assert list(found)[:2] == ["draft_credit_note", "mark_disputed"]
    credit = found["draft_credit_note"]
    assert credit.amount == eur("900.00")
    assert credit.change is not None
    assert credit.change.values["lines"] == [{"line_id": 500, "quantity": "6"}]
    assert credit.change.expected["state"] == "posted"
    shown = {s.what: (s.now, s.after) for s in credit.shown}
    assert shown["Invoice net, after posting"] == ("6,300.00 EUR", "5,400.00 EUR")
    assert shown["Open balance, after posting"] == ("7,497.00 EUR", "6,426.00 EUR")


def test_no_credit_when_the_books_support_us() -> None:
    found = proposed(situation("hours_quantity", the_books(timesheets=hours(("42", True)))))
    assert "draft_credit_note" not in found
    assert "mark_disputed" in found


def test_no_credit_on_a_draft_or_a_settled_invoice() -> None:
    for invoice in (an_invoice(name="", state="draft"), an_invoice(open_amount=eur("0"))):
        books = the_books(invoices=(invoice,), timesheets=hours(("36", True)))
        assert "draft_credit_note" not in proposed(situation("hours_quantity", books))


def test_an_order_number_goes_onto_the_order_that_lacks_it() -> None:
    books = the_books(orders=(an_order(customer_reference=""),), invoices=())
    found = proposed(situation("po_reference", books, po_number="PO-77"))
    change = found["set_customer_reference"].change
    assert change is not None
    assert (change.values, change.expected) == ({"reference": "PO-77"}, {"client_order_ref": None, "state": "sale"})


def test_an_order_number_that_stands_there_already_is_not_proposed() -> None:
    books = the_books(orders=(an_order(customer_reference="PO-77"),))
    assert "set_customer_reference" not in proposed(situation("po_reference", books, po_number="PO-77"))


def an_ordered(price: str = "150.00") -> Order:
    line = OrderLine(description="Consulting", quantity=Decimal(240), unit="h", unit_price=Decimal(price))
    return Order(standard="layout", number="PO-9", currency="EUR", lines=(line,))


def test_a_new_order_without_a_quotation_becomes_a_draft_quotation() -> None:
    books = the_books(orders=(), order_lines=(), products=(Product(8, "Consulting hours", "TM", "Hours"),))
    found = proposed(situation("new_po", books, order=an_ordered(), po_number="PO-9"))
    quotation = found["create_quotation_from_po"]
    assert quotation.amount == eur("36000.00")
    assert quotation.change is not None
    assert quotation.change.values["lines"] == [
        {"product_id": 8, "name": "Consulting", "quantity": "240", "price_unit": "150"}
    ]


def test_an_order_that_answers_a_quotation_makes_no_second_one() -> None:
    books = the_books(
        orders=(an_order(state=OrderState.SENT, customer_reference=""),), products=(Product(8, "Consulting hours"),)
    )
    found = proposed(situation("new_po", books, order=an_ordered("140.00"), po_number="PO-9"))
    assert "create_quotation_from_po" not in found
    assert found["set_customer_reference"].change is not None
    update = found["update_draft_order"]
    assert update.change is not None
    assert update.change.values["lines"] == [{"line_id": 900, "quantity": "240", "price_unit": "140"}]
    assert update.amount == eur("2400.00")


@pytest.mark.parametrize("reason", REASONS[Kind.SECURITY_ALERT])
def test_a_suspected_fraud_gets_no_answer_and_moves_no_money(reason: str) -> None:
    books = the_books(timesheets=hours(("36", True)))
    found = policy.propose(situation(reason, books, po_number="PO-77", amount_total="7140.00", currency="EUR"))
    assert {p.kind for p in found} == {"post_note", "schedule_activity"}
    assert all(p.change is not None and p.change.model == "res.partner" for p in found)
    assert all(p.risk == "advisory" for p in found)


def test_nothing_is_proposed_while_the_kind_is_open() -> None:
    s = situation("hours_quantity", reading=CertaintyWord.UNSURE, prediction_set=("hours_quantity", "question"))
    assert policy.propose(s) == ()


@pytest.mark.parametrize("reason", sorted(KIND_OF))
def test_every_proposal_of_every_reason_is_of_the_closed_list_and_frozen_by_its_hash(reason: str) -> None:
    s = situation(
        reason, the_books(timesheets=hours(("36", True))), order=an_ordered(), po_number="PO-77",
        invoice_refs=["INV/2026/0100"], currency="EUR", language="de",
    )  # fmt: skip
    for proposal in policy.propose(s):
        assert proposal.kind in KINDS
        assert proposal.because
        assert proposal.effect
        if proposal.change is not None:
            assert proposal.change.kind in OperationKind
            assert proposal.change.kind.value == proposal.kind
        first = proposal.content_hash(case_id=7, approvals=1, rule="R")
        assert first == proposal.content_hash(case_id=7, approvals=1, rule="R")
        assert first != proposal.content_hash(case_id=8, approvals=1, rule="R")
        assert first != replace(proposal, effect="something else").content_hash(case_id=7, approvals=1, rule="R")


@pytest.mark.parametrize("reason", sorted(KIND_OF))
def test_nothing_is_written_on_records_that_are_not_certain(reason: str) -> None:
    s = situation(reason, the_books(timesheets=hours(("36", True))), certain=(), order=an_ordered(), po_number="PO-77")
    assert all(p.change is None for p in policy.propose(s))


def test_replies_are_complete_in_every_language() -> None:
    texts = draft_reply.templates()
    assert set(texts) == set(LANGUAGES)
    assert len({tuple(sorted(words)) for words in texts.values()}) == 1


def test_a_reply_names_only_what_is_known() -> None:
    books = the_books(timesheets=hours(("36", True)))
    body = proposed(situation("hours_quantity", books, language="de"))["draft_reply"].shown[1].after
    assert "INV/2026/0100" in body
    assert "900.00 EUR" in body
    assert a_customer().name not in body


def test_a_line_on_the_order_that_was_quoted_twice_is_matched_once() -> None:
    books = the_books(order_lines=(an_order_line(), an_order_line(901)), orders=(an_order(state=OrderState.SENT),))
    findings = situation("new_po", books, order=an_ordered()).books.findings
    assert [f.code for f in findings] == ["order_line_not_ordered"]
