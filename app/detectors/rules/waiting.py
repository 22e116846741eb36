"""What waits: orders on which nobody works any more, and drafts past the target for posting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import text

from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.mirror.models import OdooInvoice, OdooOrder, OdooOrderLine

QUIET, CYCLE = "unbilled_time.quiet_order", "unbilled_time.cycle_time"
_LAST = text(
    "select order_line_id, max(worked_on) from odoo_timesheets "
    "where order_line_id is not null and company_id = any(:companies) group by 1"
)


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """Quiet orders (time and materials with quantity left), and drafts older than the target cycle time."""
    last = {r[0]: r[1] for r in ledger.session.execute(_LAST, {"companies": list(ledger.companies)})}
    for order in ledger.orders.values():
        discrepancy = _quiet(ledger, order, last)
        if discrepancy is not None:
            yield discrepancy
    for invoice in ledger.invoices.values():
        if invoice.state == "draft":
            late = _late(ledger, invoice)
            if late is not None:
                yield late


def _quiet(ledger: Ledger, order: OdooOrder, last: dict[int, date]) -> Discrepancy | None:
    lines = [k for k in ledger.lines_of_order.get(order.id, ()) if ledger.is_time_and_materials(k)]
    left: list[OdooOrderLine] = [k for k in lines if k.delivered < k.quantity]
    days = [last[k.id] for k in lines if k.id in last]
    if not left or not (days or order.ordered_on):
        return None
    limits, latest = ledger.limits(order.company_id), max([*days, *([order.ordered_on] if order.ordered_on else [])])
    waited = ledger.today - latest
    if not timedelta(weeks=limits.quiet_weeks) < waited <= timedelta(weeks=limits.quiet_until_weeks):
        return None
    rest = sum(((k.quantity - k.delivered) * ledger.price(k) for k in left), ZERO)
    amount = ledger.money(rest, order.currency)
    rows = [
        row(f"{order.name}, ordered and not "
            f"delivered", ledger.money((k.quantity - k.delivered) * ledger.price(k), order.currency),
            "plus" if n else "first", quantity=k.quantity - k.delivered, unit=k.unit,
            rate=ledger.money(ledger.price(k), order.currency), records=[line_ref(k)])
        for n, k in enumerate(left)
    ]  # fmt: skip
    return state(
        ledger, QUIET, (order.id,),
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: no time since {latest}",
        sentence=f"Nobody has entered time on {order.name} since {latest}, and {amount} net of it is not delivered.",
        amount=amount, rows=[*rows, row("Not delivered", amount, "result")],
        records=[order_ref(order), *map(line_ref, left)], order=order, about=order_ref(order), since=latest,
        step="Ask the project manager whether time is missing or the order is finished.", says="nobody",
        explains=f"An order of time and materials with quantity left on which no time was entered for more than "
        f"{limits.quiet_weeks} weeks",
    )  # fmt: skip


def _late(ledger: Ledger, invoice: OdooInvoice) -> Discrepancy | None:
    held = ledger.carried_of_invoice.get(invoice.id)
    begins = max(c.last for c in held) if held else invoice.created_at.date()
    if invoice.invoiced_on is not None and invoice.invoiced_on > ledger.today:
        return None  # made for a day to come
    limits = ledger.limits(invoice.company_id)
    waited = (ledger.today - begins).days
    if waited <= limits.cycle_days or invoice.net <= limits.amount_tolerance:
        return None
    amount, name = ledger.money(invoice.net, invoice.currency), ledger.title_of(invoice)
    ref = ledger.invoice_ref(invoice)
    orders = ledger.orders_of_invoice[invoice.id]
    what = f"its last work was on {begins}" if held else f"it was made on {begins}"
    return state(
        ledger, CYCLE, (invoice.id,),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: not posted since {begins}",
        sentence=f"{name} is still a draft: {what}, and the target is {limits.cycle_days} days from then; {amount} net "
        "waits.",
        amount=amount, rows=[row(name, amount, records=[ref]), row("Not posted", amount, "result")],
        records=[ref, *map(order_ref, orders)], order=orders[0] if len(orders) == 1 else None, invoice=invoice,
        since=begins + timedelta(days=limits.cycle_days), step="Post the draft, or note what it waits for.",
        explains=f"A draft invoice not posted {limits.cycle_days} days after its last work or, without time, its "
                 f"making",
    )  # fmt: skip
