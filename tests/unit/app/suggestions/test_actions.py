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
from app.odoo.records import InvoiceKind, OrderState, Product
from app.suggestions import evidence, policy
from app.suggestions.actions import draft_reply
from app.suggestions.proposal import KINDS, Proposal, Situation
from app.vocabulary import KIND_OF, LANGUAGES, REASONS, CertaintyWord, Kind
from tests.books import a_customer, a_line, an_invoice, an_order, an_order_line, eur, hours, the_books

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
    assert update.amount == eur("33600.00")


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
    assert "900,00 EUR" in body
    assert a_customer().name not in body


def test_a_line_on_the_order_that_was_quoted_twice_is_matched_once() -> None:
    books = the_books(order_lines=(an_order_line(), an_order_line(901)), orders=(an_order(state=OrderState.SENT),))
    findings = situation("new_po", books, order=an_ordered()).books.findings
    assert [f.code for f in findings] == ["order_line_not_ordered"]


def reply_of(s: Situation) -> str:
    return proposed(s)["draft_reply"].shown[1].after


def test_the_reply_announces_no_credit_that_is_not_proposed() -> None:
    books = the_books(customers=(a_customer(country="IT", vat_id="IT00743110157"),))
    s = situation("tax", books, language="en")
    assert any(f.says == "customer" for f in s.books.findings)
    assert "draft_credit_note" not in proposed(s)
    assert "credit note" not in reply_of(s)


def test_the_reply_speaks_of_reminders_only_beside_the_mark() -> None:
    assert "reminders" in reply_of(situation("hours_quantity", language="en"))
    marked = the_books(invoices=(an_invoice(is_disputed=True),))
    assert "reminders" not in reply_of(situation("hours_quantity", marked, language="en"))


@pytest.mark.parametrize("reason", sorted(KIND_OF))
@pytest.mark.parametrize("certain", [(), ("customer",), ("customer", "invoice", "order")])
def test_a_reply_never_promises_what_is_not_proposed(reason: str, certain: tuple[str, ...]) -> None:
    s = situation(reason, the_books(timesheets=hours(("36", True))), certain=certain, language="en", po_number="PO-77")
    found = proposed(s)
    if "draft_reply" not in found:
        return
    body = found["draft_reply"].shown[1].after
    for words, kinds in (
        ("credit note", {"draft_credit_note"}), ("no reminders", {"mark_disputed"}),
        ("We will send", {"schedule_activity"}),
        ("We will add", {"set_customer_reference", "update_invoice_narrative"}),
        ("We will note", {"set_customer_reference"}),
    ):  # fmt: skip
        assert words not in body or kinds & set(found), words


def test_amounts_in_a_reply_are_written_as_its_reader_does() -> None:
    books = the_books(invoice_lines=(a_line(quantity="200"),), timesheets=hours(("36", True)),
                      invoices=(an_invoice(net="30000.00"),))  # fmt: skip
    assert "24.600,00 EUR" in reply_of(situation("hours_quantity", books, language="nl"))
    assert "24,600.00 EUR" in reply_of(situation("hours_quantity", books, language="en"))


def test_a_credit_is_never_above_what_is_open() -> None:
    for waiting in ("90.00", "1000.00"):
        books = the_books(invoices=(an_invoice(open_amount=eur(waiting)),), timesheets=hours(("36", True)))
        assert "draft_credit_note" not in proposed(situation("hours_quantity", books))
    books = the_books(invoices=(an_invoice(open_amount=eur("1071.00")),), timesheets=hours(("36", True)))
    assert "draft_credit_note" in proposed(situation("hours_quantity", books))


def test_a_credit_that_is_there_as_a_draft_is_not_proposed_again() -> None:
    draft = an_invoice(102, "", "900.00", kind=InvoiceKind.CREDIT_NOTE, state="draft", credits_invoice_id=100)
    books = the_books(
        invoices=(an_invoice(), draft), invoice_lines=(a_line(), a_line(601, 102, "6")), timesheets=hours(("36", True))
    )
    s = situation("hours_quantity", books)
    assert "draft_credit_note" not in proposed(s)
    assert "credited on a draft credit note" in proposed(s)["post_note"].shown[0].after


def test_each_contested_invoice_gets_its_own_credit_and_mark() -> None:
    books = the_books(
        invoices=(an_invoice(), an_invoice(101, "INV/2026/0101")),
        invoice_lines=(a_line(), a_line(501, 101)),
        timesheets=(*hours(("36", True)), *(replace(t, id=800) for t in hours(("40", True), invoice_id=101))),
    )
    s = situation("hours_quantity", books)
    second = Match("invoice", RecordRef("account.move", 101, "INV/2026/0101"), Decimal(1), True, ("named",))
    matches = (*s.books.matches, second)
    c = s.assessment.classification
    found = reconcile(kind=c.kind, reason=c.reason, secondary=(), order=None, matches=matches, books=books)
    proposals = policy.propose(replace(s, books=Reconciliation(matches, found, books)))
    credits = {p.target_name: p.amount for p in proposals if p.kind == "draft_credit_note"}
    assert credits == {"INV/2026/0100": eur("900.00"), "INV/2026/0101": eur("300.00")}
    assert [p.target_name for p in proposals if p.kind == "mark_disputed"] == list(credits)
    body = next(p for p in proposals if p.kind == "draft_reply").shown[1].after
    assert all(name in body for name in credits)


def test_the_product_of_each_line_is_shown_and_an_unlike_one_is_never_chosen() -> None:
    products = (Product(8, "Consulting hours", "TM", "Hours"), Product(9, "Travel expenses", unit="Units"))
    books = the_books(orders=(), order_lines=(), products=products)
    shown = proposed(situation("new_po", books, order=an_ordered()))["create_quotation_from_po"].shown
    assert any("as product Consulting hours" in row.after for row in shown)
    other = replace(an_ordered(), lines=(replace(an_ordered().lines[0], description="Penetration test of the portal"),))
    s = situation("new_po", books, order=other)
    assert "create_quotation_from_po" not in proposed(s)
    assert any("Penetration test" in f.sentence for f in s.books.findings)


def test_earlier_orders_of_the_customer_teach_which_product_their_words_mean() -> None:
    earlier = replace(an_order_line(text="Betreuung Sudhaus"), product_id=8)
    books = the_books(orders=(), order_lines=(earlier,), products=(Product(8, "Consulting hours", "TM", "Hours"),))
    german = replace(an_ordered(), lines=(replace(an_ordered().lines[0], description="Betreuung Sudhaus, Oktober"),))
    assert "create_quotation_from_po" in proposed(situation("new_po", books, order=german))


def test_an_order_without_a_currency_is_not_entered() -> None:
    books = the_books(orders=(), order_lines=(), products=(Product(8, "Consulting hours"),))
    s = situation("new_po", books, order=replace(an_ordered(), currency=""))
    assert "create_quotation_from_po" not in proposed(s)
    assert any(f.code == "order_currency_missing" for f in s.books.findings)


def test_changes_that_offset_each_other_ask_for_approval_by_the_whole_order() -> None:
    books = the_books(
        orders=(an_order(state=OrderState.SENT, net="72000.00"),),
        order_lines=(an_order_line(text="Consulting"), an_order_line(901, text="Workshops")),
    )
    lines = (
        OrderLine(description="Consulting", quantity=Decimal(440), unit="h", unit_price=Decimal(150)),
        OrderLine(description="Workshops", quantity=Decimal(40), unit="h", unit_price=Decimal(150)),
    )
    s = situation("new_po", books, order=replace(an_ordered(), lines=lines))
    assert proposed(s)["update_draft_order"].amount == eur("72000.00")


def test_one_action_that_fails_leaves_the_others_standing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: Situation) -> list[Proposal]:
        raise ValueError("words of a customer")

    monkeypatch.setattr(policy.post_note, "propose", fails)
    found = proposed(situation("hours_quantity", the_books(timesheets=hours(("36", True)))))
    assert {"draft_credit_note", "mark_disputed"} <= set(found)
    assert "post_note" not in found
    assert "post_note" in caplog.text
    assert "words of a customer" not in caplog.text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("C:\\post\\a/order.pdf", "order.pdf"),
        ("M\udcfcller\n.pdf", "Mller.pdf"),
        ("x" * 300 + ".eml", "x" * 110 + ".eml"),
        ("..", "document"),
        ("", "document"),
    ],
)
def test_an_attachment_has_a_name_that_odoo_takes(written: str, kept: str) -> None:
    (file,) = evidence.attachable(Attachment(written, b"x"))
    assert file.name == kept


def test_a_document_too_large_for_odoo_is_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LARGEST", 10)
    books = the_books(orders=(), order_lines=(), products=(Product(8, "Consulting hours"),))
    s = replace(situation("new_po", books, order=an_ordered()), document=Attachment("scan.pdf", b"x" * 11))
    found = proposed(s)
    quotation = found["create_quotation_from_po"]
    assert quotation.change is not None
    assert quotation.change.attachments == ()
    assert any("stays in Countersign" in row.after for row in quotation.shown)
    assert "attach_evidence" not in found


def test_our_own_order_number_is_never_written_as_the_customers() -> None:
    books = the_books(orders=(an_order(customer_reference=""),), invoices=())
    swapped = situation("po_reference", books, po_number="S00001", order_refs=["BS-2611-047"])
    change = proposed(swapped)["set_customer_reference"].change
    assert change is not None
    assert change.values == {"reference": "BS-2611-047"}
    alone = situation("po_reference", books, po_number="S00001")
    assert "set_customer_reference" not in proposed(alone)
    assert "S00001" not in reply_of(alone)


def test_a_note_about_two_invoices_goes_where_something_is_open() -> None:
    paid = an_invoice(101, "INV/2026/0101", open_amount=eur("0"))
    s = situation("hours_quantity", the_books(invoices=(an_invoice(), paid), timesheets=hours(("42", True))))
    second = Match("invoice", RecordRef("account.move", 101, "INV/2026/0101"), Decimal(1), True, ("named",))
    both = replace(s.books, matches=(*s.books.matches, second))
    assert proposed(replace(s, books=both))["post_note"].target_name == "INV/2026/0100"


def test_a_change_of_a_confirmed_order_is_put_before_its_salesperson() -> None:
    found = proposed(situation("po_change", the_books(), order=an_ordered("140.00")))
    assert "S00001" in found["schedule_activity"].shown[0].after
    assert "update_draft_order" not in found
