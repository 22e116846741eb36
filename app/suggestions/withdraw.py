"""Taking back what nobody needs to decide any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.suggestions.models import Suggestion

UNDECIDED = ("open", "stale", "refused")


def withdraw(
    session: Session, case_id: int, *, actor: str, at: datetime, states: Collection[str] = UNDECIDED,
    kinds: Collection[str] | None = None,
) -> int:  # fmt: skip
    """Put a case's undecided suggestions aside, or those of some kinds only; returns how many.

    The caller holds the case's row. What is confirmed is on its way and is not taken back here.
    """
    query = select(Suggestion).where(Suggestion.case_id == case_id, Suggestion.state.in_(tuple(states)))
    if kinds is not None:
        query = query.where(Suggestion.kind.in_(tuple(kinds)))
    count = 0
    for suggestion in session.execute(query.order_by(Suggestion.made_at).with_for_update()).scalars():
        suggestion.state = "superseded"
        trail.record(
            session, "suggestion.withdrawn", case_id=case_id, actor=actor, at=at, suggestion=str(suggestion.id),
            kind=suggestion.kind,
        )  # fmt: skip
        count += 1
    session.flush()
    return count
