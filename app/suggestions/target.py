"""The record a case hangs on in Odoo: its invoice, else its order, else its customer."""

from __future__ import annotations

from dataclasses import dataclass

from app.odoo.records import Invoice
from app.suggestions.proposal import Situation
from app.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Target:
    """A record to note, attach or plan something on."""

    model: str
    id: int
    name: str
    company_id: int


def record_of(situation: Situation) -> Target | None:
    """The record that is certain; for an order document the sales order comes first. None when nothing is certain."""
    invoice, order, customer = _invoice(situation), situation.books.order(), situation.books.customer()
    kind = situation.assessment.classification.kind
    on_invoice = invoice and Target("account.move", invoice.id, invoice.name or "draft invoice", invoice.company_id)
    on_order = order and Target("sale.order", order.id, order.name, order.company_id)
    if kind is Kind.SECURITY_ALERT:
        on_invoice = on_order = None
    found = (on_order or on_invoice) if kind is Kind.CUSTOMER_PO else (on_invoice or on_order)
    if found:
        return found
    if customer is None:
        return None
    books = situation.books.books
    used = sorted({o.company_id for o in books.orders} | {i.company_id for i in books.invoices})
    company_id = customer.company_id or (used[0] if used else (books.companies[0].id if books.companies else None))
    return Target("res.partner", customer.id, customer.name, company_id) if company_id else None


def _invoice(situation: Situation) -> Invoice | None:
    """The one certain invoice; of several, the only one that a credit could be for, or the only one still open."""
    certain = situation.books.invoices()
    contested = {f.invoice_id for f in situation.books.findings if f.says == "customer" and f.amount is not None}
    for some in (
        certain, [i for i in certain if i.id in contested], [i for i in certain if i.open_amount.amount > 0],
    ):  # fmt: skip
        if len(some) == 1:
            return some[0]
    return None
