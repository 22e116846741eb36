"""Columns of tables in plain text: which heading stands over a place, and which label stands before it in its row."""

from __future__ import annotations

import re

from app.documents.folding import Token, fold, tokenize
from classifiers.message_fields.source import Passage

_HEADER_REACH = 60
LONGEST_LINE = 2_000
"""A longer line is no row of a table."""


def cells_of(line: str) -> list[tuple[int, int]]:
    """The cells of a line as character ranges, parted by bars, tabs, semicolons or wide gaps; else one cell."""
    cells: list[tuple[int, int]] = []
    start = 0
    separator = _separator(line)
    if separator is None:
        return [(0, len(line))]
    for match in separator.finditer(line):
        cells.append((start, match.start()))
        start = match.end()
    cells.append((start, len(line)))
    return cells


_FIGURE = re.compile(r"[^\w\s]?(?:[A-Z]{3} )?[\d.,' ]{1,20}(?: ?(?:[A-Z]{3}|[^\w\s]))?")
_SPACES = re.compile(r"[ .]{2,}")
_BAR = re.compile(r" ?\| ?")
_TAB = re.compile(r"\t")
_SEMICOLON = re.compile(r" ?; ?")
_COMMA = re.compile(r",(?! )")
_GAP = re.compile(r" {2,}")


def _separator(line: str) -> re.Pattern[str] | None:
    if "\t" in line:
        return _TAB
    if "|" in line:
        return _BAR
    if line.count(";") >= 2:
        return _SEMICOLON
    if "  " in line.strip():
        return _GAP
    if line.count(",") >= 3 and ", " not in line:
        return _COMMA
    return None


def column_label(passage: Passage, position: int) -> list[Token]:
    """The folded words of the heading over a place. A heading has no digits and as many cells as its rows."""
    text = passage.text
    line_start, line_end = passage.line_at(position)
    if line_end - line_start > LONGEST_LINE:
        return []
    line = text[line_start:line_end]
    cells = cells_of(line.strip("\r"))
    if len(cells) < 2 or (len(cells) == 2 and not any(_FIGURE.fullmatch(line[a:b].strip()) for a, b in cells)):
        return []
    column = next((i for i, (a, b) in enumerate(cells) if a <= position - line_start <= b), None)
    if column is None:
        return []
    at = line_start
    for _ in range(_HEADER_REACH):
        if at <= 0:
            return []
        previous = text.rfind("\n", 0, at - 1) + 1
        above = text[previous : at - 1]
        at = previous
        if not above.strip():
            continue
        if len(above) > LONGEST_LINE:
            return []
        heads = cells_of(above)
        if len(heads) == len(cells) and not any(c.isdigit() for c in above) and column < len(heads):
            a, b = heads[column]
            return tokenize(fold(above[a:b]))
        if len(heads) < 2 and len(above) > 60:
            return []
    return []


def row_label(passage: Passage, position: int) -> list[Token]:
    """The folded words before a place in its line, if the line is a label and a value; nothing in running prose."""
    line_start, line_end = passage.line_at(position)
    if line_end - line_start > LONGEST_LINE:
        return []
    before = passage.text[line_start:position]
    if len(_SPACES.sub(" ", before)) > 60 or len(passage.text[position:line_end]) > 60:
        return []
    has_mark = ":" in before or ".." in before or "\t" in before or "  " in before or "|" in before
    if not has_mark and passage.zone in ("new", "forwarded", "quoted", "subject"):
        return []
    head = before.rsplit(":", 1)[0] if ":" in before else before
    return tokenize(fold(head))


def first_cell(passage: Passage, position: int) -> list[Token]:
    """The folded words of the first cell of a place's row: "Total" for all figures of the last row."""
    line_start, line_end = passage.line_at(position)
    if line_end - line_start > LONGEST_LINE:
        return []
    line = passage.text[line_start:line_end]
    start, end = cells_of(line)[0]
    words = line[start:end]
    return [] if any(c.isdigit() for c in words) else tokenize(fold(words))
