"""Steps of machine work: claimed with a lease, finished once, re-sent when they were lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases.models import CaseStep
from app.jobs import after_commit

LEASE = timedelta(seconds=45)
"""How long a worker may be silent before another takes its step; while it works it renews the lease."""
GRACE = timedelta(seconds=30)
"""How long a nudge may take to arrive before the sweeper sends another."""
FIRST_BACK_OFF = timedelta(seconds=5)
LONGEST_BACK_OFF = timedelta(minutes=5)
ATTEMPTS = 5
"""A step that kills or fails its worker this often is given up and shown to a person."""


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of attempts: 5 s, 10 s, 20 s, … at most 5 minutes."""
    return min(FIRST_BACK_OFF * 2.0 ** max(0, attempts - 1), LONGEST_BACK_OFF)


def schedule(session: Session, case_id: int, stage: str, *, at: datetime) -> None:
    """Ask for a step now; one that ran before runs again."""
    session.execute(
        insert(CaseStep)
        .values(case_id=case_id, stage=stage, state="waiting", attempts=0, next_at=at + GRACE, last_error="")
        .on_conflict_do_update(
            index_elements=["case_id", "stage"],
            set_={"state": "waiting", "attempts": 0, "next_at": at + GRACE, "last_error": "", "finished_at": None},
        )
    )
    after_commit(session, f"case.{stage}", case_id)


def claim(session: Session, case_id: int, stage: str, *, at: datetime) -> CaseStep | None:
    """Lease a step to this worker; None when it is done, or another worker has it."""
    step = session.execute(
        select(CaseStep)
        .where(CaseStep.case_id == case_id, CaseStep.stage == stage, CaseStep.state.in_(("waiting", "leased")))
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if step is None or (step.state == "leased" and step.next_at > at):
        return None
    step.state = "leased"
    step.attempts += 1
    step.next_at = at + LEASE
    session.flush()
    return step


def renew(session: Session, case_id: int, stage: str, attempt: int, *, at: datetime) -> None:
    """Prolong the lease of this attempt; nothing happens when another worker has taken the step over."""
    session.execute(
        update(CaseStep)
        .where(
            CaseStep.case_id == case_id, CaseStep.stage == stage, CaseStep.state == "leased",
            CaseStep.attempts == attempt,
        )
        .values(next_at=at + LEASE)
    )  # fmt: skip


def finish(session: Session, case_id: int, stage: str, *, at: datetime) -> bool:
    """Mark a leased step as done. False when somebody else finished it meanwhile: then this work must not be kept."""
    step = session.get(CaseStep, (case_id, stage), with_for_update=True)
    if step is None or step.state != "leased":
        return False
    step.state, step.finished_at, step.last_error = "done", at, ""
    session.flush()
    return True


def postpone(session: Session, case_id: int, stage: str, error: str, *, at: datetime) -> None:
    """Put a step back after a passing fault; the sweeper sends it again after a back-off."""
    step = session.get(CaseStep, (case_id, stage), with_for_update=True)
    if step is not None and step.state == "leased":
        step.state, step.last_error, step.next_at = "waiting", error, at + back_off(step.attempts)
        session.flush()


def give_up(session: Session, case_id: int, stage: str, error: str, *, at: datetime) -> None:
    """End a step for good; the case must say so to a person (see `lifecycle.ask_for_attention`)."""
    step = session.get(CaseStep, (case_id, stage), with_for_update=True)
    if step is not None and step.state in ("waiting", "leased"):
        step.state, step.last_error, step.finished_at = "failed", error, at
        session.flush()


def overdue(session: Session, *, at: datetime, limit: int = 200) -> list[tuple[int, str]]:
    """(case, stage) of steps whose nudge or lease is over, oldest first; each is moved on, so that it is sent once."""
    steps = (
        session.execute(
            select(CaseStep)
            .where(CaseStep.state.in_(("waiting", "leased")), CaseStep.next_at <= at)
            .order_by(CaseStep.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    for step in steps:
        if step.state == "leased":
            step.state = "waiting"
        step.next_at = at + GRACE
    session.flush()
    return [(step.case_id, step.stage) for step in steps]
