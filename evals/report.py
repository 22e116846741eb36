"""A run's measures as a text table, one column for each part of the messages."""

from __future__ import annotations

from collections.abc import Mapping

from evals.metrics import Scores

_MEASURES = (
    "cases", "kind_accuracy", "kind_macro_f1", "reason_accuracy", "reason_macro_f1", "asks_but_no_action",
    "set_coverage", "set_mean_size", "brier", "calibration_error", "secondary_f1", "flags_micro_f1", "line_f1",
)  # fmt: skip
_WIDTH = 24


def report(scores: Mapping[str, Scores]) -> str:
    """The measures side by side; then the words by cases and share right, flags, fields and kinds."""
    found = {name: scores[name].as_dict() for name in scores}
    rows = [_row("", [name.rjust(_WIDTH) for name in found])]
    rows += [_row(measure, [_figure(part[measure]) for part in found.values()]) for measure in _MEASURES]
    words = sorted({word for part in found.values() for word in part["words"]})
    for word in words:
        cells = [part["words"].get(word, {"cases": 0, "right": None}) for part in found.values()]
        rows.append(_row(f"word: {word}", [f"{c['cases']} right {_plain(c['right'])}".rjust(_WIDTH) for c in cells]))
    for group in ("flags", "fields", "by_kind"):
        names = sorted({name for part in found.values() for name in part[group]})
        rows += [_row(f"{group}: {n}", [_figure(part[group].get(n)) for part in found.values()]) for n in names]
    return "\n".join(rows)


def _row(name: str, cells: list[str]) -> str:
    return name.ljust(34) + "".join(cells)


def _figure(value: object) -> str:
    return _plain(value).rjust(_WIDTH)


def _plain(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
