"""Hours that two invoices bill: Odoo moved their links to the later one while the earlier one still stands."""

from __future__ import annotations

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
_CARRIED = text(
    "select id, worked_on, hours, employee, description from odoo_timesheets "
    "where invoice_id = :invoice and order_line_id = :line order by worked_on, id"
)
_LONG_AGO = date(1970, 1, 1)
_FOR_LAST_MONTH = 15
"""An invoice dated up to this day of a month bills the month before."""


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per pair of invoices and order line.

    After a credit note Odoo links the credited hours to the next invoice; when the credit is then withdrawn, or a
    cancelled invoice revived, both bill them. The sign: an invoice line of time and materials to which no time is
    linked any more, and a later invoice of the same order line with time worked by the first one's date (or in the
    months that its line names).
    """
    carriers: dict[int, list[OdooInvoice]] = defaultdict(list)
    for invoice_id, line_id in ledger.carried:
        invoice = ledger.invoices.get(invoice_id)
        if invoice is not None:
            carriers[line_id].append(invoice)
    sheets: dict[tuple[int, int], Sequence[Any]] = {}
    told: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for line in ledger.invoice_lines.values():
        first = ledger.invoices.get(line.invoice_id)
        if first is None or len(line.order_line_ids) != 1 or line.quantity <= 0:
            continue
        order_line = ledger.order_lines.get(line.order_line_ids[0])
        if order_line is None or (first.id, order_line.id) in ledger.carried:
            continue
        if not ledger.is_time_and_materials(order_line):
            continue
        left = line.quantity - _credited(ledger, first, order_line)
        for second in sorted(carriers.get(order_line.id, ()), key=lambda i: i.id):
            if left <= 0 or second.id == first.id:
                continue
            pair = second.id, order_line.id
            if told[pair] >= ledger.carried[pair].hours:
                continue  # all its hours are told of other invoices already
            if pair not in sheets:
                where = {"invoice": second.id, "line": order_line.id}
                sheets[pair] = ledger.session.execute(_CARRIED, where).all()
            discrepancy = _judge(ledger, first, line, second, order_line, left, sheets[pair])
            if discrepancy is not None:
                yield discrepancy
                left -= discrepancy.finding.quantity or ZERO
                told[pair] += discrepancy.finding.quantity or ZERO


def _credited(ledger: Ledger, invoice: OdooInvoice, order_line: OdooOrderLine) -> Decimal:
    notes = {n.id for n in ledger.credits_of.get(invoice.id, ())}
    lines = ledger.billing_of_line.get(order_line.id, ())
    return sum((line.quantity for line in lines if line.invoice_id in notes), ZERO)


def _judge(
    ledger: Ledger, first: OdooInvoice, line: OdooInvoiceLine, second: OdooInvoice, order_line: OdooOrderLine,
    left: Decimal, sheets_of_second: Sequence[Any],
) -> Discrepancy | None:  # fmt: skip
    dated = first.invoiced_on or first.created_at.date()
    months = sorted(months_in(line.description, near=dated))
    if months:
        begins, ends = first_day(months[0]), last_day(months[-1])
    else:
        begins, ends = _LONG_AGO, dated if dated.day > _FOR_LAST_MONTH else dated.replace(day=1) - timedelta(days=1)
    entries = [e for e in sheets_of_second if begins <= e[1] <= ends]
    hours = sum((e[2] for e in entries), ZERO)
    worked = ledger.in_unit(hours, line.unit, first.company_id)
    again = min(hours if worked is None else worked, left)
    limits = ledger.limits(first.company_id)
    price = ledger.price(order_line)
    if again <= limits.hours_tolerance or ledger.is_made_good(second, again * price):
        return None
    order = ledger.orders[order_line.order_id]
    amount, rate = ledger.money(again * price, first.currency), ledger.money(price, first.currency)
    one, other = ledger.title_of(first), ledger.title_of(second)
    sheets = [RecordRef("account.analytic.line", e[0], f"{e[1]} {e[3]}: {e[4]}") for e in entries]
    refs = [ledger.invoice_ref(first), line_ref(line)]
    others = [ledger.invoice_ref(second)]
    rows = [
        row(f"Billed on {one}, no time linked any more", None, "first", quantity=line.quantity, unit=line.unit,
            records=refs),
        row(f"time of the same period that {other} carries", None, "plus", quantity=again, unit=line.unit,
            records=[*others, *sheets]),
        row("Billed twice", amount, "result", quantity=again, unit=line.unit, rate=rate),
    ]  # fmt: skip
    return state(
        ledger, RULE, (first.id, second.id, order_line.id),
        company_id=first.company_id, customer=(first.customer_id, first.customer_name),
        title=f"{one} and {other} {first.customer_name}: {count(again)} {line.unit} billed twice",
        sentence=f"{other} carries {count(again)} {line.unit} of {order.name} that {one} had billed before and that no "
        f"credit note takes back: {amount} net twice.",
        amount=amount, rows=rows, records=[*refs, *others, *sheets, order_ref(order), line_ref(order_line)],
        step=f"Take the hours off {other}." if second.state == "draft" else f"Credit {other} or {one} for these hours.",
        explains="Two invoices that stand bill the same hours of an order line: the time is linked to the later "
                 "one only",
        order=order, invoice=second, since=second.invoiced_on, says="customer", quantity=again, unit=line.unit,
        rate=rate, line_id=line.id,
    )  # fmt: skip
