"""How the product is doing: the words that the web app, the command line and the workers say it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Check:
    """One thing checked: `works`, `fails`, or `absent` when it is optional and not set up."""

    what: str
    state: str
    says: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A system we talk to: `works`, `fails` or `absent`; since when, as far as we know; what it said."""

    state: str
    since: datetime | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of work: who reads it now, and how many nudges wait in it."""

    name: str
    readers: tuple[str, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last look at engines and peers; `at` is when."""

    at: datetime
    broker: Peer
    queues: tuple[Queue, ...] = ()
    swept_at: datetime | None = None
    """When the scheduler last had the queues swept; None when that is not known."""
    odoo: Peer = field(default=Peer("absent"))

    def queue(self, name: str) -> Queue | None:
        """The queue of this name; None while the broker is silent."""
        return next((q for q in self.queues if q.name == name), None)


class Health(Protocol):
    """Who can say how the product is doing."""

    def pulse(self) -> Pulse | None:
        """The last look, at once; None before the first. An old one is renewed meanwhile, for the next who asks."""
        ...

    def checks(self) -> Iterable[Check]:
        """Check every part now; that may take as long as the slowest part needs to answer."""
        ...
