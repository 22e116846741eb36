"""Taking back at once what a person has just done with cases: put them off, assigned them."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases import assigning, snoozing
from app.cases.models import Case
from app.cases.seen import Seen, locked, require_handling
from app.errors import Conflict
from app.users.access import Caller

MOST = 100
"""Cases that are handled in one go."""
_ACTIONS = {"case.moved": ("case.moved",), "case.assigned": ("case.assigned", "assignment.undone")}
"""What can be taken back, and the events after which it cannot any more."""


def last_done(session: Session, by: Caller, *, since: datetime) -> list[AuditEvent]:
    """The last that a person did, if it was not before `since` and can be taken back: an event for each case that was
    handled in one go. Empty when they did something else since."""
    theirs = select(AuditEvent).where(AuditEvent.actor == by.email).order_by(AuditEvent.id.desc())
    newest = session.execute(theirs.limit(1)).scalar_one_or_none()
    if newest is None or newest.at < since or not _is_such(newest):
        return []
    latest = session.execute(theirs.limit(MOST)).scalars()
    return list(takewhile(lambda e: (e.at, e.action) == (newest.at, newest.action) and _is_such(e), latest))


def take_back(session: Session, case_id: int, seq: int, *, by: Caller, at: datetime) -> Case:
    """Put a case back as it was before this person put it off or assigned it; `seq` is that event's place in the trail.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Conflict: They did no such thing, or the case moved on since then.
    """
    require_handling(by)
    case = locked(session, case_id, Seen(0, seq), by=by)
    event = session.execute(
        select(AuditEvent).where(AuditEvent.case_id == case_id, AuditEvent.seq == seq, AuditEvent.actor == by.email)
    ).scalar_one_or_none()
    if event is None or not _is_such(event) or _newest(session, case_id, _ACTIONS[event.action]) != seq:
        raise Conflict(f"What was done with case {case_id} cannot be taken back any more. Nothing was done.")
    if event.action == "case.moved":
        snoozing.take_back(session, case, event, by=by, at=at)
    else:
        assigning.take_back(session, case, event, by=by, at=at)
    return case


def _is_such(event: AuditEvent) -> bool:
    """Whether a person put a case off by this, or assigned it."""
    if event.action == "case.moved":
        return event.content.get("after") == "snoozed" and "undoes" not in event.content
    return event.action == "case.assigned" and "owner_before" in event.content


def _newest(session: Session, case_id: int, actions: tuple[str, ...]) -> int | None:
    return session.execute(
        select(func.max(AuditEvent.seq)).where(AuditEvent.case_id == case_id, AuditEvent.action.in_(actions))
    ).scalar_one()
