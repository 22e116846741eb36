"""When a write is sent again."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=30)
"""Renewed while the worker waits for Odoo; after it another worker sends the same key again, which is harmless."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=2)
LOSSES = 5
"""A write that fails its worker this often in a way nobody foresaw is shown to a person."""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many unanswered attempts: 2 s, 4 s, 8 s, … at most 2 minutes, without an end.

    A confirmed write is never dropped because Odoo is away for long; it waits, and the case says so.
    """
    return min(timedelta(seconds=FIRST_WAIT.total_seconds() * 2.0 ** min(max(0, attempts - 1), 20)), LONGEST_WAIT)
