"""Hours an invoice bills against the time it carries; for a line entered by hand, against that of its months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import TextClause, text

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import APPROVING, COUNTS, ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.periods import Month, first_day, last_day, months_between, months_in
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooOrderLine

RULE = "quantity_mismatch"
_CARRIED = text(
    "select id, worked_on, employee, description from odoo_timesheets "
    "where invoice_id = :invoice and order_line_id = :line order by worked_on, id"
)
_OF_PERIOD = text(
    APPROVING + "select t.id, t.worked_on, t.employee, t.description from odoo_timesheets t "
    "left join approving a on a.company_id = t.company_id "
    f"where t.order_line_id = :line and t.worked_on between :first and :last and {COUNTS} "
    "order by t.worked_on, t.id"
)
_MONTHS = text(
    APPROVING + "select t.order_line_id, extract(year from t.worked_on)::int, extract(month from t.worked_on)::int, "
    "  sum(t.hours), coalesce(array_agg(distinct t.invoice_id) filter (where t.invoice_id is not null), '{}') "
    "from odoo_timesheets t left join approving a on a.company_id = t.company_id "
    f"where t.order_line_id is not null and {COUNTS} and t.company_id = any(:companies) group by 1, 2, 3"
)
_Worked = dict[tuple[int, Month], tuple[Decimal, tuple[int, ...]]]
"""(order line, month) -> approved hours, and the invoices that carry any of them."""


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
    rows = ledger.session.execute(_MONTHS, {"companies": list(ledger.companies)})
    worked: _Worked = {(r[0], (r[1], r[2])): (r[3], tuple(r[4])) for r in rows}
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
        lines = [line for line in lines if not ledger.settles_advance(line)]
        if not lines:
            continue
        back = sum(taken, ZERO)
        asked = sum((line.quantity for line in lines), ZERO) - back
        discrepancy = _judge(ledger, invoice, order_line, lines, asked, back, worked)
        if discrepancy is not None:
            yield discrepancy


def _judge(
    ledger: Ledger, invoice: OdooInvoice, order_line: OdooOrderLine, lines: list[OdooInvoiceLine], asked: Decimal,
    back: Decimal, worked_in: _Worked,
) -> Discrepancy | None:  # fmt: skip
    held = ledger.carried.get((invoice.id, order_line.id))
    if held is not None:
        hours, basis = held.hours, "the time linked to it"
        which: TextClause = _CARRIED
        where: dict[str, object] = {"invoice": invoice.id, "line": order_line.id}
    else:
        months = _months(invoice, lines)
        if not months:
            return None
        held_in = [worked_in.get((order_line.id, month), (ZERO, ())) for month in months]
        if any(k in ledger.invoices for _, carriers in held_in for k in carriers):
            return None  # another invoice carries time of this period: the rule of hours invoiced again speaks
        first, last = first_day(months[0]), last_day(months[-1])
        hours, basis = sum((h for h, _ in held_in), ZERO), f"the approved time of {first} to {last}"
        which = _OF_PERIOD
        where = {"line": order_line.id, "first": first, "last": last}
    worked = ledger.in_unit(hours, order_line.unit, invoice.company_id)
    worked = hours if worked is None else worked
    difference = asked - worked
    limits = ledger.limits(invoice.company_id)
    price = ledger.price(max(lines, key=lambda line: (line.quantity, -line.id)))
    if abs(difference) <= limits.hours_tolerance or abs(difference * price) <= limits.amount_tolerance:
        return None
    if difference < 0 <= difference + back + limits.hours_tolerance:
        return None  # what was billed was worked; what was credited of it is a concession
    if ledger.is_made_good(invoice, difference * price, order_line.id):
        return None
    sheets = ledger.session.execute(which, where)
    refs = [RecordRef("account.analytic.line", s[0], f"{s[1]} {s[2]}: {s[3]}") for s in sheets]
    return _say(ledger, invoice, order_line, lines, asked, worked, price, refs, basis)


def _months(invoice: OdooInvoice, lines: list[OdooInvoiceLine]) -> list[Month]:
    """The months that lines entered by hand name, and those between; a line that names none is not compared."""
    near = invoice.invoiced_on or invoice.created_at.date()
    named = {m for line in lines for m in months_in(line.description, near=near)}
    return sorted(months_between(min(named), max(named))) if named else []


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
