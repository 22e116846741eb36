"""Letters, read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.letters.models import Letter


def of_case(session: Session, case_id: int) -> list[Letter]:
    """The letters of a case, the oldest first."""
    query = select(Letter).where(Letter.case_id == case_id).order_by(Letter.made_at, Letter.id)
    return list(session.execute(query).scalars())


def of_suggestion(session: Session, suggestion_id: UUID, *, lock: bool = False) -> Letter | None:
    """The letter of a confirmed reply; None where there is none."""
    query = select(Letter).where(Letter.suggestion_id == suggestion_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()
