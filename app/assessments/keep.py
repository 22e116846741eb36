"""Keeping assessments and what the books said, as JSON that comes back as the same values."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.assessments.findings import Finding, Match, Reconciliation
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment, ModelAsked
from app.errors import NotFound


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def keep(session: Session, case_id: int, document_id: int, assessment: Assessment, *, at: datetime) -> AssessmentRow:
    """Store an assessment as the case's current one; the earlier one stays for the record."""
    session.execute(
        update(AssessmentRow).where(AssessmentRow.case_id == case_id, AssessmentRow.is_current).values(is_current=False)
    )
    row = AssessmentRow(
        case_id=case_id, document_id=document_id, made_at=at, engine=assessment.engine,
        content=_adapter(Assessment).dump_python(assessment, mode="json"), matches=[], findings=[], is_current=True,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def keep_reconciliation(session: Session, case_id: int, found: Reconciliation) -> None:
    """Store matches and findings beside the current assessment."""
    row = current(session, case_id)
    row.matches = _adapter(tuple[Match, ...]).dump_python(found.matches, mode="json")
    row.findings = _adapter(tuple[Finding, ...]).dump_python(found.findings, mode="json")
    session.flush()


def keep_asked(session: Session, case_id: int, asked: ModelAsked) -> None:
    """Store beside the current assessment how a model took part; what we think stays as it is."""
    row = current(session, case_id)
    row.content = {**row.content, "asked": _adapter(ModelAsked).dump_python(asked, mode="json")}
    session.flush()


def current(session: Session, case_id: int) -> AssessmentRow:
    """The case's current assessment. Raises NotFound when it has none yet."""
    row = session.execute(
        select(AssessmentRow).where(AssessmentRow.case_id == case_id, AssessmentRow.is_current)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(f"Case {case_id} has not been assessed yet.")
    return row


def assessment_of(row: AssessmentRow) -> Assessment:
    return _adapter(Assessment).validate_python(row.content)  # type: ignore[no-any-return]


def matches_of(row: AssessmentRow) -> tuple[Match, ...]:
    return _adapter(tuple[Match, ...]).validate_python(row.matches)  # type: ignore[no-any-return]


def findings_of(row: AssessmentRow) -> tuple[Finding, ...]:
    return _adapter(tuple[Finding, ...]).validate_python(row.findings)  # type: ignore[no-any-return]
