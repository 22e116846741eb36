"""Mail servers that keep a worker waiting: left alone for a while after, so that everything else goes on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from app.db import Database
from app.mailboxes.port import MailboxFails

SLOW = 5.0
"""A server that failed after more seconds than this is left alone; one that fails at once costs nothing to ask."""
TIMES, LONGEST = 10, 300.0
"""For how long: this many times what it kept us waiting, and so many seconds at most."""
_left_alone: WeakKeyDictionary[Database, dict[tuple[str, int], tuple[float, MailboxFails]]] = WeakKeyDictionary()


@contextmanager
def not_again_soon(database: Database, server: str, mailbox_id: int) -> Iterator[None]:
    """Ask a mailbox's server ("outgoing", "sent mail") within the block. Each process knows for itself.

    Raises:
        MailboxFails: What the block raises; or the same at once, when that took long and was a moment ago.
    """
    known, key = _left_alone.setdefault(database, {}), (server, mailbox_id)
    if (lately := known.get(key)) is not None and time.monotonic() < lately[0]:
        raise MailboxFails(lately[1].message, **lately[1].facts)
    began = time.monotonic()
    try:
        yield
    except MailboxFails as failed:
        took = time.monotonic() - began
        if took > SLOW and not failed.facts.get("may_have_left") and not failed.facts.get("is_permanent"):
            known[key] = (time.monotonic() + min(TIMES * took, LONGEST), failed)
        raise
    known.pop(key, None)
