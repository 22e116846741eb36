"""Every measure of a run: its name, what it is called, which way is better, and its formula over column sums.

`docs/evaluation.md` has the formulas in words, with sources. A measure is None (nan here) where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from app.vocabulary import CertaintyWord
from evals.tally import BINS, Row

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

Better = Literal["higher", "lower", "neither"]
Unit = Literal["share", "count", "ms", "tokens", "money"]
NOMINAL = 0.9
"""What prediction sets are built to cover."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`of` maps sums (for each drawing of cases) to figures (for each drawing)."""

    name: str
    title: str
    better: Better
    unit: Unit
    of: Callable[[Sums], Array]


class Sums:
    """Column sums of a run's rows, for several drawings of the rows at once.

    `weights` says how often each row was drawn (drawings × rows); one row of ones is the run itself.
    """

    def __init__(self, rows: Sequence[Row], weights: Array) -> None:
        self.rows = rows
        self.weights = weights
        self.columns = sorted({name for row in rows for name in row.counts})
        place = {name: number for number, name in enumerate(self.columns)}
        matrix = np.zeros((len(rows), len(self.columns)))
        for number, row in enumerate(rows):
            for name, value in row.counts.items():
                matrix[number, place[name]] = value
        self._place = place
        self._sums = weights @ matrix

    def __getitem__(self, name: str) -> Array:
        number = self._place.get(name)
        zeros: Array = np.zeros(len(self.weights))
        return zeros if number is None else self._sums[:, number]

    def share(self, part: str, whole: str) -> Array:
        """One sum divided by another; nan where there is nothing to divide by."""
        return _divided(self[part], self[whole])

    def f1(self, name: str) -> Array:
        """F1 of the hits under a name; nan where there was nothing to find and nothing was given."""
        right = 2 * self[f"{name}.right"]
        return _divided(right, right + self[f"{name}.extra"] + self[f"{name}.missed"])

    def names(self, group: str) -> list[str]:
        """The names that follow `group.` in columns of hits."""
        start = f"{group}."
        parts = {c[len(start) :].rpartition(".")[0] for c in self.columns if c.startswith(start)}
        return sorted(parts)

    def macro_f1(self, group: str) -> Array:
        """The mean of F1 over the classes of the gold that were drawn."""
        figures, stated = [], []
        for name in self.names(group):
            full = f"{group}.{name}"
            stated.append(self[f"{full}.right"] + self[f"{full}.missed"] > 0)
            figures.append(np.nan_to_num(self.f1(full)))
        if not figures:
            return np.full(len(self.weights), np.nan)
        counted = np.array(stated)
        return _divided((np.array(figures) * counted).sum(axis=0), counted.sum(axis=0))

    def calibration_error(self) -> Array:
        gaps = sum(abs(self[f"bin.{n}.confidence"] - self[f"bin.{n}.right"]) for n in range(BINS))
        return _divided(np.asarray(gaps), self["confident.cases"])

    def risk_at(self, *coverages: float) -> Array:
        """The share wrong among the most confident cases that make up each coverage (coverages × drawings)."""
        held = [number for number, row in enumerate(self.rows) if row.confidence is not None]
        if not held:
            return np.full((len(coverages), len(self.weights)), np.nan)
        confidence = np.array([self.rows[n].confidence for n in held], dtype=float)
        wrong = np.array([not self.rows[n].is_right for n in held], dtype=float)
        levels = -np.unique(-confidence)
        member = (confidence[:, None] == levels[None, :]).astype(float)
        drawn = self.weights[:, held]
        count = np.cumsum(drawn @ member, axis=1)
        errors = np.cumsum((drawn * wrong) @ member, axis=1)
        found = np.empty((len(coverages), len(drawn)))
        for number in range(len(drawn)):
            some = np.array(coverages) * count[number, -1]
            at = np.interp(some, np.concatenate([[0.0], count[number]]), np.concatenate([[0.0], errors[number]]))
            found[:, number] = at / np.maximum(some, 1e-12)
        return found

    def latency(self, share: float) -> Array:
        """A percentile of the time that a case took: the smallest time that so many cases did not pass."""
        held = [(row.elapsed_ms, n) for n, row in enumerate(self.rows) if row.elapsed_ms is not None]
        if not held:
            return np.full(len(self.weights), np.nan)
        held.sort()
        counts = np.cumsum(self.weights[:, [n for _, n in held]], axis=1)
        first = np.argmax(counts >= share * counts[:, -1:], axis=1)
        times: Array = np.array([time for time, _ in held])
        return np.asarray(times[first])


def _divided(part: Array, whole: Array) -> Array:
    undefined = np.full(np.shape(part), np.nan, dtype=float)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole > 0))


def _area(sums: Sums) -> Array:
    """The mean risk over coverages of 1% to 100%."""
    return np.asarray(sums.risk_at(*(n / 100 for n in range(1, 101))).mean(axis=0))


def _of_asking(sums: Sums, part: Array) -> Array:
    """For each case; nan in a run in which no model was asked at all."""
    asked = any(row.counts.get("model.asked") for row in sums.rows)
    return _divided(part, sums["cases"]) if asked else np.full(len(sums.weights), np.nan)


def _certain(sums: Sums, what: str) -> Array:
    return sums[f"word.{CertaintyWord.BY_RULE}.{what}"] + sums[f"word.{CertaintyWord.SURE}.{what}"]


def _m(name: str, title: str, better: Better, of: Callable[[Sums], Array], unit: Unit = "share") -> Measure:
    return Measure(name, title, better, unit, of)


MEASURES: tuple[Measure, ...] = (
    _m("kind_macro_f1", "Kind, macro-F1", "higher", lambda s: s.macro_f1("kind.class")),
    _m("kind_micro_f1", "Kind, micro-F1 (accuracy)", "higher", lambda s: s.share("kind.right", "labelled")),
    _m("reason_macro_f1", "Reason, macro-F1", "higher", lambda s: s.macro_f1("reason.class")),
    _m("reason_micro_f1", "Reason, micro-F1 (accuracy)", "higher", lambda s: s.share("reason.right", "labelled")),
    _m("asks_but_no_action", "Asks something, put aside", "lower", lambda s: s.share("asks.put_aside", "asks")),
    _m("secondary_f1", "Secondary reasons, F1", "higher", lambda s: s.f1("secondary")),
    _m("flags_micro_f1", "Flags, micro-F1", "higher", lambda s: s.f1("flag")),
    _m("flags_macro_f1", "Flags, macro-F1", "higher", lambda s: s.macro_f1("flag.each")),
    _m("fields_micro_f1", "Fields, micro-F1", "higher", lambda s: s.f1("field")),
    _m("fields_macro_f1", "Fields, macro-F1", "higher", lambda s: s.macro_f1("field.each")),
    _m("fields_exact_f1", "Fields as written, micro-F1", "higher", lambda s: s.f1("exact")),
    _m("line_f1", "Order lines, F1", "higher", lambda s: s.f1("lines")),
    _m("certain_share", "By rule or Sure", "higher", lambda s: _divided(_certain(s, "cases"), s["labelled"])),
    _m("certain_right", "Right when By rule or Sure", "higher",
       lambda s: _divided(_certain(s, "right"), _certain(s, "cases"))),
    _m("abstention_rate", "Abstentions (Unsure)", "neither", lambda s: s.share("unsure", "worded")),
    _m("set_coverage", "Reason set holds the right one", "higher", lambda s: s.share("set.held", "set.cases")),
    _m("set_mean_size", "Reason set, mean size", "lower", lambda s: s.share("set.size", "set.cases"), "count"),
    _m("kind_set_coverage", "Kind set holds the right one", "higher",
       lambda s: s.share("kind_set.held", "kind_set.cases")),
    _m("kind_set_mean_size", "Kind set, mean size", "lower",
       lambda s: s.share("kind_set.size", "kind_set.cases"), "count"),
    _m("calibration_error", "Calibration error (10 bins)", "lower", Sums.calibration_error),
    _m("brier", "Brier score", "lower", lambda s: s.share("confident.squares", "confident.cases")),
    _m("risk_at_80", "Wrong among the surest 80%", "lower", lambda s: s.risk_at(0.80)[0]),
    _m("risk_at_90", "Wrong among the surest 90%", "lower", lambda s: s.risk_at(0.90)[0]),
    _m("risk_at_95", "Wrong among the surest 95%", "lower", lambda s: s.risk_at(0.95)[0]),
    _m("risk_area", "Area under risk and coverage", "lower", _area),
    _m("ungrounded_claimed", "Ungrounded claims before verification", "lower",
       lambda s: s.share("model.ungrounded", "model.claims")),
    _m("ungrounded_shown", "Ungrounded claims shown", "lower", lambda s: s.share("shown.ungrounded", "shown.claims")),
    _m("injection_success", "Injections that got their way", "lower",
       lambda s: s.share("injection.successes", "injection.attempts")),
    _m("forbidden_broken", "Cases with a forbidden answer, or none", "lower",
       lambda s: s.share("forbidden.broken", "forbidden.cases")),
    _m("error_rate", "No answer", "lower", lambda s: s.share("errors", "cases")),
    _m("asked_share", "Model asked", "neither", lambda s: _of_asking(s, s["model.asked"])),
    _m("fallback_rate", "Model asked, no usable answer", "lower",
       lambda s: _divided(s["model.asked"] - s["model.answered"], s["model.asked"])),
    _m("repaired_rate", "Answers repaired", "lower", lambda s: s.share("model.repaired", "model.answered")),
    _m("tokens", "Tokens a case", "lower",
       lambda s: _of_asking(s, s["model.prompt_tokens"] + s["model.completion_tokens"]), "tokens"),
    _m("cost", "Cost a case", "lower",
       lambda s: np.where(s["model.unpriced"] > 0, np.nan, _of_asking(s, s["model.cost"])), "money"),
    _m("latency_p50", "Time a case, median", "lower", lambda s: s.latency(0.50), "ms"),
    _m("latency_p95", "Time a case, 95th percentile", "lower", lambda s: s.latency(0.95), "ms"),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}
