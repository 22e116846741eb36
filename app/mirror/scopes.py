"""What is mirrored: the closed list of Odoo's models with their records, fields and tables, in the order of reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Table

from app.errors import NotFound
from app.mirror import rows
from app.mirror.models import (
    Mirrored,
    OdooCompany,
    OdooCustomer,
    OdooExpense,
    OdooFiscalPosition,
    OdooInvoice,
    OdooInvoiceLine,
    OdooMilestone,
    OdooNote,
    OdooOrder,
    OdooOrderLine,
    OdooOrderPaper,
    OdooPayment,
    OdooProduct,
    OdooProject,
    OdooTask,
    OdooTax,
    OdooTimesheet,
)
from app.odoo.gateway import Domain, OdooGateway, Row
from app.odoo.values import link

Columns: TypeAlias = Mapping[str, Any]
Reading: TypeAlias = Callable[[Sequence[Row], OdooGateway, Sequence[int]], list[Columns]]
"""Rows of Odoo to rows of the mirror; may ask Odoo for what the rows only point at."""

CHATTER = ("sale.order", "project.project", "project.task", "account.move")
"""Models whose notes are mirrored."""

COPIED_NAMES: Mapping[str, tuple[str, ...]] = {
    "res.partner.category": ("res.partner",),
    "uom.uom": ("sale.order.line", "account.move.line"),
}
"""Models of which only names are copied, into rows of other models: when one changes, those are read again in full."""

_LINKS_OF_A_TAX = ("fiscal_position_ids", "original_tax_ids")

_VERSION = 1
"""To be raised when the reading of a row changes: everybody's mirror then reads all records again."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Some records of one Odoo model, and the table they are copied to.

    `names` are the fields whose linked record's name is needed, not only its id. `stamp` is the column that holds
    Odoo's write date. `also` are scopes that must be read again in full when anything changed here, because Odoo does
    not date the change there.
    """

    model: str
    table: Table
    domain: Domain
    fields: tuple[str, ...]
    names: tuple[str, ...]
    read: Reading
    stamp: str = "write_date"
    also: tuple[str, ...] = ()
    fingerprint: str = field(init=False, default="")

    def __post_init__(self) -> None:
        asked = json.dumps([_VERSION, self.domain, self.fields, self.names])
        object.__setattr__(self, "fingerprint", hashlib.sha256(asked.encode()).hexdigest()[:32])


def scopes(approved_by: Sequence[str]) -> list[Scope]:
    """All scopes, what others point at first; `approved_by` are the fields that approve a timesheet in this Odoo."""
    documents = ["out_invoice", "out_refund"]
    return [
        _scope("res.company", OdooCompany, [], rows.company, "name", names=("currency_id",)),
        Scope(
            "res.partner", _table(OdooCustomer), [],
            ("write_date", "name", "commercial_partner_id", "company_id", "country_code", "vat", "category_id",
             "email"),
            (), _customers,
        ),
        _scope(
            "product.product", OdooProduct, [], rows.product,
            "name", "default_code", "service_policy", "can_be_expensed", "expense_policy",
        ),
        _scope("account.fiscal.position", OdooFiscalPosition, [], rows.fiscal_position, "name", "company_id",
               also=("account.tax",)),
        Scope(
            "account.tax", _table(OdooTax), [["type_tax_use", "=", "sale"]],
            ("write_date", "name", "company_id", "amount", "amount_type", *_LINKS_OF_A_TAX), (), _taxes,
        ),
        _scope(
            "sale.order", OdooOrder, [], rows.order,
            "name", "state", "company_id", "amount_untaxed", "amount_total", "client_order_ref", "date_order", "note",
            "invoice_status", "fiscal_position_id", "user_id", names=("partner_id", "currency_id"),
        ),
        _scope(
            "sale.order.line", OdooOrderLine, [["display_type", "=", False]], rows.order_line,
            "order_id", "company_id", "name", "product_id", "product_uom_qty", "price_unit", "discount",
            "price_subtotal", "qty_delivered", "qty_invoiced", "is_expense", names=("product_uom_id",),
        ),
        _scope("project.project", OdooProject, [], rows.project,
               "name", "company_id", "partner_id", "sale_line_id", names=("user_id",)),
        _scope("project.task", OdooTask, [["project_id", "!=", False]], rows.task,
               "name", "company_id", "project_id", "sale_line_id"),
        _scope(
            "project.milestone", OdooMilestone, [], rows.milestone,
            "name", "project_id", "sale_line_id", "is_reached", "reached_date", "deadline", "quantity_percentage",
        ),
        _scope(
            "account.move", OdooInvoice, [["move_type", "in", documents]], rows.invoice,
            "create_date", "name", "move_type", "state", "payment_state", "company_id", "partner_id", "amount_untaxed",
            "amount_tax", "amount_total", "amount_residual", "ref", "invoice_origin", "invoice_date",
            "invoice_date_due", "fiscal_position_id", "reversed_entry_id",
            names=("commercial_partner_id", "currency_id"),
        ),
        _scope(
            "account.move.line", OdooInvoiceLine,
            [["move_id.move_type", "in", documents], ["display_type", "=", "product"]], rows.invoice_line,
            "move_id", "company_id", "name", "product_id", "quantity", "price_unit", "discount", "price_subtotal",
            "price_total", "tax_ids", "sale_line_ids", names=("product_uom_id",),
        ),
        _scope(
            "account.analytic.line", OdooTimesheet, [["project_id", "!=", False]],
            partial(rows.timesheet, approved_by=tuple(approved_by)),
            "company_id", "date", "unit_amount", "name", "project_id", "task_id", "order_id", "so_line",
            "timesheet_invoice_id", "timesheet_invoice_type", *approved_by, names=("employee_id",),
        ),
        Scope(
            "account.partial.reconcile", _table(OdooPayment), [["debit_move_id.move_id.move_type", "=", "out_invoice"]],
            ("write_date", "company_id", "debit_move_id", "credit_move_id", "debit_amount_currency",
             "debit_currency_id", "max_date"),
            ("debit_currency_id",), _payments,
        ),
        _scope(
            "hr.expense", OdooExpense, [], rows.expense,
            "name", "company_id", "product_id", "sale_order_id", "total_amount_currency", "date", "state",
            names=("employee_id", "currency_id"),
        ),
        _scope(
            "ir.attachment", OdooOrderPaper, [["res_model", "=", "sale.order"], ["res_field", "=", False]],
            rows.order_paper, "name", "res_id", "mimetype", "checksum", "file_size",
        ),
        _scope(
            "mail.message", OdooNote,
            [["model", "in", list(CHATTER)], ["res_id", "!=", False], ["message_type", "!=", "user_notification"],
             ["subtype_id", "!=", False], ["body", "!=", False]],
            rows.note, "date", "model", "res_id", "body", names=("author_id",), stamp="changed_at",
        ),
    ]  # fmt: skip


def _table(model: type[Mirrored]) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__


def _scope(
    model: str, table: type[Mirrored], domain: Domain, row: Callable[[Row], Columns], *fields: str,
    names: tuple[str, ...] = (), stamp: str = "write_date", also: tuple[str, ...] = (),
) -> Scope:  # fmt: skip
    def read(found: Sequence[Row], odoo: OdooGateway, companies: Sequence[int]) -> list[Columns]:
        return [row(r) for r in found]

    return Scope(model, _table(table), domain, ("write_date", *fields, *names), names, read, stamp, also)


def _customers(found: Sequence[Row], odoo: OdooGateway, companies: Sequence[int]) -> list[Columns]:
    wanted = sorted({tag for row in found for tag in row["category_id"]})
    where = [["id", "in", wanted]]
    named = (
        odoo.search_read("res.partner.category", where, ("name",), companies=companies, archived=True) if wanted else []
    )
    tags = {row["id"]: str(row["name"]) for row in named}
    return [rows.customer(row, tags) for row in found]


def _taxes(found: Sequence[Row], odoo: OdooGateway, companies: Sequence[int]) -> list[Columns]:
    """With archived fiscal positions and taxes among the links, which Odoo's search leaves out: invoices still name
    them."""
    ids = [row["id"] for row in found]
    try:
        links = odoo.read("account.tax", ids, _LINKS_OF_A_TAX, companies=companies, archived=True)
    except NotFound:  # one was deleted meanwhile: the next run sees to it
        links = list(found)
    return [rows.tax({**row, **its}) for row, its in zip(found, links, strict=True)]


def _payments(found: Sequence[Row], odoo: OdooGateway, companies: Sequence[int]) -> list[Columns]:
    wanted = sorted({link(row[side]) or 0 for row in found for side in ("debit_move_id", "credit_move_id")})
    where = [["id", "in", wanted]]
    lines = (
        odoo.search_read("account.move.line", where, ("move_id", "move_type"), companies=companies) if wanted else []
    )
    sides = {row["id"]: row for row in lines}
    return [rows.payment(row, sides) for row in found]
