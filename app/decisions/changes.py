"""What happened to a case since a person looked at it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent

MATERIAL = (
    "case.assessed", "case.reconciled", "suggestion.made", "decision.confirm", "decision.reject", "decision.undone",
    "document.came_again", "delivery.answered", "write.stale", "write.refused", "case.took_over",
    "detection.changed", "detection.fixed", "detection.found_again", "fields.corrected", "record.chosen",
    "reading.chosen", "case.split", "case.taken_out", "case.gave_back", "case.alarmed", "callback.done",
    "callback.undone",
)  # fmt: skip
"""Events after which a person should look again before deciding. A write that went through as confirmed is none."""


def changed_since(session: Session, case_id: int, seen: int, *, but_not_by: str) -> list[AuditEvent]:
    """Material events of a case after the event numbered `seen`, without this person's own."""
    query = select(AuditEvent).where(
        AuditEvent.case_id == case_id, AuditEvent.seq > seen, AuditEvent.action.in_(MATERIAL),
        AuditEvent.actor != but_not_by,
    )  # fmt: skip
    return list(session.execute(query.order_by(AuditEvent.seq)).scalars())
