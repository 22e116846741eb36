"""Reading the trail in the order it was recorded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent


def page(session: Session, *, after: int = 0, case_id: int | None = None, limit: int = 100) -> Sequence[AuditEvent]:
    """Events with an id above `after`, oldest first. An event of a transaction still open may yet come below it."""
    query = select(AuditEvent).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(limit)
    if case_id is not None:
        query = query.where(AuditEvent.case_id == case_id)
    return session.execute(query).scalars().all()
