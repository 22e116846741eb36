"""Functions that do in a reading process what hostile files do."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

from app.documents.reading import Reading


def name_and_text(reading: Reading) -> str:
    return f"{reading.name}: {reading.text or reading.problems[0].code}"


def by_name(reading: Reading) -> str:
    """Misbehaves as the file's name says."""
    if reading.name == "hang":
        time.sleep(600)
    if reading.name == "crash":
        ctypes.string_at(0)
    if reading.name == "memory":
        return str(len(bytearray(3_000_000_000)))
    if reading.name == "leave":
        os._exit(0)
    if reading.name == "raise":
        raise ValueError("no good")
    if reading.name == "print":
        sys.stdout.write("noise")
        sys.stdout.flush()
        os.write(1, b"more noise")
    return f"{reading.name} done"


def secrets(reading: Reading) -> list[str]:
    return sorted(os.environ)


class Surprise:
    """Runs a function in whoever unpickles it."""

    def __reduce__(self) -> Any:
        return (os.system, ("true",))


def surprise(reading: Reading) -> Any:
    return Surprise()
