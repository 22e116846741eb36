"""Which mailbox a case came by."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseDocument
from app.documents.models import Arrival
from app.mailboxes.models import Mailbox
from app.mailboxes.taking import SOURCE


def company_of(session: Session, case_id: int) -> int | None:
    """The company whose mailbox the case's first mail came by; None: it came in another way, or that says none."""
    source = session.execute(
        select(Arrival.source)
        .join(CaseDocument, CaseDocument.document_id == Arrival.document_id)
        .where(CaseDocument.case_id == case_id, Arrival.source.startswith(SOURCE))
        .order_by(CaseDocument.role != "opening", Arrival.id)
        .limit(1)
    ).scalar_one_or_none()
    if source is None:
        return None
    return session.execute(
        select(Mailbox.company_id).where(Mailbox.name == source.removeprefix(SOURCE))
    ).scalar_one_or_none()
