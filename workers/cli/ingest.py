"""`countersign ingest`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

    from workers.taking_in import Ingested
    from workers.wiring import Parts

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders to walk.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every case is assessed.")] = False,
) -> None:
    """Take in files and folders as cases. The same bytes twice are one document, and its case says that it came again.

    A file that cannot be opened does not stop the others; the exit code is 1 then.
    """
    from workers.taking_in import files_below, ingest_files
    from workers.wiring import parts

    files = list(files_below(paths))
    p = parts()
    done: list[Ingested] = []
    with _progress(as_json) as progress:
        task = progress.add_task("Taking in", total=len(files))
        for one in ingest_files(p, files):
            done.append(one)
            progress.advance(task)
            if as_json:
                typer.echo(json.dumps(_line(one)))
            elif one.error:
                typer.secho(f"{one.path}: {one.error}", err=True, fg="red")
        late = _wait(p, done, progress) if wait else 0
    taken = [one.taken for one in done if one.taken is not None]
    failed = len(done) - len(taken)
    if not as_json:
        again = sum(t.came_again for t in taken)
        said = f"{len(taken)} {'file' if len(taken) == 1 else 'files'} taken in: {len(taken) - again} new, "
        typer.echo(f"{said}{again} came again." + (f" {failed} not taken in." if failed else ""))
    if late:
        typer.secho(f"{late} cases are not assessed yet; work goes on. See: countersign queue", err=True, fg="yellow")
    raise typer.Exit(1 if failed or late else 0)


def _line(one: Ingested) -> dict[str, object]:
    if one.taken is None:
        return {"file": str(one.path), "error": one.error}
    return {
        "file": str(one.path), "case": one.taken.case_id, "document": one.taken.document_id,
        "sha256": one.taken.sha256, "came_again": one.taken.came_again,
    }  # fmt: skip


def _wait(p: Parts, done: list[Ingested], progress: Progress) -> int:
    """Wait for the cases; how many are not assessed when the time is over."""
    from workers.taking_in import wait_until_assessed

    cases = sorted({one.taken.case_id for one in done if one.taken is not None})
    task = progress.add_task("Assessing", total=len(cases))
    ready = 0
    for ready in wait_until_assessed(p, cases):
        progress.update(task, completed=ready)
    return len(cases) - ready


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A progress bar on standard error when somebody is watching."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        yield bar
