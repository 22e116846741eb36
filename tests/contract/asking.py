"""What contract tests ask of an Odoo, whichever it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from app.odoo import queries
from app.odoo.commands import Change, Json, Mandate, OperationKind, WriteCommand
from app.odoo.gateway import Receipt
from app.odoo.records import Invoice, InvoiceKind, InvoiceLine, SalesOrder
from tests.contract.peers import Peer

DE, GB = 2, 3
BOTH = [DE, GB]
MANDATE = Mandate("Clara Engel", "credit notes under 1,000", "C-17", "https://countersign.example/cases/17")


def new_key() -> str:
    return f"contract-{uuid4()}"


def apply(odoo: Peer, change: Change, key: str | None = None) -> Receipt:
    return odoo.gateway.apply(WriteCommand(change, MANDATE), key=key or new_key())


def undo(odoo: Peer, receipt: Receipt, company: int) -> Receipt:
    """The reverse of a change, as its receipt says it."""
    asked = receipt.result["undo"]
    kind = OperationKind(asked["kind"])
    return apply(odoo, Change(kind, company, asked["model"], asked["id"], asked["values"], asked["expected"]))


def order_named(odoo: Peer, name: str) -> SalesOrder:
    [order] = queries.sales_orders(odoo.gateway, BOTH, names=[name])
    return order


def invoice_named(odoo: Peer, name: str) -> Invoice:
    [invoice] = queries.invoices(odoo.gateway, BOTH, names=[name])
    return invoice


def draft_of(odoo: Peer, customer: str) -> Invoice:
    found = [i for i in queries.invoices(odoo.gateway, BOTH) if i.is_draft and i.customer_name == customer]
    [draft] = [i for i in found if i.kind is InvoiceKind.INVOICE]
    return draft


def lines_of(odoo: Peer, invoice: Invoice) -> list[InvoiceLine]:
    return queries.invoice_lines(odoo.gateway, [invoice.company_id], invoice_ids=[invoice.id])


def seen_lines(lines: list[Any]) -> list[Json]:
    return [
        {
            "id": ln.id,
            "name": ln.description,
            "quantity": str(ln.quantity),
            "price_unit": f"{ln.unit_price.amount.normalize():f}",
            "tax_ids": list(ln.tax_ids),
        }
        for ln in lines
    ]


def user_named(odoo: Peer, login: str) -> int:
    [row] = odoo.gateway.search_read("res.users", [["login", "=", login]], ["name"], companies=BOTH)
    found: int = row["id"]
    return found


def newest_note(odoo: Peer, company: int, model: str, record_id: int) -> str:
    """The newest message that says something; Odoo's own lists of changed fields have no text."""
    notes = queries.notes(odoo.gateway, [company], model=model, record_id=record_id)
    return next(n.body for n in notes if n.body).replace("<br/>", "<br>")
