"""Reading in bounded processes: a file that hangs, crashes or eats memory costs itself and nothing else.

Most documents hold no scan and are read in small quick processes. One that does is handed on to a process that has the
OCR models in memory and more time. What fails comes back as a Reading of form "unread" that says what to do.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from app.documents import sniff
from app.documents.child import OUT_OF_MEMORY
from app.documents.children import ChildDied, Children
from app.documents.limits import DEFAULT, Limits
from app.documents.reading import Problem, Reading
from app.errors import Malformed

T = TypeVar("T")
_TASKS = "app.documents.child"
_NO_MEMORY = (-9, -6, OUT_OF_MEMORY)
"""Exit codes: killed by the system, aborted by an allocator, and our own."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of one file: the function's value, or in words why it gave none."""

    name: str
    value: T | None
    error: str = ""
    seconds: float = 0.0
    """Time the reading processes spent on it, waiting for a free one left out."""


class _Clock:
    """Adds up the time spent inside its blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began


class Reader:
    """Reads documents in `workers` processes, and in as many more for scans, each started when first needed.

    Use from any number of threads. Close it, or use it as a context manager.
    """

    def __init__(
        self, workers: int = 1, limits: Limits = DEFAULT, *, ocr_workers: int | None = None, ocr_threads: int = 1
    ) -> None:
        self.limits = limits
        self.ocr_threads = ocr_threads
        self._texts = Children(workers, limits.text_memory)
        self._scans = Children(workers if ocr_workers is None else ocr_workers, limits.ocr_memory)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._texts.close()
        self._scans.close()

    def read(self, content: bytes, name: str) -> Reading:
        """Read a document; never raises for what is in it."""
        if len(content) > self.limits.file_bytes:
            return _unread(content, name, "too_large", "The file is too large to be read: open it by hand.")
        kind, value = self._try(self._texts, "read", content, name, self.limits, False, 1)
        if kind == "needs recognition":
            return self._recognise(content, name)
        return _as_reading(kind, value, content, name)

    def read_each(
        self, files: Iterable[Path | tuple[str, bytes]], then: Callable[[Reading], T], *, in_order: bool = True
    ) -> Iterator[Outcome[T]]:
        """Read files and hand each reading to `then`, a module-level function, in the same processes.

        Outcomes stream in the order of the files, or as they come. A limited number of files is under way at a time, so
        that `files` may be endless. `then` also gets readings of form "unread".
        """
        function = name_of(then)
        window = 4 * (self._texts.count + self._scans.count)
        pending: deque[Future[Outcome[T]]] = deque()
        with ThreadPoolExecutor(max_workers=window, thread_name_prefix="reading") as threads:
            try:
                for file in files:
                    pending.append(threads.submit(self._one, file, function))
                    if len(pending) >= window:
                        yield from _ready(pending, in_order=in_order)
                while pending:
                    yield from _ready(pending, in_order=in_order)
            finally:
                for future in pending:
                    future.cancel()

    def render_page(self, content: bytes, number: int, dpi: int = 110, turned: float = 0.0) -> bytes:
        """A page as PNG (see `render.render_page`).

        Raises:
            Malformed: The file cannot be shown, or there is no such page.
        """
        with self._texts.borrowed() as child:
            try:
                task = "app.documents.render:render_page"
                kind, value = child.call(
                    task, content, number, dpi, turned, self.limits, seconds=self.limits.text_seconds
                )
            except (TimeoutError, ChildDied) as error:
                raise Malformed("The page cannot be shown: the file makes its reader fail.", number=number) from error
        if kind != "value" or not isinstance(value, bytes):
            raise Malformed("The page cannot be shown.", number=number, why=value)
        return value

    def _one(self, file: Path | tuple[str, bytes], function: str) -> Outcome[Any]:
        clock = _Clock()
        return replace(self._outcome(file, function, clock), seconds=clock.seconds)

    def _outcome(self, file: Path | tuple[str, bytes], function: str, clock: _Clock) -> Outcome[Any]:
        if isinstance(file, Path):
            name = file.name
            try:
                content = file.read_bytes()
            except OSError as error:
                return Outcome(str(file), None, f"The file cannot be opened: {error.strerror}.")
        else:
            name, content = file
        label = str(file) if isinstance(file, Path) else name
        if len(content) > self.limits.file_bytes:
            reading = _unread(content, name, "too_large", "The file is too large to be read: open it by hand.")
        else:
            kind, value = self._try(
                self._texts, "read_and", function, content, name, self.limits, prepared=function, clock=clock
            )
            if kind == "value":
                return Outcome(label, value)
            if kind == "error":
                return Outcome(label, None, value)
            reading = (
                self._recognise(content, name, clock)
                if kind == "needs recognition"
                else _as_reading(kind, value, content, name)
            )
        kind, value = self._try(self._texts, "hand_to", function, reading, prepared=function, clock=clock)
        return Outcome(label, value) if kind == "value" else Outcome(label, None, value if kind == "error" else kind)

    def _recognise(self, content: bytes, name: str, clock: _Clock | None = None) -> Reading:
        arguments = (content, name, self.limits, True, self.ocr_threads)
        kind, value = self._try(self._scans, "read", *arguments, clock=clock)
        return _as_reading(kind, value, content, name)

    def _try(
        self, children: Children, task: str, *arguments: Any, prepared: str = "", clock: _Clock | None = None
    ) -> tuple[str, Any]:
        """A child's answer; its death and its silence are answers too."""
        seconds = self.limits.ocr_seconds if children is self._scans else self.limits.text_seconds
        with children.borrowed() as child:
            try:
                if prepared:
                    child.prepare(prepared)
                with clock or contextlib.nullcontext():
                    return child.call(f"{_TASKS}:{task}", *arguments, seconds=seconds)
            except TimeoutError:
                return "timeout", None
            except ChildDied as died:
                return ("memory" if died.code in _NO_MEMORY else "crash"), None


def name_of(function: Callable[..., Any]) -> str:
    """ "module:qualified name" of a function that another process can import.

    Raises:
        ValueError: It is nested, a lambda, or of the main module.
    """
    module, path = function.__module__, function.__qualname__
    if module == "__main__" or "<" in path:
        raise ValueError(f"{path} of {module} is no module-level function that another process could import")
    return f"{module}:{path}"


def _ready(pending: deque[Future[Outcome[T]]], *, in_order: bool) -> Iterator[Outcome[T]]:
    """At least one outcome, taken from `pending`."""
    if in_order:
        yield pending.popleft().result()
        return
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        with contextlib.suppress(ValueError):
            pending.remove(future)
        yield future.result()


def _as_reading(kind: str, value: Any, content: bytes, name: str) -> Reading:
    if kind == "value" and isinstance(value, Reading):
        return value
    if kind == "timeout":
        return _unread(content, name, "timeout", "Reading the file took too long: open it by hand.")
    if kind == "memory":
        return _unread(content, name, "memory", "Reading the file needs too much memory: open it by hand.")
    why = "The file makes its reader fail: do not rely on it, ask the sender for another copy."
    return _unread(content, name, "corrupt", why)


def _unread(content: bytes, name: str, code: str, message: str) -> Reading:
    media_type = sniff.media_type(content[:100_000], name)
    return Reading("", name, media_type, "unread", problems=(Problem(code, message),))
