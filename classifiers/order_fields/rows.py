"""From a heading to the rows below it: which token stands in which column, and where the table ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifiers.order_fields import dates, labels
from classifiers.order_fields.alignment import borders
from classifiers.order_fields.columns import FIGURES, Column, Heading
from classifiers.order_fields.currencies import code_of
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.layout import Canvas, Phrase, Row, Token, spaced
from classifiers.order_fields.settling import settled
from classifiers.order_fields.total_rows import is_row_of_totals, total_label
from classifiers.order_fields.word_sets import word_set

_PAGE_NOTE = re.compile(
    r"^(?:page|seite|pagina|página|pág|pag|strona|str|blatt|p)\b\.?\s*:?\s*\d+|^\d{1,3}\s?(?:/|of|von|de|van|di|z|-)\s?\d{1,3}$|^-?\s?\d{1,3}\s?-?$",
    re.IGNORECASE,
)
_NUMERIC = word_set("amount discount gross_amount price_per quantity quantity_unit tax unit_price")


_POSITION = re.compile(r"^[A-Z]{0,3}\d{1,6}(?:[.\-]\d{1,4}){0,3}[.)]?$")


_IDLE = frozenset({"noise", "heading"})


@dataclass(slots=True)
class BodyRow:
    """A row of a table's body: its tokens by column, and what kind of row it is.

    Kinds: figures (it carries the amounts of a line), text (words that belong to a line), carried (a carry-over or the
    sum of a section), heading (the heading goes on), noise (page furniture).
    """

    number: int
    row: Row
    cells: dict[int, list[Token]] = field(default_factory=dict)
    kind: str = "text"

    def tokens(self, column: int | None) -> list[Token]:
        """The tokens in a column."""
        return self.cells.get(column, []) if column is not None else []


@dataclass(slots=True)
class Body:
    """The rows of a table below its heading, and the row after its last one."""

    heading: Heading
    columns: tuple[Column, ...]
    rows: list[BodyRow]
    end: int
    starts: tuple[tuple[float, int], ...] = ()
    """Where each column begins, left to right, as (x, index of the column)."""

    text_starts: tuple[tuple[float, int], ...] = ()
    """The same for rows of words, where a heading has two levels; empty if it has one."""

    def at(self, x: float, *, is_text: bool = False) -> int:
        """The column that a place on the page belongs to."""
        index = 0
        for start, column in (self.text_starts or self.starts) if is_text else self.starts:
            if x < start:
                break
            index = column
        return index

    def column(self, role: str) -> int | None:
        """The index of the first column with a role."""
        return next((i for i, c in enumerate(self.columns) if c.role == role), None)


def body_of(canvas: Canvas, heading: Heading, stop: int, furniture: frozenset[int], notation: Notation) -> Body:
    """The rows of a heading's table up to row `stop` or the totals; pages go on where one breaks the table."""
    rows: list[BodyRow] = []
    end = heading.last
    first_block = canvas.rows[heading.first].block
    next_block = canvas.rows[stop].block if stop < len(canvas.rows) else -1
    for number in range(heading.last, stop):
        row = canvas.rows[number]
        if row.block == next_block != first_block and canvas.is_paged:
            break  # what stands above a repeated heading is the head of its page
        if rows and canvas.is_paged and _is_far(rows, row):
            break
        if row.block != first_block and row.is_grid != canvas.rows[heading.first].is_grid:
            break
        if row.block != first_block and not canvas.is_paged:
            break
        body_row = BodyRow(number, row)
        if number in furniture or _PAGE_NOTE.match(row.text):
            body_row.kind = "noise"
        if len(rows) < 2 and all(r.kind in _IDLE for r in rows) and _is_rest_of_heading(row, canvas.is_scanned):
            body_row.kind = "heading"
        rows.append(body_row)
        end = number + 1
    columns = settled(heading, [r.row for r in rows], notation, canvas.is_scanned)
    starts: tuple[tuple[float, int], ...] = ()
    text_starts: tuple[tuple[float, int], ...] = ()
    if not heading_is_grid(heading):
        upper, lower = _levels(columns, rows)
        found = borders([columns[i] for i in lower], _figure_rows(rows, notation, canvas.is_scanned), notation)
        starts = tuple((x, lower[i]) for x, i in found)
        text_starts = tuple((columns[i].x0 - 5 if at else float("-inf"), i) for at, i in enumerate(upper))
    body = Body(heading, columns, rows, end, starts, text_starts)
    for body_row in rows:
        if body_row.kind not in _IDLE:
            _assign(body, body_row)
    _sort_out(body, canvas, notation)
    if body.text_starts:
        for body_row in body.rows:
            if body_row.kind == "text":
                body_row.cells.clear()
                for token in body_row.row.tokens:
                    body_row.cells.setdefault(body.at(token.x0 + 2.0, is_text=True), []).append(token)
    return body


def _is_rest_of_heading(row: Row, is_scanned: bool) -> bool:
    """Whether a row right below a heading only goes on with it: further labels, a unit in brackets, a currency."""
    for phrase in row.phrases:
        is_bracket = phrase.text.startswith("(") and phrase.text.endswith(")")
        label = labels.find(phrase.tokens, "columns", is_scanned=is_scanned)
        is_label = label is not None and label.last >= len(phrase.tokens)
        if not (is_bracket or is_label or (len(phrase.tokens) == 1 and code_of(phrase.text))):
            return False
    return True


def _is_far(rows: Sequence[BodyRow], row: Row) -> bool:
    """Whether a row stands so far below the others that it belongs to something else."""
    above = rows[-1].row
    if above.block != row.block:
        return False
    gaps = sorted(b.row.top - a.row.bottom for a, b in itertools.pairwise(rows) if a.row.block == b.row.block)
    widest = gaps[-1] if gaps else 0.0
    return row.top - above.bottom > max(72.0, 2.5 * widest)


def _levels(columns: Sequence[Column], rows: Sequence[BodyRow]) -> tuple[list[int], list[int]]:
    """Columns of a heading in two levels: those of the words' row and those of the figures' row, as indices.

    With one level the first list is empty and the second holds all. Two levels show in the rows below: what stands
    under the words' labels has no figures beside it.
    """
    everything = list(range(len(columns)))
    counts: dict[int, int] = {}
    for column in columns:
        counts[column.level] = counts.get(column.level, 0) + (column.role in FIGURES)
    if len(counts) < 2:
        return [], everything
    figure_level = max(counts, key=lambda level: counts[level])
    upper = sorted((i for i in everything if columns[i].level != figure_level), key=lambda i: columns[i].x0)
    lower = sorted((i for i in everything if columns[i].level == figure_level), key=lambda i: columns[i].x0)
    if not any(columns[i].role == "description" for i in upper) or any(columns[i].role in FIGURES for i in upper):
        return [], everything
    lefts = [columns[i].x0 for i in upper]
    right = max(columns[i].x1 for i in lower)
    alone = beside = 0
    for body_row in rows[:20]:
        phrases = body_row.row.phrases
        if sum(1 for p in phrases if any(abs(p.x0 - left) < 6 for left in lefts)) < min(2, len(lefts)):
            continue
        last = phrases[-1].tokens[-1]
        has_sum = abs(last.x1 - right) < 40 and bool(figures([last], Notation()))
        alone, beside = alone + (not has_sum), beside + has_sum
    return (upper, lower) if alone > beside else ([], everything)


def heading_is_grid(heading: Heading) -> bool:
    """Whether the columns are those of a sheet or a Word table."""
    return any(c.index is not None for c in heading.columns)


def _figure_rows(rows: Sequence[BodyRow], notation: Notation, is_scanned: bool) -> list[Row]:
    """Rows that may show the columns: those with a figure, up to the totals."""
    out: list[Row] = []
    for body_row in rows:
        if body_row.kind in _IDLE:
            continue
        found = figures(body_row.row.tokens, notation, is_scanned)
        if found and out and total_label(body_row.row, is_scanned) is not None:
            break
        if found:
            out.append(body_row.row)
        if len(out) >= 80:
            break
    return out


def _assign(body: Body, body_row: BodyRow) -> None:
    """Put a row's tokens into columns; a row of words only goes by where each phrase begins."""
    columns = body.columns
    if heading_is_grid(body.heading):
        by_index = {c.index: i for i, c in enumerate(columns)}
        for phrase in body_row.row.phrases:
            at = by_index.get(phrase.column)
            if at is not None:
                body_row.cells.setdefault(at, []).extend(phrase.tokens)
        return
    for phrase in body_row.row.phrases:
        places = [body.at(t.x0 + 0.4 * (t.x1 - t.x0)) for t in phrase.tokens]
        counts = [columns[place].role in ("quantity", "quantity_unit") for place in places]
        if _is_count(phrase) and counts[-1] and not counts[0]:
            places = [places[-1]] * len(places)
        for token, place in zip(phrase.tokens, places, strict=True):
            body_row.cells.setdefault(place, []).append(token)


def _is_count(phrase: Phrase) -> bool:
    """Whether a phrase is a quantity with its unit: "25.5 person-day"."""
    texts = [t.text for t in phrase.tokens]
    return 2 <= len(texts) <= 3 and texts[0][:1].isdigit() and all(w[:1].isalpha() for w in texts[1:])


def phrase_cells(body: Body, row: Row) -> dict[int, list[Phrase]]:
    """The phrases of a row of words by the column in which each begins."""
    cells: dict[int, list[Phrase]] = {}
    for phrase in row.phrases:
        if phrase.column is not None:
            at = next((i for i, c in enumerate(body.columns) if c.index == phrase.column), None)
            if at is None:
                continue
        else:
            at = body.at(phrase.x0 + 2.0, is_text=True)
        cells.setdefault(at, []).append(phrase)
    return cells


def _sort_out(body: Body, canvas: Canvas, notation: Notation) -> None:
    """Say what each row is and cut the body where the totals begin."""
    money = [i for i, c in enumerate(body.columns) if c.role in ("amount", "unit_price", "gross_amount")]
    quantity = body.column("quantity")
    if quantity is None:
        quantity = body.column("quantity_unit")
    quiet = 0
    for at, body_row in enumerate(body.rows):
        if body_row.kind in _IDLE:
            continue
        if at and is_row_of_totals(body_row.row, canvas.is_scanned):
            del body.rows[at:]
            body.end = body_row.number
            break
        if body.text_starts and _is_of_upper_level(body, body_row.row):
            continue
        sums = [i for i in money if _one_figure(body_row.tokens(i), notation, canvas.is_scanned)]
        has_quantity = _one_figure(body_row.tokens(quantity), notation, canvas.is_scanned) is not None
        is_full = has_quantity and (bool(sums) or not money)
        label = None if is_full and len(sums) > 1 else total_label(body_row.row, canvas.is_scanned)
        if (
            label is not None
            and figures(body_row.row.tokens, notation, canvas.is_scanned)
            and not (is_full and "carried" not in label.concepts)
        ):
            if _goes_on(body, at + 1, money, quantity, notation, canvas.is_scanned, label):
                body_row.kind = "carried"
                continue
            del body.rows[at:]
            body.end = body_row.number
            return
        if (
            label is not None
            and not figures(body_row.row.tokens, notation, canvas.is_scanned)
            and "tax" not in label.concepts
        ):
            words = len(body_row.row.tokens)
            if (
                words <= label.last + 2
                and at
                and not _goes_on(body, at + 1, money, quantity, notation, canvas.is_scanned, label)
            ):
                del body.rows[at:]
                body.end = body_row.number
                return
        if (sums or is_full) and _is_running_text(body, body_row):
            quiet += 1
        elif (sums and (has_quantity or len(money) == 1 or quantity is None or len(sums) == len(money))) or is_full:
            body_row.kind = "figures"
            quiet = 0
        elif sums:
            body_row.kind = "figures" if _is_sum_only(body_row, body, sums) else "text"
            quiet = 0 if body_row.kind == "figures" else quiet + 1
        else:
            quiet += 1
    last = max((i for i, r in enumerate(body.rows) if r.kind == "figures"), default=-1)
    _trim_tail(body, last)


_MONEY = word_set("amount gross_amount unit_price")
_MOST_WORDS = {"amount": 1, "gross_amount": 1, "unit_price": 2}
"""More words than these do not stand beside a figure in its column."""


def _is_running_text(body: Body, body_row: BodyRow) -> bool:
    """Whether a row is a sentence or a date that runs through a table's columns, unlike the lines above it."""
    if body_row.row.is_grid:
        return False
    for at, tokens in body_row.cells.items():
        most = _MOST_WORDS.get(body.columns[at].role)
        words = [t for t in tokens if len(t.text) > 2 and t.text.isalpha()] if most is not None else []
        if (
            most is not None
            and len(words) > most
            and any(len(p.tokens) > most + 2 and words[0] in p.tokens for p in body_row.row.phrases)
        ):
            return True
    if _runs_into_money(body, body_row):
        above = [r for r in body.rows if r.kind == "figures" and r.number < body_row.number]
        return bool(above) and not any(_runs_into_money(body, r) for r in above)
    return False


def _runs_into_money(body: Body, body_row: BodyRow) -> bool:
    """Whether a sum's column holds the end of a phrase of several words, or of a date."""
    money = {t for at, ts in body_row.cells.items() if body.columns[at].role in _MONEY for t in ts}
    for phrase in body_row.row.phrases:
        inside = next((i for i, t in enumerate(phrase.tokens) if t in money), len(phrase.tokens))
        before = phrase.tokens[:inside]
        if inside == len(phrase.tokens) or not before:
            continue
        if sum(1 for t in before if len(t.text) > 2 and t.text.isalpha()) >= 3:
            return True
        written = spaced(phrase.tokens)
        if any(f.start == 0 and f.end >= len(written) - 2 for f in dates.find(written)):
            return True
    return False


def _is_of_upper_level(body: Body, row: Row) -> bool:
    """Whether a row's phrases begin under the labels of the words' level."""
    lefts = [body.columns[i].x0 for _, i in body.text_starts]
    return sum(1 for p in row.phrases if any(abs(p.x0 - left) < 6 for left in lefts)) >= 2


def _is_sum_only(body_row: BodyRow, body: Body, sums: list[int]) -> bool:
    """An amount without quantity: a lump sum, if it stands in the amount's column beside a description."""
    amount = body.column("amount")
    return amount in sums


def _one_figure(tokens: list[Token], notation: Notation, is_scanned: bool) -> Figure | None:
    found = [f for f in figures(tokens, notation, is_scanned) if not f.is_percent]
    return found[0] if found else None


def _goes_on(
    body: Body,
    start: int,
    money: list[int],
    quantity: int | None,
    notation: Notation,
    is_scanned: bool,
    label: labels.Label,
) -> bool:
    """Whether lines with quantity and price follow a sum, which then is that of a section or a page."""
    if set(label.concepts) & {"gross"}:
        return False
    for body_row in body.rows[start : start + 14]:
        if body_row.kind in _IDLE or _is_running_text(body, body_row):
            continue
        sums = [i for i in money if _one_figure(body_row.tokens(i), notation, is_scanned)]
        is_full = quantity is not None and sums and _one_figure(body_row.tokens(quantity), notation, is_scanned)
        if is_full and total_label(body_row.row, is_scanned) is None:
            return True
    return False


def _trim_tail(body: Body, last: int) -> None:
    """Keep the words that belong to the last line: those that follow it closely."""
    if last < 0:
        body.rows.clear()
        return
    end = last + 1
    while end < len(body.rows) and end <= last + 8:
        above, here = body.rows[end - 1], body.rows[end]
        if here.kind in _IDLE:
            break
        height = max(above.row.height, 6.0)
        if not heading_is_grid(body.heading) and (
            here.row.block != above.row.block or here.row.top - above.row.bottom > 1.3 * height
        ):
            break
        end += 1
    del body.rows[end:]
    body.end = body.rows[-1].number + 1 if body.rows else body.end


def starts_line(body: Body, row: BodyRow) -> bool:
    """Whether a row begins with a line number in its column."""
    at = body.column("position")
    if at is None:
        return False
    tokens = row.tokens(at)
    return 1 <= len(tokens) <= 2 and bool(_POSITION.match(tokens[0].text))
