"""What of the call-back is done serves the alarm it was done for: a new alarm begins a new one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases.models import CaseCheck


def begin_anew(session: Session, case_id: int, *, actor: str, at: datetime) -> None:
    """Take every tick off the call-back checklist of a case; the trail keeps who had called whom."""
    gone = session.execute(delete(CaseCheck).where(CaseCheck.case_id == case_id).returning(CaseCheck.item)).scalars()
    for item in sorted(gone):
        trail.record(session, "callback.undone", case_id=case_id, actor=actor, at=at, item=item)
