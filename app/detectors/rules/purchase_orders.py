"""Customers that require a purchase order: orders without one, and work after the one there is has ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.assessments.findings import RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, order_ref
from app.detectors.models import OrderPaperTerms
from app.detectors.stating import row, state
from app.detectors.words.periods import first_day, months_in
from app.detectors.words.po_words import is_number, wants_po
from app.mirror.models import OdooInvoice, OdooOrder

NONE, EXPIRED = "po_missing.none", "po_missing.expired"
_UNPAID = frozenset({"not_paid", "partial", "in_payment", "blocked", ""})
_AFTER = text(
    "select invoice_id, order_line_id, sum(hours) from odoo_timesheets "
    "where invoice_id = any(:invoices) and worked_on > :ended group by 1, 2"
)


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per order, and one per invoice that belongs to none."""
    wanting = _wanting(ledger)
    for order in ledger.orders.values():
        if (order.company_id, order.customer_id) not in wanting:
            continue
        papers = ledger.papers_of_order.get(order.id, [])
        has_number = is_number(order.customer_reference, [order.name]) or any(p.po_number for p in papers)
        discrepancy = _expired(ledger, order, papers) if has_number else _none(ledger, order)
        if discrepancy is not None:
            yield discrepancy
    for invoice in ledger.invoices.values():
        if (invoice.company_id, invoice.customer_id) not in wanting or ledger.orders_of_invoice[invoice.id]:
            continue
        if _is_open(invoice) and not is_number(invoice.reference, [invoice.name]):
            yield _loose(ledger, invoice)


def _wanting(ledger: Ledger) -> set[tuple[int, int]]:
    """(company, customer) pairs; a tag on any contact of a customer counts for it."""
    tags: dict[int, set[str]] = defaultdict(set)
    for customer in ledger.customers.values():
        tags[customer.customer_id].update(customer.tags)
    return {
        (company, customer)
        for company in ledger.companies
        for customer, names in tags.items()
        if names and wants_po(names, ledger.limits(company).po_tags)
    }


def _is_open(invoice: OdooInvoice) -> bool:
    return invoice.state == "draft" or (invoice.payment_state in _UNPAID and invoice.open_amount > 0)


def _part(ledger: Ledger, invoice: OdooInvoice, order: OdooOrder) -> Decimal:
    return sum((line.net for line in ledger.part_for(invoice, order)), ZERO)


def _none(ledger: Ledger, order: OdooOrder) -> Discrepancy | None:
    """Drafts come first: they can still wait for the number. Without any, what is posted and unpaid; else what is to
    be billed."""
    names = [order.name, *(o.name for o in ledger.orders_of_customer.get(order.customer_id, ()))]
    bare = [i for i in ledger.invoices_of_order.get(order.id, ()) if not is_number(i.reference, [*names, i.name])]
    drafts = [i for i in bare if i.state == "draft"]
    waiting = drafts or [i for i in bare if _is_open(i)]
    to_bill = sum(
        (
            max(line.delivered - line.invoiced, ZERO) * ledger.price(line)
            for line in ledger.lines_of_order.get(order.id, ())
        ),
        ZERO,
    )
    if not waiting and to_bill <= ledger.limits(order.company_id).amount_tolerance:
        return None
    kind = "drafted" if drafts else "posted and unpaid" if waiting else "done and not yet billed"
    held = (
        f"the reference {order.customer_reference!r}" if order.customer_reference.strip() else "no customer reference"
    )
    parts = [(i, _part(ledger, i, order)) for i in waiting]
    total = sum((net for _, net in parts), ZERO) if parts else to_bill
    if total <= ledger.limits(order.company_id).amount_tolerance:
        return None
    amount = ledger.money(total, order.currency)
    rows = [
        row(
            ledger.title_of(i),
            ledger.money(net, order.currency),
            "plus" if n else "first",
            records=[ledger.invoice_ref(i)],
        )
        for n, (i, net) in enumerate(parts)
    ] or [row(f"Delivered on {order.name}, not billed", amount, records=[order_ref(order)])]
    rows.append(row("Without a purchase order", amount, "result"))
    customer = RecordRef("res.partner", order.customer_id, order.customer_name)
    return state(
        ledger, NONE, (order.id,),
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: no purchase order",
        sentence=f"{order.customer_name} requires a purchase order, and {order.name} has {held} and no order document: "
        f"{amount} net {kind}.",
        amount=amount, rows=rows, records=[order_ref(order), *(ledger.invoice_ref(i) for i in waiting), customer],
        order=order, invoice=waiting[-1] if waiting else None, about=order_ref(order),
        step="Ask the customer for the order number before the draft is posted." if drafts
        else "Ask the customer for the order number.",
        explains="A customer whose tag says that it requires a purchase order, and a sales order without a number of "
        "theirs (our order's own name is none) and without an order document",
        since=order.ordered_on, says="customer",
    )  # fmt: skip


def _loose(ledger: Ledger, invoice: OdooInvoice) -> Discrepancy:
    amount = ledger.money(invoice.net, invoice.currency)
    name, ref = ledger.title_of(invoice), ledger.invoice_ref(invoice)
    return state(
        ledger, NONE, ("invoice", invoice.id),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: no purchase order",
        sentence=f"{invoice.customer_name} requires a purchase order, and {name} belongs to no order and names none: "
        f"{amount} net.",
        amount=amount, rows=[row(name, amount, records=[ref]), row("Without a purchase order", amount, "result")],
        records=[ref, RecordRef("res.partner", invoice.customer_id, invoice.customer_name)], invoice=invoice,
        step="Ask the customer for the order number and enter it on the invoice.",
        explains="An open invoice without an order and without a number, for a customer that requires a purchase order",
        since=invoice.invoiced_on, says="customer",
    )  # fmt: skip


def _expired(ledger: Ledger, order: OdooOrder, papers: Sequence[OrderPaperTerms]) -> Discrepancy | None:
    """Open invoices that bill work after the last day of the newest order document."""
    dated = [p for p in papers if p.valid_until is not None]
    ended = max((p.valid_until for p in dated if p.valid_until), default=None)
    if ended is None:
        return None
    invoices = [i for i in ledger.invoices_of_order.get(order.id, ()) if _is_open(i)]
    found = [(i, net) for i, net in ((i, _after(ledger, i, order, ended)) for i in invoices) if net > 0]
    if not found:
        return None
    paper = next(p for p in dated if p.valid_until == ended)
    number = paper.po_number or order.customer_reference
    amount = ledger.money(sum((net for _, net in found), ZERO), order.currency)
    refs = [ledger.invoice_ref(i) for i, _ in found]
    rows = [
        row(f"{ledger.title_of(i)}, work after {ended}", ledger.money(net, order.currency), "plus" if n else "first",
            records=[refs[n]])
        for n, (i, net) in enumerate(found)
    ]  # fmt: skip
    rows.append(row("After the order's end", amount, "result"))
    source = RecordRef("ir.attachment", paper.paper_id, f"purchase order {number}")
    return state(
        ledger, EXPIRED, (order.id,),
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: purchase order {number} ended on {ended}",
        sentence=f"Purchase order {number} of {order.customer_name} ended on {ended}; "
        f"{', '.join(ledger.title_of(i) for i, _ in found)} bills work after it: {amount} net.",
        amount=amount, rows=rows, records=[order_ref(order), *refs, source], order=order, invoice=found[-1][0],
        about=order_ref(order), step="Ask the customer to extend the order, or for a new one, before this is posted.",
        explains="A customer that requires a purchase order, and an open invoice for work after the last day of "
                 "its order "
        "document",
        since=ended, says="customer",
    )  # fmt: skip


def _after(ledger: Ledger, invoice: OdooInvoice, order: OdooOrder, ended: date) -> Decimal:
    """The net amount of the part of an invoice that bills work after a day: by its time, else by the months its lines
    name, else by its date."""
    lines = ledger.part_for(invoice, order)
    own_lines = [line.id for line in ledger.lines_of_order.get(order.id, ())]
    held = [c for c in (ledger.carried.get((invoice.id, k)) for k in own_lines) if c is not None]
    if held:
        if min(c.first for c in held) > ended:
            return sum((line.net for line in lines), ZERO)
        if max(c.last for c in held) <= ended:
            return ZERO
        rows = ledger.session.execute(_AFTER, {"invoices": [invoice.id], "ended": ended}).all()
        late = {r[1]: r[2] for r in rows}
        total = ZERO
        for line in lines:
            own = next((k for k in line.order_line_ids if k in late), None)
            if own is not None:
                hours = late[own]
                quantity = ledger.in_unit(hours, line.unit, invoice.company_id)
                total += min((hours if quantity is None else quantity) * ledger.price(line), line.net)
        return total
    near = invoice.invoiced_on or invoice.created_at.date()
    total = ZERO
    for line in lines:
        months = months_in(line.description, near=near)
        begins = first_day(min(months)) if months else near
        if begins > ended:
            total += line.net
    return total
