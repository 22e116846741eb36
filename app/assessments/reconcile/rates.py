"""The rate and discount billed against those agreed on the order line."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile import units
from app.money import Money
from app.odoo.records import Invoice, InvoiceLine, SalesOrderLine

REASONS = frozenset({"rate_price", "rate_mismatch", "discount_rebate", "calculation_error", "hours_quantity"})


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """One finding per line whose rate, discount applied, differs from its order line's; silent where they agree.

    The gap stays exact until it is multiplied; a difference below the smallest coin is none. Lines whose unit cannot
    be converted into the order's, or that bill order lines of different rates, are left alone.
    """
    orders = {o.id: o.name for o in books.orders}
    agreed_lines = {line.id: line for line in books.order_lines}
    found = []
    for line in (known for known in books.invoice_lines if known.invoice_id == invoice.id and known.quantity > 0):
        agreed = [agreed_lines[i] for i in line.order_line_ids if i in agreed_lines]
        rates = {r for r in (_agreed_rate(line, a) for a in agreed) if r is not None}
        if len(rates) == 1 and len({a.order_id for a in agreed}) == 1:
            found += _compare(invoice, line, agreed[0], rates.pop(), orders.get(agreed[0].order_id, "the order"))
    return found


def _agreed_rate(line: InvoiceLine, agreed: SalesOrderLine) -> Money | None:
    """The order's rate for one of the invoice's units, discount taken off; None where units do not convert."""
    rate = agreed.unit_price * (1 - agreed.discount_percent / 100)
    if agreed.unit_price.currency != line.unit_price.currency:
        return None
    if agreed.unit == line.unit:
        return rate
    ours, theirs = units.per_hour(line.unit), units.per_hour(agreed.unit)
    if ours is None or theirs is None:
        return None
    return Money(rate.amount * ours[0] * theirs[1] / (ours[1] * theirs[0]), rate.currency)


def _compare(invoice: Invoice, line: InvoiceLine, agreed: SalesOrderLine, rate: Money, order: str) -> list[Finding]:
    billed = line.unit_price * (1 - line.discount_percent / 100)
    gap = billed - rate
    amount = (gap * line.quantity).rounded()
    if not amount.amount:
        return []
    own = (
        RecordRef("account.move", invoice.id, invoice.name),
        RecordRef("account.move.line", line.id, line.description),
        RecordRef("sale.order.line", agreed.id, order),
    )
    total, allowed = (billed * line.quantity).rounded(), (rate * line.quantity).rounded()
    rows = (
        ArithmeticRow(f"Billed on {invoice.name}", line.quantity, line.unit, billed, total, "first", own[:2]),
        ArithmeticRow(f"agreed on {order}", line.quantity, line.unit, rate, allowed, "minus", own[2:]),
        ArithmeticRow("Difference", line.quantity, line.unit, gap, amount, "result"),
    )
    sum_of_it = f"{units.count(line.quantity)} × {units.rate(gap)} = {amount}"
    is_discount = line.unit_price == agreed.unit_price and line.unit == agreed.unit
    if gap.amount > 0 and is_discount:
        code = "discount_missing"
        sentence = (
            f"{order} gives {units.count(agreed.discount_percent)} % discount, {invoice.name} "
            f"{f'only {units.count(line.discount_percent)} %' if line.discount_percent else 'none'}: {sum_of_it}."
        )
    else:
        code = "rate_above_order" if gap.amount > 0 else "rate_below_order"
        sentence = f"{invoice.name} bills {units.rate(billed)}, {order} says {units.rate(rate)}: {sum_of_it}."
    return [
        Finding(
            code, sentence, "customer" if gap.amount > 0 else "us", Money(abs(amount.amount), amount.currency),
            quantity=line.quantity, unit=line.unit, rate=rate, rows=rows, records=own, invoice_id=invoice.id,
            line_id=line.id,
        )
    ]  # fmt: skip
