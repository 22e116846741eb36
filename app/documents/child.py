"""The inside of a reading process: bounded, without secrets, one task at a time until its parent goes.

Started as `python -m app.documents.child FD BYTES`: FD is its end of a socket pair, BYTES its address space. It imports
what a task needs and no more. A task is (name of a module-level function, arguments). The answer is
a reading or plain values as JSON, bytes, or why there is none: "needs recognition", "memory" or "error" with a text.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from app.documents.children import BYTES, NO_VALUE, READING, VALUE

if TYPE_CHECKING:
    from app.documents.limits import Limits
    from app.documents.reading import Reading


OUT_OF_MEMORY = 12
"""Exit code when not even a task could be taken in."""


def main() -> None:
    fd, memory = int(sys.argv[1]), int(sys.argv[2])
    _bound(memory)
    os.dup2(2, 1)  # what libraries print must not reach the parent's standard output
    connection: Connection[Any, Any] = Connection(fd)
    connection.send_bytes(b"ready")
    while True:
        try:
            task = connection.recv_bytes()
        except (EOFError, OSError):
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # the rest of the task is still in the socket
        try:
            connection.send_bytes(_answer(task))
        except OSError:
            return


def prepare(name: str) -> None:
    """The task of importing a function's module, which may take longer than any document."""
    named(name)


def read(content: bytes, name: str, limits: Limits, may_recognise: bool, threads: int) -> Reading:
    """The task of reading a document."""
    from app.documents.read import read

    return read(content, name, limits, may_recognise=may_recognise, threads=threads)


def read_and(then: str, content: bytes, name: str, limits: Limits) -> Any:
    """The task of reading a document without scans and handing it to a module-level function."""
    return named(then)(read(content, name, limits, may_recognise=False, threads=1))


def hand_to(then: str, reading: Reading) -> Any:
    """The task of handing a reading to a module-level function."""
    return named(then)(reading)


def named(name: str) -> Any:
    """The function "module:qualified name"."""
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for step in path.split("."):
        found = getattr(found, step)
    return found


def _answer(task: bytes) -> bytes:
    from app.documents.part import NeedsRecognition

    try:
        function, arguments = pickle.loads(task)  # noqa: S301 - from our own parent
        return _written(named(function)(*arguments))
    except NeedsRecognition:
        return _no_value("needs recognition")
    except MemoryError:
        return _no_value("memory")
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        return _no_value("error", f"{type(error).__name__}: {error}"[:2000])


def _written(value: Any) -> bytes:
    """A value as its answer. Raises TypeError for what is neither a reading, bytes nor plain JSON values."""
    from app.documents import storage
    from app.documents.reading import Reading

    if isinstance(value, Reading):
        return READING + json.dumps(storage.to_json(value), separators=(",", ":")).encode()
    if isinstance(value, bytes):
        return BYTES + value
    return VALUE + json.dumps(value, separators=(",", ":")).encode()


def _no_value(why: str, text: str = "") -> bytes:
    return NO_VALUE + json.dumps([why, text]).encode()


def _bound(memory: int) -> None:
    """Limit what the process may take; systems without such limits rely on the parent's clock alone."""
    try:
        import resource
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (limit if hard < 0 else min(limit, hard), hard))
        except (ValueError, OSError):
            continue


if __name__ == "__main__":
    main()
