"""Is the customer right? Answered with rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments.findings import Books, Finding, Match, RecordRef
from app.assessments.reconcile import reconcile
from app.documents.order import Order, OrderLine
from app.odoo.records import InvoiceKind, OrderState, PaymentState
from app.vocabulary import KIND_OF
from tests.books import (
    a_customer,
    a_line,
    a_payment,
    an_invoice,
    an_order,
    an_order_line,
    eur,
    hours,
    the_books,
)


def meant(what: str, model: str, id: int) -> Match:
    return Match(what, RecordRef(model, id, str(id)), Decimal(1), True, ("named",), company_id=1)


def findings(reason: str, books: Books, *, order: Order | None = None, invoice: int = 100) -> list[Finding]:
    matches = (meant("invoice", "account.move", invoice), meant("order", "sale.order", 50))
    return list(reconcile(kind=KIND_OF[reason], reason=reason, secondary=(), order=order, matches=matches, books=books))


def test_hours_without_approval_are_counted_and_priced() -> None:
    books = the_books(timesheets=hours(("8", True), ("28", True), ("6", False)))
    (found,) = [f for f in findings("hours_quantity", books) if f.code == "hours_over_approved"]
    assert (found.says, found.quantity, found.amount) == ("customer", Decimal(6), eur("900.00"))
    assert [r.quantity for r in found.rows] == [Decimal(42), Decimal(36), Decimal(6)]
    assert "42 h billed, 36 h approved" in found.sentence
    assert len(found.rows[1].records) == 2


def test_hours_all_approved_support_us() -> None:
    found = findings("hours_quantity", the_books(timesheets=hours(("42", True))))
    assert [f.says for f in found] == ["us"]


def test_a_rate_above_the_order_is_the_customers_case() -> None:
    books = the_books(
        invoice_lines=(a_line(quantity="31.5", rate="132.00"),), order_lines=(an_order_line(rate="120.00"),)
    )
    (found,) = findings("rate_price", books)
    assert (found.code, found.amount, found.line_id) == ("rate_above_order", eur("378.00"), 500)


def test_a_rate_as_ordered_is_silent() -> None:
    assert findings("rate_price", the_books()) == []


def test_two_invoices_of_the_same_work_are_one_too_many() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 5), origin="")
    books = the_books(
        invoices=(an_invoice(), second),
        invoice_lines=(a_line(), a_line(501, 101, order_line_ids=())),
        timesheets=hours(("42", True)),
    )
    (found,) = [f for f in findings("duplicate_invoice", books, invoice=101) if f.code == "duplicate_invoice_found"]
    assert (found.invoice_id, found.amount) == (101, eur("6300.00"))


def test_two_months_of_equal_work_are_no_duplicate() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 31))
    both = (*hours(("42", True)), replace(hours(("42", True), invoice_id=101)[0], id=799))
    books = the_books(invoices=(an_invoice(), second), invoice_lines=(a_line(), a_line(501, 101)), timesheets=both)
    assert not [f for f in findings("duplicate_invoice", books, invoice=101) if f.code == "duplicate_invoice_found"]


def test_a_monthly_fee_is_no_duplicate_of_the_month_before() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 31))
    books = the_books(invoices=(an_invoice(), second), invoice_lines=(a_line(), a_line(501, 101)))
    assert not [f for f in findings("duplicate_invoice", books, invoice=101) if f.code == "duplicate_invoice_found"]


def test_a_credited_duplicate_is_silent() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 5))
    credit = an_invoice(102, "RINV/1", kind=InvoiceKind.CREDIT_NOTE, credits_invoice_id=101)
    books = the_books(invoices=(an_invoice(), second, credit), invoice_lines=(a_line(), a_line(501, 101)))
    assert not [f for f in findings("duplicate_invoice", books, invoice=101) if f.code == "duplicate_invoice_found"]


def test_a_paid_invoice_is_paid() -> None:
    paid = an_invoice(payment_state=PaymentState.PAID, open_amount=eur("0"))
    (found,) = findings("already_paid", the_books(invoices=(paid,), payments=(a_payment(),)))
    assert (found.code, found.says) == ("already_paid", "customer")
    assert "PBNK/1" in found.sentence


def test_an_unpaid_invoice_supports_us() -> None:
    (found,) = findings("already_paid", the_books())
    assert (found.code, found.says) == ("nothing_paid", "us")


def test_what_is_billed_above_the_order_is_the_difference() -> None:
    books = the_books(
        orders=(an_order(net="10000.00"),), invoices=(an_invoice(net="6300.00"), an_invoice(101, "INV/2", "5000.00"))
    )
    (found,) = findings("contract_cap", books)
    assert (found.code, found.amount) == ("cap_passed", eur("1300.00"))


def test_a_credit_note_gives_room_under_the_cap() -> None:
    credit = an_invoice(101, "RINV/1", "2000.00", kind=InvoiceKind.CREDIT_NOTE)
    books = the_books(orders=(an_order(net="5000.00"),), invoices=(an_invoice(net="6300.00"), credit))
    assert [f.code for f in findings("contract_cap", books)] == ["cap_kept"]


def test_tax_across_the_border_is_a_hint_for_a_specialist() -> None:
    books = the_books(customers=(a_customer(country="IT", vat_id="IT00743110157"),))
    (found,) = findings("tax", books)
    assert found.code == "tax_across_border"
    assert "reverse charge" in found.sentence


# -- orders -----------------------------------------------------------------------------------------------------


def ordered(*lines: OrderLine, **kw: object) -> Order:
    return Order(standard="layout", number="PO-9", currency="EUR", lines=lines, **kw)  # type: ignore[arg-type]


def order_line(
    quantity: str = "240", price: str = "150.00", amount: str | None = None, text: str = "Consulting"
) -> OrderLine:
    return OrderLine(
        description=text, quantity=Decimal(quantity), unit="h", unit_price=Decimal(price),
        amount=Decimal(amount) if amount else None,
    )  # fmt: skip


def test_an_order_as_quoted_agrees() -> None:
    books = the_books(orders=(an_order(state=OrderState.SENT),))
    found = findings("new_po", books, order=ordered(order_line(), total_net=Decimal("36000.00")))
    assert [f.code for f in found] == ["order_total_agrees"]


@pytest.mark.parametrize(
    ("line", "code", "amount"),
    [
        (order_line(price="140.00"), "order_rate_differs", "2400.00"),
        (order_line(quantity="200"), "order_quantity_differs", "6000.00"),
    ],
)
def test_what_differs_from_the_quotation_is_named_with_its_amount(line: OrderLine, code: str, amount: str) -> None:
    (found,) = findings("new_po", the_books(), order=ordered(line))
    assert (found.code, found.amount, found.line_id) == (code, eur(amount), 900)


def test_lines_on_one_side_only_are_named() -> None:
    found = findings("new_po", the_books(), order=ordered(order_line("3", "80.00", text="Toner cartridges, black")))
    assert [f.code for f in found] == ["order_line_unquoted", "order_line_not_ordered"]


def test_the_orders_own_sums_are_checked() -> None:
    wrong_line = order_line("10", "100.00", "1100.00")
    found = findings("new_po", the_books(orders=()), order=ordered(wrong_line, total_net=Decimal("900.00")))
    assert [f.code for f in found] == ["order_line_arithmetic", "order_total_wrong"]


def test_another_currency_ends_the_comparison() -> None:
    found = findings("new_po", the_books(), order=replace(ordered(order_line()), currency="USD"))
    assert [f.code for f in found] == ["order_currency_differs"]


@given(st.decimals("0.25", "200", places=2), st.decimals("0", "200", places=2), st.decimals("1", "400", places=2))
def test_the_rows_of_a_finding_always_add_up(billed: Decimal, approved: Decimal, rate: Decimal) -> None:
    books = the_books(
        invoice_lines=(a_line(quantity=str(billed), rate=str(rate)),), timesheets=hours((str(approved), True))
    )
    (found,) = [f for f in findings("hours_quantity", books) if f.code.startswith("hours_")]
    first, minus, result = found.rows
    assert first.quantity - minus.quantity == result.quantity  # type: ignore[operator]
    assert found.code == ("hours_over_approved" if billed > approved else "hours_approved")
