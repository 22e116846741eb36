"""Trying again by hand what the machine gave up on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import steps
from app.cases.models import Case
from app.errors import Conflict, NotFound, Refused
from app.users.access import Caller


def assess_again(session: Session, case_id: int, *, by: Caller, at: datetime) -> None:
    """Ask for the case's steps from the beginning.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Conflict: It is being written or has ended; nothing is assessed under a decision.
    """
    by.require("decide")
    if not set(by.roles) & {"reviewer", "controller"}:
        raise Refused("Only a finance reviewer or a finance controller has a case read again.")
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    if case.state in ("writing", "done", "closed"):
        raise Conflict(f"Case {case_id} is {case.state}: it is not assessed again under a decision.", state=case.state)
    trail.record(session, "case.retried", case_id=case_id, actor=by.email, at=at)
    # Of a message with several matters, reading it again would say what the whole is about: the part is compared anew.
    steps.schedule(session, case_id, "assess" if case.split_from is None else "reconcile", at=at)
