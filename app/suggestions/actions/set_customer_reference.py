"""Write the customer's order number on the order or draft invoice it is for. Undone by writing the old one back."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.odoo.records import Invoice, SalesOrder
from app.suggestions import drafts
from app.suggestions.figures import or_empty
from app.suggestions.proposal import Proposal, Shown, Situation

_REASONS = ("new_po", "po_change", "po_reference", "missing_reference", "po_invalid", "po_missing")


def propose(situation: Situation) -> list[Proposal]:
    """For an order number that a certain order, or a draft invoice of it, does not carry yet."""
    number = situation.order_number
    reasons = {situation.reason, *situation.assessment.classification.secondary_reasons}
    if not number or not reasons & set(_REASONS):
        return []
    found: list[Proposal] = []
    order = situation.books.order()
    if order is not None and order.customer_reference != number:
        found.append(_on_order(order, number))
    return found + [_on_draft_invoice(i, number) for i in drafts.of_situation(situation) if i.reference != number]


def _on_order(order: SalesOrder, number: str) -> Proposal:
    return Proposal(
        kind="set_customer_reference", target_name=order.name, risk="operational", rank=10,
        shown=(Shown("Customer reference", or_empty(order.customer_reference), number),),
        because=f"The customer gives order number {number}; {_carried(order.name, order.customer_reference)}.",
        effect=f"Writes {number} as customer reference on {order.name}; new invoices carry it.",
        change=Change(
            OperationKind.SET_CUSTOMER_REFERENCE, order.company_id, "sale.order", order.id,
            values={"reference": number},
            expected={"client_order_ref": order.customer_reference or None, "state": order.state.value},
        ),
        evidence=({"field": "po_number"},),
    )  # fmt: skip


def _on_draft_invoice(invoice: Invoice, number: str) -> Proposal:
    name = drafts.name(invoice)
    return Proposal(
        kind="set_customer_reference", target_name=name, risk="operational", rank=11,
        shown=(Shown("Customer reference", or_empty(invoice.reference), number),),
        because=f"The customer gives order number {number}; {_carried('the draft', invoice.reference)}.",
        effect=f"Writes {number} as reference on the draft; nothing is posted.",
        change=Change(
            OperationKind.SET_CUSTOMER_REFERENCE, invoice.company_id, "account.move", invoice.id,
            values={"reference": number}, expected={"ref": invoice.reference or None, "state": invoice.state.value},
        ),
        evidence=({"field": "po_number"},),
    )  # fmt: skip


def _carried(name: str, reference: str) -> str:
    return f"{name} carries {reference}" if reference else f"{name} carries none yet"
