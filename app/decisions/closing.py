"""Closing a case by hand: for what is handled outside, or needs nothing, where no step is proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import lifecycle, steps
from app.cases.models import Case
from app.cases.seen import Seen, locked, require_handling
from app.decisions import decide
from app.decisions.approval_matrix import Policy
from app.errors import Conflict, Malformed, NotFound, Refused
from app.suggestions.models import Suggestion
from app.users.access import Caller

CLOSING_ROLES = ("reviewer", "controller")
CLOSE_REASONS = {
    "handled_elsewhere": "already_handled", "nothing_asked": "other", "came_before": "already_handled",
    "not_ours": "not_ours", "other": "other",
}  # fmt: skip
"""Why nothing is done on a case, each with the reason its steps are rejected for."""


def close(session: Session, case_id: int, *, by: Caller, note: str, at: datetime) -> None:
    """Close a case on which nothing is proposed, waits or is on its way. Nothing in Odoo changes.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Malformed: The note does not say what was done.
        Conflict: Something is still proposed or on its way, or the case has ended.
    """
    by.require("decide")
    if not set(by.roles) & set(CLOSING_ROLES):
        raise Refused("Only a finance reviewer or a finance controller closes a case.")
    if not note.strip():
        raise Malformed("Say in the note what was done or why nothing is needed. The case stays open.")
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    if case.state in ("done", "closed", "received"):
        raise Conflict(f"Case {case_id} is {case.state}. Open it to see what holds now.", case=case_id)
    waiting = session.execute(
        select(Suggestion.id).where(Suggestion.case_id == case_id, Suggestion.state.in_(("open", "confirmed")))
    ).first()
    if waiting is not None:
        raise Conflict("Steps are proposed or on their way: decide on them, and the case ends by itself.", case=case_id)
    steps.end_all(session, case_id, at=at)
    for suggestion in session.execute(
        select(Suggestion).where(Suggestion.case_id == case_id, Suggestion.state.in_(("stale", "refused")))
    ).scalars():
        suggestion.state = "superseded"
    lifecycle.move(session, case, "closed", actor=by.email, at=at, because=note.strip())


def close_without_action(
    session: Session, case_id: int, *, seen: Seen, by: Caller, policy: Policy, reason: str, at: datetime, note: str = ""
) -> int:
    """Close a case because nothing is to be done on it; what is proposed is rejected for that reason. Returns how many
    steps that were. Nothing in Odoo changes.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller, or may not decide on one of the steps.
        Malformed: The reason is none of `CLOSE_REASONS`, or is "other" and the note does not say what.
        Conflict: The case changed since it was seen, is being read, has a step on its way, or has ended.
    """
    require_handling(by)
    note = note.strip()
    if reason not in CLOSE_REASONS:
        raise Malformed(f"Say why nothing is done: one of {', '.join(CLOSE_REASONS)}. The case stays open.")
    if reason == "other" and not note:
        raise Malformed("Say in the note what was done or why nothing is needed. The case stays open.")
    case = locked(session, case_id, seen, by=by)
    if case.state in ("done", "closed", "received"):
        raise Conflict(f"Case {case_id} is {case.state}. Open it to see what holds now.", case=case_id)
    on_its_way = select(Suggestion.id).where(Suggestion.case_id == case_id, Suggestion.state == "confirmed").limit(1)
    if session.execute(on_its_way).first() is not None:
        raise Conflict("A step is on its way to Odoo. Undo it, or wait until it is written.", case=case_id)
    count = decide.reject_all(session, case, by=by, policy=policy, at=at, reason_code=CLOSE_REASONS[reason], note=note)
    steps.end_all(session, case_id, at=at)
    written = select(Suggestion.id).where(Suggestion.case_id == case_id, Suggestion.state == "written").limit(1)
    ended = "done" if session.execute(written).first() is not None else "closed"
    lifecycle.move(session, case, ended, actor=by.email, at=at, because=note, reason=reason)
    session.flush()
    return count
