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
_LOOKED_AT = 12
_CAME_IN = ("case.continued", "letter.bounced")
"""What software adds to a case that nobody has seen yet: a mail that continues it, a reply that came back."""


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
    """The newest event since then that a person should know of; without a place in the history, simply the newest.
    Of what was done in one go, what a person did says more than the move that followed."""
    query = select(AuditEvent).where(AuditEvent.case_id == case.id).order_by(AuditEvent.seq.desc()).limit(_LOOKED_AT)
    if seen.seq is not None:
        came_in = AuditEvent.action.in_(_CAME_IN) & (AuditEvent.content["how"].astext != "noted")
        matters = or_(AuditEvent.actor.contains("@"), AuditEvent.action == "case.moved", came_in)
        query = query.where(AuditEvent.seq > seen.seq, AuditEvent.actor != by.email, matters)
    found = session.execute(query).scalars().all()
    if not found:
        return None
    at_once = [event for event in found if (event.at, event.actor) == (found[0].at, found[0].actor)]
    return next((event for event in at_once if event.action in _doings(case, "", "")), found[0])


def _told(session: Session, case: Case, event: AuditEvent | None) -> str:
    if event is None:
        return f"Case {case.id} changed since you opened it."
    by_person = "@" in event.actor
    who = names_by_email(session, [event.actor]).get(event.actor, event.actor) if by_person else "Countersign"
    at = f"{event.at:%Y-%m-%d %H:%M} UTC"
    if event.action == "case.moved":
        told = _moves(case, who, at).get(str(event.content.get("after")))
    else:
        told = _doings(case, who, at).get(event.action) if by_person else None
    return told or f"{who} changed case {case.id} at {at}."


def _doings(case: Case, who: str, at: str) -> dict[str, str]:
    """What a person did, by the name of the event."""
    return {
        "case.assigned": f"{who} assigned case {case.id} at {at}.",
        "assignment.undone": f"{who} took an assignment of case {case.id} back at {at}.",
        "case.split": f"{who} split case {case.id} at {at}.",
        "case.split_off": f"{who} split case {case.id} off another one at {at}.",
        "case.merged": f"{who} folded case {case.id} into another one at {at}.",
        "case.took_over": f"{who} folded another case into case {case.id} at {at}.",
        "case.taken_out": f"{who} took case {case.id} out of another one at {at}.",
        "case.gave_back": f"{who} took another case out of case {case.id} at {at}.",
        "case.alarmed": f"{who} marked case {case.id} as fraud at {at}.",
        "question.asked": f"{who} asked about the delivery on case {case.id} at {at}.",
        "question.answered": f"{who} answered a question on case {case.id} at {at}.",
        "callback.done": f"{who} noted the call-back of case {case.id} at {at}.",
        "callback.undone": f"{who} changed the call-back of case {case.id} at {at}.",
        "reading.chosen": f"{who} said at {at} what case {case.id} is about.",
        "fields.corrected": f"{who} corrected what was read of case {case.id} at {at}.",
        "record.chosen": f"{who} said at {at} which record case {case.id} is about.",
        "decision.confirm": f"{who} confirmed a step of case {case.id} at {at}.",
        "decision.reject": f"{who} rejected a step of case {case.id} at {at}.",
        "decision.undone": f"{who} took a confirmation on case {case.id} back at {at}.",
        "suggestion.made": f"{who} edited a step of case {case.id} at {at}.",
        "delivery.answered": f"{who} said at {at} whether the work of case {case.id} was delivered.",
        "case.retried": f"{who} had case {case.id} read again at {at}.",
    }  # fmt: skip


def _moves(case: Case, who: str, at: str) -> dict[str, str]:
    """What a move to a state says."""
    return {
        "snoozed": f"{who} put case {case.id} off at {at}.", "closed": f"{who} closed case {case.id} at {at}.",
        "done": f"{who} finished case {case.id} at {at}.", "stale": f"Odoo changed under case {case.id} at {at}.",
        "writing": f"{who} sent a step of case {case.id} on its way at {at}.",
        "needs_approval": f"{who} confirmed a step of case {case.id} at {at}; another person must too.",
        "needs_attention": f"Case {case.id} needs attention since {at}.",
        "to_decide": f"{who} brought case {case.id} back before a person at {at}.",
        "received": f"{who} had case {case.id} read again at {at}.",
    }  # fmt: skip
