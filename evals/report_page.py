"""A run as one HTML file: tables and charts drawn here, nothing loaded from anywhere, light and dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.review.wording import FIELD_WORDS, FLAG_WORDS, KIND_WORDS, REASON_WORDS
from app.vocabulary import KIND_OF, CertaintyWord, Kind
from evals import charts, figures
from evals.catalogue import MEASURES, Sums
from evals.measures import Measured, drawings_of
from evals.run_folder import Run
from evals.worst import with_sources, words, worst

_PAGES = Path(__file__).parent / "pages"
_CURVE = tuple(n / 50 for n in range(1, 51))
_MARKS = (0.80, 0.90, 0.95)
_ENGINES = {
    "offline": "Offline engine",
    "llm": "The judge: offline engine with a language model",
    "model": "The language model alone",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that stands large on top."""

    title: str
    value: str
    says: str
    chart: Markup | None = None


def page(found: Measured, *, dataset: Path | None = None, cases: int = 12) -> str:
    """The report of a run. `dataset` is where the files of its worst cases are read, its own folder else."""
    environment = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    run = found.run
    folder = dataset or Path(str(run.about.get("folder") or "."))
    digests = {name: str(answer.get("sha256", "")) for name, answer in run.answers.items()}
    return environment.get_template(
        "report.html"
    ).render(
        css=Markup((_PAGES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        run=run,
        about=run.about,
        engine=_ENGINES.get(str(run.about.get("engine")), str(run.about.get("engine"))),
        tiles=_tiles(found),
        words=charts.words(_words(found)),
        kinds=_kinds(found),
        confused=_confused(found)[:10],
        reasons_dots=charts.dots(_reasons(found)),
        kind_rows=[(KIND_WORDS[kind], _reason_rows(found, kind)) for kind in Kind],
        reliability=_reliability(found),
        risk=_risk(found),
        sizes=_sizes(found),
        latency=_latency(found),
        fields=_fields(found),
        flags=_flags(found),
        measures=[
            (one.title, figures.shown(figure.value, one.unit), _interval(figure.low, figure.high, one.unit), one.name)
            for one in MEASURES
            if (figure := found.figures[one.name]).value is not None
        ],
        spending=_spending(found),
        suites=_suites(found),
        ungrounded=_ungrounded(run),
        worst=with_sources(worst(found, cases), folder, digests),
        full=words,
        figures=figures,
    )


def _tiles(found: Measured) -> list[Tile]:
    tiles = []
    for name in ("kind_macro_f1", "reason_macro_f1", "certain_right", "set_coverage", "ungrounded_shown"):
        figure = found.figures[name]
        if figure.value is None:
            continue
        title, says = _SAYS[name]
        said = says(found)
        if figure.low is not None and figure.high is not None:
            said = f"{100 * figure.low:.1f} to {100 * figure.high:.1f}%; {said}"
        tiles.append(
            Tile(
                title,
                figures.shown(figure.value, "share"),
                said,
                charts.interval(figure.value, figure.low, figure.high),
            )
        )
    median, slow = found.value("latency_p50"), found.value("latency_p95")
    if median is not None and slow is not None:
        cost = found.as_plain()["cost_total"]
        says = f"95 in 100 within {figures.seconds(slow)}, reading included"
        if found.run.about.get("model"):
            says += f"; {cost:.4f} {_currency(found.run)} in all" if cost is not None else "; the model has no price"
        tiles.append(Tile("Median time a case", figures.seconds(median), says))
    return tiles


def _size(found: Measured) -> str:
    size, kind = found.value("set_mean_size"), found.value("kind_set_mean_size")
    return f"{size or 0:.2f} reasons on average, {kind or 0:.2f} kinds"


_SAYS: dict[str, tuple[str, Any]] = {
    "kind_macro_f1": ("Kind, macro-F1", lambda m: f"{figures.shown(m.value('kind_micro_f1'), 'share')} of cases right"),
    "reason_macro_f1": ("Reason, macro-F1", lambda m: f"{figures.shown(m.value('reason_micro_f1'), 'share')} right"),
    "certain_right": (
        "Right when certain",
        lambda m: f"on the {figures.shown(m.value('certain_share'), 'share')} that are By rule or Sure",
    ),
    "set_coverage": ("Choices hold the right reason", _size),
    "ungrounded_shown": (
        "Shown claims without ground",
        lambda m: f"{m.sums['shown.ungrounded'][0]:.0f} of {m.sums['shown.claims'][0]:,.0f} claims",
    ),
}


def _words(found: Measured) -> list[tuple[str, int, int]]:
    rows = []
    for word in CertaintyWord:
        cases = int(found.sums[f"word.{word}.cases"][0])
        if cases:
            rows.append((word.value, cases, int(found.sums[f"word.{word}.right"][0])))
    return rows


def _pairs(found: Measured) -> list[tuple[str, str]]:
    return [(row.gold, row.given) for row in found.rows if row.gold]


def _kinds(found: Measured) -> Markup:
    names = [kind.value for kind in Kind]
    counts = Counter((gold.partition("/")[0], given.partition("/")[0]) for gold, given in _pairs(found))
    held = {kind for pair in counts for kind in pair}
    names = [name for name in names if name in held]
    return charts.confusion(charts.Matrix(names, [KIND_WORDS[Kind(name)] for name in names], names, counts))


def _reasons(found: Measured) -> charts.Matrix:
    names = [f"{kind.value}/{reason}" for reason, kind in KIND_OF.items()]
    titles = [REASON_WORDS[reason] for reason in KIND_OF]
    return charts.Matrix(names, titles, [KIND_WORDS[kind] for kind in KIND_OF.values()], Counter(_pairs(found)))


def _confused(found: Measured) -> list[tuple[str, str, int]]:
    counts = Counter((gold, given) for gold, given in _pairs(found) if gold != given)
    return [
        (words(gold), words(given), n) for (gold, given), n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def _reason_rows(found: Measured, kind: Kind) -> list[Mapping[str, Any]]:
    table = found.table("reason.class")
    rows: list[Mapping[str, Any]] = []
    for reason, of in KIND_OF.items():
        row = table.get(f"{kind.value}/{reason}")
        if of is not kind or row is None:
            continue
        cases = int((row["right"] or 0) + (row["missed"] or 0))
        rows.append({
            "title": REASON_WORDS[reason], "cases": cases, "right": int(row["right"] or 0), "f1": row["f1"],
            "bar": charts.bar(row["f1"] if cases else None),
        })  # fmt: skip
    return rows


def _reliability(found: Measured) -> Markup | None:
    sums, bins = found.sums, []
    for number in range(10):
        cases = float(sums[f"bin.{number}.cases"][0])
        if not cases:
            continue
        right = float(sums[f"bin.{number}.right"][0])
        low, high = wilson(right, cases)
        bins.append(
            charts.Bin(int(cases), float(sums[f"bin.{number}.confidence"][0]) / cases, right / cases, low, high)
        )
    return charts.reliability(bins) if bins else None


def wilson(right: float, cases: float, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    share = right / cases
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    return max(0.0, middle - half), min(1.0, middle + half)


def _risk(found: Measured) -> Markup | None:
    if not any(row.confidence is not None for row in found.rows):
        return None
    point = found.sums.risk_at(*_CURVE)[:, 0]
    drawn = Sums(found.rows, drawings_of(found.run, found.rows, 300)).risk_at(*_CURVE)
    low, high = np.nanpercentile(drawn, (2.5, 97.5), axis=1)
    marks = [(c, float(found.sums.risk_at(c)[0][0])) for c in _MARKS]
    return charts.risk(
        list(zip(_CURVE, map(float, point), strict=True)),
        list(zip(map(float, low), map(float, high), strict=True)),
        marks,
    )


def _sizes(found: Measured) -> Markup | None:
    sets: dict[int, list[bool]] = {}
    for row in found.rows:
        if row.counts.get("set.cases"):
            sets.setdefault(int(row.counts["set.size"]), []).append(bool(row.counts.get("set.held")))
    if not sets:
        return None
    return charts.sizes([(size, len(held), sum(held)) for size, held in sorted(sets.items())])


def _latency(found: Measured) -> Markup | None:
    times = [row.elapsed_ms for row in found.rows if row.elapsed_ms is not None]
    median, slow = found.value("latency_p50"), found.value("latency_p95")
    if not times or median is None or slow is None:
        return None
    return charts.latency(times, [(f"p50 {figures.seconds(median)}", median), (f"p95 {figures.seconds(slow)}", slow)])


def _fields(found: Measured) -> list[Mapping[str, Any]]:
    exact = found.table("exact.each")
    rows: list[Mapping[str, Any]] = []
    for name, row in found.table("field.each").items():
        cases = int((row["right"] or 0) + (row["missed"] or 0))
        written = (exact.get(name) or {}).get("f1")
        rows.append({
            "title": FIELD_WORDS.get(name, name), "cases": cases, "extra": int(row["extra"] or 0), "f1": row["f1"],
            "exact": written, "bar": charts.bar(row["f1"], second=written),
        })  # fmt: skip
    return sorted(rows, key=lambda row: -row["cases"])


def _flags(found: Measured) -> list[Mapping[str, Any]]:
    return [
        {
            "title": FLAG_WORDS.get(name, name), "cases": int((row["right"] or 0) + (row["missed"] or 0)),
            "extra": int(row["extra"] or 0), "f1": row["f1"], "bar": charts.bar(row["f1"]),
        }
        for name, row in found.table("flag.each").items()
    ]  # fmt: skip


def _spending(found: Measured) -> list[tuple[str, str]]:
    """What the model was asked and what it cost; empty for a run without one."""
    sums = found.sums
    asked = float(sums["model.asked"][0])
    if not asked:
        return []
    cost = found.as_plain()["cost_total"]
    rows = [
        ("Cases that the model was asked about", f"{asked:.0f} of {len(found.rows)}"),
        ("Answered in a form that can be used", f"{sums['model.answered'][0]:.0f}"),
        ("of these repaired once", f"{sums['model.repaired'][0]:.0f}"),
        ("Tokens sent", f"{sums['model.prompt_tokens'][0]:,.0f}"),
        ("Tokens answered", f"{sums['model.completion_tokens'][0]:,.0f}"),
        ("Cost", f"{cost:.4f} {_currency(found.run)}" if cost is not None else "the model has no price"),
    ]
    if claims := float(sums["model.claims"][0]):
        wrong = float(sums["model.ungrounded"][0])
        rows.append(("Claims it made without ground", f"{wrong:.0f} of {claims:.0f}, {100 * wrong / claims:.1f}%"))
    return rows


def _currency(run: Run) -> str:
    return next(
        (str(a["model"]["currency"]) for a in run.answers.values() if (a.get("model") or {}).get("currency")), ""
    )


def _suites(found: Measured) -> list[tuple[str, int, str, str]]:
    """Where the cases are of several suites: each one's cases and shares right."""
    held: dict[str, list[Any]] = {}
    for row in found.rows:
        gold = found.run.gold[row.id]
        name = str(
            gold.get("topic") or gold.get("suite") or Path(str(gold["file"])).parent.as_posix().removeprefix(".")
        )
        held.setdefault(name, []).append(row)
    if len(held) < 2:
        return []
    rows = []
    for name, some in sorted(held.items()):
        labelled = [row for row in some if row.is_right is not None]
        kind = sum(bool(row.is_kind_right) for row in labelled) / len(labelled) if labelled else None
        reason = sum(bool(row.is_right) for row in labelled) / len(labelled) if labelled else None
        rows.append((name or "(none)", len(some), figures.shown(kind, "share"), figures.shown(reason, "share")))
    return rows


def _ungrounded(run: Run) -> list[tuple[str, str]]:
    return [
        (name, what)
        for name, answer in run.answers.items()
        for what in (answer.get("shown") or {}).get("ungrounded", ())
    ]


def _interval(low: float | None, high: float | None, unit: Any) -> str:
    return "" if low is None or high is None else f"{figures.shown(low, unit)} to {figures.shown(high, unit)}"
