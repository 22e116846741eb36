"""From the rows of a table to lines: which words belong to which figures, and what each cell says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from classifiers.order_fields.descriptions import own_words, read_words
from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.grouping import groups_of
from classifiers.order_fields.layout import Canvas, Token, text_of
from classifiers.order_fields.rows import Body, BodyRow
from classifiers.order_fields.word_sets import word_set

_UNIT_WORD = re.compile(r"^[^\W\d_][\w./²³%-]{0,24}$")
_TIMES = word_set("* = @ a at ext ext. je per pro x zu × à")


def lines_of(body: Body, canvas: Canvas, notation: Notation) -> list[DraftLine]:
    """The lines of a table's body, top to bottom."""
    rows = _with_their_words(body)
    if not any(r.kind == "figures" for r in rows):
        return []
    drafts: list[DraftLine] = []
    for group in groups_of(body, rows):
        line = _line(body, group, canvas, notation)
        if line is not None:
            drafts.append(line)
    return drafts


def _with_their_words(body: Body) -> list[BodyRow]:
    """The rows that make lines: not a section's title between the sum of the last section and the next line."""
    rows: list[BodyRow] = []
    described = body.column("description")
    is_after_sum = False
    for at, row in enumerate(body.rows):
        if row.kind == "carried":
            is_after_sum = True
        elif row.kind == "figures":
            is_after_sum = False
            rows.append(row)
        elif row.kind == "text":
            following = next((r for r in body.rows[at:] if r.kind == "figures"), None)
            if is_after_sum and following is not None and own_words(body, following, described):
                continue
            rows.append(row)
    return rows


def _line(body: Body, group: list[BodyRow], canvas: Canvas, notation: Notation) -> DraftLine | None:
    line = DraftLine(rows=[r.number for r in group])
    figure_rows = [r for r in group if r.kind == "figures"]
    for row in figure_rows[:1]:
        _read_figures(line, body, row, notation, canvas.is_scanned)
    for row in group:
        if row.kind == "text":
            _read_spare(line, body, row, notation, canvas.is_scanned)
    read_words(line, body, group, canvas)
    if line.amount is None and line.unit_price is None and line.quantity is None:
        return None
    return line


def _read_figures(line: DraftLine, body: Body, row: BodyRow, notation: Notation, is_scanned: bool) -> None:
    for i, column in enumerate(body.columns):
        tokens = row.tokens(i)
        if not tokens:
            continue
        found = figures(tokens, notation, is_scanned)
        role = column.role
        plain = [f for f in found if not f.is_percent]
        if plain and role not in ("position", "code", "description"):
            line.by_column[i] = plain[-1]
        if role == "position":
            line.number = tuple(tokens[:1])
        elif role in ("quantity", "quantity_unit") and found and line.quantity is None:
            line.quantity = found[0]
            _take_unit(line, tokens, found[0])
            line.spare += found[1:]
        elif role == "unit":
            words = [t for t in tokens if not figures([t], notation, is_scanned)]
            if words:
                line.unit = tuple(words)
                line.unit_text = text_of(words)
            if found and line.quantity is None and body.column("quantity") is None:
                line.quantity = found[0]
        elif role == "unit_price" and found and line.unit_price is None:
            line.unit_price = plain[0] if plain else None
            _take_per(line, tokens, found)
        elif role == "price_per" and found:
            line.price_per = found[0].value
        elif role == "discount" and found:
            line.discount = found[0]
        elif role == "amount" and found:
            if line.amount is None:
                line.amount = _amount(found)
                line.spare += [f for f in found if f is not line.amount and not f.is_percent]
            else:
                line.spare.append(_amount(found))
        elif role == "gross_amount" and found:
            line.gross = found[-1]
        elif role in ("", "tax") and found:
            line.spare += found


def _amount(found: list[Figure]) -> Figure:
    """The sum in an amount's cell: the last figure that is no percentage."""
    plain = [f for f in found if not f.is_percent]
    return (plain or found)[-1]


def _take_unit(line: DraftLine, tokens: Sequence[Token], quantity: Figure) -> None:
    """The unit that stands in the quantity's cell: behind the number, or glued to it."""
    if line.unit_text:
        return
    if quantity.unit and quantity.unit.casefold() != "x":
        token = quantity.tokens[-1]
        line.unit, line.unit_text = (token,), quantity.unit
        return
    behind = [t for t in tokens if t.x0 >= quantity.x1 - 1 and t not in quantity.tokens]
    words: list[Token] = []
    for token in behind:
        text = token.text.strip("()/|")
        if not _UNIT_WORD.match(text) or text.casefold() in _TIMES:
            break
        words.append(token)
    if words:
        line.unit, line.unit_text = tuple(words), text_of(words).strip("()/| ")


def _take_per(line: DraftLine, tokens: Sequence[Token], found: list[Figure]) -> None:
    """A price for more than one: "133,50 / 100 ST", "12.00 per 10"."""
    texts = [t.text.casefold() for t in tokens]
    if len(found) > 1 and any(t in ("/", "per", "pro", "je", "par", "por", "za") or t.startswith("/") for t in texts):
        line.price_per = found[1].value
    for token in tokens:
        glued = re.match(r"^/(\d{1,5})", token.text)
        if glued:
            line.price_per = Decimal(glued.group(1))


def _read_spare(line: DraftLine, body: Body, row: BodyRow, notation: Notation, is_scanned: bool) -> None:
    """Figures in a line's other rows: arithmetic may find a price or a sum among them."""
    if len(line.spare) < 12:
        line.spare += [f for f in figures(row.row.tokens, notation, is_scanned) if not f.is_percent]
