"""Putting a case off: until a time, or until the customer or the project manager answers; and waking it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases import lifecycle
from app.cases.models import SNOOZED_FOR, Case
from app.cases.seen import Seen, locked, require_handling
from app.errors import Conflict, Malformed
from app.users.access import Caller
from app.users.models import User

LONGEST = timedelta(days=366)
MAY_BE_SNOOZED = ("to_decide", "needs_approval", "stale", "needs_attention", "snoozed")
TIME_IS_OVER = "The time it was put off for is over."
CAME_AGAIN = "The same document came again."
CHANGED_IN_ODOO = "Its record changed in Odoo."
CUSTOMER_ANSWERED = "The customer wrote again."
DELIVERY_ANSWERED = "The question about the delivery was answered."
TAKEN_BACK = "Putting it off was taken back."


def snooze(
    session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime, until: datetime | None = None,
    event: str = "", because: str = "",
) -> Case:  # fmt: skip
    """Put a case off until a time or an event, whichever comes first; a case put off already gets the new time.

    It comes back before that when the customer writes or its record changes in Odoo. `event` is one of `SNOOZED_FOR`.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Malformed: Neither a time nor an event is named, or the time is past or more than a year away.
        Conflict: It changed since the person saw it, is being read or written, or has ended.
    """
    require_handling(by)
    if event not in SNOOZED_FOR or (until is None and not event):
        raise Malformed("Say until when the case is put off: a day, or until somebody answers. It was not put off.")
    if until is not None and not at < until <= at + LONGEST:
        raise Malformed("Choose a time that is still to come, within a year. The case was not put off.")
    case = locked(session, case_id, seen, by=by)
    if case.state not in MAY_BE_SNOOZED:
        raise Conflict(f"Case {case_id} is {case.state.replace('_', ' ')} and cannot be put off.", case=case_id)
    put_off(session, case, until=until, event=event, because=because.strip(), by=by, at=at)
    return case


def put_off(
    session: Session, case: Case, *, until: datetime | None, event: str, because: str, by: Caller, at: datetime
) -> None:
    """Put a locked case off; who calls has checked that it may be."""
    if case.state == "snoozed":
        lifecycle.stay(session, case, actor=by.email, at=at, because=because, until=_told(until), event=event)
    else:
        lifecycle.move(
            session, case, "snoozed", actor=by.email, at=at, because=because, until=_told(until), event=event
        )
    case.snoozed_until, case.snoozed_for, case.snoozed_because = until, event, because
    case.snoozed_by, case.snoozed_at = by.user_id, at
    session.flush()


def wake(
    session: Session, case: Case, *, because: str, at: datetime, actor: str = "software", **more: str | int
) -> None:
    """Bring a locked case back before a person, in the state it waits in; nothing happens to one that is not put off.

    A case that needed attention still does. Steps that were confirmed once, or went stale, say so when it is settled
    (see `decisions.decide.settle_case`).
    """
    if case.state != "snoozed":
        return
    if case.attention:
        why = case.attention
        lifecycle.move(session, case, "needs_attention", actor=actor, at=at, because=because, **more)
        case.attention = why
    else:
        lifecycle.move(session, case, _before(session, case), actor=actor, at=at, because=because, **more)
    session.flush()


def wake_now(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> Case:
    """Bring a case back by hand.

    Raises:
        NotFound, Refused, Conflict: as `snooze`; a Conflict too when it is not put off.
    """
    require_handling(by)
    case = locked(session, case_id, seen, by=by)
    if case.state != "snoozed":
        raise Conflict(f"Case {case_id} is not put off: it is {case.state.replace('_', ' ')}.", case=case_id)
    wake(session, case, because="Brought back by hand.", at=at, actor=by.email)
    return case


def take_back(session: Session, case: Case, event: AuditEvent, *, by: Caller, at: datetime) -> None:
    """Put a locked case back as it was before this event, its last move, put it off: in the state that it waited in, or
    put off until what was chosen before."""
    if event.content["before"] != "snoozed":
        wake(session, case, because=TAKEN_BACK, at=at, actor=by.email, undoes=event.seq)
        return
    earlier = session.execute(
        select(AuditEvent)
        .where(
            AuditEvent.case_id == case.id, AuditEvent.seq < event.seq, AuditEvent.action == "case.moved",
            AuditEvent.content["after"].astext == "snoozed",
        )
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).scalar_one()  # fmt: skip
    said = earlier.content
    until, what_for, because = str(said.get("until", "")), str(said.get("event", "")), str(said.get("why", ""))
    lifecycle.stay(session, case, actor=by.email, at=at, because=because, until=until, event=what_for, undoes=event.seq)
    case.snoozed_until = datetime.fromisoformat(until) if until else None
    case.snoozed_for, case.snoozed_because, case.snoozed_at = what_for, because, earlier.at
    case.snoozed_by = session.execute(select(User.id).where(User.email == earlier.actor)).scalar_one_or_none()
    session.flush()


def wake_due(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Wake what was put off until now or earlier, the longest first; returns how many."""
    cases = session.execute(
        select(Case)
        .where(Case.state == "snoozed", Case.snoozed_until <= at)
        .order_by(Case.snoozed_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).scalars().all()  # fmt: skip
    for case in cases:
        wake(session, case, because=TIME_IS_OVER, at=at)
    return len(cases)


def wake_all(
    session: Session, case_ids: Sequence[int], *, because: str, happened_at: datetime, at: datetime
) -> list[int]:
    """Wake those of these cases that are put off, whatever for, and were before this happened: who puts a case off
    again has seen what came until then. Returns which."""
    woken: list[int] = []
    if not case_ids:
        return woken
    for case in session.execute(
        select(Case)
        .where(Case.id.in_(case_ids), Case.state == "snoozed", Case.snoozed_at <= happened_at)
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars():
        wake(session, case, because=because, at=at)
        woken.append(case.id)
    return woken


def _before(session: Session, case: Case) -> str:
    """The state it was put off in, as its history says."""
    content = session.execute(
        select(AuditEvent.content)
        .where(
            AuditEvent.case_id == case.id, AuditEvent.action == "case.moved",
            AuditEvent.content["after"].astext == "snoozed", AuditEvent.content["before"].astext != "snoozed",
        )
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).scalar_one_or_none()  # fmt: skip
    before = str((content or {}).get("before", ""))
    return before if before in ("needs_approval", "stale") else "to_decide"


def _told(until: datetime | None) -> str:
    return until.isoformat() if until else ""
