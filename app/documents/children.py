"""Processes that can be trusted to end: each runs one task at a time over its own socket, with a clock.

Each child has a socket pair of its own, so none can block another by dying at a bad moment, and nothing of the parent
is imported in it but what a task names. Its environment holds no secrets. What it answers is JSON or bytes, so that a
parser taken over by a hostile file gains nothing in the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_TASKS = "app.documents.child"
_STARTING_SECONDS = 60.0
"""For the interpreter and a task's libraries, perhaps from a cold disk and beside other work."""
_LARGEST_ANSWER = 512 * 1024 * 1024
"""Bytes; a child that sends more is ended."""
READING, VALUE, BYTES, NO_VALUE = b"R", b"J", b"B", b"N"
"""How an answer is written: a reading or a plain value as JSON, bytes as they are, or (why there is none, text)."""


class ChildDied(Exception):
    """A child ended in the middle of a task; `code` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a reading process ended with {code}")
        self.code = code


class Child:
    """One process, started when first needed and again after it died or was killed."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any] | None = None
        self._prepared: set[str] = set()

    def call(self, function: str, *arguments: Any, seconds: float) -> tuple[str, Any]:
        """Run the module-level function "module:name" and return its answer (see child.py).

        Raises:
            TimeoutError: It took longer; the child was killed.
            ChildDied: It crashed or ran out of memory, or no process could be started.
        """
        connection = self._ready()
        late = threading.Event()
        clock = threading.Timer(seconds, self._kill, (late,))
        clock.start()
        try:
            connection.send_bytes(pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL))
            answer = connection.recv_bytes(_LARGEST_ANSWER)
        except (EOFError, OSError):
            code = self.stop()
            if late.is_set():
                raise TimeoutError(f"no answer within {seconds:g} seconds") from None
            raise ChildDied(code) from None
        except BaseException:
            self.stop()  # its answer is still to come, and must not be taken for that of the next document
            raise
        finally:
            clock.cancel()
            clock.join()  # a clock that is just striking must not hit the next task
        try:
            return _value(answer)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError) as error:
            self.stop()
            raise ChildDied(0) from error

    def prepare(self, function: str) -> None:
        """Have the child import a function's module, once in its life, in time of its own."""
        self._ready()
        if function not in self._prepared:
            self.call(f"{_TASKS}:prepare", function, seconds=_STARTING_SECONDS)
            self._prepared.add(function)

    def _kill(self, late: threading.Event) -> None:
        late.set()
        if self._process is not None:
            self._process.kill()

    def stop(self) -> int:
        """End the process if there is one; its exit code."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.2)
        process.kill()
        return process.wait()

    def _ready(self) -> Connection[Any, Any]:
        if self._process is not None and self._connection is not None and self._process.poll() is None:
            return self._connection
        self.stop()
        ours, theirs = Pipe()
        fd = theirs.fileno()
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path or os.getcwd())
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _TASKS, str(fd), str(self.memory)],
            env={**environment, **_ONE_THREAD, "PYTHONPATH": paths},
            pass_fds=(fd,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        self._connection = ours
        self._prepared = set()
        try:
            if not ours.poll(_STARTING_SECONDS):
                raise TimeoutError("a reading process did not start")
            ours.recv_bytes()
        except (EOFError, OSError) as error:
            raise ChildDied(self.stop()) from error
        return ours


class Children:
    """Up to `count` children; whoever needs one borrows the one used last."""

    def __init__(self, count: int, memory: int) -> None:
        self.count = count
        self._all = [Child(memory) for _ in range(count)]
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in reversed(self._all):
            self._idle.put(child)
        self._closed = threading.Event()

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Child]:
        """A child for one task; waits until one is free."""
        child = self._idle.get()
        try:
            if self._closed.is_set():
                raise RuntimeError("the reading processes have been closed")
            yield child
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """End all processes. A task under way fails as if its process had crashed."""
        self._closed.set()
        for child in self._all:
            child.stop()


def _value(answer: bytes) -> tuple[str, Any]:
    """A child's answer: one byte for its form, then JSON or bytes. Nothing in it can run or name code of ours."""
    from app.documents import storage

    form, body = answer[:1], answer[1:]
    if form == BYTES:
        return "value", body
    content = json.loads(body)
    if form == READING:
        return "value", storage.from_json(content)
    if form == VALUE:
        return "value", content
    if form == NO_VALUE and isinstance(content, list) and len(content) == 2:
        return str(content[0]), content[1]
    raise ValueError("a reading process answered in an unknown form")
