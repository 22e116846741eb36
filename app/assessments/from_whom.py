"""What was checked of the senders of a case's mails, also where it shares its message with another case."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.models import AssessmentRow
from app.cases.models import Case
from app.senders import kept


def failed_checks(session: Session, case_id: int) -> tuple[str, ...]:
    """Codes of the checks of a sender that failed on any mail of a case (see app/senders/checked.py)."""
    return failed_of_cases(session, [case_id]).get(case_id, ())


def failed_of_cases(session: Session, case_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The same of several cases; those without a failed check are left out."""
    shared = session.execute(
        select(AssessmentRow.case_id, AssessmentRow.document_id)
        .join(Case, Case.id == AssessmentRow.case_id)
        .where(AssessmentRow.case_id.in_(case_ids), AssessmentRow.is_current, Case.split_from.is_not(None))
    ).all()
    return kept.failed_of_cases(session, case_ids, also=[(case_id, document_id) for case_id, document_id in shared])
