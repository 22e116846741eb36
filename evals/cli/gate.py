"""`countersign eval gate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def gate(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", exists=True, file_okay=False)],
    baseline: Annotated[Path, typer.Option(help="File with the measures that must be kept.")],
    write: Annotated[
        bool, typer.Option("--write", help="Make this run the baseline instead of judging it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:  # fmt: skip
    """Fail when a run is worse than its baseline. Exit codes: 0 as good, 1 something fell (a table says what)."""
    from evals import gate as gates
    from evals.cli.tables import print_judged
    from evals.measures import measure
    from evals.run_folder import open_run

    found = measure(open_run(run), drawings=0)
    if write:
        gates.write(found, baseline)
        typer.echo(
            json.dumps({"baseline": str(baseline)}) if as_json else f"{baseline} now holds the measures of {run}."
        )
        return
    judged = gates.judge(found, baseline)
    fallen = [one for one in judged if one.has_fallen]
    if as_json:
        said = {"passes": not fallen, "fallen": [one.measure.name for one in fallen]}
        typer.echo(json.dumps({**said, "measures": [one.as_plain() for one in judged]}))
    else:
        print_judged(judged, baseline)
    raise typer.Exit(1 if fallen else 0)
