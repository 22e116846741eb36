"""The tasks of a reading process (see app/documents/child.py), with documents that really kill it."""

from __future__ import annotations

import os
import signal

from app.documents import child
from app.documents.limits import Limits
from app.documents.reading import Reading

prepare = child.prepare


def read(content: bytes, name: str, limits: Limits, may_recognise: bool, threads: int) -> Reading:
    if b"kill -9 the reader" in content:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"crash the reader" in content:
        os.kill(os.getpid(), signal.SIGSEGV)
    return child.read(content, name, limits, may_recognise, threads)
