"""Documents that a fraud attempt came with: their bank details are withheld in whatever case they are shown."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from app.assessments.models import AssessmentRow
from app.cases.models import Case, CaseDocument
from app.vocabulary import Kind


def is_suspect(session: Session, document_id: int) -> bool:
    """Whether a case that holds this document, or shares it after a split, is a security alert."""
    held = exists().where(CaseDocument.case_id == Case.id, CaseDocument.document_id == document_id)
    shared = exists().where(AssessmentRow.case_id == Case.id, AssessmentRow.document_id == document_id)
    found = select(Case.id).where(
        Case.kind == Kind.SECURITY_ALERT, or_(held, and_(Case.split_from.is_not(None), shared))
    )
    return session.execute(found.limit(1)).first() is not None
