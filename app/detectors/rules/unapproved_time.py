"""Invoices, drafts too, that carry hours which nobody approved (Odoo 19 Community bills all time alike)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.assessments.findings import ArithmeticRow, RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooOrderLine

RULE = "unapproved_time.invoiced"
_UNAPPROVED = text(
    "select id, invoice_id, order_line_id, worked_on, hours, employee, description from odoo_timesheets "
    "where is_approved is false and invoice_id is not null and order_line_id is not null and hours <> 0 "
    "and company_id = any(:companies) order by invoice_id, worked_on, id"
)


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    invoice_id: int
    line: int
    worked_on: date
    hours: Decimal
    employee: str
    description: str


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per invoice. Silent where a company bills all time, and on time from before it approved any."""
    companies = {"companies": list(ledger.companies)}
    found: dict[int, list[Entry]] = defaultdict(list)
    for r in ledger.session.execute(_UNAPPROVED, companies):
        found[r[1]].append(Entry(*r))
    for invoice_id, entries in found.items():
        invoice = ledger.invoices.get(invoice_id)
        if invoice is None or not ledger.limits(invoice.company_id).approved_time_only:
            continue
        since = ledger.approving_since.get(invoice.company_id, date.max)
        late = [entry for entry in entries if entry.worked_on >= since]
        discrepancy = _judge(ledger, invoice, late) if late else None
        if discrepancy is not None:
            yield discrepancy


def _judge(ledger: Ledger, invoice: OdooInvoice, entries: list[Entry]) -> Discrepancy | None:
    total, refs = ZERO, [ledger.invoice_ref(invoice)]
    rows: list[ArithmeticRow] = []
    for entry in entries:
        order_line = ledger.order_lines.get(entry.line)
        billed = _billed(ledger, invoice, entry.line)
        priced: OdooInvoiceLine | OdooOrderLine | None = billed or order_line
        if priced is None:
            continue
        quantity = ledger.in_unit(entry.hours, priced.unit, invoice.company_id)
        worth = (entry.hours if quantity is None else quantity) * ledger.price(priced)
        ref = RecordRef("account.analytic.line", entry.id, f"{entry.worked_on} {entry.employee}: {entry.description}")
        refs += [ref, line_ref(priced)]
        rows.append(
            row(
                f"{entry.worked_on} {entry.employee}, not approved", ledger.money(worth, invoice.currency),
                "plus" if rows else "first", quantity=entry.hours, unit="h", records=[ref],
                rate=ledger.money(ledger.price(priced), invoice.currency),
            )
        )  # fmt: skip
        total += worth
    hours = sum((e.hours for e in entries), ZERO)
    if not rows or total <= ledger.limits(invoice.company_id).amount_tolerance or ledger.is_made_good(invoice, total):
        return None
    amount = ledger.money(total, invoice.currency)
    rows.append(row("Billed without approval", amount, "result", quantity=hours, unit="h"))
    orders = ledger.orders_of_invoice[invoice.id]
    refs += [order_ref(o) for o in orders]
    is_draft = invoice.state == "draft"
    name = ledger.title_of(invoice)
    many = "entry" if len(entries) == 1 else "entries"
    return state(
        ledger, RULE, (invoice.id,),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: {count(hours)} h billed that nobody approved",
        sentence=f"{name} carries {count(hours)} h ({len(entries)} {many}) that nobody approved: {amount} net.",
        amount=amount, rows=rows, records=refs, order=orders[0] if len(orders) == 1 else None, invoice=invoice,
        step="Have the hours approved, or take them off the draft." if is_draft
        else "Have the hours approved, or credit them.",
        explains="Hours on an invoice, draft or posted, that nobody approved, where only approved time is to be billed",
        since=min(e.worked_on for e in entries), says="customer", quantity=hours, unit="h",
    )  # fmt: skip


def _billed(ledger: Ledger, invoice: OdooInvoice, order_line: int) -> OdooInvoiceLine | None:
    lines = ledger.lines_of_invoice.get(invoice.id, ())
    return next((line for line in lines if order_line in line.order_line_ids), None)
