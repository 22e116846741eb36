"""Steps that the machine gave up on, those that have trouble now, and trying them again by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import steps
from app.cases.models import Case, CaseStep
from app.errors import Conflict, NotFound, Refused
from app.users.access import Caller

ROLES = ("reviewer", "controller", "administrator")
MOST = 200
_ENDED = ("writing", "done", "closed")


@dataclass(frozen=True, slots=True)
class Letter:
    """A step of a case that failed for good, or that waits because it failed or a peer is away."""

    step: CaseStep
    case: Case

    @property
    def may_be_retried(self) -> bool:
        return self.step.state == "failed" and self.case.state not in _ENDED


def given_up(session: Session, *, limit: int = MOST) -> list[Letter]:
    """What nobody tries any more, the latest first."""
    return _letters(session, CaseStep.state == "failed", order=CaseStep.finished_at.desc(), limit=limit)


def in_trouble(session: Session, *, limit: int = MOST) -> list[Letter]:
    """What failed or waited for a peer and is tried again by itself, the next first."""
    trouble = or_(CaseStep.lost > 0, CaseStep.waits > 0)
    return _letters(
        session, CaseStep.state.in_(("waiting", "leased")) & trouble, order=CaseStep.next_at, limit=limit
    )  # fmt: skip


def count_given_up(session: Session) -> int:
    """How many steps nobody tries any more, of cases that have not ended."""
    query = (
        select(func.count())
        .select_from(CaseStep)
        .join(Case)
        .where(CaseStep.state == "failed", Case.state.not_in(_ENDED))
    )
    return int(session.execute(query).scalar_one())


def retry(session: Session, wanted: Sequence[tuple[int, str]], *, by: Caller, at: datetime) -> int:
    """Have given-up steps, (case, stage) each, carried out again; returns how many were asked for.

    Those that somebody else asked for meanwhile are passed over.

    Raises:
        Refused: The person may not.
        NotFound: There is no such step.
        Conflict: A single step was wanted and its case is being written or has ended.
    """
    by.require("decide")
    if not set(by.roles) & set(ROLES):
        raise Refused("Only an administrator, a finance reviewer or a finance controller has a step tried again.")
    count = 0
    for case_id, stage in wanted:
        case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
        step = session.get(CaseStep, (case_id, stage), with_for_update=True, populate_existing=True)
        if case is None or step is None:
            raise NotFound(f"Case {case_id} has no such step. Open the list again.")
        if case.state in _ENDED:
            if len(wanted) == 1:
                raise Conflict(f"Case {case_id} is {case.state}: nothing is tried again under a decision.")
            continue
        if step.state != "failed":
            continue
        trail.record(session, "case.retried", case_id=case_id, actor=by.email, at=at, stage=stage)
        steps.schedule(session, case_id, stage, at=at)
        count += 1
    return count


def _letters(session: Session, where: ColumnElement[bool], *, order: Any, limit: int) -> list[Letter]:
    rows = session.execute(
        select(CaseStep, Case).join(Case, Case.id == CaseStep.case_id).where(where).order_by(order).limit(limit)
    ).all()
    return [Letter(step, case) for step, case in rows]
