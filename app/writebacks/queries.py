"""Reading what became of confirmed suggestions: on their way, written, refused, stale; and what can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.decisions.models import Decision
from app.letters.models import Letter
from app.suggestions.models import Suggestion
from app.writebacks.models import WriteBack


def of_case(session: Session, case_id: int) -> dict[UUID, WriteBack]:
    """The writes of a case by suggestion."""
    rows = session.execute(
        select(WriteBack)
        .join(Suggestion, Suggestion.id == WriteBack.suggestion_id)
        .where(Suggestion.case_id == case_id)
    ).scalars()
    return {row.suggestion_id: row for row in rows}


def undo_until(session: Session, suggestion_id: UUID) -> datetime | None:
    """Until when a confirmation can be taken back; None when nothing waits to be sent."""
    return session.execute(
        select(WriteBack.next_at).where(
            WriteBack.suggestion_id == suggestion_id, WriteBack.state == "waiting", WriteBack.attempts == 0
        )
    ).scalar_one_or_none()


def undoable_by(session: Session, user_id: UUID, *, at: datetime) -> Sequence[tuple[Suggestion, datetime]]:
    """What this person confirmed and can still take back, with the end of the time, the newest first."""
    rows = session.execute(
        select(Suggestion, WriteBack.next_at)
        .join(WriteBack, WriteBack.suggestion_id == Suggestion.id)
        .where(
            WriteBack.state == "waiting", WriteBack.attempts == 0, WriteBack.next_at > at,
            select(Decision.id)
            .where(Decision.suggestion_id == Suggestion.id, Decision.by_user_id == user_id)
            .exists(),
        )
        .order_by(WriteBack.queued_at.desc(), Suggestion.rank)
    ).all()  # fmt: skip
    return [(suggestion, until) for suggestion, until in rows]


def waiting_for_odoo(session: Session) -> int:
    """How many confirmed changes were sent and had no answer yet; replies whose mail has not left wait for that."""
    query = select(func.count()).select_from(WriteBack).where(
        WriteBack.state == "waiting", WriteBack.attempts > 0,
        ~select(Letter.id)
        .where(Letter.suggestion_id == WriteBack.suggestion_id, Letter.sent_at.is_(None))
        .exists(),
    )  # fmt: skip
    return int(session.execute(query).scalar_one())


def waiting(session: Session, *, limit: int = 200) -> Sequence[tuple[WriteBack, Suggestion]]:
    """Writes on their way that had no answer yet, the next to be sent first."""
    return _with_suggestions(
        session, WriteBack.state.in_(("waiting", "leased")) & (WriteBack.attempts > 0), order=WriteBack.next_at,
        limit=limit,
    )  # fmt: skip


def not_written(session: Session, *, limit: int = 200) -> Sequence[tuple[WriteBack, Suggestion]]:
    """Writes that Odoo refused or that failed for good, and that nobody has put aside or replaced, the latest first."""
    return _with_suggestions(
        session, WriteBack.state.in_(("refused", "failed")) & (Suggestion.state == "refused"),
        order=WriteBack.queued_at.desc(), limit=limit,
    )  # fmt: skip


def _with_suggestions(
    session: Session, where: ColumnElement[bool], *, order: Any, limit: int
) -> Sequence[tuple[WriteBack, Suggestion]]:
    rows = session.execute(
        select(WriteBack, Suggestion)
        .join(Suggestion, Suggestion.id == WriteBack.suggestion_id)
        .where(where)
        .order_by(order)
        .limit(limit)
    ).all()
    return [(write, suggestion) for write, suggestion in rows]
