"""From a part as read (pages, sheets, Word, text, mail) to the canvas that everything else looks at."""

from __future__ import annotations

from app.documents.reading import Reading, Table
from classifiers.order_fields.layout import Canvas, Row, grid_row, page_rows, text_rows

_ROWS = 4000
"""Rows looked at; what lies beyond is a data dump, not an order a person wrote."""
_MAIL_ROLES = ("subject", "new", "forwarded")


def canvas_of(part: Reading) -> Canvas:
    """The part's rows in reading order. Of a mail only what the sender wrote or passes on."""
    if any(page.words for page in part.pages):
        return _paged(part)
    rows: list[Row] = []
    if part.mail is not None and part.mail.segments:
        for block, segment in enumerate(s for s in part.mail.segments if s.role in _MAIL_ROLES):
            rows += text_rows(part.text, segment.start, segment.end, block)
    else:
        rows = _tabled(part)
    return Canvas(part.text, tuple(rows[:_ROWS]))


def _paged(part: Reading) -> Canvas:
    rows: list[Row] = []
    for block, page in enumerate(part.pages):
        rows += page_rows(page, part.text, block)
        if len(rows) > _ROWS:
            break
    return Canvas(
        part.text,
        tuple(rows[:_ROWS]),
        is_scanned=any(page.is_scanned for page in part.pages),
        is_paged=True,
        widths={page.number: page.width for page in part.pages},
        heights={page.number: page.height for page in part.pages},
    )


def _tabled(part: Reading) -> list[Row]:
    """Text with tables in it (Word, sheets): lines of text and rows of cells, in the order of the source."""
    tables = sorted((t for t in part.tables if t.end > t.start and not t.is_hidden), key=lambda t: t.start)
    rows: list[Row] = []
    at = block = line = 0
    for table in tables:
        if table.start > at:
            rows += text_rows(part.text, at, table.start, block, first_line=line)
            line += part.text.count("\n", at, table.start) + 1
            block += 1
        rows += _table_rows(table, block, line)
        line += len(table.rows) + 1
        block += 1
        at = max(at, table.end)
        if len(rows) > _ROWS:
            return rows
    if at < len(part.text):
        rows += text_rows(part.text, at, len(part.text), block, first_line=line)
    return rows


def _table_rows(table: Table, block: int, first_line: int) -> list[Row]:
    """The cells of a table: the part's text has them one row a line, parted by tabs."""
    rows: list[Row] = []
    at = table.start
    for number, cells in enumerate(table.rows, first_line):
        placed: list[tuple[int, str, int]] = []
        for column, cell in enumerate(cells):
            placed.append((column, cell, at))
            at += len(cell) + 1
        row = grid_row(placed, block, 0, number * 12.0)
        if row is not None:
            rows.append(row)
    return rows
