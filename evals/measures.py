"""The measures of a run, with intervals; and of two runs of the same cases, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from app.errors import Refused
from evals.catalogue import MEASURES, Measure, Sums
from evals.run_folder import Run
from evals.tally import Row, groups, rows

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

DRAWINGS = 2_000
_OUTER = (2.5, 97.5)
"""Percentiles between which 95% of the drawings lie."""
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value and its 95% interval; None where it was not measured."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def as_plain(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Measured:
    """All figures of a run, by the names of the catalogue, and by class, field and flag."""

    run: Run
    rows: Sequence[Row]
    figures: dict[str, Figure]
    sums: Sums = field(repr=False)

    def value(self, name: str) -> float | None:
        return self.figures[name].value

    def table(self, group: str) -> dict[str, dict[str, float | None]]:
        """Hits and F1 for each name in a group of hits: flag.each, field.each, exact.each, kind.class, reason.class."""
        found = {}
        for name in self.sums.names(group):
            full = f"{group}.{name}"
            counts = {part: float(self.sums[f"{full}.{part}"][0]) for part in ("right", "extra", "missed")}
            found[name] = {**counts, "f1": _plain(self.sums.f1(full)[0])}
        return found

    def words(self) -> dict[str, dict[str, float | None]]:
        """Cases and share right for each word of certainty."""
        return {
            name: {
                "cases": float(self.sums[f"word.{name}.cases"][0]),
                "right": _plain(self.sums.share(f"word.{name}.right", f"word.{name}.cases")[0]),
            }
            for name in self.sums.names("word")
        }

    def as_plain(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "about": self.run.about,
            "cases": len(self.run.gold),
            "answered": len(self.rows),
            "measures": {name: figure.as_plain() for name, figure in self.figures.items()},
            "words": self.words(),
            **{name: self.table(group) for name, group in _TABLES.items()},
            "cost_total": _total(self.rows),
        }


_TABLES = {
    "kinds": "kind.class", "reasons": "reason.class", "flags": "flag.each", "fields": "field.each",
    "fields_exact": "exact.each",
}  # fmt: skip


def measure(run: Run, *, drawings: int = DRAWINGS, seed: int = 0) -> Measured:
    """All figures of a run; `drawings` for the intervals, 0 for none."""
    held = rows(run.gold, run.answers)
    if not held:
        raise Refused(f"The run in {run.folder} has no answers yet.")
    sums = Sums(held, np.ones((1, len(held))))
    spread = _spread_of(held, drawings_of(run, held, drawings, seed), MEASURES) if drawings else {}
    figures = {}
    for one in MEASURES:
        low, high = _outer(spread[one.name]) if drawings else (None, None)
        if low == high:  # all cases alike: drawing them anew says nothing about those that were not seen
            low = high = None
        figures[one.name] = Figure(_plain(one.of(sums)[0]), low, high)
    return Measured(run, held, figures, sums)


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in two runs, and the second minus the first with its 95% interval."""

    measure: Measure
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """better, worse, or "" where the interval holds zero or nothing can be said."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high or self.measure.better == "neither":
            return ""
        return "better" if (self.low > 0) == (self.measure.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose reason one run has right and the other has wrong, or whose reason or kind merely differs."""

    id: str
    file: str
    gold: str
    before: str
    after: str
    what: str
    """fixed, broken, or moved (both wrong, differently)."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """Cases that only one run has right, and how likely so uneven a split is by chance (exact, two-sided)."""

    only_before: int
    only_after: int
    p: float


@dataclass(frozen=True)
class Comparison:
    """Two runs on the cases that both answered."""

    before: Run
    after: Run
    cases: int
    left_out: int
    differences: tuple[Difference, ...]
    mcnemar: dict[str, McNemar]
    flips: tuple[Flip, ...]

    def as_plain(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "before": {"run": str(self.before.folder), "name": self.before.name},
            "after": {"run": str(self.after.folder), "name": self.after.name},
            "cases": self.cases,
            "left_out": self.left_out,
            "measures": {
                one.measure.name: {
                    "before": one.before, "after": one.after, "change": one.change, "low": one.low, "high": one.high,
                    "verdict": one.verdict,
                }
                for one in self.differences
            },
            "mcnemar": {level: asdict(test) for level, test in self.mcnemar.items()},
            "flips": [asdict(flip) for flip in self.flips],
        }  # fmt: skip


def compare(before: Run, after: Run, *, drawings: int = DRAWINGS, seed: int = 0) -> Comparison:
    """Compare two runs: both drawn alike, case by case, so that what cases have in common falls out.

    Raises:
        Refused: They have no case in common, or the same case with another label.
    """
    shared = [name for name in before.gold if name in after.gold]
    for name in shared:
        if _label(before.gold[name]) != _label(after.gold[name]):
            raise Refused(f"The runs have different labels for {name}: run both on the same dataset.")
    both = [name for name in shared if name in before.answers and name in after.answers]
    if not both:
        raise Refused(
            f"{before.folder} and {after.folder} have no answered case in common: there is nothing to compare."
        )
    first, second = (rows({n: run.gold[n] for n in both}, run.answers) for run in (before, after))
    weights = _drawn(groups(before.gold, both), drawings, seed)
    differences = []
    once = np.ones((1, len(both)))
    points = [_figures(Sums(held, once)) for held in (first, second)]
    spreads = [_spread_of(held, weights, MEASURES) for held in (first, second)]
    for one in MEASURES:
        was, is_now = (_plain(point[one.name][0]) for point in points)
        if was is None and is_now is None:
            continue
        change = None if was is None or is_now is None else is_now - was
        low, high = _outer(spreads[1][one.name] - spreads[0][one.name]) if change is not None else (None, None)
        differences.append(Difference(one, was, is_now, change, low, high))
    tests = {
        "kind": _mcnemar([(a.is_kind_right, b.is_kind_right) for a, b in zip(first, second, strict=True)]),
        "reason": _mcnemar([(a.is_right, b.is_right) for a, b in zip(first, second, strict=True)]),
    }
    left_out = len(before.gold.keys() | after.gold.keys()) - len(both)
    return Comparison(before, after, len(both), left_out, tuple(differences), tests, _flips(after, first, second))


def exact_mcnemar(only_before: int, only_after: int) -> float:
    """Two-sided exact p: how likely a split at least so uneven is when each side is as likely as the other."""
    n = only_before + only_after
    tail = sum(comb(n, k) for k in range(min(only_before, only_after) + 1))
    return min(1.0, 2 * tail / 2**n) if n else 1.0


def _mcnemar(pairs: Sequence[tuple[bool | None, bool | None]]) -> McNemar:
    before = sum(a is True and b is False for a, b in pairs)
    after = sum(a is False and b is True for a, b in pairs)
    return McNemar(before, after, exact_mcnemar(before, after))


def _flips(run: Run, first: Sequence[Row], second: Sequence[Row]) -> tuple[Flip, ...]:
    found = []
    for a, b in zip(first, second, strict=True):
        if a.is_right is None or (a.is_right and b.is_right) or (not a.is_right and a.given == b.given):
            continue
        what = "fixed" if b.is_right else "broken" if a.is_right else "moved"
        gold = b.gold if not b.is_right else a.gold
        found.append(Flip(a.id, str(run.gold[a.id]["file"]), gold, a.given, b.given, what))
    order = {"broken": 0, "fixed": 1, "moved": 2}
    return tuple(sorted(found, key=lambda flip: (order[flip.what], flip.id)))


def _label(gold: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in gold.items() if key not in ("note", "file")}


def _figures(sums: Sums) -> dict[str, Array]:
    return {one.name: one.of(sums) for one in MEASURES}


def drawings_of(run: Run, held: Sequence[Row], drawings: int, seed: int = 0) -> Array:
    """How often each row is drawn, in so many drawings (drawings × rows)."""
    return _drawn(groups(run.gold, [row.id for row in held]), drawings, seed)


def _drawn(group_of: Sequence[int], drawings: int, seed: int) -> Array:
    """How often each case is drawn: groups are drawn with replacement, as many as there are."""
    count = max(group_of) + 1
    generator = np.random.default_rng(seed)
    return generator.multinomial(count, np.full(count, 1 / count), size=drawings)[:, np.array(group_of)].astype(float)


def _spread_of(held: Sequence[Row], weights: Array, measures: Sequence[Measure]) -> dict[str, Array]:
    parts: dict[str, list[Array]] = {one.name: [] for one in measures}
    for start in range(0, len(weights), _AT_ONCE):
        sums = Sums(held, weights[start : start + _AT_ONCE])
        for one in measures:
            parts[one.name].append(one.of(sums))
    return {name: np.concatenate(found) for name, found in parts.items()}


def _outer(values: Array) -> tuple[float | None, float | None]:
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    low, high = np.percentile(known, _OUTER)
    return float(low), float(high)


def _plain(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _total(held: Sequence[Row]) -> float | None:
    """What the run cost in all; None where something that was asked has no price."""
    if any(row.counts.get("model.unpriced") for row in held):
        return None
    return sum(row.counts.get("model.cost", 0.0) for row in held)
