"""Odoo's floats become exact, and its empty values empty."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Malformed
from app.money import Money
from app.odoo import mapping, values
from app.odoo.records import InvoiceKind

ROW = {
    "id": 7, "name": "/", "move_type": "out_refund", "state": "draft", "payment_state": "not_paid",
    "company_id": [2, "We"], "partner_id": [18, "They, Ms A"], "commercial_partner_id": [17, "They"],
    "currency_id": [1, "EUR"], "amount_untaxed": 0.1 + 0.2, "amount_tax": 0.057, "amount_total": 0.36,
    "amount_residual": 0.36, "ref": False,
    "invoice_origin": False, "invoice_date": "2026-09-30", "invoice_date_due": False, "narration": False,
    "reversed_entry_id": [4, "RE/4"], "no_followup": False, "invoice_line_ids": [9],
}  # fmt: skip


def test_an_invoice_is_exact_and_belongs_to_the_entity() -> None:
    invoice = mapping.invoice(ROW)
    assert (invoice.net, invoice.tax) == (Money(Decimal("0.30"), "EUR"), Money(Decimal("0.06"), "EUR"))
    assert (invoice.customer_id, invoice.partner_id, invoice.customer_name) == (17, 18, "They")
    assert (invoice.name, invoice.reference, invoice.due_on) == ("", "", None)
    assert (invoice.invoiced_on, invoice.kind, invoice.credits_invoice_id) == (
        date(2026, 9, 30),
        InvoiceKind.CREDIT_NOTE,
        4,
    )


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_cents_survive_the_float(amount: Decimal) -> None:
    assert values.money(float(amount), "EUR").amount == amount


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=6))
def test_quantities_keep_six_decimals_and_no_trailing_zeros(number: Decimal) -> None:
    read = values.quantity(float(number))
    assert read == number
    assert "E" not in str(read)
    assert not str(read).endswith("0") or "." not in str(read)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (150, "EUR", "150.00"),
        (0.1234, "EUR", "0.1234"),
        (99.9, "EUR", "99.90"),
        (1500.0, "JPY", "1500"),
        (1.5, "KWD", "1.500"),
    ],
)
def test_prices_have_at_least_the_currencys_decimals(value: float, currency: str, shown: str) -> None:
    assert str(values.price(value, currency).amount) == shown


@pytest.mark.parametrize("odd", [True, None, [], {}, "x"])
def test_what_is_no_number_is_malformed(odd: object) -> None:
    with pytest.raises((Malformed, ArithmeticError)):
        values.money(odd, "EUR")


def test_a_document_without_company_is_malformed() -> None:
    with pytest.raises(Malformed, match="company_id"):
        mapping.invoice(ROW | {"company_id": False})


def test_hours_are_approved_where_odoo_says_so_or_keeps_no_approval() -> None:
    row = {
        "id": 1, "company_id": [2, "We"], "date": "2026-09-01", "unit_amount": 7.5, "name": "Work",
        "employee_id": False, "project_id": [1, "P"], "task_id": False,
        "order_id": False, "so_line": False, "timesheet_invoice_id": False,
    }  # fmt: skip
    assert mapping.timesheet(row).is_approved
    assert mapping.timesheet(row | {"validated": True}).is_approved
    assert not mapping.timesheet(row | {"x_approved": False}).is_approved
