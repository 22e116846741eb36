"""Which part of a table's width belongs to which heading: stretches of ink below, put in order under the labels.

A label may stand left of figures that are set to the right, so neither edges nor middles need to meet. What holds is
the order: stretches and labels run the same way, and figures belong under a label that promises figures.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.order_fields.columns import Column
from classifiers.order_fields.currencies import code_of
from classifiers.order_fields.figures import Notation, continues, is_group_start, parse
from classifiers.order_fields.layout import Row, Token
from classifiers.order_fields.word_sets import word_set

_UNIT = 25.0
"""Points of distance that weigh as much as a doubtful kind."""
_SLACK = 1.2
"""Points by which boxes of neighbouring columns may overlap, as OCR's do."""
_FIGURES = word_set("amount discount gross_amount price_per quantity quantity_unit unit_price")
_FARTHEST = 3.0
"""Beyond this, distance says no more: a label may stand in the middle of a very wide column."""
_SKIPS = {"description": 2.2, "quantity": 0.5, "unit_price": 0.4, "amount": 0.4}
"""What it costs to leave a column without anything below it."""
_WORDS = frozenset({"description", "unit", "code", "position", "other"})
_FREE = frozenset({"", "other", "code", "tax"})


_PLAIN = Notation()
_THREE = re.compile(r"^\d{3}$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the table's width that rows fill, and how many of them with a figure."""

    x0: float
    x1: float
    figures: int
    words: int

    @property
    def is_figures(self) -> bool:
        return self.figures > self.words


def atoms(row: Row, columns: Sequence[Column] = (), notation: Notation = _PLAIN) -> list[tuple[float, float, bool]]:
    """What stands together in a row, as (x0, x1, is it a figure).

    A figure in front of words is apart from them, and so is one behind words if it stands under a label for figures.
    """
    out: list[tuple[float, float, bool]] = []
    for phrase in row.phrases:
        tokens = phrase.tokens
        kinds = _kinds(tokens)
        for i, token in enumerate(tokens):
            kind = kinds[i]
            is_group = (
                i > 0 and kind == kinds[i - 1] == "figure" and notation.has_blanks and continues(tokens, i)
                and (is_group_start(tokens[i - 1].text) or _THREE.match(tokens[i - 1].text) is not None)
            )  # fmt: skip
            if is_group or (i and _joins(tokens[i - 1], kinds[i - 1], token, kind, columns)):
                x0, _, was_figure = out[-1]
                out[-1] = (x0, token.x1, was_figure or (kind == "figure" and kinds[i - 1] == "sign"))
            else:
                out.append((token.x0, token.x1, kind != "word"))
    return out


def _kinds(tokens: Sequence[Token]) -> list[str]:
    """For each token figure, word, sign (a currency before its figure) or tail (behind it)."""
    kinds = ["figure" if _is_figure(t) else "word" for t in tokens]
    signs = [i for i, t in enumerate(tokens) if kinds[i] == "word" and len(t.text) <= 4 and code_of(t.text)]
    if not signs:
        return kinds
    first = signs[0]
    is_before = (
        first + 1 < len(tokens) and kinds[first + 1] == "figure" and not (first and kinds[first - 1] == "figure")
    )
    for i in signs:
        if is_before and i + 1 < len(tokens) and kinds[i + 1] == "figure":
            kinds[i] = "sign"
        elif i and kinds[i - 1] == "figure":
            kinds[i] = "tail"
        elif i + 1 < len(tokens) and kinds[i + 1] == "figure":
            kinds[i] = "sign"
    return kinds


def _joins(last: Token, was: str, token: Token, kind: str, columns: Sequence[Column]) -> bool:
    letter = (token.x1 - token.x0) / max(1, len(token.text))
    gap = token.x0 - last.x1
    if kind == "tail":
        return True
    if was == "sign":
        return kind == "figure"
    if kind == "sign":
        return was == "word" and gap <= 1.1 * letter
    if was in ("figure", "tail"):
        return kind == "figure" and was == "figure" and gap <= 0.4 * letter
    if kind == "word" and any(c.role in _WORDS and abs(token.x0 - c.x0) < 3.0 and last.x0 < c.x0 - 8 for c in columns):
        return False  # the label of another column of words stands right above
    if kind == "figure":
        middle = (token.x0 + token.x1) / 2
        is_under = any(c.role in _FIGURES and c.x0 - 8 <= middle <= c.x1 + 8 for c in columns)
        return gap <= 1.1 * letter and not is_under
    return True


def _is_figure(token: Token) -> bool:
    figure = parse(token.text, Notation())
    return figure is not None and not figure.unit


def stretches(rows: Sequence[Row], columns: Sequence[Column] = (), notation: Notation = _PLAIN) -> list[Stretch]:
    """The stretches that rows fill; where only a row or two of many cross a gap, it still is one."""
    spans = _alike([atoms(row, columns, notation) for row in rows], columns)
    if not spans:
        return []
    spare = 0 if len(spans) < 8 else max(1, len(spans) // 14)
    spans = [
        [(x0 + _SLACK, x1 - _SLACK, f) if x1 - x0 > 4 * _SLACK else (x0, x1, f) for x0, x1, f in row] for row in spans
    ]
    edges = sorted({x for row in spans for x0, x1, _ in row for x in (x0, x1)})
    out: list[Stretch] = []
    start: float | None = None
    for left, right in itertools.pairwise(edges):
        middle = (left + right) / 2
        covered = sum(1 for row in spans if any(x0 < middle < x1 for x0, x1, _ in row))
        if covered > spare:
            start = left if start is None else start
        elif start is not None:
            out.append(_stretch(start, left, spans))
            start = None
    if start is not None:
        out.append(_stretch(start, edges[-1], spans))
    return _with_outliers([s for s in out if s.figures + s.words], spans)


def _with_outliers(found: list[Stretch], spans: list[list[tuple[float, float, bool]]]) -> list[Stretch]:
    """A wide figure of a single row widens the stretch of figures it belongs to, if nothing stands between."""
    for row in spans:
        for x0, x1, is_figure in row:
            if not is_figure or any(s.x0 <= (x0 + x1) / 2 <= s.x1 for s in found):
                continue
            near = [
                (min(abs(s.x0 - x1), abs(x0 - s.x1)), i) for i, s in enumerate(found)
                if s.is_figures and not any(min(s.x1, x1) < (o.x0 + o.x1) / 2 < max(s.x0, x0) for o in found)
            ]  # fmt: skip
            if near:
                i = min(near)[1]
                s = found[i]
                low = max((o.x1 for o in found[:i]), default=float("-inf"))
                high = min((o.x0 for o in found[i + 1 :]), default=float("inf"))
                found[i] = Stretch(max(low, min(s.x0, x0)), min(high, max(s.x1, x1)), s.figures + 1, s.words)
    return found


def _alike(
    spans: list[list[tuple[float, float, bool]]], columns: Sequence[Column]
) -> list[list[tuple[float, float, bool]]]:
    """The rows that show the columns best: those with something of the right kind under most labels."""
    hits = [_hits(row, columns) for row in spans]
    most = max(hits, default=0.0)
    kept = [row for row, n in zip(spans, hits, strict=True) if n >= 0.7 * most]
    usual = sorted(len(row) for row in kept)[len(kept) // 2] if kept else 0
    return [row for row in kept if len(row) >= 0.6 * usual]


def _hits(row: list[tuple[float, float, bool]], columns: Sequence[Column]) -> float:
    count = 0.0
    for column in columns:
        is_figure_column = column.role in _FIGURES
        if any(
            x0 < column.x1 + 30 * is_figure_column + 5 and x1 > column.x0 - 30 * is_figure_column - 5
            and is_figure == is_figure_column
            for x0, x1, is_figure in row
        ):  # fmt: skip
            count += 1.5 if is_figure_column else 0.5
    return count


def _stretch(x0: float, x1: float, spans: list[list[tuple[float, float, bool]]]) -> Stretch:
    inside = [is_figure for row in spans for a, b, is_figure in row if x0 - 0.5 <= (a + b) / 2 <= x1 + 0.5]
    return Stretch(x0, x1, sum(inside), len(inside) - sum(inside))


def align(columns: Sequence[Column], found: Sequence[Stretch]) -> list[int]:
    """For each stretch the index of its column, in order; several may share one, and a column may have none."""
    count = len(columns)
    if not found or not count:
        return []
    has_unit = any(c.role == "unit" for c in columns)
    skipped = [0.0, *itertools.accumulate(_SKIPS.get(c.role, 0.05) for c in columns)]
    best: list[list[float]] = []
    back: list[list[int]] = []
    for i, stretch in enumerate(found):
        costs, origins = [], []
        for j, column in enumerate(columns):
            own = _cost(stretch, column, has_unit)
            if i == 0:
                costs.append(own + skipped[j])
                origins.append(-1)
                continue
            options = []
            for k in range(j + 1):
                if k == j:
                    extra = _sharing(found[i - 1], stretch, column)
                else:
                    extra = skipped[j] - skipped[k + 1]
                options.append((best[i - 1][k] + extra, k))
            cheapest = min(options)
            costs.append(cheapest[0] + own)
            origins.append(cheapest[1])
        best.append(costs)
        back.append(origins)
    j = min(range(count), key=lambda k: best[-1][k] + skipped[count] - skipped[k + 1])
    out = [j]
    for i in range(len(found) - 1, 0, -1):
        j = back[i][j]
        out.append(j)
    return out[::-1]


def _cost(stretch: Stretch, column: Column, has_unit: bool) -> float:
    gap = max(0.0, column.x0 - stretch.x1, stretch.x0 - column.x1)
    edges = min(
        abs(column.x0 - stretch.x0),
        abs(column.x1 - stretch.x1),
        abs(column.x0 + column.x1 - stretch.x0 - stretch.x1) / 2,
    )
    cost = min(gap / _UNIT, _FARTHEST) + min(edges, 40.0) / (6 * _UNIT)
    role = column.role
    if role in _FREE:
        return cost + 0.15
    if stretch.is_figures:
        if role == "description":
            cost += 1.2
        elif role == "unit":
            cost += 1.5
    elif role in _FIGURES:
        cost += 0.4 if role in ("quantity", "quantity_unit", "unit_price") and not has_unit else 1.8
    elif role == "position":
        cost += 0.8
    return cost


def _sharing(before: Stretch, stretch: Stretch, column: Column) -> float:
    """What it costs to put two stretches under one label."""
    if column.role == "description":
        return 0.0
    if before.is_figures and stretch.is_figures:
        return 1.2
    return 0.3


def borders(columns: Sequence[Column], rows: Sequence[Row], notation: Notation) -> list[tuple[float, int]]:
    """Where columns begin, as (x, index of the column) from left to right; the first begins at minus infinity.

    A column without anything below it in these rows keeps the place of its label, if nothing else is there.
    """
    found = stretches(rows, columns, notation)
    owners = align(columns, found)
    extents: dict[int, tuple[float, float]] = {}
    for stretch, owner in zip(found, owners, strict=True):
        x0, x1 = extents.get(owner, (stretch.x0, stretch.x1))
        extents[owner] = (min(x0, stretch.x0), max(x1, stretch.x1))
    taken = list(extents.values())
    for i, column in enumerate(columns):
        if i not in extents and not any(x0 < column.x1 + 3 and x1 > column.x0 - 3 for x0, x1 in taken):
            extents[i] = (column.x0, column.x1)
    ordered = sorted((x0, x1, i) for i, (x0, x1) in extents.items())
    if not ordered:
        return [(float("-inf"), 0)]
    out = [(float("-inf"), ordered[0][2])]
    for (_, left, _), (right, _, i) in itertools.pairwise(ordered):
        out.append(((left + right) / 2 if right > left else right, i))
    return out
