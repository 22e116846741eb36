"""Bring an open quotation to what the customer ordered. Undone by writing the old figures back."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import Finding
from app.money import Money
from app.odoo.commands import Change, Json, OperationKind
from app.odoo.records import SalesOrder, SalesOrderLine
from app.suggestions.figures import lines_guard, or_empty, plain, quantity
from app.suggestions.proposal import Proposal, Shown, Situation


def propose(situation: Situation) -> list[Proposal]:
    """For an order or order change whose rates or quantities differ from the quotation it certainly answers to.

    Its amount, by which the policy asks for approvals, is the larger of the new total and all that moves up or down:
    changes that offset each other still change the whole order.
    """
    order, ordered = situation.books.order(), situation.assessment.order
    if order is None or ordered is None or not order.is_quotation:
        return []
    differing = [f for f in situation.books.findings if f.code in ("order_rate_differs", "order_quantity_differs")]
    lines = [line for line in situation.books.books.order_lines if line.order_id == order.id]
    changed = [(line, _of_line(line, differing)) for line in lines]
    changed = [(line, found) for line, found in changed if found]
    if not changed:
        return []
    values: list[Json] = []
    shown: list[Shown] = []
    net, moved = order.net.amount, Decimal(0)
    for line, found in changed:
        price, count = line.unit_price.amount, line.quantity
        for finding in found:
            if finding.code == "order_rate_differs" and finding.rate is not None:
                price = finding.rate.amount
            if finding.code == "order_quantity_differs" and finding.quantity is not None:
                count = finding.quantity
        values.append({"line_id": line.id, "quantity": plain(count), "price_unit": plain(price)})
        shown.append(_shown(line, count, price))
        change = (count * price - line.quantity * line.unit_price.amount) * (1 - line.discount_percent / 100)
        net, moved = net + change, moved + abs(change)
    total = Money(net, order.currency).rounded()
    shown.append(Shown("Total, net", str(order.net), str(total)))
    return [
        Proposal(
            kind="update_draft_order", target_name=order.name, risk="contract_sensitive", rank=6, shown=tuple(shown),
            amount=Money(max(abs(total.amount), moved), order.currency).rounded(),
            because=f"The customer's order differs from quotation {order.name}. Accept their terms, or ask them first.",
            effect=f"Changes quotation {order.name} to {total} net; it stays a draft.",
            change=_change(order, lines, values), evidence=({"field": "lines"},),
        )
    ]  # fmt: skip


def _of_line(line: SalesOrderLine, findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.line_id == line.id]


def _shown(line: SalesOrderLine, count: Decimal, price: Decimal) -> Shown:
    now = f"{quantity(line.quantity)} × {quantity(line.unit_price.amount)}"
    return Shown(
        or_empty(line.description.splitlines()[0] if line.description else ""),
        now,
        f"{quantity(count)} × {quantity(price)}",
    )


def _change(order: SalesOrder, lines: list[SalesOrderLine], values: list[Json]) -> Change:
    return Change(
        OperationKind.UPDATE_DRAFT_ORDER, order.company_id, "sale.order", order.id, values={"lines": values},
        expected={"state": order.state.value, "lines": lines_guard(lines)},
    )  # fmt: skip
