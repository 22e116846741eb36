"""States of a case and the moves between them. Every move is recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit import trail
from app.cases.models import Case
from app.errors import Conflict

_BY_DECISION = ("to_decide", "needs_approval", "writing", "stale", "needs_attention", "done", "closed", "snoozed")
MOVES: dict[str, tuple[str, ...]] = {
    "received": ("to_decide", "needs_attention", "closed", "done"),
    "to_decide": _BY_DECISION,
    "needs_approval": _BY_DECISION,
    "writing": _BY_DECISION[:-1],
    "stale": _BY_DECISION,
    "needs_attention": (*_BY_DECISION, "received"),
    "snoozed": _BY_DECISION,
    "done": ("to_decide", "received", "stale"),
    "closed": ("to_decide", "received"),
}
"""Which state may follow which: nothing that is being written is snoozed, and what ended is opened again first."""


def move(
    session: Session, case: Case, state: str, *, actor: str, at: datetime, because: str, **more: str | int
) -> None:
    """Take a case to another state and record it, with what `more` there is to say. What it was put off for is over.

    Raises:
        Conflict: The way does not lead there (somebody was faster).
    """
    if state == case.state:
        return
    if state not in MOVES[case.state]:
        raise Conflict(
            f"Case {case.id} is {case.state.replace('_', ' ')} and cannot become {state.replace('_', ' ')}. "
            "Open it again to see what happened.",
            case=case.id, state=case.state, wanted=state,
        )  # fmt: skip
    trail.record(
        session, "case.moved", case_id=case.id, actor=actor, at=at, before=case.state, after=state, why=because, **more
    )
    if case.state == "snoozed":
        case.snoozed_until, case.snoozed_for, case.snoozed_because = None, "", ""
        case.snoozed_by, case.snoozed_at = None, None
    case.state = state
    case.updated_at = at
    case.closed_at = at if state in ("done", "closed") else None
    if state != "snoozed":  # one that is put off still needs what it needed
        case.attention = because if state == "needs_attention" else ""


def stay(session: Session, case: Case, *, actor: str, at: datetime, because: str, **more: str | int) -> None:
    """Record that a person confirmed the state a case is in, with what `more` they said of it."""
    trail.record(
        session, "case.moved", case_id=case.id, actor=actor, at=at, before=case.state, after=case.state, why=because,
        **more,
    )  # fmt: skip
    case.updated_at = at


def ask_for_attention(session: Session, case: Case, why: str, *, at: datetime, actor: str = "software") -> None:
    """Put a case in front of a person because the machine cannot go on; `why` says what happened and what to do."""
    if case.state in ("done", "closed"):
        move(session, case, "to_decide", actor=actor, at=at, because=why)
    move(session, case, "needs_attention", actor=actor, at=at, because=why)
    case.attention = why
    case.updated_at = at
