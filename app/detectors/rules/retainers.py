"""Hours of a month beyond the retainer that are neither billed nor waived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count, per_hour
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import APPROVING, COUNTS, ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.periods import Month, in_words, last_day, month_of, months_in
from app.detectors.words.retainer_terms import (
    Retainer,
    Waiver,
    is_further,
    is_retainer,
    rate_in,
    retainer_in,
    rolls_over,
    waiver_in,
)
from app.mirror.models import OdooInvoiceLine, OdooNote, OdooOrder, OdooOrderLine
from app.money import Money

RULE = "retainer_overage"
_LATER_NOTES = timedelta(days=120)
"""A waiver that names no month is about hours of the months before it, at most so long ago."""
_HOURS = text(
    APPROVING + "select date_trunc('month', t.worked_on)::date, sum(t.hours), min(t.task_id), "
    "  array_agg(t.id order by t.worked_on, t.id) "
    "from odoo_timesheets t left join approving a on a.company_id = t.company_id "
    f"where {COUNTS} and (t.order_line_id = :line or "
    "(t.order_line_id is null and t.project_id = any(:projects) and t.billable <> 'non_billable')) "
    "group by 1 order by 1"
)


@dataclass(frozen=True, slots=True)
class _Month:
    month: Month
    hours: Decimal
    task: int | None
    sheets: tuple[int, ...]


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per retainer line and month, from `retainer_grace_days` after the month's end on."""
    projects: dict[int, list[int]] = defaultdict(list)
    tasks: dict[int, list[int]] = defaultdict(list)
    for project in ledger.projects.values():
        if project.order_line_id:
            projects[project.order_line_id].append(project.id)
    for task in ledger.tasks.values():
        if task.order_line_id:
            tasks[task.order_line_id].append(task.id)
    for line in ledger.order_lines.values():
        order = ledger.orders[line.order_id]
        if ledger.is_time_and_materials(line) or line.is_expense:
            continue
        retainer = _retainer(ledger, order, line, projects[line.id], tasks[line.id])
        if retainer is not None:
            yield from _months(ledger, order, line, retainer, projects[line.id], tasks[line.id])


def _retainer(
    ledger: Ledger, order: OdooOrder, line: OdooOrderLine, projects: list[int], tasks: list[int]
) -> Retainer | None:
    """The hours a month, from the order line, its projects and tasks, or the order's terms."""
    product = ledger.products.get(line.product_id or 0)
    own = [line.description, *(ledger.projects[k].name for k in projects), *(ledger.tasks[k].name for k in tasks)]
    alone = len(ledger.lines_of_order.get(order.id, ())) == 1
    texts = [*own, product.name if product else "", *([order.note] if alone or is_retainer(" ".join(own)) else [])]
    is_known = any(is_retainer(t) for t in texts)
    found = next((r for r in (retainer_in(t, is_known=is_known) for t in texts if t) if r), None)
    if found is None:
        return None
    rate = found.rate or next((r for r in (rate_in(t) for t in [*texts, order.note] if t) if r), None)
    return Retainer(found.hours, rate, found.as_written)


def _months(
    ledger: Ledger, order: OdooOrder, line: OdooOrderLine, retainer: Retainer, projects: list[int], tasks: list[int]
) -> Iterator[Discrepancy]:
    rows = ledger.session.execute(_HOURS, {"line": line.id, "projects": projects}).all()
    worked = [_Month(month_of(r[0]), r[1], r[2], tuple(r[3])) for r in rows]
    over = _beyond(worked, retainer, carries=rolls_over(f"{order.note}\n{line.description}"))
    if not over:
        return
    limits = ledger.limits(order.company_id)
    billed = _billed(ledger, order, line, [m for m, _ in over])
    waivers = _waivers(ledger, order, projects, tasks)
    grace = timedelta(days=limits.retainer_grace_days)
    for month, hours in over:
        left = hours - billed.get(month.month, ZERO)
        for waiver, note in waivers:
            if left > 0 and _covers(waiver, note, month.month):
                left -= left if waiver.hours is None else waiver.hours
        if left > limits.hours_tolerance and last_day(month.month) + grace < ledger.today:
            yield _say(ledger, order, line, retainer, month, left, tasks)


def _beyond(worked: list[_Month], retainer: Retainer, *, carries: bool) -> list[tuple[_Month, Decimal]]:
    """(month, hours beyond what it includes); where unused hours are carried over, they are used up first."""
    found, kept = [], ZERO
    for month in worked:
        beyond = month.hours - retainer.hours - (kept if carries else ZERO)
        kept = max(-beyond, ZERO)
        if beyond > 0:
            found.append((month, beyond))
    return found


def _billed(ledger: Ledger, order: OdooOrder, line: OdooOrderLine, over: list[_Month]) -> dict[Month, Decimal]:
    """Hours beyond that invoices bill, by month: of the month the line names, else of the latest before the invoice."""
    found: dict[Month, Decimal] = defaultdict(Decimal)
    for invoice in ledger.invoices_of_customer.get(order.customer_id, ()):
        if invoice.company_id != order.company_id:
            continue
        near = invoice.invoiced_on or invoice.created_at.date()
        for billed in ledger.lines_of_invoice.get(invoice.id, ()):
            hours = _as_overage(ledger, order, line, billed)
            if hours is None:
                continue
            months = months_in(billed.description, near=near)
            before = [m.month for m in over if last_day(m.month) <= near and (not months or m.month in months)]
            if before:
                found[before[-1]] += hours
    return found


def _as_overage(ledger: Ledger, order: OdooOrder, line: OdooOrderLine, billed: OdooInvoiceLine) -> Decimal | None:
    """The hours of an invoice line that bills further hours, else None; the retainer's own fee is none."""
    if line.id in billed.order_line_ids or billed.quantity <= 0:
        return None
    factor = per_hour(billed.unit)
    product = ledger.products.get(billed.product_id or 0)
    words = f"{billed.description}\n{product.name if product else ''}"
    linked = [ledger.order_of(k) for k in billed.order_line_ids]
    if linked and order not in linked:
        return None
    if factor is None or not (is_further(words) or is_retainer(words) or order in linked):
        return None
    return billed.quantity * factor[0] / factor[1]


def _waivers(ledger: Ledger, order: OdooOrder, projects: list[int], tasks: list[int]) -> list[tuple[Waiver, OdooNote]]:
    invoices = [i.id for i in ledger.invoices_of_order.get(order.id, ())]
    notes = [
        *ledger.notes("sale.order", [order.id]),
        *ledger.notes("project.project", projects),
        *ledger.notes("project.task", [*tasks, *(t.id for k in projects for t in ledger.tasks_of_project.get(k, ()))]),
        *ledger.notes("account.move", invoices),
    ]
    read = [(waiver_in(n.body, written_on=min(n.write_date.date(), ledger.today)), n) for n in notes]
    return [(waiver, note) for waiver, note in read if waiver is not None]


def _covers(waiver: Waiver, note: OdooNote, month: Month) -> bool:
    if waiver.months:
        return month in waiver.months
    written: date = note.write_date.date()
    return last_day(month) - timedelta(days=31) <= written <= last_day(month) + _LATER_NOTES


def _say(
    ledger: Ledger, order: OdooOrder, line: OdooOrderLine, retainer: Retainer, month: _Month, left: Decimal,
    tasks: list[int],
) -> Discrepancy:  # fmt: skip
    price, of = _price(ledger, order, line, retainer)
    rate, amount = Money(price, order.currency).rounded(), ledger.money(left * price, order.currency)
    when = in_words(month.month)
    task = ledger.tasks.get(month.task or 0)
    about = [RecordRef("project.task", k, ledger.tasks[k].name) for k in {*tasks, *([task.id] if task else [])}]
    sheets = [RecordRef("account.analytic.line", k, f"time of {when}") for k in month.sheets]
    records = [*about, *sheets, order_ref(order), line_ref(line)]
    settled = month.hours - retainer.hours - left
    rows = [
        row(f"Worked in {when}", None, "first", quantity=month.hours, unit="h", records=sheets),
        row(f"included: {retainer.as_written}", None, "minus", quantity=retainer.hours, unit="h", records=records[-2:]),
    ]
    if settled > 0:
        rows.append(row("billed, waived or kept from before", None, "minus", quantity=settled, unit="h"))
    rows.append(row("Neither billed nor waived", amount, "result", quantity=left, unit="h", rate=rate))
    return state(
        ledger, RULE, (line.id, f"{month.month[0]}-{month.month[1]:02d}"),
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: {count(left)} h beyond the retainer in {when}",
        sentence=f"{count(month.hours)} h were worked on {order.name} in {when}, {count(retainer.hours)} h are "
                 f"included; "
        f"{count(left)} h are neither billed nor waived: {amount} net at {rate} ({of}).",
        amount=amount, rows=rows, records=records, order=order, about=about[0] if about else order_ref(order),
        since=last_day(month.month), step=f"Bill {count(left)} h with the next invoice, or note on the task that "
                                          f"they are waived.",
        explains="Approved hours of a month beyond those the retainer includes, on no invoice and waived in no note, "
        f"{ledger.limits(order.company_id).retainer_grace_days} days after the month's end",
        quantity=left, unit="h", rate=rate, line_id=line.id,
    )  # fmt: skip


def _price(ledger: Ledger, order: OdooOrder, line: OdooOrderLine, retainer: Retainer) -> tuple[Decimal, str]:
    """The price of a further hour and its source: the terms, another line of the order, or the retainer's own."""
    if retainer.rate is not None and retainer.rate[1] in ("", order.currency):
        return retainer.rate[0], "the agreed price of further hours"
    for other in ledger.lines_of_order.get(order.id, ()):
        if other.id != line.id and per_hour(other.unit) is not None and other.unit_price > 0:
            return ledger.price(other), "the order's price of an hour"
    return ledger.price(line) / retainer.hours, "the retainer's own price of an hour"
