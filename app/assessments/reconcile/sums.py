"""Our own invoice's arithmetic: quantity × rate on every line, and the lines against the totals."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile import units
from app.money import Money, minor_unit
from app.odoo.records import Invoice

REASONS = frozenset({"calculation_error"})


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """A finding per line billed at more than quantity × rate; or one that says the sums are right, with the sums.

    A price that contains its tax does not multiply to the net amount: such a line is only added up.
    """
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    if not lines:
        return []
    with_tax = {t.id for t in books.taxes if t.is_included_in_price or t.rate is None}
    own = RecordRef("account.move", invoice.id, invoice.name)
    found = []
    for line in lines:
        right = (line.unit_price * line.quantity * (1 - line.discount_percent / 100)).rounded()
        gap = line.net - right
        if with_tax & set(line.tax_ids) or gap.amount <= minor_unit(invoice.currency):
            continue
        ref = RecordRef("account.move.line", line.id, line.description)
        rows = (
            ArithmeticRow(f"Billed on {invoice.name}", line.quantity, line.unit, line.unit_price, line.net, "first"),
            ArithmeticRow("quantity × rate", line.quantity, line.unit, line.unit_price, right, "minus", (ref,)),
            ArithmeticRow("Difference", None, "", None, gap, "result"),
        )
        sentence = (
            f"{units.count(line.quantity)} × {units.rate(line.unit_price)} is {right}, {invoice.name} bills {line.net}."
        )
        found.append(
            Finding(
                "line_arithmetic_wrong", sentence, "customer", gap, rows=rows, records=(own, ref),
                invoice_id=invoice.id, line_id=line.id,
            )
        )  # fmt: skip
    return found or _totals(invoice, sum((line.net for line in lines), Money.zero(invoice.currency)), len(lines), own)


def _totals(invoice: Invoice, net: Money, lines: int, own: RecordRef) -> list[Finding]:
    is_right = net == invoice.net and invoice.net + invoice.tax == invoice.gross
    rows = (
        ArithmeticRow(f"{lines} lines of {invoice.name}", None, "", None, net, "first", (own,)),
        ArithmeticRow("tax", None, "", None, invoice.tax, "plus"),
        ArithmeticRow("with tax", None, "", None, net + invoice.tax, "result"),
    )
    sums = f"{lines} lines make {net}, and {invoice.tax} tax"
    sentence = (
        f"The sums on {invoice.name} are right: {sums} make {invoice.gross}."
        if is_right
        else f"The sums on {invoice.name} are wrong: {sums} would make {net + invoice.tax}, it says {invoice.gross}."
    )
    code, says = ("sums_right", "us") if is_right else ("sums_wrong", "nobody")
    return [Finding(code, sentence, says, rows=rows, records=(own,), invoice_id=invoice.id)]
