"""The brief beside the assessment it was computed from: stored with it, and read back as the same values."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from app.assessments import keep as assessments
from app.assessments.models import AssessmentRow
from app.drafts.brief import Brief

_PLACE = "brief"


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Brief)


def keep(session: Session, case_id: int, brief: Brief | None) -> None:
    """Store the brief beside the case's current assessment; None takes an earlier one away."""
    row = assessments.current(session, case_id)
    content = {name: value for name, value in row.content.items() if name != _PLACE}
    row.content = content if brief is None else {**content, _PLACE: as_json(brief)}
    session.flush()


def of_row(row: AssessmentRow) -> Brief | None:
    """The brief beside an assessment; None where there is none."""
    stored = row.content.get(_PLACE)
    return _adapter().validate_python(stored) if stored else None


def as_json(brief: Brief) -> dict[str, Any]:
    """Plain values, amounts as decimal text."""
    return _adapter().dump_python(brief, mode="json")  # type: ignore[no-any-return]
