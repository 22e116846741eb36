"""Bars for the terminal while Odoo is copied: one for each sort of record, on the error output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from app.mirror.sync import Progress


@contextmanager
def mirror_bars(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """What `sync` calls with its progress; silent for programs."""
    if quiet:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True, highlight=False), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def say(progress: Progress) -> None:
            if progress.model not in tasks:
                tasks[progress.model] = bars.add_task(progress.model, total=progress.total)
            bars.update(tasks[progress.model], completed=progress.done, total=progress.total)

        yield say
