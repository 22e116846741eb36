"""Hours an invoice bills against the time it carries; for a line entered by hand, against that of its months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.periods import first_day, last_day, months_in
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooOrderLine

RULE = "quantity_mismatch"
_CARRIED = text(
    "select id, worked_on, employee, description from odoo_timesheets "
    "where invoice_id = :invoice and order_line_id = :line order by worked_on, id"
)
_OF_PERIOD = text(
    "select id, worked_on, employee, description, hours, invoice_id from odoo_timesheets "
    "where order_line_id = :line and worked_on between :first and :last and is_approved is distinct from false "
    "order by worked_on, id"
)


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per invoice and order line of time and materials; a credit of hours on the same line counts
    against it, one of a price (at another price than was billed) does not."""
    billed: dict[tuple[int, int], list[OdooInvoiceLine]] = defaultdict(list)
    credited: dict[tuple[int, int], list[OdooInvoiceLine]] = defaultdict(list)
    for line in ledger.invoice_lines.values():
        if len(line.order_line_ids) != 1 or line.order_line_ids[0] not in ledger.order_lines:
            continue
        document = ledger.documents[line.invoice_id]
        if document.kind == "out_refund" and document.state == "posted" and document.credits_invoice_id:
            credited[document.credits_invoice_id, line.order_line_ids[0]].append(line)
        elif document.id in ledger.invoices:
            billed[document.id, line.order_line_ids[0]].append(line)
    for (invoice_id, order_line_id), lines in billed.items():
        order_line = ledger.order_lines[order_line_id]
        invoice = ledger.invoices[invoice_id]
        if not ledger.is_time_and_materials(order_line) or any(line.unit != order_line.unit for line in lines):
            continue
        near = ledger.limits(invoice.company_id).price_tolerance
        taken = [
            credit.quantity
            for credit in credited[invoice_id, order_line_id]
            if any(abs(ledger.price(credit) - ledger.price(line)) <= near for line in lines)
        ]
        asked = sum((line.quantity for line in lines), ZERO) - sum(taken, ZERO)
        discrepancy = _judge(ledger, invoice, order_line, lines, asked)
        if discrepancy is not None:
            yield discrepancy


def _judge(
    ledger: Ledger, invoice: OdooInvoice, order_line: OdooOrderLine, lines: list[OdooInvoiceLine], asked: Decimal
) -> Discrepancy | None:
    held = ledger.carried.get((invoice.id, order_line.id))
    if held is not None:
        hours, basis = held.hours, "the time linked to it"
        where = {"invoice": invoice.id, "line": order_line.id}
        sheets = [(r[0], r[1], r[2], r[3]) for r in ledger.session.execute(_CARRIED, where)] if hours else []
    else:
        period = _period(invoice, lines)
        if period is None:
            return None
        within = {"line": order_line.id, "first": period[0], "last": period[1]}
        entries = ledger.session.execute(_OF_PERIOD, within).all()
        if any(e[5] is not None and e[5] in ledger.invoices for e in entries):
            return None  # another invoice carries time of this period: the rule of hours invoiced again speaks
        hours, basis = sum((e[4] for e in entries), ZERO), f"the approved time of {period[0]} to {period[1]}"
        sheets = [(e[0], e[1], e[2], e[3]) for e in entries]
    worked = ledger.in_unit(hours, order_line.unit, invoice.company_id)
    worked = hours if worked is None else worked
    difference = asked - worked
    limits = ledger.limits(invoice.company_id)
    price = ledger.price(max(lines, key=lambda line: (line.quantity, -line.id)))
    if abs(difference) <= limits.hours_tolerance or abs(difference * price) <= limits.amount_tolerance:
        return None
    if ledger.is_made_good(invoice, difference * price):
        return None
    refs = [RecordRef("account.analytic.line", s[0], f"{s[1]} {s[2]}: {s[3]}") for s in sheets]
    return _say(ledger, invoice, order_line, lines, asked, worked, price, refs, basis)


def _period(invoice: OdooInvoice, lines: list[OdooInvoiceLine]) -> tuple[date, date] | None:
    """The months that lines entered by hand name; a line that names none is not compared with time."""
    near = invoice.invoiced_on or invoice.created_at.date()
    months = sorted({m for line in lines for m in months_in(line.description, near=near)})
    return (first_day(months[0]), last_day(months[-1])) if months else None


def _say(
    ledger: Ledger, invoice: OdooInvoice, order_line: OdooOrderLine, lines: list[OdooInvoiceLine], asked: Decimal,
    worked: Decimal, price: Decimal, sheets: list[RecordRef], basis: str,
) -> Discrepancy:  # fmt: skip
    order = ledger.orders[order_line.order_id]
    more = asked > worked
    name, unit = ledger.title_of(invoice), order_line.unit or "h"
    gap = abs(asked - worked)
    amount, rate = ledger.money(gap * price, invoice.currency), ledger.money(price, invoice.currency)
    own = [ledger.invoice_ref(invoice), *map(line_ref, lines)]
    parts = [
        row(f"Billed on {name}", ledger.money(asked * price, invoice.currency), "first", quantity=asked, unit=unit,
            rate=rate, records=own),
        row(f"approved: {basis}", ledger.money(worked * price, invoice.currency), "minus", quantity=worked, unit=unit,
            rate=rate, records=sheets),
    ]  # fmt: skip
    if not more:
        parts = [
            row(f"Approved: {basis}", parts[1].amount, "first", quantity=worked, unit=unit, rate=rate, records=sheets),
            row(f"billed on {name}", parts[0].amount, "minus", quantity=asked, unit=unit, rate=rate, records=own),
        ]
    parts.append(row("Without time" if more else "Not billed", amount, "result", quantity=gap, unit=unit, rate=rate))
    if invoice.state == "draft":
        step = f"Set the quantity on the draft to {count(worked)} {unit}, or have the missing time entered."
    elif more:
        step = f"Credit {count(gap)} {unit} ({amount} net), or have the missing time entered and approved."
    else:
        step = f"Bill the missing {count(gap)} {unit} ({amount} net), or note why they were given away."
    return state(
        ledger, RULE, (invoice.id, order_line.id),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: {count(asked)} {unit} billed, {count(worked)} worked",
        sentence=f"{name} bills {count(asked)} {unit} on {order.name}, and {basis} is {count(worked)} {unit}: "
        f"{count(gap)} {unit} at {rate}, {amount} net {'without time' if more else 'not billed'}.",
        amount=amount, rows=parts, records=[*own, *sheets, order_ref(order), line_ref(order_line)], step=step,
        explains="The quantity of an invoice line of time and materials differs from the hours linked to it, or, "
                 "without "
        "links, from the approved hours of the months it names",
        order=order, invoice=invoice, since=invoice.invoiced_on, says="customer" if more else "us",
        quantity=gap, unit=unit, rate=rate, line_id=lines[0].id,
    )  # fmt: skip
