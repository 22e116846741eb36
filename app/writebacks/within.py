"""Confirmed steps that happen in Countersign alone: folding a case into another, keeping a reply, closing a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import lifecycle, steps
from app.cases.models import Case, CaseDocument
from app.errors import Conflict
from app.suggestions.models import Suggestion


def carry_out(session: Session, suggestion: Suggestion, *, actor: str, at: datetime) -> None:
    """Do what the suggestion says, in the transaction that settles its write.

    Raises:
        Conflict: The case to fold into is merged itself.
    """
    within = suggestion.command["within"]
    if "merge" in within:
        _merge(session, int(within["merge"]), int(within["into"]), actor=actor, at=at)


def _merge(session: Session, case_id: int, into: int, *, actor: str, at: datetime) -> None:
    target = session.get_one(Case, into, with_for_update=True)
    if target.merged_into is not None:
        raise Conflict(f"Case {into} was itself folded into case {target.merged_into}. Choose that one.")
    session.execute(
        update(CaseDocument).where(CaseDocument.case_id == case_id).values(case_id=into, role="added", added_at=at)
    )
    case = session.get_one(Case, case_id, with_for_update=True)
    case.merged_into = into
    steps.end_all(session, case_id, at=at)
    for suggestion in session.execute(
        select(Suggestion).where(
            Suggestion.case_id == case_id, Suggestion.state.in_(("open", "stale", "refused"))
        )
    ).scalars():  # fmt: skip
        suggestion.state = "superseded"
        trail.record(
            session, "suggestion.withdrawn", case_id=case_id, actor=actor, at=at, suggestion=str(suggestion.id),
            kind=suggestion.kind,
        )  # fmt: skip
    trail.record(session, "case.merged", case_id=case_id, actor=actor, at=at, into=into)
    trail.record(session, "case.took_over", case_id=into, actor=actor, at=at, merged=case_id)
    if target.state in ("done", "closed"):
        lifecycle.move(session, target, "to_decide", actor=actor, at=at, because=f"Case {case_id} was folded into it.")
    target.unsure_because = f"{target.unsure_because} Case {case_id} was added: read it before you decide.".strip()
    target.updated_at = at
