"""Enter a customer's order as a draft quotation. Undone by deleting it while nobody has touched it."""

from __future__ import annotations

from decimal import Decimal

from app.assessments import ordered
from app.assessments.reconcile.catalogue import product_for
from app.assessments.reconcile.orders import is_currency
from app.documents.order import OrderLine
from app.money import Money
from app.odoo.commands import Change, Json, OperationKind
from app.suggestions.evidence import attachable, left_out
from app.suggestions.figures import plain, quantity
from app.suggestions.proposal import Proposal, Shown, Situation


def propose(situation: Situation) -> list[Proposal]:
    """For a new order of a certain customer that no order or quotation in Odoo answers to yet.

    Nothing where the order names no currency, or a line fits no product: the findings say so, and a person enters it.
    """
    order = ordered.of(situation.assessment)
    customer = situation.books.customer()
    if situation.reason != "new_po" or order is None or customer is None or not order.number:
        return []
    if any(m.what == "order" for m in situation.books.matches):
        return []
    company_id = _company(situation, order.currency)
    priced = [line for line in order.lines if line.quantity and _price(line) is not None and not line.is_cancelled]
    if company_id is None or not priced or len(priced) != len(order.lines) or not is_currency(order.currency):
        return []
    lines: list[Json] = []
    shown = [Shown("Quotation", "(none)", f"draft for {customer.name}, reference {order.number}")]
    net = Decimal(0)
    for line in priced:
        product = product_for(line, situation.books.books)
        if product is None:
            return []
        price, count = _price(line) or Decimal(0), line.quantity or Decimal(0)
        net += price * count
        lines.append(
            {
                "product_id": product.id, "name": line.description, "quantity": plain(count),
                "price_unit": plain(price.quantize(Decimal("0.000001"))),
            }
        )  # fmt: skip
        figures = f"{quantity(count)} × {quantity(price)}, as product {product.name}"
        shown.append(Shown(line.description or "Line", "(none)", figures))
    total = Money(net, order.currency).rounded()
    shown.append(Shown("Total, net", "(none)", str(total)))
    shown += left_out(situation.document)
    values: dict[str, Json] = {"reference": order.number, "currency": order.currency, "lines": lines}
    if order.valid_until:
        values["valid_until"] = order.valid_until.isoformat()
    return [
        Proposal(
            kind="create_quotation_from_po", target_name=customer.name, risk="contract_sensitive", rank=5,
            shown=tuple(shown), amount=total,
            because=f"{customer.name} orders under {order.number}, and Odoo has no order or quotation for it.",
            effect=f"Drafts a quotation of {total} for {customer.name}; confirming it stays with you in Odoo.",
            change=Change(
                OperationKind.CREATE_QUOTATION_FROM_PO, company_id, "res.partner", customer.id, values=values,
                expected={"name": customer.name, "vat": customer.vat_id or None},
                attachments=attachable(situation.document),
            ),
            evidence=({"field": "po_number"}, {"field": "lines"}, {"field": "amount_total"}),
        )
    ]  # fmt: skip


def _price(line: OrderLine) -> Decimal | None:
    if line.unit_price is not None:
        return line.unit_price
    if line.amount is not None and line.quantity:
        return line.amount / line.quantity
    return None


def _company(situation: Situation, currency: str) -> int | None:
    """Our entity: the one the customer has dealt with before, else the only one of the order's currency."""
    books = situation.books.books
    used = {o.company_id for o in books.orders} | {i.company_id for i in books.invoices}
    if len(used) == 1:
        return used.pop()
    fitting = [c.id for c in books.companies if c.currency == currency]
    return fitting[0] if len(fitting) == 1 else None
