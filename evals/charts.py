"""The charts of a report, drawn on the server as SVG: no script, and marks carry their figures as tooltips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

from evals.svg import box, dot, drawing, group, line, path, text

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BELOW = 42.0
"""Room below a plot for its axis."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of like confidence: their mean confidence, the share right, its interval."""

    cases: int
    confidence: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by what is right (rows) and what was given (columns), with titles; lines are drawn between groups."""

    names: Sequence[str]
    titles: Sequence[str]
    groups: Sequence[str]
    counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Plot:
    """A plot's area in the drawing; x and y are given as shares of it, from below left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, share: float) -> float:
        return self.left + self.width * share

    def y(self, share: float) -> float:
        return self.bottom - self.height * share

    def rows(self, ticks: Sequence[tuple[float, str]]) -> list[str]:
        found = []
        for share, name in ticks:
            found.append(line("grid", self.left, self.y(share), self.x(1), self.y(share)))
            found.append(text("tick", self.left - 7, self.y(share) + 4, name, "end"))
        return found

    def columns(self, ticks: Sequence[tuple[float, str]], *, has_lines: bool = True) -> list[str]:
        found = [line("grid", self.x(share), self.top, self.x(share), self.bottom) for share, _ in ticks if has_lines]
        return found + [text("tick", self.x(share), self.bottom + 16, name, "middle") for share, name in ticks]

    def titles(self, below: str, beside: str = "") -> list[str]:
        found = [text("title", self.x(0.5), self.bottom + 34, below, "middle")]
        return found + ([text("title", 11, self.y(0.5), beside, "middle", turned=-90)] if beside else [])


def interval(value: float, low: float | None, high: float | None, *, width: int = 190) -> Markup:
    """A figure between 0 and 1 on a line with its interval."""
    plot = _Plot(7, 0, width - 14, 16)
    parts = [line("axis", plot.left, 8, plot.x(1), 8)]
    if low is not None and high is not None:
        parts.append(line("band", plot.x(low), 8, max(plot.x(high), plot.x(low) + 0.5), 8))
    return drawing(width, 16, "interval", f"{100 * value:.1f}%", [*parts, dot("dot", plot.x(value), 8, 3.5)])


def words(rows: Sequence[tuple[str, int, int]], *, width: int = 1100) -> Markup:
    """How often each word of certainty was said, and how much of it was right: (word, cases, right)."""
    gap, least = 8, 74
    room = width - gap * (len(rows) - 1)
    total = sum(cases for _, cases, _ in rows) or 1
    wide = [max(room * cases / total, least) for _, cases, _ in rows]
    wide = [one * room / sum(wide) for one in wide]
    parts, x = [_HATCHES], 0.0
    for number, ((word, cases, right), size) in enumerate(zip(rows, wide, strict=True)):
        good = size * right / cases if cases else 0
        said = [box("wrong", x, 24, size, 36, round_by=4), box("right", x, 24, good, 36, round_by=4)]
        share = f", {100 * right / cases:.0f}% right" if size > 120 else f", {100 * right / cases:.0f}%"
        said += [text("name", x, 15, word), text("small", x, 77, f"{cases}{' cases' if size > 120 else ''}{share}")]
        parts.append(group(f"word-{number}", f"{word}: {cases} cases, {right} right", said))
        x += size + gap
    return drawing(width, 84, "words", "Words of certainty and how often they were right", parts)


_HATCHES = (
    '<defs><pattern id="hatched" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="7" height="7"/><rect class="stripe" width="3" height="7"/></pattern></defs>'
)


def confusion(matrix: Matrix, *, cell: int = 50) -> Markup:
    """A matrix with its counts written in."""
    n, left, top = len(matrix.names), 108, 84
    parts = []
    for i, row in enumerate(matrix.names):
        stated = sum(matrix.counts.get((row, name), 0) for name in matrix.names)
        parts.append(text("label", left - 10, top + (i + 0.5) * cell + 4, matrix.titles[i], "end"))
        for j, column in enumerate(matrix.names):
            count = matrix.counts.get((row, column), 0)
            share = count / stated if stated else 0.0
            seen = 0.18 + 0.82 * (share if i == j else min(1.0, 3 * share))
            x, y, side = left + j * cell + 1, top + i * cell + 1, cell - 2
            said = [box("cell", x, y, side, side, round_by=4)]
            if count:
                said.append(box("hit" if i == j else "miss", x, y, side, side, round_by=4, opacity=min(seen, 0.999)))
                said.append(
                    text("count strong" if seen > 0.6 else "count", x + side / 2, y + side / 2 + 5, count, "middle")
                )
            tip = f"{matrix.titles[i]}, read as {matrix.titles[j]}: {count}"
            parts.append(group("square", tip, said))
    for j, title in enumerate(matrix.titles):
        parts.append(text("label", left + (j + 0.5) * cell + 4, top - 10, title, turned=-40))
    return drawing(left + n * cell + 56, top + n * cell + 4, "confusion", "Right kind against given kind", parts)


def dots(matrix: Matrix, *, cell: int = 11) -> Markup:
    """A large matrix as dots: right ones on the diagonal, wrong ones off it; lines and names for the groups."""
    n, left = len(matrix.names), 82
    size = n * cell
    parts = [box("frame", left, 0, size, size, round_by=4)]
    starts = [k for k in range(n) if k == 0 or matrix.groups[k] != matrix.groups[k - 1]]
    for start, end in zip(starts, [*starts[1:], n], strict=True):
        if start:
            parts.append(line("rule", left + start * cell, 0, left + start * cell, size))
            parts.append(line("rule", left, start * cell, left + size, start * cell))
        parts.append(text("tick", left - 8, (start + end) / 2 * cell + 4, matrix.groups[start], "end"))
    place = {name: number for number, name in enumerate(matrix.names)}
    for (row, column), count in sorted(matrix.counts.items()):
        if not count or row not in place or column not in place:
            continue
        i, j = place[row], place[column]
        radius = min(cell * 0.62, 2.3 + 1.15 * (count - 1) ** 0.5)
        tip = f"{matrix.titles[i]}" + (f": {count} right" if i == j else f", read as {matrix.titles[j]}: {count}")
        parts.append(dot("hit" if i == j else "miss", left + (j + 0.5) * cell, (i + 0.5) * cell, radius, tip))
    return drawing(left + size, size, "dots", "Right reason (rows) against given reason (columns)", parts)


def reliability(bins: Sequence[Bin], *, size: int = 340) -> Markup:
    """Confidence against the share right, with the number of cases behind each point."""
    plot = _Plot(46, 8, size - 60, size - 60)
    quarters = [(v, f"{100 * v:.0f}%") for v in _QUARTERS]
    most = max((one.cases for one in bins), default=1)
    parts = [*plot.rows(quarters), *plot.columns(quarters, has_lines=False)]
    for one in bins:
        height = 0.22 * plot.height * one.cases / most
        x = min(plot.x(one.confidence) - 9, plot.x(1) - 18)
        parts.append(group("", f"{one.cases} cases", [box("mass", x, plot.bottom - height, 18, height, round_by=1)]))
    parts.append(line("ideal", plot.x(0), plot.y(0), plot.x(1), plot.y(1)))
    parts += [line("whisker", plot.x(b.confidence), plot.y(b.low), plot.x(b.confidence), plot.y(b.high)) for b in bins]
    parts.append(path("curve", [(plot.x(one.confidence), plot.y(one.right)) for one in bins]))
    for one in bins:
        tip = f"{one.cases} cases at {100 * one.confidence:.0f}%: {100 * one.right:.0f}% right"
        parts.append(dot("dot", plot.x(one.confidence), plot.y(one.right), 5, tip))
    parts += plot.titles("confidence", "share right")
    return drawing(size, plot.bottom + _BELOW, "reliability", "Confidence against the share right", parts)


def risk(
    curve: Sequence[tuple[float, float]], band: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float]],
    *, width: int = 480, height: int = 340,
) -> Markup:  # fmt: skip
    """Coverage against the share wrong. `band` is low and high at each point of the curve; `marks` are named points."""
    plot = _Plot(50, 8, width - 66, height - 60)
    highest = max([0.02, *(wrong for _, wrong in curve), *(high for _, high in band)])
    step = next((s for s in (0.005, 0.01, 0.02, 0.05, 0.1) if highest / s <= 5.5), 0.2)
    ceiling = step * ceil(highest / step)
    ticks = [(k * step / ceiling, f"{100 * k * step:g}%") for k in range(round(ceiling / step) + 1)]
    parts = [*plot.rows(ticks), *plot.columns([(v, f"{100 * v:.0f}%") for v in _QUARTERS], has_lines=False)]
    if band:
        above = [(plot.x(at), plot.y(high / ceiling)) for (at, _), (_, high) in zip(curve, band, strict=True)]
        below = [(plot.x(at), plot.y(low / ceiling)) for (at, _), (low, _) in zip(curve, band, strict=True)]
        parts.append(path("spread", [*above, *reversed(below)], is_closed=True))
    parts.append(path("curve", [(plot.x(at), plot.y(wrong / ceiling)) for at, wrong in curve]))
    for at, wrong in marks:
        x, y = plot.x(at), plot.y(wrong / ceiling)
        parts.append(line("drop", x, y, x, plot.bottom))
        parts.append(dot("dot", x, y, 5, f"The surest {100 * at:.0f}%: {100 * wrong:.1f}% wrong"))
        parts.append(text("value", x - 9, y - 8, f"{100 * wrong:.1f}%", "end"))
    parts += plot.titles("coverage, the surest first", "share wrong")
    return drawing(width, plot.bottom + _BELOW, "risk", "Share wrong against coverage", parts)


def latency(
    times: Sequence[float], marks: Sequence[tuple[str, float]], *, width: int = 480, height: int = 250
) -> Markup:
    """The share of cases that were answered within a time (ms, logarithmic)."""
    plot = _Plot(50, 22, width - 66, height - 74)
    ordered = sorted(max(one, 0.1) for one in times)
    low = floor(log10(ordered[0]))
    high = max(ceil(log10(ordered[-1])), low + 1)

    def x(one: float) -> float:
        return plot.x((log10(max(one, 0.1)) - low) / (high - low))

    powers = [
        ((k - low) / (high - low), f"{10.0**k:g} ms" if k < 3 else f"{10.0 ** (k - 3):g} s")
        for k in range(low, high + 1)
    ]
    parts = [*plot.rows([(v, f"{100 * v:.0f}%") for v in _QUARTERS]), *plot.columns(powers)]
    parts.append(path("curve", [(x(one), plot.y((k + 1) / len(ordered))) for k, one in enumerate(ordered)]))
    for name, at in marks:
        parts += [line("drop", x(at), plot.top, x(at), plot.bottom), text("value", x(at), plot.top - 7, name, "middle")]
    parts += plot.titles("time a case", "answered")
    return drawing(width, plot.bottom + _BELOW, "latency", "Share of cases answered within a time", parts)


def sizes(counts: Sequence[tuple[int, int, int]], *, width: int = 360, height: int = 250) -> Markup:
    """How large the sets are, and in how many the right one is: (size, cases, held)."""
    plot = _Plot(16, 22, width - 32, height - 74)
    most = max((cases for _, cases, _ in counts), default=1)
    wide = plot.width / max(len(counts), 1)
    bar_width = min(wide - 10, 56)
    parts = [_HATCHES, line("axis", plot.left, plot.bottom, plot.x(1), plot.bottom)]
    for number, (size, cases, held) in enumerate(counts):
        x = plot.left + (number + 0.5) * wide - bar_width / 2
        tall, good = plot.height * cases / most, plot.height * held / most
        said = [
            box("wrong", x, plot.bottom - tall, bar_width, tall), box("right", x, plot.bottom - good, bar_width, good),
            text("value", x + bar_width / 2, plot.bottom - tall - 5, cases, "middle"),
            text("tick", x + bar_width / 2, plot.bottom + 16, size, "middle"),
        ]  # fmt: skip
        parts.append(group("", f"{cases} sets of {size}, {held} with the right one", said))
    parts += plot.titles("reasons in the set")
    return drawing(width, plot.bottom + _BELOW, "sizes", "Sizes of prediction sets", parts)


def bar(share: float | None, *, second: float | None = None, width: int = 120) -> Markup:
    """A share as a bar; `second`, such as the strict figure, as a mark on it."""
    if share is None:
        return Markup("")
    parts = [box("track", 0, 3, width, 6, round_by=3), box("fill", 0, 3, width * share, 6, round_by=3)]
    if second is not None:
        at = 1 + (width - 2) * second
        parts.append(line("second", at, 1, at, 11))
    return drawing(width, 12, "bar", f"{100 * share:.1f}%", parts)
