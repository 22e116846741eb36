"""Approved, billable hours that no invoice carries: late, stale, credited without a new invoice, or stuck in Odoo."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import APPROVING, COUNTS, ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.periods import Month, in_words, last_day, month_of
from app.mirror.models import OdooOrder, OdooOrderLine

LATE, STALE, CREDITED, STUCK = (
    "unbilled_time.hours", "unbilled_time.stale", "unbilled_time.credited", "unbilled_time.stuck",
)  # fmt: skip
_MOST_ROWS = 12
_FREE = text(
    APPROVING + "select t.id, t.order_line_id, t.worked_on, t.hours, t.employee, t.description, t.invoice_id "
    "from odoo_timesheets t join odoo_order_lines l on l.id = t.order_line_id "
    "left join odoo_products p on p.id = l.product_id "
    "left join unnest(cast(:live as bigint[])) as live(id) on live.id = t.invoice_id "
    "left join approving a on a.company_id = t.company_id "
    "where live.id is null and t.company_id = any(:companies) "
    f"and {COUNTS} "
    "and (t.billable = 'billable_time' or (t.billable = '' and p.service_policy = 'delivered_timesheet')) "
    "order by t.order_line_id, t.worked_on, t.id"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Approved time that no live invoice carries."""

    id: int
    line: int
    worked_on: date
    hours: Decimal
    employee: str
    description: str
    invoice_id: int | None


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per order line and month of work.

    Late: the order line's invoices reach beyond the day. Stale: nothing later was invoiced and the entry is older
    than `stale_days`. Stuck: Odoo counts as much invoiced as delivered, so it will never propose these hours.
    Hours of a month that is not invoiced yet are none of these, nor are hours that an invoice line entered by hand,
    without links to time, covers.
    """
    for line_id, entries in _free(ledger).items():
        line = ledger.order_lines.get(line_id)
        order = ledger.order_of(line_id)
        if line is None or order is None:
            continue
        left = _not_covered_by_hand(ledger, line, entries)
        told: set[Month] = set()
        for (rule, month), found in sorted(_by_rule(ledger, order, line, left).items()):
            hours, limits = sum((e.hours for e in found), ZERO), ledger.limits(order.company_id)
            if hours > limits.hours_tolerance and hours * ledger.price(line) > limits.amount_tolerance:
                # Late, stale and stuck are one matter in turn: its case stays when only the rule changes.
                matter = LATE if rule != CREDITED and month not in told else rule
                if rule != CREDITED:
                    told.add(month)
                yield _say(ledger, rule, month, order, line, found, hours, matter)


def _free(ledger: Ledger) -> dict[int, list[Entry]]:
    rows = ledger.session.execute(_FREE, {"live": list(ledger.invoices), "companies": list(ledger.companies)})
    found: dict[int, list[Entry]] = defaultdict(list)
    for r in rows:
        found[r[1]].append(Entry(*r))
    return found


def _not_covered_by_hand(ledger: Ledger, line: OdooOrderLine, entries: list[Entry]) -> list[Entry]:
    """Entries left when lines billed by hand (linked to the order, to no time) took the oldest before them."""
    by_hand = []
    for billed in ledger.billing_of_line.get(line.id, ()):
        invoice = ledger.invoices.get(billed.invoice_id)
        if invoice is None or (invoice.id, line.id) in ledger.carried or billed.quantity <= 0:
            continue
        per_hour = ledger.in_unit(Decimal(1), billed.unit, invoice.company_id) or Decimal(1)
        by_hand.append((invoice.invoiced_on or date.max, billed.id, billed.quantity / per_hour))
    left = deque(entries)  # by day
    for until, _, covers in sorted(by_hand):
        while left and left[0].worked_on <= until and left[0].hours <= covers:
            covers -= left.popleft().hours
    return list(left)


def _by_rule(
    ledger: Ledger, order: OdooOrder, line: OdooOrderLine, entries: Sequence[Entry]
) -> dict[tuple[str, Month], list[Entry]]:
    limits = ledger.limits(order.company_id)
    billed_until = ledger.billed_until.get(line.id)
    stale_before = ledger.today - timedelta(days=limits.stale_days)
    is_stuck = line.delivered > 0 and line.invoiced >= line.delivered
    found: dict[tuple[str, Month], list[Entry]] = defaultdict(list)
    for entry in entries:
        month = month_of(entry.worked_on)
        is_over = last_day(month) < ledger.today
        is_late = billed_until is not None and entry.worked_on <= billed_until
        was_billed = entry.invoice_id is not None and entry.invoice_id in ledger.documents
        if was_billed and not is_stuck:
            if entry.worked_on < stale_before or is_late:
                found[CREDITED, month].append(entry)
        elif is_stuck and not was_billed and (is_over or is_late):
            found[STUCK, month].append(entry)
        elif is_late and not was_billed:
            found[LATE, month].append(entry)
        elif entry.worked_on < stale_before and not was_billed:
            found[STALE, month].append(entry)
    return found


def _say(
    ledger: Ledger, rule: str, month: Month, order: OdooOrder, line: OdooOrderLine, found: list[Entry], hours: Decimal,
    matter: str,
) -> Discrepancy:  # fmt: skip
    price = ledger.price(line)
    quantity = ledger.in_unit(hours, line.unit, order.company_id)
    if quantity is None:
        quantity = hours  # Odoo counts hours one to one where the unit is no unit of time
    amount = ledger.money(quantity * price, order.currency)
    each = [RecordRef("account.analytic.line", e.id, f"{e.worked_on} {e.employee}: {e.description}") for e in found]
    when, many = in_words(month), "entry" if len(found) == 1 else "entries"
    rate = ledger.money(price, order.currency)
    if len(found) <= _MOST_ROWS:
        rows = [
            row(
                f"{e.worked_on} {e.employee}", None, "plus" if n else "first", quantity=e.hours, unit="h", records=[ref]
            )
            for n, (e, ref) in enumerate(zip(found, each, strict=True))
        ]
    else:
        rows = [row(f"{len(found)} entries of {when}", None, quantity=hours, unit="h", records=each)]
    rows.append(row("Not billed", amount, "result", quantity=quantity, unit=line.unit or "h", rate=rate))
    said, why, step, explains = _words(ledger, rule, order, line)
    sentence = f"{count(hours)} h of {when} ({len(found)} approved {many}) on {order.name} {said}: {amount} net. {why}"
    return state(
        ledger, rule, (line.id, f"{month[0]}-{month[1]:02d}"), matter=matter,
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: {count(hours)} h of {when} not billed",
        sentence=sentence.strip(), amount=amount, rows=rows, records=[*each, order_ref(order), line_ref(line)],
        step=step, explains=explains, order=order, since=found[0].worked_on,
        quantity=hours, unit="h", rate=rate, line_id=line.id,
    )  # fmt: skip


def _words(ledger: Ledger, rule: str, order: OdooOrder, line: OdooOrderLine) -> tuple[str, str, str, str]:
    """(what the sentence says, why, the step, the rule in words)."""
    limits = ledger.limits(order.company_id)
    if rule == STUCK:
        return (
            "can no longer be billed by Odoo",
            f"It counts {count(line.invoiced)} as invoiced and {count(line.delivered)} as delivered, "
            "so it proposes nothing more on this line.",
            "Credit what was billed above the time, or bill these hours by hand.",
            "Approved hours that no invoice carries, on an order line of which Odoo counts as much invoiced as "
            "delivered",
        )
    if rule == CREDITED:
        return (
            "are on no invoice since theirs was credited",
            "",
            "Bill these hours again, or note on the order that they stay credited.",
            "Approved hours whose invoice was credited or cancelled and that no other invoice carries, although later "
            f"hours were invoiced or they are older than {limits.stale_days} days",
        )
    if rule == STALE:
        return (
            "are on no invoice",
            f"They are older than {limits.stale_days} days.",
            "Invoice these hours, or mark them as not billable.",
            f"Approved billable hours older than {limits.stale_days} days that no invoice carries",
        )
    until = ledger.billed_until[line.id]
    return (
        "are on no invoice",
        f"The order's invoices reach to {until}.",
        "Add these hours to the next invoice of the order.",
        "Approved billable hours that no invoice carries although the order line was invoiced beyond that day",
    )
