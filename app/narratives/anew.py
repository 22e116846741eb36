"""Having drafts told anew, because what they are told by changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.cases import steps
from app.cases.models import OPEN_STATES, Case
from app.narratives.models import Narrative

STAGE = "reconcile"
"""The step of a case that drafts its text anew."""
AT_ONCE = 200
"""Drafts that are told anew at once; more of them wait for the run at night."""


def count(session: Session, customer_id: int | None) -> int:
    """How many drafts of a customer (None: of everybody) wait for a decision."""
    query = select(func.count()).select_from(Narrative).join(Case, Case.id == Narrative.case_id)
    return session.execute(query.where(*_waits(customer_id))).scalar_one()


def of_customer(session: Session, customer_id: int | None, *, at: datetime) -> int:
    """Ask for the drafts of a customer (None: of everybody) to be told anew; returns how many."""
    query = select(Narrative.case_id).join(Case, Case.id == Narrative.case_id).where(*_waits(customer_id))
    found = session.execute(query.order_by(Narrative.case_id).limit(AT_ONCE)).scalars().all()
    for case_id in found:
        steps.schedule(session, case_id, STAGE, at=at)
    return len(found)


def _waits(customer_id: int | None) -> tuple[ColumnElement[bool], ...]:
    waits = (Narrative.state == "open", Case.state.in_([s for s in OPEN_STATES if s != "writing"]))
    return waits if customer_id is None else (*waits, Case.customer_id == customer_id)
