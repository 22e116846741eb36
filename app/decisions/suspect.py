"""Documents that a fraud attempt came with: their bank details are withheld in whatever case they are shown."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.models import AssessmentRow
from app.cases.models import Case, CaseDocument
from app.vocabulary import Kind


def is_suspect(session: Session, document_id: int) -> bool:
    """Whether a case that holds this document, or shares it after a split, is a security alert."""
    return bool(_suspects(session, [document_id]))


def of_cases(session: Session, case_ids: Collection[int]) -> set[int]:
    """Those of these cases that hold a suspect document, or share one after a split."""
    held = select(CaseDocument.case_id, CaseDocument.document_id).where(CaseDocument.case_id.in_(case_ids))
    shared = (
        select(AssessmentRow.case_id, AssessmentRow.document_id)
        .join(Case, Case.id == AssessmentRow.case_id)
        .where(AssessmentRow.case_id.in_(case_ids), AssessmentRow.is_current, Case.split_from.is_not(None))
    )
    rows = session.execute(held.union(shared)).all()
    suspects = _suspects(session, {document_id for _, document_id in rows})
    return {case_id for case_id, document_id in rows if document_id in suspects}


def _suspects(session: Session, document_ids: Collection[int]) -> set[int]:
    held = (
        select(CaseDocument.document_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(document_ids), Case.kind == Kind.SECURITY_ALERT)
    )
    shared = (
        select(AssessmentRow.document_id)
        .join(Case, Case.id == AssessmentRow.case_id)
        .where(
            AssessmentRow.document_id.in_(document_ids),
            Case.kind == Kind.SECURITY_ALERT,
            Case.split_from.is_not(None),
        )
    )
    return set(session.execute(held.union(shared)).scalars())
