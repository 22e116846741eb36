"""How far a run is, on standard error: a bar where somebody watches, a line now and then where nobody does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.running import Progress, Say

_EVERY = 20.0
"""Seconds between lines."""


@contextmanager
def bar(currency: str, *, has_model: bool) -> Iterator[Say]:
    """Yields what is called with the progress."""
    if not sys.stderr.isatty():
        yield _Lines(currency, has_model=has_model)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[spent]}"),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True, highlight=False), transient=True) as bars:
        task = bars.add_task("Reading", total=None, spent="")

        def say(progress: Progress) -> None:
            if bars.tasks[0].description != progress.doing:
                bars.reset(task, total=progress.total, completed=progress.done)
            said = spent(progress, currency) if has_model else _errors(progress)
            bars.update(task, description=progress.doing, total=progress.total, completed=progress.done, spent=said)

        yield say


def spent(progress: Progress, currency: str) -> str:
    """Tokens, and cost where there is a price, so far."""
    cost = f"{progress.cost.normalize():f} {currency}" if progress.cost is not None else "no price set"
    return f"{progress.tokens:,} tokens, {cost}{_errors(progress, ', ')}"


def _errors(progress: Progress, before: str = "") -> str:
    return f"{before}{progress.errors} without an answer" if progress.errors else ""


class _Lines:
    def __init__(self, currency: str, *, has_model: bool) -> None:
        self._currency = currency
        self._has_model = has_model
        self._began = self._last = time.monotonic()
        self._doing = ""
        self._before = 0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.doing != self._doing:
            self._doing, self._began, self._before = progress.doing, now, progress.done
        is_end = progress.done == progress.total
        if now - self._last < _EVERY and not is_end:
            return
        self._last = now
        done = progress.done - self._before
        left = (now - self._began) / done * (progress.total - progress.done) if done else 0.0
        parts = [f"{progress.doing}: {progress.done} of {progress.total}"]
        if left:
            parts.append(f"{left // 60:.0f}:{left % 60:02.0f} left")
        said = spent(progress, self._currency) if self._has_model else _errors(progress)
        sys.stderr.write("; ".join([*parts, *([said] if said else [])]) + "\n")
        sys.stderr.flush()
