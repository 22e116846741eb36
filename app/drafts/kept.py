"""The brief beside the assessment it was computed from: stored with it, and read back as the same values."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from app.assessments import keep as assessments
from app.assessments.models import AssessmentRow
from app.drafts.brief import Brief, Lead
from app.errors import NotFound

_PLACE = "brief"


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Brief)


def keep(session: Session, case_id: int, brief: Brief | None) -> None:
    """Store the brief beside the case's current assessment; None takes an earlier one away.

    An opening that a model worded from the same words of ours stays.
    """
    row = assessments.current(session, case_id)
    before = of_row(row)
    if brief is not None and before is not None and before.lead.own == brief.lead.own:
        brief = replace(brief, lead=before.lead)
    _put(session, row, brief)


def keep_lead(session: Session, case_id: int, brief: Brief, lead: Lead) -> None:
    """Give the case's brief this opening, unless it is another brief by now."""
    row = assessments.current(session, case_id)
    if of_row(row) == brief:
        _put(session, row, replace(brief, lead=lead))


def unworded(session: Session, case_id: int) -> Brief | None:
    """The case's brief, if no model was asked to word its opening yet."""
    try:
        brief = of_row(assessments.current(session, case_id))
    except NotFound:
        return None
    return brief if brief is not None and not (brief.lead.worded_by or brief.lead.because) else None


def _put(session: Session, row: AssessmentRow, brief: Brief | None) -> None:
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
