"""The same work on two invoices: same customer, same quantities and amounts, the same period or near wording."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, pairwise

from app.assessments.findings import RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.folding import fold
from app.detectors.words.periods import Month, in_words, month_of, months_between, months_in
from app.mirror.models import OdooInvoice, OdooInvoiceLine

RULE = "duplicate_billing"
_CLOSE_DAYS = 14
"""Two invoices so near each other are one billing run; further apart, equal ones may be two months of one fee."""
_SAME_WORDS, _LIKE_WORDS = 95.0, 75.0
_MOST = 60
"""Of so many lines that look alike only neighbours are compared: they are a subscription."""


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per pair of invoices; the one without a link to an order, else the later one, is the second."""
    alike: dict[tuple[object, ...], list[OdooInvoiceLine]] = defaultdict(list)
    for line in ledger.invoice_lines.values():
        invoice = ledger.invoices.get(line.invoice_id)
        if invoice is not None and line.net > 0:
            key = (
                invoice.company_id,
                invoice.customer_id,
                invoice.currency,
                line.quantity.normalize(),
                line.net.normalize(),
            )
            alike[key].append(line)
    pairs: dict[tuple[int, int], list[tuple[OdooInvoiceLine, OdooInvoiceLine]]] = defaultdict(list)
    for lines in alike.values():
        near = combinations(lines, 2) if len(lines) <= _MOST else pairwise(lines)
        for one, other in near:
            if one.invoice_id != other.invoice_id:
                pair = _ordered(ledger, one, other)
                pairs[pair[0].invoice_id, pair[1].invoice_id].append(pair)
    told: set[int] = set()
    for (first_id, second_id), matched in sorted(pairs.items()):
        first, second = ledger.invoices[first_id], ledger.invoices[second_id]
        if second_id in told:
            continue
        same = _same_work(ledger, first, second, matched)
        if same:
            told.add(second_id)
            yield _say(ledger, first, second, same)


def _ordered(ledger: Ledger, one: OdooInvoiceLine, other: OdooInvoiceLine) -> tuple[OdooInvoiceLine, OdooInvoiceLine]:
    """The original first: one linked to an order before another, a posted one before a draft, then the older."""

    def rank(line: OdooInvoiceLine) -> tuple[bool, bool, int]:
        invoice = ledger.invoices[line.invoice_id]
        linked = any(k.order_line_ids for k in ledger.lines_of_invoice[invoice.id])
        return (not linked, invoice.state == "draft", invoice.id)

    return (one, other) if rank(one) <= rank(other) else (other, one)


def _same_work(
    ledger: Ledger, first: OdooInvoice, second: OdooInvoice, matched: list[tuple[OdooInvoiceLine, OdooInvoiceLine]]
) -> list[tuple[OdooInvoiceLine, OdooInvoiceLine]]:
    """The pairs of lines that bill the same work; none where anything tells the invoices apart."""
    used: set[int] = set()
    same = []
    for one, other in matched:
        if one.id in used or other.id in used or not _is_same(ledger, first, second, one, other):
            continue
        used |= {one.id, other.id}
        same.append((one, other))
    whole = sum((line.net for line in ledger.lines_of_invoice[second.id] if line.net > 0), ZERO)
    covered = sum((other.net for _, other in same), ZERO)
    if not same or covered * 2 < whole or ledger.is_made_good(second, covered) or ledger.is_made_good(first, covered):
        return []  # one small line in common, such as a yearly licence, is no second invoice of the same work
    return same


def _is_same(
    ledger: Ledger, first: OdooInvoice, second: OdooInvoice, one: OdooInvoiceLine, other: OdooInvoiceLine
) -> bool:
    apart = _days_apart(first, second)
    if apart > ledger.limits(first.company_id).duplicate_days:
        return False
    if _has_time(ledger, first, one) and _has_time(ledger, second, other):
        return False  # each with time of its own
    if _bills_milestones(ledger, one) and _bills_milestones(ledger, other):
        return False  # equal shares of one fee: the rule of milestones looks at them
    named, named_other = _named(first, one), _named(second, other)
    if named_other:
        period = named or _worked(ledger, first, one)
        if not period:
            return False
        if not named_other & period:
            return False
    elif (named and not (_worked(ledger, second, other) & named)) or (
        not named and _has_time(ledger, first, one) and not _worked(ledger, first, one) & _worked(ledger, second, other)
    ):
        return False
    alike = _likeness(one.description, other.description)
    both_linked = bool(one.order_line_ids) and bool(other.order_line_ids)
    if both_linked:
        if set(one.order_line_ids) != set(other.order_line_ids):
            return False
        if _has_time(ledger, first, one) != _has_time(ledger, second, other):
            return False  # the rule of hours invoiced again looks at them
        return bool(named and named_other) or (
            not named and apart <= _CLOSE_DAYS and not _ordered_more(ledger, one, other)
        )
    if None not in (one.product_id, other.product_id) and one.product_id != other.product_id and alike < _LIKE_WORDS:
        return False
    if named_other:
        return True
    if one.order_line_ids or other.order_line_ids:
        return alike >= _LIKE_WORDS or one.product_id == other.product_id
    return alike >= (_LIKE_WORDS if apart <= _CLOSE_DAYS else _SAME_WORDS) and (
        apart <= _CLOSE_DAYS or _is_telling(other.description)
    )


def _is_telling(description: str) -> bool:
    """Whether a text names a reference of its own: two equal ones are then the same thing, however far apart."""
    return re.search(r"\d{4,}[\d/-]", description) is not None


def _ordered_more(ledger: Ledger, one: OdooInvoiceLine, other: OdooInvoiceLine) -> bool:
    """Whether the order holds both quantities: two deliveries of one order line."""
    line = ledger.order_lines.get(one.order_line_ids[0])
    return line is not None and max(line.quantity, line.delivered) >= one.quantity + other.quantity


def _has_time(ledger: Ledger, invoice: OdooInvoice, line: OdooInvoiceLine) -> bool:
    return any((invoice.id, k) in ledger.carried for k in line.order_line_ids)


def _bills_milestones(ledger: Ledger, line: OdooInvoiceLine) -> bool:
    return any(k in ledger.milestones_of_line for k in line.order_line_ids)


def _named(invoice: OdooInvoice, line: OdooInvoiceLine) -> frozenset[Month]:
    return months_in(line.description, near=invoice.invoiced_on or invoice.created_at.date())


def _worked(ledger: Ledger, invoice: OdooInvoice, line: OdooInvoiceLine) -> frozenset[Month]:
    """The months whose work a line bills: of the time linked to it, else that of the invoice and the one before."""
    held = [c for c in (ledger.carried.get((invoice.id, k)) for k in line.order_line_ids) if c is not None]
    if held:
        return months_between(month_of(min(c.first for c in held)), month_of(max(c.last for c in held)))
    day = invoice.invoiced_on
    if day is None:
        return frozenset()
    before = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return frozenset({month_of(day), before})


def _likeness(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.token_set_ratio(fold(one), fold(other)))


def _days_apart(first: OdooInvoice, second: OdooInvoice) -> int:
    days = [i.invoiced_on or i.created_at.date() for i in (first, second)]
    return abs((days[0] - days[1]).days)


def _say(
    ledger: Ledger, first: OdooInvoice, second: OdooInvoice, same: list[tuple[OdooInvoiceLine, OdooInvoiceLine]]
) -> Discrepancy:
    net = sum((other.net for _, other in same), ZERO)
    amount = ledger.money(net, second.currency)
    one, other = ledger.title_of(first), ledger.title_of(second)
    first_lines, second_lines = [line_ref(a) for a, _ in same], [line_ref(b) for _, b in same]
    orders = {o.id: o for i in (first, second) for o in ledger.orders_of_invoice[i.id]}
    months = sorted(_named(second, same[0][1]) or _named(first, same[0][0]))
    of = f" for {in_words(months[0])}" if len(months) == 1 else ""
    quantity: Decimal = sum((b.quantity for _, b in same), ZERO)
    rows = [
        row(f"Billed on {other}{of}", amount, "first", records=[ledger.invoice_ref(second), *second_lines],
            quantity=quantity, unit=same[0][1].unit),
        row(f"billed before on {one}", amount, "minus", records=[ledger.invoice_ref(first), *first_lines],
            quantity=quantity, unit=same[0][0].unit),
        row("Billed twice", amount, "result"),
    ]  # fmt: skip
    is_draft = second.state == "draft"
    records: list[RecordRef] = [
        ledger.invoice_ref(first), ledger.invoice_ref(second), *first_lines, *second_lines,
        *map(order_ref, orders.values()),
    ]  # fmt: skip
    return state(
        ledger, RULE, sorted((first.id, second.id)),
        company_id=second.company_id, customer=(second.customer_id, second.customer_name),
        title=f"{other} {second.customer_name}: bills again what {one} bills",
        sentence=f"{other} bills the same quantities and amounts{of} as {one}: {amount} net twice.",
        amount=amount, rows=rows, records=records,
        order=next(iter(orders.values())) if len(orders) == 1 else None, invoice=second,
        step=f"Delete the draft if it is the same work as {one}." if is_draft
        else f"Credit {other} if it is the same work as {one}.",
        explains="Two invoices of a customer with the same quantities and amounts for the same period or with near "
        "wording, not both with time of their own, neither credited",
        since=second.invoiced_on, says="customer", line_id=same[0][1].id,
    )  # fmt: skip
