"""What was billed of a fixed fee against the milestones that were reached."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile.units import count
from app.odoo.records import Invoice, InvoiceLine, Milestone, SalesOrder, SalesOrderLine

REASONS = frozenset({"quality_acceptance", "milestone_early"})
UNBILLED = frozenset({"unbilled_time", "late_billing"})
"""Reasons that ask what was reached and is not billed."""


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """One finding per invoice line that bills an order line with milestones.

    Milestones not reached in Odoo support the customer. Reached ones support nobody: the mark is our own, and whether
    the customer accepted is for delivery to say.
    """
    found = []
    agreed = {line.id: line for line in books.order_lines}
    for line in (known for known in books.invoice_lines if known.invoice_id == invoice.id and known.quantity > 0):
        if len(line.order_line_ids) != 1 or line.order_line_ids[0] not in agreed:
            continue
        ordered = agreed[line.order_line_ids[0]]
        milestones = [m for m in books.milestones if m.order_line_id == ordered.id]
        if milestones and ordered.quantity > 0:
            found.append(_line(invoice, line, ordered, milestones))
    return found


def unbilled(order: SalesOrder, books: Books) -> list[Finding]:
    """One finding per line of an order whose milestones were reached for more than is billed."""
    found = []
    for line in (known for known in books.order_lines if known.order_id == order.id and known.quantity > 0):
        reached = [m for m in books.milestones if m.order_line_id == line.id and m.is_reached]
        share, billed = sum((m.share for m in reached), Decimal(0)), line.invoiced / line.quantity
        if share <= billed:
            continue
        amount = (line.net * (share - billed)).rounded()
        refs = tuple(RecordRef("project.milestone", m.id, m.name) for m in reached)
        rows = (
            ArithmeticRow(
                "Milestones reached", share * 100, "%", line.net, (line.net * share).rounded(), "first", refs
            ),
            ArithmeticRow("billed so far", billed * 100, "%", line.net, (line.net * billed).rounded(), "minus"),
            ArithmeticRow("Not billed", (share - billed) * 100, "%", line.net, amount, "result"),
        )
        sentence = (
            f"Milestones for {count(share * 100)} % of {order.name} are reached ({_days(reached)}), and "
            f"{count(billed * 100)} % is billed: {amount} is not billed."
        )
        own = (RecordRef("sale.order", order.id, order.name),)
        found.append(Finding("milestone_unbilled", sentence, "nobody", amount, rows=rows, records=own, line_id=line.id))
    return found


def _days(reached: list[Milestone]) -> str:
    return ", ".join(f"“{m.name}”{f' on {m.reached_on.isoformat()}' if m.reached_on else ''}" for m in reached)


def _line(invoice: Invoice, line: InvoiceLine, ordered: SalesOrderLine, milestones: list[Milestone]) -> Finding:
    reached = [m for m in milestones if m.is_reached]
    waiting = [m for m in milestones if not m.is_reached]
    share = sum((m.share for m in reached), Decimal(0))
    billed = max(ordered.invoiced, line.quantity) / ordered.quantity
    over = min(billed - share, line.quantity / ordered.quantity)
    refs = tuple(RecordRef("project.milestone", m.id, m.name) for m in reached)
    own = (
        RecordRef("account.move", invoice.id, invoice.name),
        RecordRef("account.move.line", line.id, line.description),
    )
    whole = ordered.net
    rows = (
        ArithmeticRow("Billed of the fixed fee so far", billed * 100, "%", whole, (whole * billed).rounded()),
        ArithmeticRow("milestones reached", share * 100, "%", whole, (whole * share).rounded(), "minus", refs),
        ArithmeticRow(
            "Billed and not reached" if billed > share else "Reached and not billed", abs(billed - share) * 100, "%",
            whole, (whole * abs(billed - share)).rounded(), "result",
        ),
    )  # fmt: skip
    name = invoice.name or "The draft invoice"
    names = ", ".join(f"“{m.name}”" for m in waiting)
    if over > 0:
        amount = (line.net * (over * ordered.quantity / line.quantity)).rounded()
        return Finding(
            "milestone_not_reached",
            f"{name} bills the fixed fee up to {count(billed * 100)} %, and milestones for {count(share * 100)} % are "
            f"reached in Odoo: {amount} is billed before its milestone. Not reached: {names}.",
            "customer", amount, rows=rows, records=own, invoice_id=invoice.id, line_id=line.id,
        )  # fmt: skip
    return Finding(
        "milestone_reached",
        f"The milestones billed on {name} are marked as reached in Odoo: {_days(reached)}. Whether the customer "
        "accepted them, delivery must say.",
        "nobody", rows=rows, records=own, invoice_id=invoice.id, line_id=line.id,
    )  # fmt: skip
