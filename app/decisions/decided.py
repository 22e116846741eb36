"""Whether a person has acted on a case's steps: decided one of them, in part too, or edited one."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.decisions.models import Decision
from app.suggestions.models import Suggestion


def by_a_person(session: Session, case_id: int) -> bool:
    """True once a person confirmed, rejected or edited a step of the case, whatever came of it."""
    has_decision = exists().where(Decision.suggestion_id == Suggestion.id)
    acted = select(Suggestion.id).where(
        Suggestion.case_id == case_id, or_(Suggestion.made_by.is_not(None), has_decision)
    )
    return session.execute(acted.limit(1)).first() is not None
