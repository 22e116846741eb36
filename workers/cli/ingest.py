"""`countersign ingest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders to walk.", exists=True)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until every case is assessed.")] = False,
) -> None:
    """Take in files and folders as cases. The same bytes twice are one document."""
    from rich.progress import Progress

    from workers.taking_in import files_below, ingest_files, wait_until_assessed
    from workers.wiring import parts

    files = list(files_below(paths))
    p = parts()
    with Progress(disable=as_json, transient=True) as progress:
        task = progress.add_task("Taking in", total=len(files))
        taken = []
        for path, result in ingest_files(p, files):
            taken.append(result)
            progress.advance(task)
            if as_json:
                typer.echo(
                    json.dumps({"file": str(path), "case": result.case_id, "sha256": result.sha256,
                                "came_again": result.came_again})
                )  # fmt: skip
        if wait:
            task = progress.add_task("Assessing", total=len(taken))
            for done in wait_until_assessed(p, [t.case_id for t in taken]):
                progress.update(task, completed=done)
    if not as_json:
        again = sum(t.came_again for t in taken)
        typer.echo(f"{len(taken)} files taken in: {len(taken) - again} new, {again} came again.")
