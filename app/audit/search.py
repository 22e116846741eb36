"""Finding events of the trail: by case, person, kind and day; and whether the chain of one case holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from app.audit import checkpoints
from app.audit.checkpoints import BrokenLink
from app.audit.models import AuditCheckpoint, AuditEvent, AuditHead


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events. Empty: all. `since` is counted in, `before` is not (aware, UTC)."""

    case_id: int | None = None
    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_days_alone(self) -> bool:
        """Whether nothing but days is asked for."""
        return bool(self.since or self.before) and self.case_id is None and not (self.actors or self.actions)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, the newest first, and the id to go on below (0 on the last page)."""

    events: tuple[AuditEvent, ...]
    next_id: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether the chain of a case holds: how many events it has, and the first broken link (None: it holds)."""

    events: int
    broken: BrokenLink | None


def page(session: Session, wanted: Wanted, *, below: int = 0, limit: int = 100) -> EventPage:
    """The newest events that fit, below the one with this id. Pages are found by key.

    Days alone are looked for in the order of time, which the database finds at once; all else in the order of writing.
    """
    query = select(AuditEvent).where(*fits(wanted))
    if wanted.is_days_alone:
        order: tuple[Any, ...] = (AuditEvent.at.desc(), AuditEvent.id.desc())
        last = session.get(AuditEvent, below) if below else None
        if last is not None:
            query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < (last.at, last.id))
    else:
        order = (AuditEvent.id.desc(),)
        if below:
            query = query.where(AuditEvent.id < below)
    rows = session.execute(query.order_by(*order).limit(limit + 1)).scalars().all()
    return EventPage(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else 0)


def every(session: Session, wanted: Wanted) -> Iterator[AuditEvent]:
    """All events that fit, oldest first, read in portions."""
    query = select(AuditEvent).where(*fits(wanted)).order_by(AuditEvent.id).execution_options(yield_per=1000)
    yield from session.execute(query).scalars()


def chain(session: Session, case_id: int) -> Chain:
    """Recompute the chain of one case. What was sealed in checkpoints is compared by `checkpoints.verify`."""
    head = session.get(AuditHead, case_id)
    events = (
        session.execute(select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq))
        .scalars()
        .all()
    )
    if head is None and not events:
        return Chain(0, None)
    count, broken = checkpoints.chain_problem(case_id, iter(events), {}, (head.seq, head.hash) if head else None)
    return Chain(count, broken)


def last_sealed(session: Session) -> datetime | None:
    """When the trail was sealed last; None before the first checkpoint."""
    return session.execute(
        select(AuditCheckpoint.at).order_by(AuditCheckpoint.id.desc()).limit(1)
    ).scalar_one_or_none()  # fmt: skip


def fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions that an event must meet."""
    fits: list[ColumnElement[bool]] = []
    if wanted.case_id is not None:
        fits.append(AuditEvent.case_id == wanted.case_id)
    if wanted.actors:
        fits.append(AuditEvent.actor.in_(wanted.actors))
    if wanted.actions:
        fits.append(AuditEvent.action.in_(wanted.actions))
    if wanted.since is not None:
        fits.append(AuditEvent.at >= wanted.since)
    if wanted.before is not None:
        fits.append(AuditEvent.at < wanted.before)
    return fits
