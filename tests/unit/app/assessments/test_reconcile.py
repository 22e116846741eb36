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
from app.documents.order import Order, OrderLine, Party
from app.odoo.records import InvoiceKind, InvoiceState, Milestone, OrderState, PaymentState, Product
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


# -- units, rounding, sums ----------------------------------------------------------------------------------------


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.says) for f in found]


def test_days_are_compared_with_hours_by_the_working_day() -> None:
    line = replace(a_line(quantity="5", rate="1200.00"), unit="Days")
    (found,) = [
        f
        for f in findings("hours_quantity", the_books(invoice_lines=(line,), timesheets=hours(("12", True))))
        if f.code.startswith("hours_")
    ]
    assert (found.says, found.quantity, found.amount) == ("customer", Decimal("3.5"), eur("4200.00"))
    assert "1.5 days at 8 h a day" in found.sentence


def test_a_unit_that_is_no_unit_of_time_is_not_compared() -> None:
    line = replace(a_line(quantity="5"), unit="Units")
    books = the_books(invoice_lines=(line,), timesheets=hours(("12", True)))
    assert not [f for f in findings("hours_quantity", books) if f.code.startswith("hours_")]


def test_two_lines_of_one_order_line_share_its_timesheets() -> None:
    books = the_books(invoice_lines=(a_line(quantity="20"), a_line(501, quantity="22")), timesheets=hours(("36", True)))
    (found,) = [f for f in findings("missing_backup", books) if f.code.startswith("hours_")]
    assert (found.code, found.quantity, found.amount, found.line_id) == (
        "hours_over_approved", Decimal(6), eur("900.00"), 501,
    )  # fmt: skip


def test_lines_of_different_rates_have_no_amount_that_anybody_could_credit() -> None:
    books = the_books(
        invoice_lines=(a_line(quantity="20"), a_line(501, quantity="22", rate="90.00")), timesheets=hours(("36", True))
    )
    (found,) = [f for f in findings("missing_backup", books) if f.code.startswith("hours_")]
    assert (found.quantity, found.amount, found.line_id) == (Decimal(6), None, None)


@pytest.mark.parametrize(("agreed", "amount"), [("0.119", "500.00"), ("0.120", "400.00")])
def test_a_gap_is_rounded_once_after_it_is_multiplied(agreed: str, amount: str) -> None:
    books = the_books(
        invoice_lines=(a_line(quantity="100000", rate="0.124"),), order_lines=(an_order_line(rate=agreed),)
    )
    (found,) = findings("rate_price", books)
    assert found.amount == eur(amount)
    assert "0.124 EUR" in found.sentence


def test_a_day_rate_is_compared_with_the_hourly_rate_of_the_order() -> None:
    line = replace(a_line(quantity="5", rate="1300.00"), unit="Days")
    (found,) = findings("rate_price", the_books(invoice_lines=(line,)))
    assert (found.code, found.amount) == ("rate_above_order", eur("500.00"))
    assert findings("rate_price", the_books(invoice_lines=(replace(line, unit="Units"),))) == []


def test_a_discount_that_was_agreed_and_not_given_is_named() -> None:
    books = the_books(order_lines=(replace(an_order_line(), discount_percent=Decimal(10)),))
    (found,) = findings("discount_rebate", books)
    assert (found.code, found.amount) == ("discount_missing", eur("630.00"))
    assert "10 % discount" in found.sentence


def test_a_line_that_bills_more_than_quantity_times_rate_is_wrong() -> None:
    wrong = replace(a_line(), net=eur("6400.00"))
    found = findings("calculation_error", the_books(invoice_lines=(wrong,)))
    assert [(f.code, f.amount) for f in found] == [("line_arithmetic_wrong", eur("100.00"))]
    assert codes(findings("calculation_error", the_books())) == [("sums_right", "us")]


def test_a_consolidated_invoice_counts_with_its_lines_of_that_order() -> None:
    both = an_invoice(net="9000.00", origin="S00001, S00002")
    books = the_books(
        invoices=(both,), orders=(an_order(net="5000.00"), an_order(51, "S00002", "4000.00")),
        order_lines=(an_order_line(), an_order_line(901, 51)),
        invoice_lines=(a_line(quantity="50", rate="100.00"), a_line(501, quantity="40", rate="100.00",
                                                                   order_line_ids=(901,))),
    )  # fmt: skip
    assert codes(findings("contract_cap", books)) == [("cap_kept", "us")]


def test_an_order_with_more_invoices_than_are_read_is_not_judged() -> None:
    assert findings("contract_cap", replace(the_books(orders=(an_order(net="10.00"),)), is_whole=False)) == []


def test_equal_fees_of_two_months_billed_by_hand_support_nobody() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 31), origin="")
    lines = tuple(
        replace(a_line(500 + n, 100 + n, "1", "2000.00", order_line_ids=()), description=f"Retainer {month}")
        for n, month in enumerate(("August", "September"))
    )
    first = an_invoice(origin="", net="6300.00")
    found = findings("duplicate_invoice", the_books(invoices=(first, second), invoice_lines=lines), invoice=101)
    assert ("duplicate_possible", "nobody") in codes(found)
    assert not [f for f in found if f.says == "customer"]


def test_a_milestone_that_was_billed_before_it_was_reached_is_named() -> None:
    fee = replace(an_order_line(quantity="1", rate="30000.00"), unit="Units", invoiced=Decimal("0.7"))
    line = replace(a_line(quantity="0.4", rate="30000.00"), unit="Units")
    stones = (
        Milestone(1, "Design accepted", 5, True, Decimal("0.3"), 900),
        Milestone(2, "Build accepted", 5, False, Decimal("0.4"), 900),
    )
    books = the_books(order_lines=(fee,), invoice_lines=(line,), milestones=stones)
    (found,) = findings("quality_acceptance", books)
    assert (found.code, found.says, found.amount) == ("milestone_not_reached", "customer", eur("12000.00"))
    assert "“Build accepted”" in found.sentence
    reached = (stones[0], replace(stones[1], is_reached=True))
    assert codes(findings("quality_acceptance", replace(books, milestones=reached))) == [
        ("milestone_reached", "nobody")
    ]


def test_a_milestone_that_was_reached_and_not_billed_is_named() -> None:
    fee = replace(an_order_line(quantity="1", rate="40000.00"), unit="Units", invoiced=Decimal("0.3"))
    stones = (
        Milestone(1, "Design accepted", 5, True, Decimal("0.3"), 900),
        Milestone(2, "Build accepted", 5, True, Decimal("0.4"), 900),
    )
    (found,) = findings("unbilled_time", the_books(order_lines=(fee,), milestones=stones))
    assert (found.code, found.says, found.amount) == ("milestone_unbilled", "nobody", eur("16000.00"))


def test_one_invoice_that_names_its_month_and_one_that_names_none_are_the_same_work() -> None:
    second = an_invoice(101, "INV/2026/0101", invoiced_on=date(2026, 10, 5), origin="")
    again = replace(a_line(501, 101, order_line_ids=()), description="Consulting September 2026")
    books = the_books(invoices=(an_invoice(), second), invoice_lines=(a_line(), again))
    assert ("duplicate_invoice_found", "customer") in codes(findings("duplicate_invoice", books, invoice=101))


def test_a_change_told_without_lines_takes_no_line_away() -> None:
    found = findings("po_change", the_books(), order=ordered(total_net=Decimal("42000.00")))
    assert [f.code for f in found] == ["order_total_differs"]
    assert "6,000.00 EUR more" in found[0].sentence


# -- what is credited already -------------------------------------------------------------------------------------


def a_credit(net: str = "900.00", **kw: object) -> dict[str, object]:
    given = {"kind": InvoiceKind.CREDIT_NOTE, "credits_invoice_id": 100, "state": InvoiceState.DRAFT, **kw}
    part = a_line(601, 102, "6", str(Decimal(net) / 6))
    return {
        "invoices": (an_invoice(), an_invoice(102, "", net, **given)), "invoice_lines": (a_line(), part),
        "timesheets": hours(("36", True)),
    }  # fmt: skip


def test_a_credit_that_waits_as_a_draft_covers_the_finding() -> None:
    (found,) = [f for f in findings("hours_quantity", the_books(**a_credit())) if f.code == "hours_over_approved"]
    assert (found.says, found.amount) == ("nobody", eur("0.00"))
    assert "900.00 EUR is credited on a draft credit note: nothing is left to credit" in found.sentence


def test_a_credit_of_a_part_leaves_the_rest() -> None:
    (found,) = [
        f for f in findings("hours_quantity", the_books(**a_credit("300.00"))) if f.code == "hours_over_approved"
    ]
    assert (found.says, found.amount, found.quantity) == ("customer", eur("600.00"), None)
    assert [r.role for r in found.rows][-2:] == ["minus", "result"]


def test_a_cancelled_credit_covers_nothing() -> None:
    books = the_books(**a_credit(state=InvoiceState.CANCEL))
    (found,) = [f for f in findings("hours_quantity", books) if f.code == "hours_over_approved"]
    assert (found.says, found.amount) == ("customer", eur("900.00"))


def test_a_credit_above_what_is_open_is_said_in_words() -> None:
    books = the_books(invoices=(an_invoice(open_amount=eur("90.00")),), timesheets=hours(("36", True)))
    (found,) = [f for f in findings("hours_quantity", books) if f.code == "hours_over_approved"]
    assert "only 90.00 EUR is open" in found.sentence


@given(st.decimals("0.01", "6300", places=2), st.decimals("0.01", "6300", places=2))
def test_what_is_left_to_credit_and_what_is_credited_are_what_was_found(over: Decimal, credited: Decimal) -> None:
    rate = 150 - over / 42
    given_credit = a_credit()
    note, part = (
        an_invoice(102, "R/1", str(credited), kind=InvoiceKind.CREDIT_NOTE, credits_invoice_id=100),
        a_line(601, 102, "1", str(credited)),
    )
    books = the_books(**{
        **given_credit, "invoices": (an_invoice(), note), "invoice_lines": (a_line(), part),
        "order_lines": (an_order_line(rate=str(rate)),),
    })  # fmt: skip
    before = findings("rate_price", replace(books, invoices=(an_invoice(),)))
    after = findings("rate_price", books)
    if before and before[0].amount:
        assert after[0].amount is not None
        taken = before[0].amount - after[0].amount
        assert taken == min(before[0].amount, eur(credited))


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


def test_the_buyer_is_compared_with_the_customer_of_the_sales_order() -> None:
    found = findings("new_po", the_books(), order=ordered(order_line(), buyer=Party("Brine & Sons Ltd")))
    assert "order_customer_differs" in [f.code for f in found]
    same = findings("new_po", the_books(), order=ordered(order_line(), buyer=Party("FJORDLINE CARGO")))
    assert "order_customer_differs" not in [f.code for f in same]


def test_an_order_without_a_currency_is_told() -> None:
    found = findings("new_po", the_books(orders=()), order=replace(ordered(order_line()), currency=""))
    assert [f.code for f in found] == ["order_currency_missing"]


def test_a_line_for_which_no_product_fits_is_told() -> None:
    books = the_books(orders=(), products=(Product(2, "Travel expenses", unit="Units"),))
    found = findings("new_po", books, order=ordered(order_line(text="Penetration test of the portal")))
    assert [f.code for f in found] == ["product_unknown"]


@given(st.decimals("0.25", "200", places=2), st.decimals("0", "200", places=2), st.decimals("1", "400", places=2))
def test_the_rows_of_a_finding_always_add_up(billed: Decimal, approved: Decimal, rate: Decimal) -> None:
    books = the_books(
        invoice_lines=(a_line(quantity=str(billed), rate=str(rate)),), timesheets=hours((str(approved), True))
    )
    (found,) = [f for f in findings("hours_quantity", books) if f.code.startswith("hours_")]
    first, minus, result = found.rows
    assert first.quantity - minus.quantity == result.quantity  # type: ignore[operator]
    assert found.code == ("hours_over_approved" if billed > approved else "hours_approved")
