"""Figures as sheets to take along: one CSV table under another, or a workbook. Numbers stay exact numbers.

Text that begins like a formula is marked as text, so that no spreadsheet carries out what a customer's name says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.dashboards.values import Cell, shortened

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NAME = 31
"""Of a sheet, in workbooks."""
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title; `code` is its name in all languages, `about` a line above it."""

    code: str
    title: str
    about: str
    head: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]


def as_csv(sheets: Sequence[Sheet]) -> bytes:
    """All tables one beneath the other, with a byte order mark so that spreadsheets know it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow([])
        writer.writerow([_plain(f"{sheet.title}: {sheet.about}" if sheet.about else sheet.title)])
        writer.writerow([_plain(word) for word in sheet.head])
        writer.writerows([[_written(cell) for cell in line] for line in sheet.lines])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each table."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.code[:_LONGEST_NAME])
        rows: list[Sequence[Cell]] = [
            (f"{sheet.title}: {sheet.about}" if sheet.about else sheet.title,),
            (),
            sheet.head,
        ]
        for row in (*rows, *sheet.lines):
            page.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # never a formula
        page["A1"].font = Font(bold=True)
        for cell in page[3]:
            cell.font = Font(bold=True)
        page.freeze_panes = "B4"
        for number in range(1, len(sheet.head) + 1):
            longest = max((len(str(row[number - 1])) for row in (sheet.head, *sheet.lines)), default=8)
            page.column_dimensions[get_column_letter(number)].width = min(_WIDEST, max(8, longest + 2))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _plain(cell)
    return f"{shortened(cell):f}" if isinstance(cell, Decimal) else str(cell)


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
