"""Mail servers that keep a worker waiting: left alone for a while after, so that everything else goes on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from app.db import Database
from app.mailboxes.port import MailboxFails

SLOW = 5.0
"""A server that failed after more seconds than this is left alone; one that fails at once costs nothing to ask."""
TIMES, LONGEST = 10, 300.0
"""For how long: this many times what it kept us waiting, and so many seconds at most."""


@dataclass(frozen=True, slots=True)
class _LeftAlone:
    """Until when a server is left alone (monotonic seconds), and what it failed with."""

    until: float
    message: str
    facts: Mapping[str, Any]


_left_alone: WeakKeyDictionary[Database, dict[tuple[str, int], _LeftAlone]] = WeakKeyDictionary()


@contextmanager
def not_again_soon(database: Database, server: str, mailbox_id: int) -> Iterator[None]:
    """Ask a mailbox's server, named with its port, within the block. Each process knows for itself.

    Raises:
        MailboxFails: What the block raises; or the same at once, when that took long and was a moment ago.
    """
    known, key = _left_alone.setdefault(database, {}), (server, mailbox_id)
    if (lately := known.get(key)) is not None and time.monotonic() < lately.until:
        raise MailboxFails(lately.message, **lately.facts)
    began = time.monotonic()
    try:
        yield
    except MailboxFails as failed:
        took = time.monotonic() - began
        if took > SLOW and not failed.facts.get("may_have_left") and not failed.facts.get("is_permanent"):
            until = time.monotonic() + min(TIMES * took, LONGEST)
            known[key] = _LeftAlone(until, failed.message, dict(failed.facts))
        raise
    known.pop(key, None)
