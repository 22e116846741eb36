"""Odoo's JSON to rows of the mirror: column by column, exact numbers, plain text.

A row is what `jsonb_populate_recordset` reads: numbers as decimal text, moments and dates in ISO format. What Odoo
leaves empty where the mirror needs a value (a draft invoice without customer) becomes 0 or "".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from app.mirror.plain_text import plain
from app.odoo.gateway import Row
from app.odoo.values import link, name_of, quantity, text

Columns: TypeAlias = dict[str, Any]


def company(row: Row) -> Columns:
    return _known(row) | {"name": text(row["name"]), "currency": name_of(row["currency_id"])}


def customer(row: Row, tags: Mapping[int, str]) -> Columns:
    """`tags` are the names of partner categories by id."""
    return _known(row) | {
        "name": text(row["name"]),
        "customer_id": link(row["commercial_partner_id"]) or row["id"],
        "company_id": link(row["company_id"]),
        "country": text(row["country_code"]),
        "vat_id": text(row["vat"]),
        "tags": sorted(tags[i] for i in row["category_id"] if i in tags),
        "email": text(row["email"]),
    }


def product(row: Row) -> Columns:
    return _known(row) | {
        "name": text(row["name"]),
        "code": text(row["default_code"]),
        "service_policy": text(row["service_policy"]),
        "is_expensable": bool(row["can_be_expensed"]),
        "expense_policy": text(row["expense_policy"]) or "no",
    }


def order(row: Row) -> Columns:
    """Made out to its partner; `sync` puts the commercial entity in its place."""
    partner = link(row["partner_id"]) or 0
    return _of_company(row) | {
        "name": text(row["name"]),
        "state": text(row["state"]),
        "customer_id": partner,
        "customer_name": name_of(row["partner_id"]),
        "partner_id": partner,
        "currency": name_of(row["currency_id"]),
        "net": _number(row["amount_untaxed"]),
        "gross": _number(row["amount_total"]),
        "customer_reference": text(row["client_order_ref"]),
        "ordered_on": _day(row["date_order"]),
        "note": plain(row["note"]),
        "invoice_status": text(row["invoice_status"]),
        "fiscal_position_id": link(row["fiscal_position_id"]),
        "salesperson_id": link(row["user_id"]),
    }


def order_line(row: Row) -> Columns:
    return _of_company(row) | {
        "order_id": link(row["order_id"]) or 0,
        "description": text(row["name"]),
        "product_id": link(row["product_id"]),
        "unit": name_of(row["product_uom_id"]),
        "quantity": _number(row["product_uom_qty"]),
        "unit_price": _number(row["price_unit"]),
        "discount_percent": _number(row["discount"]),
        "net": _number(row["price_subtotal"]),
        "delivered": _number(row["qty_delivered"]),
        "invoiced": _number(row["qty_invoiced"]),
        "is_expense": bool(row["is_expense"]),
    }


def project(row: Row) -> Columns:
    partner = link(row["partner_id"])
    return _known(row) | {
        "name": text(row["name"]),
        "company_id": link(row["company_id"]),
        "customer_id": partner,
        "partner_id": partner,
        "order_line_id": link(row["sale_line_id"]),
        "manager_id": link(row["user_id"]),
        "manager": name_of(row["user_id"]),
    }


def task(row: Row) -> Columns:
    return _known(row) | {
        "name": text(row["name"]),
        "company_id": link(row["company_id"]),
        "project_id": link(row["project_id"]),
        "order_line_id": link(row["sale_line_id"]),
    }


def milestone(row: Row) -> Columns:
    return _known(row) | {
        "name": text(row["name"]),
        "project_id": link(row["project_id"]),
        "order_line_id": link(row["sale_line_id"]),
        "is_reached": bool(row["is_reached"]),
        "reached_on": _day(row["reached_date"]),
        "deadline_on": _day(row["deadline"]),
        "share": _number(row["quantity_percentage"]),
    }


def timesheet(row: Row, approved_by: tuple[str, ...]) -> Columns:
    """`approved_by` are the fields of approval that this Odoo has; none of them means that nobody approves here."""
    return _of_company(row) | {
        "worked_on": _day(row["date"]),
        "hours": _number(row["unit_amount"]),
        "description": text(row["name"]),
        "employee_id": link(row["employee_id"]),
        "employee": name_of(row["employee_id"]),
        "project_id": link(row["project_id"]),
        "task_id": link(row["task_id"]),
        "order_id": link(row["order_id"]),
        "order_line_id": link(row["so_line"]),
        "invoice_id": link(row["timesheet_invoice_id"]),
        "billable": text(row["timesheet_invoice_type"]),
        "is_approved": any(bool(row[name]) for name in approved_by) if approved_by else None,
    }


def invoice(row: Row) -> Columns:
    number = text(row["name"])
    return _of_company(row) | {
        "name": "" if number == "/" else number,
        "kind": text(row["move_type"]),
        "state": text(row["state"]),
        "payment_state": text(row["payment_state"]),
        "customer_id": link(row["commercial_partner_id"]) or link(row["partner_id"]) or 0,
        "customer_name": name_of(row["commercial_partner_id"]) or name_of(row["partner_id"]),
        "currency": name_of(row["currency_id"]),
        "net": _number(row["amount_untaxed"]),
        "tax": _number(row["amount_tax"]),
        "gross": _number(row["amount_total"]),
        "open_amount": _number(row["amount_residual"]),
        "reference": text(row["ref"]),
        "origin": text(row["invoice_origin"]),
        "invoiced_on": _day(row["invoice_date"]),
        "due_on": _day(row["invoice_date_due"]),
        "fiscal_position_id": link(row["fiscal_position_id"]),
        "credits_invoice_id": link(row["reversed_entry_id"]),
        "created_at": _moment(row["create_date"]),
    }


def invoice_line(row: Row) -> Columns:
    return _of_company(row) | {
        "invoice_id": link(row["move_id"]) or 0,
        "description": text(row["name"]),
        "product_id": link(row["product_id"]),
        "unit": name_of(row["product_uom_id"]),
        "quantity": _number(row["quantity"]),
        "unit_price": _number(row["price_unit"]),
        "discount_percent": _number(row["discount"]),
        "net": _number(row["price_subtotal"]),
        "gross": _number(row["price_total"]),
        "tax_ids": sorted(row["tax_ids"]),
        "order_line_ids": sorted(row["sale_line_ids"]),
    }


def tax(row: Row) -> Columns:
    is_percentage = row["amount_type"] == "percent"
    return _of_company(row) | {
        "name": text(row["name"]),
        "rate": str(quantity(row["amount"]) / 100) if is_percentage else None,
        "fiscal_position_ids": sorted(row["fiscal_position_ids"]),
        "replaces_tax_ids": sorted(row["original_tax_ids"]),
    }


def fiscal_position(row: Row) -> Columns:
    return _of_company(row) | {"name": text(row["name"])}


def payment(row: Row, sides: Mapping[int, Row]) -> Columns:
    """`sides` are the move lines of both sides by id, with `move_id` and `move_type`."""
    debit, credit = sides.get(link(row["debit_move_id"]) or 0), sides.get(link(row["credit_move_id"]) or 0)
    is_credit_note = credit is not None and credit["move_type"] == "out_refund"
    return _of_company(row) | {
        "invoice_id": (link(debit["move_id"]) if debit else None) or 0,
        "credit_note_id": link(credit["move_id"]) if credit and is_credit_note else None,
        "amount": _number(row["debit_amount_currency"]),
        "currency": name_of(row["debit_currency_id"]),
        "settled_on": _day(row["max_date"]),
    }


def expense(row: Row) -> Columns:
    return _of_company(row) | {
        "name": text(row["name"]),
        "employee": name_of(row["employee_id"]),
        "product_id": link(row["product_id"]),
        "order_id": link(row["sale_order_id"]),
        "amount": _number(row["total_amount_currency"]),
        "currency": name_of(row["currency_id"]),
        "spent_on": _day(row["date"]),
        "state": text(row["state"]),
    }


def note(row: Row) -> Columns:
    return {
        "id": row["id"],
        "write_date": _moment(row["date"] or row["write_date"]),
        "changed_at": _moment(row["write_date"]),
        "model": text(row["model"]),
        "record_id": row["res_id"] or 0,
        "author": name_of(row["author_id"]),
        "body": plain(row["body"]),
    }


def order_paper(row: Row) -> Columns:
    return _known(row) | {
        "order_id": row["res_id"] or 0,
        "name": text(row["name"]),
        "media_type": text(row["mimetype"]),
        "checksum": text(row["checksum"]),
        "size": row["file_size"] or 0,
    }


def _known(row: Row) -> Columns:
    return {"id": row["id"], "write_date": _moment(row["write_date"])}


def _of_company(row: Row) -> Columns:
    return _known(row) | {"company_id": link(row["company_id"]) or 0}


def _number(value: Any) -> str:
    return str(quantity(value or 0))


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and value else None


def _moment(value: Any) -> str:
    """A record that was loaded into Odoo's tables without a date counts as written in 1970."""
    return f"{value or '1970-01-01 00:00:00'}+00:00"
