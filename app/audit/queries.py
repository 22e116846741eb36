"""Reading the trail in the order it was recorded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.audit.search import Wanted, fits


def page(session: Session, wanted: Wanted, *, after: int = 0, limit: int = 100) -> Sequence[AuditEvent]:
    """Events with an id above `after`, oldest first. An event of a transaction still open may yet come below it."""
    query = select(AuditEvent).where(AuditEvent.id > after, *fits(wanted)).order_by(AuditEvent.id).limit(limit)
    return session.execute(query).scalars().all()
