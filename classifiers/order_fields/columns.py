"""Finding the heading of a table of order lines, and which of its columns says what.

A heading is one or more rows of column labels with figures below. Labels may be wrapped ("Unit" over "price"), stand
in two levels (a line number and a material above, quantity and price below), or be unknown to us.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from classifiers.order_fields import labels
from classifiers.order_fields.currencies import code_of
from classifiers.order_fields.layout import Canvas, Phrase, Row, Token
from classifiers.order_fields.word_sets import word_set

FIGURES = frozenset({"quantity", "quantity_unit", "unit_price", "amount", "gross_amount"})
_MONEY = frozenset({"unit_price", "amount", "gross_amount"})
_NOISE = word_set("in excl exclusive ex incl net netto ht per pro vat btw mwst tax iva tva each €/ $/ £/ without w/o")
_HIGHEST = 6
"""Rows of the tallest heading: labels of three lines whose middles meet make five."""
_BOX_NUMBER = re.compile(r"^\d{1,2}[a-z]?\.$")
"""Forms number their boxes: "20. Schedule of supplies"."""
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what its heading may mean (likeliest first), where the heading stands, the currency it names."""

    roles: tuple[str, ...]
    x0: float
    x1: float
    index: int | None
    tokens: tuple[Token, ...]
    level: int = 0
    currency: str = ""

    @property
    def role(self) -> str:
        return self.roles[0] if self.roles else ""

    @property
    def text(self) -> str:
        return " ".join(t.text for t in self.tokens)

    def as_role(self, role: str) -> Column:
        """The same column, settled."""
        return replace(self, roles=(role,))


@dataclass(frozen=True, slots=True)
class Heading:
    """The rows `first` to `last` (exclusive) of the canvas and their columns, left to right."""

    first: int
    last: int
    columns: tuple[Column, ...]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(c.role for c in self.columns if c.role)

    @property
    def has_levels(self) -> bool:
        return len({c.level for c in self.columns if c.role}) > 1


def headings(canvas: Canvas) -> list[Heading]:
    """The headings of tables of order lines, top to bottom; a heading repeated on a later page is there again."""
    found: list[Heading] = []
    at = 0
    rows = canvas.rows
    while at < len(rows):
        heading = _heading_at(canvas, at) if _may_begin(rows[at], canvas) else None
        if heading is not None:
            found.append(heading)
            at = heading.last
        else:
            at += 1
    return found


def _may_begin(row: Row, canvas: Canvas) -> bool:
    """A cheap look: at least one phrase of the row is made of column labels."""
    return any(_cells(phrase, canvas.is_scanned, level=0) for phrase in row.phrases)


def _heading_at(canvas: Canvas, first: int) -> Heading | None:
    """The best heading of one to three rows that begins at a row."""
    best: tuple[float, Heading] | None = None
    rows = canvas.rows
    for count in range(1, _HIGHEST + 1):
        band = rows[first : first + count]
        if len(band) < count or any(r.block != band[0].block or r.is_grid != band[0].is_grid for r in band):
            break
        if count > 1 and (not _close(band[-2], band[-1]) or _has_figures(band[-1])):
            break
        if _has_figures(band[0]):
            break
        columns, missed = _columns_of(band, canvas.is_scanned)
        heading = Heading(first, first + count, columns)
        score = _score(heading, missed) - (0.3 if count > 1 else 0.0) - 0.1 * max(0, count - 2)
        if score > 0 and (best is None or score > best[0]):
            best = (score, heading)
    if best is None or not _is_followed_by_figures(canvas, best[1]):
        return None
    heading = best[1] if best[1].last - first == 1 else _or_its_last_row(canvas, best[1])
    return _with_rest(canvas, heading)


def _with_rest(canvas: Canvas, heading: Heading) -> Heading:
    """The heading with rows right below it that only finish its labels: "Ord." under "Qty."."""
    rows = canvas.rows
    while heading.last < len(rows) and heading.last - heading.first < _HIGHEST:
        row, above = rows[heading.last], rows[heading.last - 1]
        if row.block != above.block or row.is_grid or not _close(above, row) or _has_figures(row):
            return heading
        is_below = all(
            len(p.tokens) <= 2 and any(p.x0 < c.x1 and p.x1 > c.x0 for c in heading.columns) for p in row.phrases
        )
        if not is_below:
            return heading
        columns, _ = _columns_of(rows[heading.first : heading.last + 1], canvas.is_scanned)
        longer = Heading(heading.first, heading.last + 1, columns)
        if _named(longer) < _named(heading):
            return heading
        heading = longer
    return heading


def _named(heading: Heading) -> int:
    return sum(1 for c in heading.columns if c.role)


def _or_its_last_row(canvas: Canvas, heading: Heading) -> Heading:
    """A band whose last row alone is as good a heading: what stands above it is something else."""
    last = heading.last - 1
    columns, missed = _columns_of(canvas.rows[last : last + 1], canvas.is_scanned)
    alone = Heading(last, heading.last, columns)
    if _score(alone, missed) <= 0:
        return heading
    named = sum(1 for c in heading.columns if c.role and c.role != "other")
    own = sum(1 for c in columns if c.role and c.role != "other" and not code_of(c.text))
    is_better = own >= named or (canvas.rows[last].is_grid and own >= 3)
    is_merged = any(len({t.top for t in c.tokens}) > 1 for c in heading.columns)
    if _stands_between(canvas.rows[heading.first : last], canvas.rows[last]):
        return heading
    return alone if is_better and not (is_merged and own < named) else heading


def _stands_between(above: Sequence[Row], row: Row) -> bool:
    """Whether rows are the upper halves of wrapped labels: half a line higher, in the gaps between a row's labels."""
    return all(
        upper.bottom > row.top and all(p.x1 <= q.x0 or p.x0 >= q.x1 for p in upper.phrases for q in row.phrases)
        for upper in above
    ) and any(row.phrases[0].x1 < p.x0 and p.x1 < row.phrases[-1].x1 for upper in above for p in upper.phrases)


def _close(above: Row, below: Row) -> bool:
    return below.top - above.bottom < 0.9 * max(above.height, below.height, 6.0)


def _has_figures(row: Row) -> bool:
    """Whether a row holds a number, other than one behind a label such as "Price per 100"."""
    return any(
        _DIGITS.search(t.text)
        and not t.text.startswith("(")
        and t.text.strip(".)") not in ("1", "100", "1000")
        and not _BOX_NUMBER.match(t.text)
        for t in row.tokens
    )


def _score(heading: Heading, missed: int) -> float:
    """How much a band looks like a heading: at most 0 if it does not."""
    roles = heading.roles - {"other"}
    figures = len(roles & FIGURES)
    if not figures or len(roles) < 2 or (figures < 2 and not roles & {"description", "position", "code"}):
        return 0.0
    if len(roles) == 2 and not (roles & _MONEY or "quantity" in roles):
        return 0.0
    named = sum(1 for c in heading.columns if c.role)
    if missed > named:
        return 0.0
    currencies = sum(1 for c in heading.columns if c.role in _MONEY and c.currency)
    return named + 0.5 * figures - 1.1 * missed + 0.35 * currencies


def _is_followed_by_figures(canvas: Canvas, heading: Heading) -> bool:
    following = canvas.rows[heading.last : heading.last + 7]
    return any(
        row.block == canvas.rows[heading.first].block and any(_DIGITS.search(t.text) for t in row.tokens)
        for row in following
    )


def _columns_of(band: Sequence[Row], is_scanned: bool) -> tuple[tuple[Column, ...], int]:
    """The columns of a band of rows and how many phrases no label explains."""
    if len(band) == 1:
        columns: list[Column] = []
        missed = 0
        for phrase in band[0].phrases:
            cells = _cells(phrase, is_scanned, level=0)
            if not cells:
                missed += _weight(phrase)
                columns.append(_column((), phrase.tokens, phrase.column, 0))
            columns += cells
        return tuple(columns), missed
    return _stacked(band, is_scanned)


def _stacked(band: Sequence[Row], is_scanned: bool) -> tuple[tuple[Column, ...], int]:
    """Columns of several rows: what stands over each other is one label if it reads as one, else two levels."""
    stacks: list[list[tuple[int, Phrase]]] = []
    for level, row in enumerate(band):
        for phrase in row.phrases:
            for stack in stacks:
                if any(lv != level and _overlap(other, phrase) > 0.35 for lv, other in stack) and all(
                    lv != level for lv, _ in stack
                ):
                    stack.append((level, phrase))
                    break
            else:
                stacks.append([(level, phrase)])
    columns: list[Column] = []
    missed = 0
    for stack in stacks:
        tokens = tuple(t for _, phrase in stack for t in phrase.tokens)
        whole = _cells(Phrase(tokens, stack[0][1].column), is_scanned, level=stack[0][0]) if len(stack) > 1 else []
        if len(whole) == 1 and _covers(whole[0], tokens):
            columns.append(whole[0])
            continue
        parts: list[Column] = []
        for level, phrase in stack:
            cells = _cells(phrase, is_scanned, level=level)
            if not cells:
                missed += _weight(phrase)
                parts.append(_column((), phrase.tokens, phrase.column, level))
            parts += cells
        if len(stack) > 1 and any("tax" in c.roles for c in parts):
            parts = [_column(("tax",), tokens, stack[0][1].column, stack[0][0])]  # "Tax" over "amount" and their like
        columns += parts
    columns.sort(key=lambda c: (c.x0, c.level))
    return tuple(columns), missed


def _covers(column: Column, tokens: tuple[Token, ...]) -> bool:
    return len(column.tokens) == len(tokens)


def _overlap(a: Phrase, b: Phrase) -> float:
    if a.column is not None or b.column is not None:
        return 1.0 if a.column == b.column else 0.0
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    return shared / max(1.0, min(a.x1 - a.x0, b.x1 - b.x0))


def _weight(phrase: Phrase) -> int:
    """How much an unexplained phrase speaks against a heading: a sentence more than a word."""
    if all(_BOX_NUMBER.match(t.text) for t in phrase.tokens):
        return 0
    return 1 if len(phrase.tokens) <= 3 else len(phrase.tokens) - 1


def _cells(phrase: Phrase, is_scanned: bool, *, level: int) -> list[Column]:
    """A phrase as one or more column labels, or nothing if most of it is something else."""
    tokens = tuple(t for t in phrase.tokens if not _BOX_NUMBER.match(t.text))
    if len(tokens) > 14:
        return []
    found: list[Column] = []
    at = 0
    missed = 0
    while at < len(tokens):
        text = tokens[at].text
        label = labels.find(tokens, "columns", first=at, is_scanned=is_scanned)
        if (
            label is not None
            and found
            and found[-1].role == "unit_price"
            and label.key in ("per", "pro", "par", "por", "za")
        ):
            found[-1] = replace(found[-1], tokens=(*found[-1].tokens, tokens[at]), x1=tokens[at].x1)
            at = label.last  # "price per" and a unit we do not know
            continue
        if label is not None:
            currency, last = _behind(tokens, label.last)
            found.append(_column(label.concepts, tokens[at:last], phrase.column, level, currency))
            at = last
            continue
        bare = text.strip("()[]/.,:*%-–").casefold()
        if not found and code_of(text) and len(tokens) <= 2 and code_of(text) not in ("kr",):
            found.append(_column(("amount",), tokens[at : at + 1], phrase.column, level, code_of(text)))
        elif bare in _NOISE or not bare or code_of(text):
            if found:
                found[-1] = replace(found[-1], tokens=(*found[-1].tokens, tokens[at]), x1=tokens[at].x1)
        elif found and (meanings := _cut_short(tokens[at].text)):
            found.append(_column(meanings, tokens[at : at + 1], phrase.column, level))
        elif glued := _glued(tokens[at], phrase.column, level):
            found += glued
        else:
            missed += 1
        at += 1
    if missed > len(found) or (missed and len(tokens) > 6):
        return []
    return found


@lru_cache(maxsize=1024)
def _cut_short(text: str) -> tuple[str, ...]:
    """What a label means that a narrow column has cut: "Hoeveelh", "Eenheidspri"."""
    key = labels.key_of(text)
    if len(key) < 5 or not key.isalpha() or labels.match(text, "fields"):
        return ()
    book = labels.book("columns")
    wholes = [k for k, known in book.items() if k.startswith(key) and len(key) >= 0.65 * len(k) and known[0].words == 1]
    return tuple(m.concept for m in book[min(wholes, key=len)]) if wholes else ()


def _glued(token: Token, index: int | None, level: int) -> list[Column]:
    """Two labels printed without a gap: "DELIVERYQTY". The cut is where both halves are labels."""
    text = token.text.rstrip(".:")
    if len(text) < 7 or not text.isalpha():
        return []
    for cut in range(len(text) - 3, 2, -1):
        left, right = labels.match(text[:cut], "columns"), labels.match(text[cut:], "columns")
        shared = {lang for m in left for lang in m.languages} & {lang for m in right for lang in m.languages}
        if shared and "no" not in (labels.key_of(text[:cut]), labels.key_of(text[cut:])):
            x = token.x0 + (token.x1 - token.x0) * cut / len(text)
            halves = (
                replace(token, text=text[:cut], end=token.start + cut, x1=x),
                replace(token, text=text[cut:], start=token.start + cut, x0=x),
            )
            return [
                _column(tuple(m.concept for m in meanings), (half,), index, level)
                for meanings, half in zip((left, right), halves, strict=True)
            ]
    return []


def _behind(tokens: tuple[Token, ...], at: int) -> tuple[str, int]:
    """A currency or a bracket that belongs to the label before it."""
    currency = ""
    while at < len(tokens):
        text = tokens[at].text
        bare = text.strip("()[]/.,:*%-–").casefold()
        code = code_of(text)
        is_bracket = text.startswith("(") or (
            at and tokens[at - 1].text.startswith("(") and not tokens[at - 1].text.endswith(")")
        )
        if code:
            currency = code
        elif not (is_bracket or bare in _NOISE or not bare) or (
            labels.find(tokens, "columns", first=at) is not None and not is_bracket
        ):
            break
        at += 1
    return currency, at


def _column(
    roles: tuple[str, ...], tokens: tuple[Token, ...], index: int | None, level: int, currency: str = ""
) -> Column:
    if len(roles) > 1 and any("%" in t.text for t in tokens):
        roles = tuple(r for r in roles if r in ("discount", "tax")) or roles
    return Column(roles, min(t.x0 for t in tokens), max(t.x1 for t in tokens), index, tokens, level, currency)
