"""Confirmed steps that happen in Countersign alone: folding a case into another, keeping a reply, closing a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.decisions import continuing, merging
from app.suggestions.models import Suggestion
from app.writebacks import held


def carry_out(session: Session, suggestion: Suggestion, *, actor: str, at: datetime) -> None:
    """Do what the suggestion says, in the transaction that settles its write.

    Raises:
        Conflict: The case to fold into is merged itself.
    """
    within = suggestion.command["within"]
    if "merge" in within:
        numbers = (int(within["merge"]), int(within["into"]))
        rows = session.execute(select(Case).where(Case.id.in_(numbers)).order_by(Case.id).with_for_update()).scalars()
        found = {case.id: case for case in rows}
        case, target = found[numbers[0]], found[numbers[1]]
        followed = continuing.carry_over(session, case, target, because=suggestion.because, actor=actor, at=at)
        if followed is None:
            merging.fold(session, case, target, actor=actor, at=at, because=suggestion.because)
        held.after(session, followed, at=at)
