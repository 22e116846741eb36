"""Odoo's JSON to records: the only place that knows Odoo's field names and turns its floats into exact numbers.

Each record has its list of Odoo fields beside the function that reads them, because a read that names no fields asks
for all of them and fails on the first one the service user may not see.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.odoo.gateway import Row
from app.odoo.records import (
    Company,
    Customer,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    Milestone,
    Note,
    OrderState,
    Payment,
    PaymentState,
    Product,
    Project,
    SalesOrder,
    SalesOrderLine,
    Tax,
    Timesheet,
)
from app.odoo.values import day, link, money, must, name_of, price, quantity, text

APPROVED_FIELDS = ("countersign_approved", "x_approved", "validated")
"""Fields of account.analytic.line that approve a timesheet: our addon's, one made by hand, Enterprise's."""

COMPANY_FIELDS = ("name", "currency_id", "vat", "country_code", "email", "partner_id")
CUSTOMER_FIELDS = (
    "name", "is_company", "commercial_partner_id", "parent_id", "vat", "ref", "email", "phone", "website", "street",
    "zip", "city", "country_code", "lang", "type", "company_id", "category_id",
)  # fmt: skip
ORDER_FIELDS = (
    "name", "state", "company_id", "partner_id", "currency_id", "amount_untaxed", "amount_tax", "amount_total",
    "client_order_ref", "date_order", "validity_date", "note", "invoice_status", "payment_term_id", "user_id",
    "order_line",
)  # fmt: skip
ORDER_LINE_FIELDS = (
    "order_id", "name", "product_uom_qty", "product_uom_id", "price_unit", "price_subtotal", "qty_delivered",
    "qty_invoiced", "discount", "product_id", "tax_ids", "currency_id",
)  # fmt: skip
INVOICE_FIELDS = (
    "name", "move_type", "state", "payment_state", "company_id", "partner_id", "commercial_partner_id", "currency_id",
    "amount_untaxed", "amount_tax", "amount_total", "amount_residual", "ref", "invoice_origin", "invoice_date",
    "invoice_date_due", "narration", "reversed_entry_id", "no_followup", "invoice_line_ids",
)  # fmt: skip
INVOICE_LINE_FIELDS = (
    "move_id", "name", "quantity", "product_uom_id", "price_unit", "price_subtotal", "price_total", "discount",
    "product_id", "tax_ids", "sale_line_ids", "currency_id",
)  # fmt: skip
TIMESHEET_FIELDS = (
    "company_id", "date", "unit_amount", "name", "employee_id", "project_id", "task_id", "order_id", "so_line",
    "timesheet_invoice_id",
)  # fmt: skip
PROJECT_FIELDS = ("name", "company_id", "partner_id", "sale_line_id", "user_id")
MILESTONE_FIELDS = (
    "name", "project_id", "is_reached", "quantity_percentage", "sale_line_id", "deadline", "reached_date",
)  # fmt: skip
TAX_FIELDS = ("name", "company_id", "amount", "amount_type", "price_include")
PRODUCT_FIELDS = ("name", "default_code", "uom_id", "service_policy")
NOTE_FIELDS = ("date", "author_id", "body", "attachment_ids")


def company(row: Row) -> Company:
    return Company(
        id=row["id"],
        name=row["name"],
        currency=name_of(row["currency_id"]),
        vat_id=text(row["vat"]),
        country=text(row["country_code"]),
        email=text(row["email"]),
        partner_id=link(row["partner_id"]),
    )


def customer(row: Row) -> Customer:
    return Customer(
        id=row["id"],
        name=text(row["name"]),
        is_company=bool(row["is_company"]),
        customer_id=link(row["commercial_partner_id"]) or row["id"],
        parent_id=link(row["parent_id"]),
        vat_id=text(row["vat"]),
        reference=text(row["ref"]),
        email=text(row["email"]),
        phone=text(row["phone"]),
        website=text(row["website"]),
        street=text(row["street"]),
        postcode=text(row["zip"]),
        city=text(row["city"]),
        country=text(row["country_code"]),
        language=text(row["lang"]),
        address_type=text(row["type"]),
        company_id=link(row["company_id"]),
        tags=tuple(row["category_id"]),
    )


def sales_order(row: Row, entity: Any = None) -> SalesOrder:
    """`entity` is the [id, name] of the commercial entity its partner belongs to; without it the partner counts."""
    currency = name_of(row["currency_id"])
    return SalesOrder(
        id=row["id"],
        name=row["name"],
        state=OrderState(row["state"]),
        company_id=must(row, "company_id"),
        customer_id=link(entity) or must(row, "partner_id"),
        customer_name=name_of(entity) or name_of(row["partner_id"]),
        partner_id=must(row, "partner_id"),
        currency=currency,
        net=money(row["amount_untaxed"], currency),
        tax=money(row["amount_tax"], currency),
        gross=money(row["amount_total"], currency),
        customer_reference=text(row["client_order_ref"]),
        ordered_on=day(row["date_order"]),
        valid_until=day(row["validity_date"]),
        note=text(row["note"]),
        invoice_status=text(row["invoice_status"]),
        payment_term=name_of(row["payment_term_id"]),
        salesperson_id=link(row["user_id"]),
        line_ids=tuple(row["order_line"]),
    )


def sales_order_line(row: Row) -> SalesOrderLine:
    currency = name_of(row["currency_id"])
    return SalesOrderLine(
        id=row["id"],
        order_id=must(row, "order_id"),
        description=text(row["name"]),
        quantity=quantity(row["product_uom_qty"]),
        unit=name_of(row["product_uom_id"]),
        unit_price=price(row["price_unit"], currency),
        net=money(row["price_subtotal"], currency),
        delivered=quantity(row["qty_delivered"]),
        invoiced=quantity(row["qty_invoiced"]),
        discount_percent=quantity(row["discount"]),
        product_id=link(row["product_id"]),
        product_name=name_of(row["product_id"]),
        tax_ids=tuple(sorted(row["tax_ids"])),
    )


def invoice(row: Row) -> Invoice:
    currency = name_of(row["currency_id"])
    number = text(row["name"])
    return Invoice(
        id=row["id"],
        name="" if number == "/" else number,
        kind=InvoiceKind(row["move_type"]),
        state=InvoiceState(row["state"]),
        payment_state=PaymentState(row["payment_state"]),
        company_id=must(row, "company_id"),
        customer_id=link(row["commercial_partner_id"]) or must(row, "partner_id"),
        customer_name=name_of(row["commercial_partner_id"]) or name_of(row["partner_id"]),
        partner_id=must(row, "partner_id"),
        currency=currency,
        net=money(row["amount_untaxed"], currency),
        tax=money(row["amount_tax"], currency),
        gross=money(row["amount_total"], currency),
        open_amount=money(row["amount_residual"], currency),
        reference=text(row["ref"]),
        origin=text(row["invoice_origin"]),
        invoiced_on=day(row["invoice_date"]),
        due_on=day(row["invoice_date_due"]),
        narration=text(row["narration"]),
        credits_invoice_id=link(row["reversed_entry_id"]),
        is_disputed=bool(row["no_followup"]),
        line_ids=tuple(row["invoice_line_ids"]),
    )


def invoice_line(row: Row) -> InvoiceLine:
    currency = name_of(row["currency_id"])
    return InvoiceLine(
        id=row["id"],
        invoice_id=must(row, "move_id"),
        description=text(row["name"]),
        quantity=quantity(row["quantity"]),
        unit=name_of(row["product_uom_id"]),
        unit_price=price(row["price_unit"], currency),
        net=money(row["price_subtotal"], currency),
        gross=money(row["price_total"], currency),
        discount_percent=quantity(row["discount"]),
        product_id=link(row["product_id"]),
        tax_ids=tuple(sorted(row["tax_ids"])),
        order_line_ids=tuple(row["sale_line_ids"]),
    )


def timesheet(row: Row) -> Timesheet:
    """Approved where any field of approval says so, and where this Odoo has none."""
    approvals = [row[name] for name in APPROVED_FIELDS if name in row]
    return Timesheet(
        id=row["id"],
        company_id=must(row, "company_id"),
        worked_on=date.fromisoformat(row["date"]),
        hours=quantity(row["unit_amount"]),
        description=text(row["name"]),
        is_approved=any(approvals) or not approvals,
        employee=name_of(row["employee_id"]),
        project_id=link(row["project_id"]),
        project_name=name_of(row["project_id"]),
        task_id=link(row["task_id"]),
        order_id=link(row["order_id"]),
        order_line_id=link(row["so_line"]),
        invoice_id=link(row["timesheet_invoice_id"]),
    )


def project(row: Row) -> Project:
    return Project(
        id=row["id"],
        name=text(row["name"]),
        company_id=link(row["company_id"]),
        customer_id=link(row["partner_id"]),
        order_line_id=link(row["sale_line_id"]),
        manager_id=link(row["user_id"]),
    )


def milestone(row: Row) -> Milestone:
    return Milestone(
        id=row["id"],
        name=text(row["name"]),
        project_id=must(row, "project_id"),
        is_reached=bool(row["is_reached"]),
        share=quantity(row["quantity_percentage"]),
        order_line_id=link(row["sale_line_id"]),
        deadline_on=day(row["deadline"]),
        reached_on=day(row["reached_date"]),
    )


def tax(row: Row) -> Tax:
    is_percentage = row["amount_type"] == "percent"
    return Tax(
        id=row["id"],
        name=text(row["name"]),
        company_id=must(row, "company_id"),
        rate=quantity(row["amount"]) / 100 if is_percentage else None,
        is_included_in_price=bool(row["price_include"]),
    )


def product(row: Row) -> Product:
    return Product(
        id=row["id"],
        name=text(row["name"]),
        code=text(row["default_code"]),
        unit=name_of(row["uom_id"]),
        service_policy=text(row["service_policy"]),
    )


def note(row: Row) -> Note:
    return Note(
        id=row["id"],
        written_at=datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
        author=name_of(row["author_id"]),
        body=text(row["body"]),
        attachment_ids=tuple(row["attachment_ids"]),
    )


def payment(
    reconciliation: Row, *, invoice_id: int, currency: str, settled_by: Row, credit_note_id: int | None
) -> Payment:
    """From an account.partial.reconcile and the move line on its other side."""
    amount = reconciliation["debit_amount_currency"]
    return Payment(
        id=reconciliation["id"],
        invoice_id=invoice_id,
        amount=money(amount, currency),
        settled_on=date.fromisoformat(reconciliation["max_date"]),
        document=text(settled_by["move_name"]),
        memo=text(settled_by["name"]) or text(settled_by["ref"]),
        credit_note_id=credit_note_id,
    )
