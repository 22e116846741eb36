"""Closing a case by hand: for what is handled outside, or needs nothing, where no step is proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import lifecycle, steps
from app.cases.models import Case
from app.errors import Conflict, Malformed, NotFound, Refused
from app.suggestions.models import Suggestion
from app.users.access import Caller

CLOSING_ROLES = ("reviewer", "controller")


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
