"""`countersign triage`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.documents.sandbox import Outcome, Reader

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Engine(StrEnum):
    """Who assesses."""

    OFFLINE = "offline"
    LLM = "llm"


@app.command()
def triage(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders to walk.")],
    jsonl: Annotated[
        bool, typer.Option("--jsonl", "--json", help="One JSON object per file on standard output.")
    ] = False,
    processes: Annotated[int, typer.Option(help="Reading processes; one per core else.", min=0)] = 0,
    engine: Annotated[
        Engine, typer.Option(help="llm: ask the language model that is set about what is not certain.")
    ] = Engine.OFFLINE,
) -> None:
    """Read and assess files without server or database. A file that cannot be read does not stop the others."""
    from app.documents.sandbox import Reader
    from workers.taking_in import files_below

    missing = [p for p in paths if not p.exists()]
    files = [p for p in files_below(paths) if p.exists()]
    lines = []
    with (
        Reader(processes or os.cpu_count() or 1) as reader,
        _assessed(reader, files, engine) as outcomes,
        _progress(len(files), jsonl) as advance,
    ):
        for path, outcome in zip(files, outcomes, strict=True):
            line = {
                "file": str(path), **(outcome.value or {"error": outcome.error}),
                "elapsed_ms": round(outcome.seconds * 1000, 1),
            }  # fmt: skip
            advance()
            if jsonl:
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            else:
                lines.append(line)
    for path in missing:
        line = {"file": str(path), "error": "There is no such file or folder.", "elapsed_ms": None}
        if jsonl:
            typer.echo(json.dumps(line))
        else:
            lines.append(line)
    if not jsonl:
        _print(lines)
    raise typer.Exit(1 if missing else 0)


@contextmanager
def _assessed(reader: Reader, files: list[Path], engine: Engine) -> Iterator[Iterator[Outcome[dict[str, Any]]]]:
    """The files' lines by an engine, in order.

    Raises:
        Misconfigured: The language model is wanted and none is set.
    """
    from workers.triaging import line_of, lines_with_model

    if engine is Engine.OFFLINE:
        yield reader.read_each(files, line_of)
        return
    from app import config
    from app.errors import Misconfigured
    from workers.asking import Asking

    settings = config.load(with_engines=False)
    if not settings.has_llm:
        raise Misconfigured(
            "No language model is set: set COUNTERSIGN_LLM_MODEL with OPENAI_API_KEY or OPENAI_BASE_URL, or "
            "COUNTERSIGN_LLM_FILE."
        )
    with Asking(settings) as asker:
        yield lines_with_model(reader, files, asker, settings.firm, settings.questions_at_once)


def _print(lines: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from workers.cli.outside import harmless

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("File", no_wrap=True, overflow="ellipsis", max_width=28)
    table.add_column("Kind/reason", no_wrap=True)
    table.add_column("Reading", no_wrap=True)
    table.add_column("Summary", min_width=16)
    for line in lines:
        says = str(line.get("error") or line["summary"])
        what = f"{line['kind']}/{line['reason']}" if "kind" in line else "not read"
        cells = (Path(str(line["file"])).name, what, str(line.get("reading", "")), says)
        table.add_row(*(Text(harmless(cell)) for cell in cells))
    Console().print(table)


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error when somebody is watching; yields what advances it."""
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=total)
        yield lambda: bar.advance(task)
