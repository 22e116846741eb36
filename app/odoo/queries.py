"""Typed reads from Odoo: what matching, reconciliation and before-values need.

Each function asks for named fields and named companies only, whatever gateway answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.odoo import mapping
from app.odoo.capabilities import capabilities
from app.odoo.gateway import OdooGateway, Row
from app.odoo.records import (
    Company,
    Customer,
    Invoice,
    InvoiceLine,
    Milestone,
    Note,
    Payment,
    Product,
    Project,
    SalesOrder,
    SalesOrderLine,
    Tax,
    Timesheet,
)

_CUSTOMER_DOCUMENTS = ["move_type", "in", ["out_invoice", "out_refund"]]


def companies(odoo: OdooGateway) -> list[Company]:
    """Our own legal entities that the service user may see."""
    ids = list(odoo.companies())
    return [mapping.company(r) for r in odoo.read("res.company", ids, mapping.COMPANY_FIELDS, companies=ids)]


def customers(
    odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int] | None = None, domain: str | None = None,
    address: str | None = None, vat_id: str | None = None, reference: str | None = None, name_like: str | None = None,
    only_entities: bool = False, limit: int | None = None,
) -> list[Customer]:  # fmt: skip
    """Customers and their contacts, all of them or those that fit every criterion given; at most `limit`.

    `domain` is a mail domain without "@", `address` a whole address in any case; `vat_id` and `reference` must be
    equal as Odoo has them; `name_like` stands anywhere in the name, in any case; `only_entities` leaves out contacts.
    Our own companies' partners are among them.
    """
    where: list[Any] = []
    if ids is not None:
        where.append(["id", "in", list(ids)])
    if domain is not None:
        where.append(["email", "=ilike", f"%@{_escape_like(domain)}"])
    if address is not None:
        where.append(["email", "=ilike", _escape_like(address)])
    if vat_id is not None:
        where.append(["vat", "=", vat_id])
    if reference is not None:
        where.append(["ref", "=", reference])
    if name_like is not None:
        where.append(["name", "ilike", _escape_like(name_like)])
    if only_entities:
        where += [["is_company", "=", True], ["parent_id", "=", False]]
    rows = odoo.search_read("res.partner", where, mapping.CUSTOMER_FIELDS, companies=companies, limit=limit)
    return [mapping.customer(r) for r in rows]


def sales_orders(
    odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int] | None = None,
    names: Sequence[str] | None = None, customer_id: int | None = None, reference: str | None = None,
    limit: int | None = None,
) -> list[SalesOrder]:  # fmt: skip
    """Sales orders and quotations, newest first, that fit every criterion given; at most `limit`.

    `customer_id` is the commercial entity: orders of its contacts count too, and are the entity's in what comes back.
    """
    where = _documents(ids, names, customer_id)
    if reference is not None:
        where.append(["client_order_ref", "=", reference])
    rows = odoo.search_read(
        "sale.order", where, mapping.ORDER_FIELDS, companies=companies, order="id desc", limit=limit
    )
    partners = sorted({r["partner_id"][0] for r in rows if r["partner_id"]})
    entities = {
        r["id"]: r["commercial_partner_id"]
        for r in odoo.read("res.partner", partners, ("commercial_partner_id",), companies=companies)
    }
    return [mapping.sales_order(r, entities.get(r["partner_id"][0] if r["partner_id"] else None)) for r in rows]


def sales_order_lines(odoo: OdooGateway, companies: Sequence[int], *, order_ids: Sequence[int]) -> list[SalesOrderLine]:
    """The priced lines of these orders, in their order."""
    where = [["order_id", "in", list(order_ids)], ["display_type", "=", False]]
    rows = odoo.search_read("sale.order.line", where, mapping.ORDER_LINE_FIELDS, companies=companies)
    return [mapping.sales_order_line(r) for r in rows]


def invoices(
    odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int] | None = None,
    names: Sequence[str] | None = None, customer_id: int | None = None, order_ids: Sequence[int] | None = None,
    credits_invoice_ids: Sequence[int] | None = None, limit: int | None = None,
) -> list[Invoice]:  # fmt: skip
    """Customer invoices and credit notes in every state, newest first, that fit every criterion; at most `limit`."""
    where = [_CUSTOMER_DOCUMENTS, *_documents(ids, names, customer_id)]
    if order_ids is not None:
        where.append(["invoice_line_ids.sale_line_ids.order_id", "in", list(order_ids)])
    if credits_invoice_ids is not None:
        where.append(["reversed_entry_id", "in", list(credits_invoice_ids)])
    rows = odoo.search_read(
        "account.move", where, mapping.INVOICE_FIELDS, companies=companies, order="id desc", limit=limit
    )
    return [mapping.invoice(r) for r in rows]


def invoice_lines(odoo: OdooGateway, companies: Sequence[int], *, invoice_ids: Sequence[int]) -> list[InvoiceLine]:
    """The product lines of these invoices, in their order."""
    where = [["move_id", "in", list(invoice_ids)], ["display_type", "=", "product"]]
    rows = odoo.search_read("account.move.line", where, mapping.INVOICE_LINE_FIELDS, companies=companies)
    return [mapping.invoice_line(r) for r in rows]


def timesheets(
    odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int] | None = None,
    order_ids: Sequence[int] | None = None, invoice_ids: Sequence[int] | None = None,
    project_ids: Sequence[int] | None = None,
) -> list[Timesheet]:  # fmt: skip
    """Timesheets, approved or not, oldest first, that fit every criterion given."""
    where: list[Any] = [["project_id", "!=", False]]
    for field, wanted in (
        ("id", ids), ("order_id", order_ids), ("timesheet_invoice_id", invoice_ids), ("project_id", project_ids),
    ):  # fmt: skip
        if wanted is not None:
            where.append([field, "in", list(wanted)])
    return [mapping.timesheet(r) for r in _timesheet_rows(odoo, companies, where)]


def projects(
    odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int] | None = None, customer_id: int | None = None,
    order_line_ids: Sequence[int] | None = None,
) -> list[Project]:  # fmt: skip
    where: list[Any] = []
    if order_line_ids is not None:
        where.append(["sale_line_id", "in", list(order_line_ids)])
    if ids is not None:
        where.append(["id", "in", list(ids)])
    if customer_id is not None:
        where.append(["partner_id.commercial_partner_id", "=", customer_id])
    rows = odoo.search_read("project.project", where, mapping.PROJECT_FIELDS, companies=companies)
    return [mapping.project(r) for r in rows]


def milestones(
    odoo: OdooGateway, companies: Sequence[int], *, project_ids: Sequence[int] | None = None,
    order_line_ids: Sequence[int] | None = None,
) -> list[Milestone]:  # fmt: skip
    where: list[Any] = []
    if project_ids is not None:
        where.append(["project_id", "in", list(project_ids)])
    if order_line_ids is not None:
        where.append(["sale_line_id", "in", list(order_line_ids)])
    rows = odoo.search_read("project.milestone", where, mapping.MILESTONE_FIELDS, companies=companies)
    return [mapping.milestone(r) for r in rows]


def payments(odoo: OdooGateway, companies: Sequence[int], *, invoice_ids: Sequence[int]) -> list[Payment]:
    """What was set against these invoices: payments and credit notes, oldest first.

    Read from the reconciliations, because the service user may not read account.payment.
    """
    reconciled = odoo.search_read(
        "account.partial.reconcile",
        [["debit_move_id.move_id", "in", list(invoice_ids)]],
        ("debit_move_id", "credit_move_id", "debit_amount_currency", "debit_currency_id", "max_date"),
        companies=companies,
        order="max_date, id",
    )
    sides = sorted({r[side][0] for r in reconciled for side in ("debit_move_id", "credit_move_id")})
    fields = ("move_id", "move_name", "move_type", "name", "ref")
    lines: dict[int, Row] = {r["id"]: r for r in odoo.read("account.move.line", sides, fields, companies=companies)}
    found = []
    for r in reconciled:
        debit, credit = lines[r["debit_move_id"][0]], lines[r["credit_move_id"][0]]
        found.append(
            mapping.payment(
                r,
                invoice_id=debit["move_id"][0],
                currency=r["debit_currency_id"][1],
                settled_by=credit,
                credit_note_id=credit["move_id"][0] if credit["move_type"] == "out_refund" else None,
            )
        )
    return found


def taxes(odoo: OdooGateway, companies: Sequence[int], *, ids: Sequence[int]) -> list[Tax]:
    return [mapping.tax(r) for r in odoo.read("account.tax", list(ids), mapping.TAX_FIELDS, companies=companies)]


def products(odoo: OdooGateway, companies: Sequence[int], *, limit: int | None = None) -> list[Product]:
    """What can stand on a quotation: products that may be sold; at most `limit`."""
    rows = odoo.search_read(
        "product.product", [["sale_ok", "=", True]], mapping.PRODUCT_FIELDS, companies=companies, limit=limit
    )
    return [mapping.product(r) for r in rows]


def notes(odoo: OdooGateway, companies: Sequence[int], *, model: str, record_id: int) -> list[Note]:
    """The chatter of one record, newest first."""
    where = [["model", "=", model], ["res_id", "=", record_id]]
    rows = odoo.search_read("mail.message", where, mapping.NOTE_FIELDS, companies=companies, order="id desc")
    return [mapping.note(r) for r in rows]


def _timesheet_rows(odoo: OdooGateway, companies: Sequence[int], where: list[Any]) -> list[Row]:
    """With the fields of approval that this Odoo has."""
    fields = (*mapping.TIMESHEET_FIELDS, *capabilities(odoo).timesheet_approvals)
    return odoo.search_read("account.analytic.line", where, fields, companies=companies, order="date, id")


def _documents(ids: Sequence[int] | None, names: Sequence[str] | None, customer_id: int | None) -> list[Any]:
    where: list[Any] = []
    if ids is not None:
        where.append(["id", "in", list(ids)])
    if names is not None:
        where.append(["name", "in", list(names)])
    if customer_id is not None:
        where.append(["partner_id.commercial_partner_id", "=", customer_id])
    return where


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
