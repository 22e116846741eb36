"""Tables for the terminal: a run's measures, two runs side by side, what fell below a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evals import figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.table import Table

    from evals.gate import Judged
    from evals.measures import Comparison, Measured


def print_measures(found: Measured) -> None:
    """The measures of a run that have a value, with their intervals."""
    from rich.console import Console

    from evals.catalogue import MEASURES

    console = Console(highlight=False)
    table = _table("Measure", "Value", "95% interval")
    for measure in MEASURES:
        figure = found.figures[measure.name]
        if figure.value is None:
            continue
        interval = ""
        if figure.low is not None and figure.high is not None:
            interval = f"{figures.shown(figure.low, measure.unit)} to {figures.shown(figure.high, measure.unit)}"
        table.add_row(measure.title, figures.shown(figure.value, measure.unit), interval)
    console.print(table)
    words = ", ".join(
        f"{name} {row['cases']:.0f}" + ("" if row["right"] is None else f" ({100 * row['right']:.0f}% right)")
        for name, row in found.words().items()
    )
    console.print(f"{len(found.rows)} of {len(found.run.gold)} cases answered. {words}", style="dim")
    if found.run.about.get("learned_from"):
        console.print(
            "The engine was built with these cases at hand: its figures flatter. On messages, --folds 5 gives honest "
            "ones.",
            style="yellow",
        )


def print_comparison(found: Comparison) -> None:
    """Measures side by side, the tests, and the cases that flipped."""
    from rich.console import Console
    from rich.text import Text

    from workers.cli.outside import harmless

    console = Console(highlight=False)
    before, after = found.before.name, found.after.name
    table = _table("Measure", before, after, "Change", "95% interval", "")
    for one in found.differences:
        unit = one.measure.unit
        interval = ""
        if one.low is not None and one.high is not None:
            interval = f"{figures.change(one.low, unit)} to {figures.change(one.high, unit)}"
        style = {"better": "green", "worse": "red"}.get(one.verdict, "")
        table.add_row(
            one.measure.title, figures.shown(one.before, unit), figures.shown(one.after, unit),
            figures.change(one.change, unit), interval, Text(one.verdict, style=style),
        )  # fmt: skip
    console.print(table)
    for level, test in found.mcnemar.items():
        console.print(
            f"{level.capitalize()} (McNemar, exact): right in {before} only {test.only_before}, in {after} only "
            f"{test.only_after}, p {figures.p_value(test.p)}"
        )
    left = f"; {found.left_out} that only one of them has are left out" if found.left_out else ""
    console.print(f"{found.cases} cases in both runs{left}.", style="dim")
    if found.flips:
        flips = _table("", "Case", "Right", before, after)
        for flip in found.flips:
            style = {"fixed": "green", "broken": "red"}.get(flip.what, "")
            said = (label.rpartition("/")[2] or "no answer" for label in (flip.gold, flip.before, flip.after))
            flips.add_row(Text(flip.what, style=style), *(Text(harmless(cell)) for cell in (flip.id, *said)))
        console.print(flips)


def print_judged(judged: Sequence[Judged], baseline: Path) -> None:
    """What fell below its baseline, or that nothing did."""
    from rich.console import Console

    console = Console(highlight=False)
    fallen = [one for one in judged if one.has_fallen]
    if not fallen:
        console.print(f"As good as {baseline}: {len(judged)} measures kept.", style="green")
        return
    table = _table("Fell", "Baseline", "At worst", "Now")
    for one in fallen:
        unit = one.measure.unit
        shown = [figures.shown(value, unit) for value in (one.baseline, one.limit, one.value)]
        table.add_row(one.measure.title, *shown[:2], "not measured" if one.value is None else shown[2])
    console.print(table)
    console.print(
        f"{len(fallen)} of {len(judged)} measures fell below {baseline}. If that is meant, say why in the change and "
        "write a new baseline with --write.",
        style="red",
    )


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 or not name else "right", overflow="fold")
    return table
