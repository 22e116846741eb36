"""The words of a line: its description, without codes, notes and what belongs to other columns; its wrapped unit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from classifiers.order_fields import labels
from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.layout import Canvas, Phrase, Token, text_of
from classifiers.order_fields.rows import Body, BodyRow, heading_is_grid, phrase_cells, starts_line
from classifiers.order_fields.word_sets import word_set

_UNIT_WORD = re.compile(r"^[^\W\d_][\w./²³%-]{0,24}$")
_CODE = re.compile(r"^(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9./_\-]{2,29}$")
_ATTRIBUTE = re.compile(r"^[^\W\d_][^:]{1,38}:(?:\s|$)")
_TIMES = word_set("* = @ a at ext ext. je per pro x zu × à")


def read_words(line: DraftLine, body: Body, group: list[BodyRow], canvas: Canvas) -> None:
    """The description, and a unit that is wrapped into a second row."""
    described = body.column("description")
    anchor = next((i for i, r in enumerate(group) if r.kind == "figures"), 0)
    anchored = bool(own_words(body, group[anchor], described))
    is_closed = False
    for at, row in enumerate(group):
        if row.kind == "figures":
            words = own_words(body, row, described)
            if words and not _is_price_note(words):
                line.description += words
            continue
        if is_closed or (at > anchor and not anchored and line.description and not _is_beside(group, at, anchor)):
            _wrapped_unit(line, body, row)
            continue
        words, is_attribute = _text_words(body, row, described, canvas, has_words=bool(line.description), line=line)
        if is_attribute and line.description:
            is_closed = True
            continue
        line.description += words
        _wrapped_unit(line, body, row)


def _is_beside(group: list[BodyRow], at: int, anchor: int) -> bool:
    """Whether a row of words and the one above are lines of one cell whose figures stand at half its height."""
    above = next((r.row for r in reversed(group[:at]) if r.kind != "figures"), None)
    row, figures = group[at].row, group[anchor].row
    if above is None or row.is_grid:
        return False
    if at - anchor > 1:
        return group[at - 1].row.bottom > row.top - 0.6 * row.height
    return figures.bottom > row.top and above.bottom > figures.top


def own_words(body: Body, row: BodyRow, described: int | None) -> list[Token]:
    """The words of the description's cell in a row of figures; without such a column, the words in no other one."""
    if described is not None:
        return list(row.tokens(described))
    known = {i for i, c in enumerate(body.columns) if c.role and c.role != "code"}
    words = [t for i, tokens in sorted(row.cells.items()) if i not in known for t in tokens]
    words = [t for t in words if any(c.isalpha() for c in t.text)]
    return [] if _is_code_alone(words) else _without_code(words)


def _text_words(
    body: Body, row: BodyRow, described: int | None, canvas: Canvas, *, has_words: bool, line: DraftLine
) -> tuple[list[Token], bool]:
    """The words of a row without figures that go into the description, and whether the row is a note of its own."""
    cells = phrase_cells(body, row.row)
    words: list[Token] = []
    is_attribute = False
    position = body.column("position")
    for at, phrases in sorted(cells.items()):
        role = body.columns[at].role
        for phrase in phrases:
            tokens = list(phrase.tokens)
            if role == "position" and starts_line(body, row):
                line.number = line.number or tuple(tokens[:1])
                tokens = tokens[1:]
                if not tokens:
                    continue
                role = "description" if described is None else role
            if described is not None and role != "description":
                is_first = at < described and not has_words and role not in ("position", "code", "unit")
                if not is_first and not (at > described and _begins_in(body, phrase, described)):
                    continue
            elif described is None and role in ("unit", "amount", "unit_price") and has_words:
                continue
            if described is None and (
                (role == "code" and _is_code_alone(tokens)) or (role == "other" and not has_words)
            ):
                continue
            if described is None and not has_words and not words:
                tokens = _without_code(tokens)
            if not tokens:
                continue
            if not words and _is_attribute(phrase, tokens, canvas.is_scanned):
                is_attribute = True
                if has_words:
                    return words, True
            words += tokens
    if position is not None and not words:
        return [], is_attribute
    return words, is_attribute


def _begins_in(body: Body, phrase: Phrase, described: int) -> bool:
    """Whether a phrase assigned to a later column really runs on from the description's."""
    column = body.columns[described]
    return column.index is None and phrase.x0 < column.x1 + 12


def _without_code(tokens: list[Token]) -> list[Token]:
    """Leave out an item code before the words of a description."""
    if len(tokens) > 1 and _CODE.match(tokens[0].text) and not any(c.islower() for c in tokens[0].text):
        return tokens[1:]
    return tokens


def _is_code_alone(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and bool(_CODE.match(tokens[0].text))


def _is_attribute(phrase: Phrase, tokens: Sequence[Token], is_scanned: bool) -> bool:
    """Whether words are a label and its value, such as a delivery date or a cost centre, not a description."""
    text = text_of(tokens)
    if _ATTRIBUTE.match(text):
        return True
    label = labels.find(tokens, "fields", is_scanned=is_scanned)
    if label is None or label.is_weak or set(label.concepts) <= {"notes", "project", "contract", "period"}:
        return False
    return any(any(c.isdigit() for c in t.text) for t in tokens[label.last : label.last + 4])


def _is_price_note(words: Sequence[Token]) -> bool:
    return all(w.text.casefold() in _TIMES for w in words)


def number_by_words(lines: Sequence[DraftLine]) -> None:
    """Without a column for it, a line's number may open its description: 1, 2, 3 or 10, 20, 30."""
    firsts = [line.description[0].text.rstrip(".)") if len(line.description) > 1 else "" for line in lines]
    if len(lines) < 2 or any(line.number for line in lines) or not all(f.isdigit() and len(f) < 6 for f in firsts):
        return
    values = [int(f) for f in firsts]
    step = values[1] - values[0]
    if step > 0 and all(b - a == step for a, b in itertools.pairwise(values)):
        for line in lines:
            line.number, line.description = (line.description[0],), line.description[1:]


def tidy(line: DraftLine) -> None:
    """Take out of a description what arithmetic has found to be the line's figures, and the words around them."""
    used = {t.start for f in (line.quantity, line.unit_price, line.amount) if f is not None for t in f.tokens}
    rows = {round(t.middle) for t in line.description if t.start in used}
    if rows:
        line.description = [
            t for t in line.description
            if t.start not in used
            and not (round(t.middle) in rows and (t.text.casefold() in _TIMES or not any(c.isalnum() for c in t.text)))
        ]  # fmt: skip


def _wrapped_unit(line: DraftLine, body: Body, row: BodyRow) -> None:
    """A unit of two words may be wrapped in its narrow column."""
    at = body.column("unit")
    if heading_is_grid(body.heading):
        return
    cells = phrase_cells(body, row.row)
    if at is None:
        quantity = body.column("quantity")
        below = [t for phrase in cells.get(quantity if quantity is not None else -1, ()) for t in phrase.tokens]
        if below and not line.unit and len(below) <= 2 and all(_UNIT_WORD.match(w.text) for w in below):
            line.unit, line.unit_text = tuple(below), text_of(below)  # the unit stands under the quantity
        return
    words = [t for phrase in cells.get(at, ()) for t in phrase.tokens]
    if words and line.unit and len(words) <= 2 and all(_UNIT_WORD.match(w.text) for w in words):
        column = body.columns[at]
        if all(w.x0 >= column.x0 - 10 for w in words):
            line.unit = (*line.unit, *words)
            line.unit_text = text_of(line.unit)
