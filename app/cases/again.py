"""Trying again by hand what the machine gave up on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import steps
from app.cases.models import Case
from app.errors import Conflict, NotFound


def assess_again(session: Session, case_id: int, *, actor: str, at: datetime) -> None:
    """Ask for the case's steps from the beginning.

    Raises:
        NotFound: There is no such case.
        Conflict: It is being written or has ended; nothing is assessed under a decision.
    """
    case = session.get(Case, case_id, with_for_update=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    if case.state in ("writing", "done", "closed"):
        raise Conflict(f"Case {case_id} is {case.state}: it is not assessed again under a decision.", state=case.state)
    trail.record(session, "case.retried", case_id=case_id, actor=actor, at=at)
    steps.schedule(session, case_id, "assess", at=at)
