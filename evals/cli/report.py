"""`countersign eval report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run.", exists=True, file_okay=False)],
    html: Annotated[Path | None, typer.Option(help="Where to write the page; report.html in the run's folder else.")]
    = None,
    dataset: Annotated[
        Path | None, typer.Option(help="Where the files of the cases are now, if not where they were measured.")
    ] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases are shown beside their source.", min=0)] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="Print all measures as one JSON object.")] = False,
) -> None:  # fmt: skip
    """Write what a run showed as one HTML page that needs nothing else: tables, charts, the worst cases."""
    from evals.measures import measure
    from evals.report_page import page
    from evals.run_folder import open_run

    found = measure(open_run(run))
    path = html or run / "report.html"
    path.write_text(page(found, dataset=dataset, cases=worst), "utf-8")
    if as_json:
        typer.echo(json.dumps({"report": str(path), **found.as_plain()}, ensure_ascii=False))
    else:
        typer.echo(f"The report is in {path}")
