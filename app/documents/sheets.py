"""Workbooks and CSV to tables and text: a line per row, cells separated by tabs, sheets separated by a blank line."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from app.documents import language
from app.documents.characters import clean, decode
from app.documents.part import Part
from app.documents.reading import Problem, Reading, Table


def read_workbook(part: Part, media_type: str) -> Reading:
    """XLSX, XLS, XLSB and ODS. A hidden sheet's rows are in `tables` and `hidden_text`, not in `text`."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(part.content))
    except python_calamine.PasswordError:
        return part.unread(
            media_type, "encrypted", "The workbook is protected by a password: ask the sender for an open copy."
        )
    except (python_calamine.CalamineError, OSError, ValueError):
        return part.unread(media_type, "corrupt", "The workbook is damaged: ask the sender to send it again.")
    left = part.limits.cells
    found: list[tuple[str, bool, list[tuple[str, ...]]]] = []
    problems: list[Problem] = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            rows_in = book.get_sheet_by_name(meta.name).iter_rows()
        except (python_calamine.CalamineError, ValueError):
            problems.append(Problem("corrupt", f"Sheet {meta.name} is damaged and was not read.", False))
            continue
        rows, left = _rows(rows_in, left)
        found.append((clean(meta.name), meta.visible != python_calamine.SheetVisibleEnum.Visible, rows))
        if left <= 0:
            problems.append(Problem("too_large", "The workbook is very large: only its first part was read.", False))
            break
    return _reading(part, media_type, found, problems)


def read_csv(part: Part) -> Reading:
    """Comma, semicolon, tab or bar separated values in any charset."""
    text = clean(decode(part.content))[: part.limits.text_chars]
    lines = text.split("\n", 1)
    delimiter = ""
    if lines[0].lower().startswith("sep=") and len(lines) > 1:
        delimiter, text = lines[0][4:5], lines[1]
    delimiter = delimiter or _delimiter(text)
    csv.field_size_limit(part.limits.text_chars)
    try:
        rows, left = _rows(csv.reader(io.StringIO(text), delimiter=delimiter), part.limits.cells)
    except csv.Error:
        rows, left = _rows((line.split(delimiter) for line in text.split("\n")), part.limits.cells)
    problems = (
        [] if left > 0 else [Problem("too_large", "The table is very large: only its first part was read.", False)]
    )
    return _reading(part, "text/csv", [("", False, rows)], problems)


def _delimiter(text: str) -> str:
    """The one that cuts most lines into the same number of cells."""
    lines = [line for line in text[:20_000].split("\n") if line.strip()][:50]
    best, best_score = ",", 0.0
    for delimiter in ";\t|,":
        counts = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines]
        usual = max(set(counts), key=counts.count, default=1)
        score = counts.count(usual) * (1 + 0.1 * min(usual, 20)) if usual > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(rows: Iterable[Iterable[Any]], left: int) -> tuple[list[tuple[str, ...]], int]:
    """Rows of cell text without empty rows and trailing empty cells, and how many cells may still be read."""
    out: list[tuple[str, ...]] = []
    for row in rows:
        cells = [_cell(value) for value in row]
        left -= len(cells)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            out.append(tuple(cells))
        if left <= 0:
            break
    return out, left


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without ".0", dates in ISO, never a float's noise."""
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(clean(value).split())
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(round(value, 10))).normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, dt.timedelta):
        return format(Decimal(str(value.total_seconds() / 3600)).normalize(), "f") + " h"
    return str(value)


def _reading(
    part: Part, media_type: str, sheets: list[tuple[str, bool, list[tuple[str, ...]]]], problems: list[Problem]
) -> Reading:
    pieces: list[str] = []
    tables: list[Table] = []
    hidden: list[str] = []
    position = 0
    shown = [name for name, is_hidden, rows in sheets if rows and not is_hidden]
    for name, is_hidden, rows in sheets:
        if not rows:
            continue
        body = "\n".join("\t".join(row) for row in rows)
        if is_hidden:
            hidden.append(body)
            tables.append(Table(tuple(rows), where=name, is_hidden=True))
            continue
        heading = f"{name}\n" if len(shown) > 1 else ""
        start = position + len(heading)
        tables.append(Table(tuple(rows), where=name, start=start, end=start + len(body)))
        pieces.append(heading + body)
        position = start + len(body) + 2
    text = "\n\n".join(pieces)
    if not text and not hidden:
        problems.append(Problem("empty", "The table has no cells with a value.", False))
    if hidden:
        problems.append(Problem("hidden_text", "The workbook has a hidden sheet: look at it before acting.", False))
    return Reading(
        path=part.path, name=part.name, media_type=media_type, form="sheet", text=text, tables=tuple(tables),
        language=language.detect(text), hidden_text="\n".join(hidden), problems=tuple(problems),
    )  # fmt: skip
