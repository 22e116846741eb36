"""Milestones reached and not invoiced, and milestones invoiced before they were reached.

Odoo links invoice lines to the order line only. Which milestone a line bills is told by its text, then by its quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, islice

from app.assessments.findings import RecordRef
from app.assessments.reconcile.units import count
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.folding import fold
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooMilestone, OdooOrder, OdooOrderLine
from app.money import Money

UNBILLED, EARLY = "unbilled_time.milestone", "milestone_early"
_NEAR = Decimal("0.0005")
_SHORTEST_NAME = 4
_MOST = 6
"""Combinations of more milestones are not tried."""
_TRIED = 5_000
"""Choices of milestones that are tried for one invoice line."""


@dataclass
class _Bill:
    """What was billed for the milestones of one order line."""

    line_of: dict[int, OdooInvoiceLine] = field(default_factory=dict)
    """Milestone -> the invoice line that bills it."""
    rest: list[tuple[OdooInvoiceLine, Decimal]] = field(default_factory=list)
    """Lines that name no milestone and fit none, with their quantity."""


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """A discrepancy per milestone; drafts count as invoiced."""
    for order_line_id, milestones in sorted(ledger.milestones_of_line.items()):
        order_line = ledger.order_lines[order_line_id]
        order = ledger.orders[order_line.order_id]
        shared = sorted((m for m in milestones if m.share > 0), key=lambda m: (m.deadline_on or date.max, m.id))
        if not shared or order_line.quantity <= 0:
            continue
        bill = _bill(ledger, order, order_line, shared)
        yield from _unbilled(ledger, order, order_line, shared, bill)
        yield from _early(ledger, order, order_line, shared, bill)


def _bill(ledger: Ledger, order: OdooOrder, order_line: OdooOrderLine, milestones: list[OdooMilestone]) -> _Bill:
    """Set the billed lines against the milestones: by name, then by quantity among the reached, then the others."""
    bill = _Bill()
    open_ones = list(milestones)
    waiting: list[OdooInvoiceLine] = []
    for line in _billing(ledger, order, order_line):
        named = [
            m
            for m in open_ones
            if len(fold(m.name).strip()) >= _SHORTEST_NAME and fold(m.name) in fold(line.description)
        ]
        if named:
            best = max(named, key=lambda m: (len(m.name), -m.id))
            bill.line_of[best.id] = line
            open_ones.remove(best)
        else:
            waiting.append(line)
    for reached in (True, False):
        for line in list(waiting):
            fitting = _fitting([m for m in open_ones if m.is_reached is reached], line.quantity / order_line.quantity)
            for milestone in fitting:
                bill.line_of[milestone.id] = line
                open_ones.remove(milestone)
            if fitting:
                waiting.remove(line)
    bill.rest = [(line, line.quantity) for line in waiting]
    return bill


def _fitting(milestones: list[OdooMilestone], share: Decimal) -> tuple[OdooMilestone, ...]:
    """The fewest of these milestones that make up a share together; none when too many would have to be tried."""
    sizes = range(1, min(len(milestones), _MOST) + 1)
    every = chain.from_iterable(combinations(milestones, size) for size in sizes)
    for chosen in islice(every, _TRIED):
        if abs(sum((m.share for m in chosen), ZERO) - share) <= _NEAR:
            return chosen
    return ()


def _billing(ledger: Ledger, order: OdooOrder, order_line: OdooOrderLine) -> list[OdooInvoiceLine]:
    """Invoice lines that bill the order line, in the order of their making; what was credited is left out."""
    found = []
    for invoice in sorted(ledger.invoices_of_order.get(order.id, ()), key=lambda i: i.id):
        for line in ledger.lines_of_invoice.get(invoice.id, ()):
            billed = ledger.billed_line(line)
            bills_it = billed is not None and billed.id == order_line.id and line.quantity > 0
            if bills_it and not ledger.is_made_good(invoice, line.net):
                found.append(line)
    return found


def _unbilled(
    ledger: Ledger, order: OdooOrder, order_line: OdooOrderLine, milestones: list[OdooMilestone], bill: _Bill
) -> Iterator[Discrepancy]:
    pool = sum((quantity for _, quantity in bill.rest), ZERO) / order_line.quantity
    limits = ledger.limits(order.company_id)
    for milestone in milestones:
        if not milestone.is_reached or milestone.id in bill.line_of:
            continue
        covered = min(pool, milestone.share)
        pool -= covered
        share = milestone.share - covered
        waits = milestone.reached_on is not None and limits.milestone_grace_days > 0
        if share <= _NEAR or (
            waits
            and milestone.reached_on
            and ledger.today <= milestone.reached_on + timedelta(limits.milestone_grace_days)
        ):
            continue
        worth = ledger.price(order_line) * order_line.quantity
        amount = ledger.money(share * worth, order.currency)
        ref = RecordRef("project.milestone", milestone.id, milestone.name)
        refs = [ref, order_ref(order), line_ref(order_line)]
        when = f" on {milestone.reached_on}" if milestone.reached_on and milestone.reached_on <= ledger.today else ""
        yield state(
            ledger, UNBILLED, (milestone.id,),
            company_id=order.company_id, customer=(order.customer_id, order.customer_name),
            title=f"{order.name} {order.customer_name}: milestone “{milestone.name}” not billed",
            sentence=f"“{milestone.name}” of {order.name} was reached{when} and is on no invoice: {amount} net "
            f"({count(share * 100)}% of {ledger.money(worth, order.currency)}).",
            amount=amount,
            rows=[
                row(f"{order.name}, fixed fee", ledger.money(worth, order.currency), records=refs[1:]),
                row(f"share of “{milestone.name}”", None, "plus", quantity=share * 100, unit="%", records=[ref]),
                row("Not billed", amount, "result"),
            ],
            records=refs, order=order, about=order_ref(order), since=milestone.reached_on or milestone.deadline_on,
            step=f"Invoice “{milestone.name}” of {order.name}.",
            explains="A milestone that is reached and that no invoice, draft or posted, bills"
            + (f", more than {limits.milestone_grace_days} days after" if limits.milestone_grace_days else ""),
            line_id=order_line.id,
        )  # fmt: skip


def _early(
    ledger: Ledger, order: OdooOrder, order_line: OdooOrderLine, milestones: list[OdooMilestone], bill: _Bill
) -> Iterator[Discrepancy]:
    for milestone in milestones:
        line = bill.line_of.get(milestone.id)
        if line is None or milestone.is_reached:
            continue
        invoice = ledger.invoices[line.invoice_id]
        amount = ledger.money(line.net, invoice.currency)
        yield _say_early(ledger, order, order_line, invoice, line, milestone, amount)
    unreached = [m for m in milestones if not m.is_reached and m.id not in bill.line_of]
    reached = sum((m.share for m in milestones if m.is_reached and m.id not in bill.line_of), ZERO)
    beyond = sum((quantity for _, quantity in bill.rest), ZERO) / order_line.quantity - reached
    if bill.rest and unreached and beyond > _NEAR:
        line = bill.rest[-1][0]
        invoice = ledger.invoices[line.invoice_id]
        amount = ledger.money(min(beyond * order_line.quantity * ledger.price(line), line.net), invoice.currency)
        yield _say_early(ledger, order, order_line, invoice, line, unreached[0], amount)


def _say_early(
    ledger: Ledger, order: OdooOrder, order_line: OdooOrderLine, invoice: OdooInvoice, line: OdooInvoiceLine,
    milestone: OdooMilestone, amount: Money,
) -> Discrepancy:  # fmt: skip
    name = ledger.title_of(invoice)
    ref = RecordRef("project.milestone", milestone.id, milestone.name)
    refs = [ledger.invoice_ref(invoice), line_ref(line), ref, order_ref(order), line_ref(order_line)]
    due = f"; its date is {milestone.deadline_on}" if milestone.deadline_on else ""
    is_draft = invoice.state == "draft"
    return state(
        ledger, EARLY, (invoice.id, milestone.id),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: “{milestone.name}” billed before it is reached",
        sentence=f"{name} bills “{milestone.name}” of {order.name}, {amount} net, and it is not reached{due}.",
        amount=amount,
        rows=[
            row(f"“{milestone.name}” on "
                f"{name}", amount, "first", quantity=line.quantity, unit=line.unit, records=refs[:2]),
            row("reached", Money.zero(amount.currency), "minus", records=[ref]),
            row("Billed early", amount, "result"),
        ],
        records=refs, order=order, invoice=invoice, since=invoice.invoiced_on, says="customer",
        step="Hold the draft until the milestone is accepted." if is_draft
        else "Have the milestone accepted, or credit the invoice.",
        explains="An invoice, draft or posted, that bills a milestone which is not reached",
        line_id=line.id,
    )  # fmt: skip
