"""Draft invoices that a customer's order number belongs on: nobody can name them, since a draft has no number."""

from __future__ import annotations

from app.odoo.records import Invoice, InvoiceKind, SalesOrder
from app.suggestions.proposal import Situation

MOST = 5
"""More drafts of one order than this are no matter of a single message."""


def of_situation(situation: Situation) -> tuple[Invoice, ...]:
    """The certain draft itself, else the drafts of the certain order that carry no number of another order.

    Odoo writes the order's own name as reference where it knows no other: such a draft carries no number yet.
    """
    invoice = situation.books.invoice()
    if invoice is not None and invoice.is_draft:
        return (invoice,)
    order = situation.books.order()
    if order is None:
        return ()
    free = {"", order.name, order.customer_reference}
    found = [i for i in situation.books.books.invoices if _is_draft_of(i, order) and i.reference in free]
    return tuple(found) if len(found) <= MOST else ()


def name(invoice: Invoice) -> str:
    """A draft as a person knows it."""
    if invoice.name:
        return invoice.name
    return f"draft invoice for {invoice.customer_name}" + (f" ({invoice.origin})" if invoice.origin else "")


def _is_draft_of(invoice: Invoice, order: SalesOrder) -> bool:
    origins = {part.strip() for part in invoice.origin.split(",")}
    same = invoice.company_id == order.company_id and invoice.customer_id == order.customer_id
    return invoice.is_draft and invoice.kind is InvoiceKind.INVOICE and same and order.name in origins
