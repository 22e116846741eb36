"""Laying out a finding as plain text with tables, remembering where each thing stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.assessments.findings import ArithmeticRow, RecordRef
from app.documents.reading import Table

MOST_RECORDS = 200
"""Records named one by one; of more the number is told."""
RECORD_WORDS = {
    "account.move": "Invoice", "account.move.line": "Invoice line", "sale.order": "Order",
    "sale.order.line": "Order line", "account.analytic.line": "Timesheet", "project.milestone": "Milestone",
    "project.project": "Project", "project.task": "Task", "hr.expense": "Expense", "res.partner": "Customer",
    "account.tax": "Tax", "account.fiscal.position": "Fiscal position", "ir.attachment": "File", "mail.message": "Note",
    "product.product": "Product",
}  # fmt: skip
_LONGEST_NAME = 44
_SIGNS = {"minus": "minus ", "plus": "plus ", "result": "= "}


class Page:
    """Text that grows line by line. Names out of Odoo are outside text: blanks and breaks in them become one blank."""

    def __init__(self) -> None:
        self.text = ""
        self.tables: list[Table] = []

    @staticmethod
    def said(text: str) -> str:
        """The text as it stands on the page."""
        return " ".join(text.split())

    def line(self, text: str) -> tuple[int, int]:
        """Add a line; returns where it stands."""
        start = len(self.text)
        self.text += self.said(text) + "\n"
        return start, len(self.text) - 1

    def gap(self) -> None:
        if self.text and not self.text.endswith("\n\n"):
            self.text += "\n"

    def labelled(self, label: str, value: str) -> tuple[int, int]:
        """Add a line `label: value`; returns where the value stands."""
        _, end = self.line(f"{label}: {value}")
        return end - len(self.said(value)), end

    def arithmetic(self, rows: Sequence[ArithmeticRow]) -> None:
        """The rows of a calculation as on paper; a column that no row fills is left out."""
        if not rows:
            return
        head = ("Arithmetic", "Quantity", "Rate", "Amount")
        cells = [
            (
                f"{_SIGNS.get(row.role, '')}{row.what}",
                row_cells(row.quantity, row.unit) if row.quantity is not None else "",
                str(row.rate) if row.rate else "",
                str(row.amount) if row.amount else "",
            )
            for row in rows
        ]
        filled = [n for n in range(len(head)) if n == 0 or any(row[n] for row in cells)]
        self.table([head[n] for n in filled], [[row[n] for n in filled] for row in cells])

    def records(self, records: Sequence[RecordRef]) -> None:
        """The records that a finding rests on, under their numbers in Odoo."""
        if not records:
            return
        rows = [
            [RECORD_WORDS.get(r.model, r.model), shortened(r.name) or "(no name)", str(r.id)]
            for r in records[:MOST_RECORDS]
        ]
        if len(records) > MOST_RECORDS:
            rows.append([f"and {len(records) - MOST_RECORDS} more", "", ""])
        self.gap()
        self.table(["Rests on", "Name", "Id in Odoo"], rows)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        start = len(self.text)
        cells = [tuple(self.said(cell) for cell in row) for row in (head, *rows)]
        self.text += "\n".join("\t".join(row) for row in cells)
        self.tables.append(Table(tuple(cells), start=start, end=len(self.text)))
        self.text += "\n\n"


def shortened(name: str) -> str:
    """A record's name in one line that leaves room beside it."""
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1].rstrip() + "…"


def row_cells(quantity: Decimal, unit: str) -> str:
    """A quantity with its unit: "9.5 Hours"."""
    return f"{quantity.normalize():,f} {unit}".strip()


def is_hours_or_days(unit: str) -> str:
    """The unit in the guidelines' words: hours, days or units."""
    word = unit.strip().casefold()
    if word.startswith(("h", "std", "stund", "uur", "godz", "ore")):
        return "hours"
    return "days" if word.startswith(("day", "tag", "jour", "día", "dia", "giorn", "dag", "dni")) else "units"
