"""Hours billed against hours approved: "42 h billed, 36 h approved on 3 timesheets, 6 h × 150.00 without approval"."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile import units
from app.odoo.records import Invoice, InvoiceLine, Timesheet

REASONS = frozenset({
    "hours_quantity", "missing_backup", "unapproved_time", "quantity_mismatch", "supporting_documents",
    "description_insufficient", "scope_not_agreed",
})  # fmt: skip


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """One finding per set of invoice lines that share timesheets; approved hours support us, the rest the customer.

    Lines in a unit that is no unit of time, or of one order line in different units, are left alone.
    """
    found = []
    for lines in _sharing([known for known in books.invoice_lines if known.invoice_id == invoice.id]):
        sheets = [t for t in books.timesheets if t.invoice_id == invoice.id and _belongs(t, lines)]
        unit = lines[0].unit
        if sheets and units.per_hour(unit) is not None and all(line.unit == unit for line in lines):
            found.append(_compare(invoice, lines, sheets))
    return found


def _sharing(lines: list[InvoiceLine]) -> list[list[InvoiceLine]]:
    """Lines that bill the same order line together, so that its timesheets count once."""
    groups: list[tuple[set[int], list[InvoiceLine]]] = []
    for line in (known for known in lines if known.quantity > 0):
        ids = set(line.order_line_ids)
        mine = [g for g in groups if g[0] & ids or (not g[0] and not ids)]
        merged = (ids.union(*(g[0] for g in mine)), [known for g in mine for known in g[1]] + [line])
        groups = [g for g in groups if g not in mine] + [merged]
    return [lines for _, lines in groups]


def _belongs(sheet: Timesheet, lines: list[InvoiceLine]) -> bool:
    ids = {i for line in lines for i in line.order_line_ids}
    return sheet.order_line_id in ids if ids else sheet.order_line_id is None


def _compare(invoice: Invoice, lines: list[InvoiceLine], sheets: list[Timesheet]) -> Finding:
    approved = [t for t in sheets if t.is_approved]
    hours = sum((t.hours for t in approved), Decimal(0))
    largest = max(lines, key=lambda line: (line.quantity, -line.id))
    unit = largest.unit
    billed = sum((line.quantity for line in lines), Decimal(0))
    allowed = units.in_unit(hours, unit)
    over = billed - allowed
    is_in_hours = units.is_hour(unit)
    name = "h" if is_in_hours else unit.casefold()
    worked = f"{units.count(hours)} h approved on {len(approved)} timesheets"
    if not is_in_hours:
        worked += f", {units.count(allowed)} {name} at {units.HOURS_PER_DAY} h a day"
    refs = tuple(RecordRef("account.analytic.line", t.id, f"{t.worked_on.isoformat()} {t.employee}") for t in approved)
    own = (
        RecordRef("account.move", invoice.id, invoice.name),
        *(RecordRef("account.move.line", line.id, line.description) for line in lines),
    )
    rates = {line.unit_price * (1 - line.discount_percent / 100) for line in lines}
    rate = rates.pop() if len(rates) == 1 else None
    rows = (
        ArithmeticRow(
            f"Billed on {invoice.name}", billed, unit, rate, (rate * billed).rounded() if rate else None, "first", own
        ),
        ArithmeticRow(
            worked.partition(" h ")[2], allowed, unit, rate, (rate * allowed).rounded() if rate else None, "minus", refs
        ),
        ArithmeticRow("Without approval", over, unit, rate, (rate * over).rounded() if rate else None, "result"),
    )
    if over <= 0:
        return Finding(
            "hours_approved", f"All {units.count(billed)} {name} on {invoice.name} are covered: {worked}.", "us",
            quantity=allowed, unit=unit, rate=rate, rows=rows, records=own, invoice_id=invoice.id, line_id=largest.id,
        )  # fmt: skip
    sentence = f"{units.count(billed)} {name} billed, {worked}: {units.count(over)} {name}"
    if rate is None:
        return Finding(
            "hours_over_approved", f"{sentence} without approval. Their lines have different rates.", "customer",
            quantity=over, unit=unit, rows=rows, records=own, invoice_id=invoice.id,
        )  # fmt: skip
    amount = (rate * over).rounded()
    return Finding(
        "hours_over_approved", f"{sentence} × {units.rate(rate)} = {amount} without approval.", "customer", amount,
        quantity=over, unit=unit, rate=rate, rows=rows, records=own, invoice_id=invoice.id,
        line_id=largest.id if over <= largest.quantity else None,
    )  # fmt: skip
