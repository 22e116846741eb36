"""Hours that two invoices bill: Odoo moved their links to the later one while the earlier one still stands."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.periods import first_day, last_day, months_in
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooOrderLine

RULE = "duplicate_billing.hours"
_TIME = text(
    "select id, worked_on, hours, employee, description, invoice_id from odoo_timesheets "
    "where order_line_id = :line order by worked_on, id"
)
_LONG_AGO = date(1970, 1, 1)
_FOR_LAST_MONTH = 15
"""An invoice dated up to this day of a month bills the month before."""


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per pair of invoices and order line; each hour is told once.

    After a credit note Odoo links the credited hours to the next invoice; when the credit is then withdrawn, or a
    cancelled invoice revived, both bill them. The sign: an invoice line of time and materials to which no time is
    linked (any more), and another invoice of the same order line with time worked by the first one's date (or in the
    months that its line names). Odoo also unlinks all time of an invoice when any credit note of it is posted: hours
    that no standing invoice carries are therefore taken first, and only what is left over is looked for elsewhere.
    """
    carrying = {line_id for invoice_id, line_id in ledger.carried if invoice_id in ledger.invoices}
    untold: dict[int, list[Any]] = {}
    free: dict[int, list[Any]] = {}
    for line in ledger.invoice_lines.values():
        first = ledger.invoices.get(line.invoice_id)
        if first is None or len(line.order_line_ids) != 1 or line.quantity <= 0:
            continue
        order_line = ledger.order_lines.get(line.order_line_ids[0])
        if order_line is None or order_line.id not in carrying or (first.id, order_line.id) in ledger.carried:
            continue
        if not ledger.is_time_and_materials(order_line):
            continue
        left = line.quantity - _taken_back(ledger, first, line, order_line)
        if order_line.id not in untold:
            entries = ledger.session.execute(_TIME, {"line": order_line.id}).all()
            untold[order_line.id] = [e for e in entries if e[5] in ledger.invoices]
            free[order_line.id] = [e for e in entries if e[5] not in ledger.invoices]
        own = sum((e[2] for e in _taken(ledger, first, line, left, free[order_line.id])), ZERO)
        left -= ledger.in_unit(own, line.unit, first.company_id) or own
        if left <= ledger.limits(first.company_id).hours_tolerance:
            continue
        again: dict[int, list[Any]] = defaultdict(list)
        for entry in _taken(ledger, first, line, left, untold[order_line.id]):
            again[entry[5]].append(entry)
        for second_id, entries_of_second in sorted(again.items()):
            second = ledger.invoices[second_id]
            discrepancy = _judge(ledger, first, line, second, order_line, left, entries_of_second)
            if discrepancy is not None:
                yield discrepancy
                left -= discrepancy.finding.quantity or ZERO


def _taken_back(ledger: Ledger, invoice: OdooInvoice, line: OdooInvoiceLine, order_line: OdooOrderLine) -> Decimal:
    """What credit notes, or a later invoice that settles an advance, took back of a line."""
    credited = sum((credit.quantity for credit in ledger.credit_lines(invoice, order_line.id)), ZERO)
    settled = any(
        other.quantity == -line.quantity and ledger.settles_advance(other)
        for other in ledger.billing_of_line.get(order_line.id, ())
        if other.invoice_id in ledger.invoices
    )
    return line.quantity if settled else credited


def _taken(ledger: Ledger, first: OdooInvoice, line: OdooInvoiceLine, left: Decimal, untold: list[Any]) -> list[Any]:
    """The entries of the first invoice's period, as many as it bills, taken out of those that were told of no other."""
    dated = first.invoiced_on or first.created_at.date()
    months = sorted(months_in(line.description, near=dated))
    if months:
        begins, ends = first_day(months[0]), last_day(months[-1])
    else:
        begins, ends = _LONG_AGO, dated if dated.day > _FOR_LAST_MONTH else dated.replace(day=1) - timedelta(days=1)
    start = bisect_left(untold, begins, key=_day)
    stop, hours = start, ZERO
    per_hour = ledger.in_unit(Decimal(1), line.unit, first.company_id) or Decimal(1)
    while stop < len(untold) and untold[stop][1] <= ends and hours * per_hour < left:
        hours += untold[stop][2]
        stop += 1
    taken = untold[start:stop]
    del untold[start:stop]
    return taken


def _day(entry: Any) -> date:
    worked_on: date = entry[1]
    return worked_on


def _judge(
    ledger: Ledger, first: OdooInvoice, line: OdooInvoiceLine, second: OdooInvoice, order_line: OdooOrderLine,
    left: Decimal, entries: Sequence[Any],
) -> Discrepancy | None:  # fmt: skip
    hours = sum((e[2] for e in entries), ZERO)
    worked = ledger.in_unit(hours, line.unit, first.company_id)
    again = min(hours if worked is None else worked, left)
    limits = ledger.limits(first.company_id)
    price = ledger.price(order_line)
    if again <= limits.hours_tolerance or ledger.is_made_good(second, again * price, order_line.id):
        return None
    order = ledger.orders[order_line.order_id]
    amount, rate = ledger.money(again * price, first.currency), ledger.money(price, first.currency)
    one, other = ledger.title_of(first), ledger.title_of(second)
    sheets = [RecordRef("account.analytic.line", e[0], f"{e[1]} {e[3]}: {e[4]}") for e in entries]
    refs = [ledger.invoice_ref(first), line_ref(line)]
    others = [ledger.invoice_ref(second)]
    rows = [
        row(f"Billed on {one}, no time linked", None, "first", quantity=line.quantity, unit=line.unit,
            records=refs),
        row(f"time of the same period that {other} carries", None, "plus", quantity=again, unit=line.unit,
            records=[*others, *sheets]),
        row("Billed twice", amount, "result", quantity=again, unit=line.unit, rate=rate),
    ]  # fmt: skip
    return state(
        ledger, RULE, (first.id, second.id, order_line.id),
        company_id=first.company_id, customer=(first.customer_id, first.customer_name),
        title=f"{one} and {other} {first.customer_name}: {count(again)} {line.unit} billed twice",
        sentence=f"{other} carries {count(again)} {line.unit} of {order.name} that {one} bills too, without own time "
        f"and no credit note that takes it back: {amount} net twice.",
        amount=amount, rows=rows, records=[*refs, *others, *sheets, order_ref(order), line_ref(order_line)],
        step=f"Take the hours off {other}." if second.state == "draft" else f"Credit {other} or {one} for these hours.",
        explains="Two invoices that stand bill the same hours of an order line: the time is linked to one of "
        "them only",
        order=order, invoice=second, since=second.invoiced_on, says="customer", quantity=again, unit=line.unit,
        rate=rate, line_id=line.id,
    )  # fmt: skip
