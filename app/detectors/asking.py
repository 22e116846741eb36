"""What the books say now about a discrepancy: its records read live from Odoo, the finding as it was found."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import Books, Match, Reconciliation, RecordRef
from app.detectors.discrepancy import Discrepancy
from app.odoo import queries
from app.odoo.gateway import OdooGateway

MOST = 40
"""Invoices, orders or projects read for one discrepancy; a finding that rests on more is not corrected line by line."""
_MODELS = {"account.move": "invoice", "sale.order": "order", "project.project": "project"}


def as_found(found: Discrepancy) -> Reconciliation:
    """The finding and the records it is certainly about, before Odoo is asked again."""
    named: list[tuple[str, RecordRef]] = []
    if found.customer_id is not None:
        named.append(("customer", RecordRef("res.partner", found.customer_id, found.customer)))
    for record in (found.invoice, found.order, found.about):
        what = _MODELS.get(record.model) if record is not None else None
        if record is not None and what and all(w != what for w, _ in named):
            named.append((what, record))
    matches = tuple(
        Match(what, record, Decimal(1), is_certain=True, because=("the rule was checked on it",),
              company_id=found.company_id)
        for what, record in named
    )  # fmt: skip
    return Reconciliation(matches, (found.finding,), Books())


def ask(odoo: OdooGateway | None, found: Discrepancy) -> Reconciliation:
    """The same with the records as Odoo has them at this moment: a few calls, never a scan. Without Odoo, as found.

    Raises:
        Unavailable, Misconfigured, Refused: as the gateway.
    """
    known = as_found(found)
    if odoo is None:
        return known
    companies = queries.companies(odoo)
    ids = [c.id for c in companies]
    invoice_ids, order_ids = _ids(found, "account.move"), _ids(found, "sale.order")
    invoices = queries.invoices(odoo, ids, ids=invoice_ids) if invoice_ids else []
    if invoices:
        there = {i.id for i in invoices}
        credits = queries.invoices(odoo, ids, credits_invoice_ids=sorted(there))
        invoices += [i for i in credits if i.id not in there]
    orders = queries.sales_orders(odoo, ids, ids=order_ids) if order_ids else []
    projects = _ids(found, "project.project")
    lines = queries.invoice_lines(odoo, ids, invoice_ids=[i.id for i in invoices]) if invoices else []
    books = Books(
        companies=tuple(companies),
        customers=tuple(queries.customers(odoo, ids, ids=[found.customer_id])) if found.customer_id else (),
        invoices=tuple(invoices),
        invoice_lines=tuple(lines),
        orders=tuple(orders),
        order_lines=tuple(queries.sales_order_lines(odoo, ids, order_ids=[o.id for o in orders])) if orders else (),
        projects=tuple(queries.projects(odoo, ids, ids=projects)) if projects else (),
    )
    return Reconciliation(known.matches, known.findings, books)


def _ids(found: Discrepancy, model: str) -> list[int]:
    """The records of a model that it is about, its own ones first."""
    records = (found.invoice, found.order, found.about, *found.finding.records)
    return list(dict.fromkeys(r.id for r in records if r is not None and r.model == model))[:MOST]
