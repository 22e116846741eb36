"""What is invoiced and drafted on an order against the value its purchase order, or its own terms, allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.assessments.findings import RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, order_ref
from app.detectors.stating import row, state
from app.detectors.words.caps import cap_in
from app.detectors.words.po_words import is_number, plain
from app.mirror.models import OdooInvoice, OdooOrder

RULE = "po_exceeded"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Up to how much may be billed, and who says so. `number` is the customer's order number, if it is one."""

    value: Decimal
    source: str
    record: RecordRef
    number: str = ""


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per purchase order: orders of one customer that share its number share its value.

    Credit notes count where they credit lines of the order; a goodwill credit beside them gives no budget back.
    """
    shared: dict[tuple[int, int, str], list[OdooOrder]] = defaultdict(list)
    for order in ledger.orders.values():
        number = plain(order.customer_reference)
        known = number if is_number(order.customer_reference, [order.name]) else f"order {order.id}"
        shared[order.company_id, order.customer_id, known].append(order)
    for orders in shared.values():
        allowed = _allowed(ledger, orders)
        if allowed is not None:
            discrepancy = _judge(ledger, orders, allowed)
            if discrepancy is not None:
                yield discrepancy


def _allowed(ledger: Ledger, orders: list[OdooOrder]) -> Allowed | None:
    """The latest order document with a value; without one, a not-to-exceed in the terms of a single order."""
    papers = [
        (terms, order)
        for order in orders
        for terms in ledger.papers_of_order.get(order.id, ())
        if terms.value is not None and terms.value > 0 and terms.currency == order.currency
    ]
    same = [
        (terms, order)
        for terms, order in papers
        if not terms.po_number
        or plain(terms.po_number) == plain(order.customer_reference)
        or not order.customer_reference
    ]
    if same:
        terms, order = max(same, key=lambda found: found[0].paper_id)
        number = terms.po_number or order.customer_reference
        name = f"purchase order {number}" if number else f"the order document of {order.name}"
        return Allowed(terms.value or ZERO, name, RecordRef("ir.attachment", terms.paper_id, name), number)
    if len(orders) == 1:
        cap = cap_in(orders[0].note)
        if cap is not None and cap[1] in ("", orders[0].currency):
            return Allowed(cap[0], f"the terms of {orders[0].name}", order_ref(orders[0]), orders[0].customer_reference)
    return None


def _judge(ledger: Ledger, orders: list[OdooOrder], allowed: Allowed) -> Discrepancy | None:
    first = orders[0]
    posted: dict[int, Decimal] = defaultdict(Decimal)
    drafts: dict[int, Decimal] = defaultdict(Decimal)
    credited: dict[int, Decimal] = defaultdict(Decimal)
    for order in orders:
        own = {line.id for line in ledger.lines_of_order.get(order.id, ())}
        for invoice in ledger.invoices_of_order.get(order.id, ()):
            if invoice.currency != first.currency:
                return None
            into = drafts if invoice.state == "draft" else posted
            into[invoice.id] += sum((line.net for line in ledger.part_for(invoice, order)), ZERO)
            for note in ledger.credits_of.get(invoice.id, ()):
                lines = ledger.lines_of_invoice.get(note.id, ())
                credited[note.id] = sum((line.net for line in lines if own & set(line.order_line_ids)), ZERO)
    credited = defaultdict(Decimal, {k: v for k, v in credited.items() if v})
    total = sum(posted.values(), ZERO) + sum(drafts.values(), ZERO) - sum(credited.values(), ZERO)
    over = total - allowed.value
    if over <= ledger.limits(first.company_id).amount_tolerance:
        return None
    return _say(ledger, orders, allowed, (posted, drafts, credited), over)


def _say(
    ledger: Ledger, orders: list[OdooOrder], allowed: Allowed,
    parts: tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal]], over: Decimal,
) -> Discrepancy:  # fmt: skip
    first = orders[0]
    posted, drafts, credited = parts

    def money(value: Decimal) -> str:
        return str(ledger.money(value, first.currency))

    def refs(ids: dict[int, Decimal]) -> list[RecordRef]:
        return [ledger.invoice_ref(ledger.documents[k]) for k in sorted(ids)]

    amount = ledger.money(over, first.currency)
    names = ", ".join(o.name for o in orders)
    rows = [
        row(f"Invoiced on {names}, {len(posted)} documents",
            ledger.money(sum(posted.values(), ZERO), first.currency), "first", records=refs(posted)),
    ]  # fmt: skip
    if drafts:
        rows.append(row(f"drafted, {len(drafts)} documents", ledger.money(sum(drafts.values(), ZERO), first.currency),
                        "plus", records=refs(drafts)))  # fmt: skip
    if credited:
        back = ledger.money(sum(credited.values(), ZERO), first.currency)
        rows.append(row(f"credited, {len(credited)} documents", back, "minus", records=refs(credited)))
    rows += [
        row(allowed.source, ledger.money(allowed.value, first.currency), "minus", records=[allowed.record]),
        row("Above the order", amount, "result"),
    ]
    last: OdooInvoice | None = max(
        (ledger.invoices[k] for k in [*drafts, *posted]), key=lambda i: (i.state == "draft", i.id), default=None
    )
    return state(
        ledger, RULE, (first.id,),
        company_id=first.company_id, customer=(first.customer_id, first.customer_name),
        title=f"{names} {first.customer_name}: {money(over)} above {allowed.source}",
        sentence=f"On {names} {money(sum(posted.values(), ZERO))} is invoiced"
        + (f" and {money(sum(drafts.values(), ZERO))} drafted" if drafts else "")
        + (f", {money(sum(credited.values(), ZERO))} credited" if credited else "")
        + f"; the limit is {money(allowed.value)} by {allowed.source}: {money(over)} above.",
        amount=amount, rows=rows,
        records=[*map(order_ref, orders), *refs(posted), *refs(drafts), *refs(credited), allowed.record],
        order=first, invoice=last, about=order_ref(first), says="customer",
        step="Ask the customer to extend the order before the draft is posted." if drafts
        else "Ask the customer to extend the order, or credit what is above it.",
        explains="Invoices and drafts of an order, net, less credits on its lines, above the value of its purchase "
                 "order "
        "or the not-to-exceed in its terms",
        since=last.invoiced_on if last else None,
    )  # fmt: skip
