"""The rate billed against the rate agreed on the order line."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.money import Money
from app.odoo.records import Invoice

REASONS = frozenset({"rate_price", "rate_mismatch", "discount_rebate", "calculation_error", "hours_quantity"})


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """One finding per line whose rate differs from its order line's, discounts applied; silent where they agree."""
    orders = {o.id: o for o in books.orders}
    agreed_lines = {line.id: line for line in books.order_lines}
    found = []
    for line in (known for known in books.invoice_lines if known.invoice_id == invoice.id and known.quantity > 0):
        agreed = next((agreed_lines[i] for i in line.order_line_ids if i in agreed_lines), None)
        if agreed is None or agreed.unit_price.currency != line.unit_price.currency:
            continue
        billed = line.unit_price * (1 - line.discount_percent / 100)
        rate = agreed.unit_price * (1 - agreed.discount_percent / 100)
        gap = (billed - rate).rounded()
        if not gap.amount:
            continue
        amount = (gap * line.quantity).rounded()
        order = orders[agreed.order_id].name if agreed.order_id in orders else "the order"
        unit = line.unit or ""
        own = (
            RecordRef("account.move", invoice.id, invoice.name),
            RecordRef("account.move.line", line.id, line.description),
            RecordRef("sale.order.line", agreed.id, order),
        )
        rows = (
            ArithmeticRow(
                f"Billed on {invoice.name}",
                line.quantity,
                unit,
                billed,
                (billed * line.quantity).rounded(),
                "first",
                own[:2],
            ),
            ArithmeticRow(
                f"agreed on {order}", line.quantity, unit, rate, (rate * line.quantity).rounded(), "minus", own[2:]
            ),
            ArithmeticRow("Difference", line.quantity, unit, gap, amount, "result"),
        )
        says = "customer" if gap.amount > 0 else "us"
        sentence = (
            f"{invoice.name} bills {billed}, {order} says {rate}: {line.quantity.normalize():f} × {gap} = {amount}."
        )
        code = "rate_above_order" if gap.amount > 0 else "rate_below_order"
        found.append(
            Finding(
                code,
                sentence,
                says,
                Money(abs(amount.amount), amount.currency),
                line.quantity,
                unit,
                rate,
                rows,
                own,
                invoice.id,
                line.id,
            )
        )
    return found
