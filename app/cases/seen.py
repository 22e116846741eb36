"""Acting on the case that a person saw: whoever comes second is told who was first, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import Case
from app.errors import Conflict, NotFound, Refused
from app.users.access import Caller
from app.users.people import names_by_email

HANDLING_ROLES = ("reviewer", "controller")
"""Who moves cases about: snoozes, assigns, asks, splits, merges, marks, closes."""
_WORDS = {
    "case.assigned": "assigned it", "case.split": "split it", "case.split_off": "split it off another case",
    "case.merged": "folded it into another case", "case.took_over": "added another case to it",
    "case.taken_out": "took it out of the other case", "case.gave_back": "took another case out of it",
    "case.alarmed": "marked it as fraud", "question.asked": "asked about the delivery",
    "question.answered": "answered a question", "callback.done": "noted the call-back",
    "callback.undone": "changed the call-back", "reading.chosen": "said what it is about",
    "decision.confirm": "confirmed a step", "decision.reject": "rejected a step",
    "decision.undone": "took a confirmation back", "suggestion.made": "edited a step",
    "delivery.answered": "said whether it was delivered", "case.retried": "had it read again",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person looked at: the case's version and, from a page, the last event of its history they were shown."""

    version: int
    seq: int | None = None


def locked(session: Session, case_id: int, seen: Seen, *, by: Caller) -> Case:
    """The case, locked, if it is still as this person saw it. Their own doings, and software's work on what waits
    (a reply worded anew), are no reason to look again where the page said how far its history went.

    Raises:
        NotFound: There is no such case.
        Conflict: Somebody changed it, or it moved on, since then; the message says who did what and when.
    """
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.", case=case_id)
    if case.version == seen.version:
        return case
    event = _between(session, case, seen, by)
    if event is None and seen.seq is not None:
        return case
    raise Conflict(f"{_told(session, case, event)} Nothing was done. Open the case again to see what holds now.",
                   case=case_id, version=case.version, seen=seen.version)  # fmt: skip


def require_handling(by: Caller) -> None:
    """Raises Refused when this person's key or roles do not let them move cases about."""
    by.require("decide")
    if not set(by.roles) & set(HANDLING_ROLES):
        raise Refused(
            f"Your role ({', '.join(by.roles) or 'none'}) may not do this. Only a finance reviewer or a finance "
            "controller moves cases about.",
        )


def _between(session: Session, case: Case, seen: Seen, by: Caller) -> AuditEvent | None:
    """The newest event since then that a person should know of; without a place in the history, simply the newest."""
    query = select(AuditEvent).where(AuditEvent.case_id == case.id).order_by(AuditEvent.seq.desc()).limit(1)
    if seen.seq is not None:
        matters = or_(AuditEvent.actor.contains("@"), AuditEvent.action == "case.moved")
        query = query.where(AuditEvent.seq > seen.seq, AuditEvent.actor != by.email, matters)
    return session.execute(query).scalar_one_or_none()


def _told(session: Session, case: Case, event: AuditEvent | None) -> str:
    if event is None:
        return f"Case {case.id} changed since you opened it."
    by_person = "@" in event.actor
    who = names_by_email(session, [event.actor]).get(event.actor, event.actor) if by_person else "Countersign"
    at = f"{event.at:%Y-%m-%d %H:%M} UTC"
    if event.action == "case.moved":
        return f"{who} moved case {case.id} to {str(event.content.get('after')).replace('_', ' ')} at {at}."
    what = _WORDS.get(event.action) if by_person else None
    return f"{who} changed case {case.id} at {at}: {what}." if what else f"{who} changed case {case.id} at {at}."
