"""Hours billed against hours approved: "42 h billed, 36 h approved on 3 timesheets, 6 h × 150.00 without approval"."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.odoo.records import Invoice, InvoiceLine, Timesheet

REASONS = frozenset(
    {
        "hours_quantity",
        "missing_backup",
        "unapproved_time",
        "quantity_mismatch",
        "supporting_documents",
        "description_insufficient",
        "scope_not_agreed",
    }
)


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """One finding per invoice line that carries timesheets; the approved hours support us, the rest the customer."""
    found = []
    for line in (known for known in books.invoice_lines if known.invoice_id == invoice.id):
        sheets = [t for t in books.timesheets if t.invoice_id == invoice.id and _belongs(t, line)]
        if sheets and line.quantity > 0:
            found.append(_line(invoice, line, sheets))
    return found


def _belongs(sheet: Timesheet, line: InvoiceLine) -> bool:
    return sheet.order_line_id in line.order_line_ids if line.order_line_ids else sheet.order_line_id is None


def _line(invoice: Invoice, line: InvoiceLine, sheets: list[Timesheet]) -> Finding:
    approved = [t for t in sheets if t.is_approved]
    hours = sum((t.hours for t in approved), Decimal(0))
    over = line.quantity - hours
    rate = line.unit_price
    unit = line.unit or "h"
    refs = tuple(RecordRef("account.analytic.line", t.id, f"{t.worked_on.isoformat()} {t.employee}") for t in approved)
    own = (
        RecordRef("account.move", invoice.id, invoice.name),
        RecordRef("account.move.line", line.id, line.description),
    )
    net_rate = line.net * (1 / line.quantity)
    rows = (
        ArithmeticRow(f"Billed on {invoice.name}", line.quantity, unit, rate, line.net, "first", own),
        ArithmeticRow(
            f"approved on {len(approved)} timesheets", hours, unit, rate, (net_rate * hours).rounded(), "minus", refs
        ),
        ArithmeticRow("Without approval", over, unit, rate, (net_rate * over).rounded(), "result"),
    )
    if over <= 0:
        return Finding(
            "hours_approved",
            f"All {_hours(line.quantity)} h on {invoice.name} are approved on {len(approved)} timesheets.",
            "us",
            None,
            hours,
            unit,
            rate,
            rows,
            own,
            invoice.id,
            line.id,
        )
    amount = (net_rate * over).rounded()
    sentence = (
        f"{_hours(line.quantity)} h billed, {_hours(hours)} h approved on {len(approved)} timesheets: "
        f"{_hours(over)} h × {rate} = {amount} without approval."
    )
    return Finding(
        "hours_over_approved", sentence, "customer", amount, over, unit, rate, rows, own, invoice.id, line.id
    )


def _hours(value: Decimal) -> str:
    return f"{value.normalize():f}"
