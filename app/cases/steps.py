"""Steps of machine work: claimed with a lease, finished once, re-sent when they were lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases.models import CaseStep
from app.jobs import after_commit

LEASE = timedelta(seconds=30)
"""How long a worker may be silent before another takes its step; while it works it renews the lease."""
GRACE = timedelta(seconds=20)
"""How long a nudge may take to arrive before the sweeper sends another."""
FIRST_BACK_OFF = timedelta(seconds=5)
LONGEST_BACK_OFF = timedelta(minutes=5)
LOSSES = 5
"""A step that kills or fails its worker this often is given up and shown to a person."""


def back_off(times: int) -> timedelta:
    """How long to wait after the given number of vain tries: 5 s, 10 s, 20 s, … at most 5 minutes."""
    return min(FIRST_BACK_OFF * 2.0 ** min(max(0, times - 1), 20), LONGEST_BACK_OFF)


def schedule(session: Session, case_id: int, stage: str, *, at: datetime) -> None:
    """Ask for a step now; one that ran before runs again, and what a worker is just doing of it is not kept."""
    _ask_for(session, case_id, stage, due=at + GRACE)
    after_commit(session, f"case.{stage}", case_id)


def schedule_late(session: Session, case_id: int, stage: str, *, due: datetime) -> None:
    """Ask for a step that another one is expected to ask for sooner: the sweeper sends it when it is due."""
    _ask_for(session, case_id, stage, due=due)


def _ask_for(session: Session, case_id: int, stage: str, *, due: datetime) -> None:
    anew = {"state": "waiting", "lost": 0, "waits": 0, "next_at": due, "last_error": "", "finished_at": None}
    session.execute(
        insert(CaseStep)
        .values(case_id=case_id, stage=stage, attempts=0, **anew)
        .on_conflict_do_update(index_elements=["case_id", "stage"], set_=anew)
    )


def schedule_first(session: Session, case_ids: Sequence[int], stage: str, *, at: datetime) -> None:
    """Ask for the first step of cases that were made in this transaction, in one statement."""
    session.add_all(
        CaseStep(
            case_id=case_id, stage=stage, state="waiting", attempts=0, lost=0, waits=0, next_at=at + GRACE,
            last_error="", finished_at=None,
        )
        for case_id in case_ids
    )  # fmt: skip
    session.flush()
    for case_id in case_ids:
        after_commit(session, f"case.{stage}", case_id)


def claim(session: Session, case_id: int, stage: str, *, at: datetime) -> CaseStep | None:
    """Lease a step to this worker; None when it is done, or another worker has it.

    The step's `attempts` names the lease: `renew`, `finish`, `postpone` and `fail` ask for it.
    """
    step = session.execute(
        select(CaseStep)
        .where(CaseStep.case_id == case_id, CaseStep.stage == stage, CaseStep.state.in_(("waiting", "leased")))
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if step is None or (step.state == "leased" and step.next_at > at):
        return None
    if step.state == "leased":
        step.lost += 1
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


def finish(session: Session, case_id: int, stage: str, attempt: int, *, at: datetime) -> bool:
    """Mark a leased step as done. False when this lease is over, by time or by a new wish: then drop the work."""
    step = _leased(session, case_id, stage, attempt)
    if step is None:
        return False
    step.state, step.finished_at, step.last_error = "done", at, ""
    session.flush()
    return True


def is_waiting(session: Session, case_id: int, stage: str) -> bool:
    """Whether a step was asked for and no worker has it."""
    step = session.get(CaseStep, (case_id, stage), populate_existing=True)
    return step is not None and step.state == "waiting"


def is_done(session: Session, case_id: int, stage: str) -> bool:
    """Whether a step ran to its end."""
    step = session.get(CaseStep, (case_id, stage), populate_existing=True)
    return step is not None and step.state == "done"


def postpone(session: Session, case_id: int, stage: str, attempt: int, error: str, *, at: datetime) -> bool:
    """Put a step back because a peer is away; the sweeper sends it again after a back-off, for as long as it takes.

    False when this lease is over.
    """
    step = _leased(session, case_id, stage, attempt)
    if step is None:
        return False
    step.waits += 1
    step.state, step.last_error, step.next_at = "waiting", error, at + back_off(step.waits)
    session.flush()
    return True


def fail(session: Session, case_id: int, stage: str, attempt: int, error: str, *, at: datetime) -> bool:
    """Put a step back that failed its worker in a way nobody foresaw. True when that was once too often: give it up.

    False also when this lease is over.
    """
    step = _leased(session, case_id, stage, attempt)
    if step is None:
        return False
    step.lost += 1
    step.state, step.last_error, step.next_at = "waiting", error, at + back_off(step.lost)
    session.flush()
    return step.lost >= LOSSES


def give_up(session: Session, case_id: int, stage: str, error: str, *, at: datetime) -> None:
    """End a step for good; the case must say so to a person (see `lifecycle.ask_for_attention`)."""
    step = session.get(CaseStep, (case_id, stage), with_for_update=True, populate_existing=True)
    if step is not None and step.state in ("waiting", "leased"):
        step.state, step.last_error, step.finished_at = "failed", error, at
        session.flush()


def end_all(session: Session, case_id: int, *, at: datetime) -> None:
    """End what waits or runs on a case that a person has closed."""
    session.execute(
        update(CaseStep)
        .where(CaseStep.case_id == case_id, CaseStep.state.in_(("waiting", "leased")))
        .values(state="done", finished_at=at, last_error="the case was closed")
    )


def _leased(session: Session, case_id: int, stage: str, attempt: int) -> CaseStep | None:
    step = session.get(CaseStep, (case_id, stage), with_for_update=True, populate_existing=True)
    return step if step is not None and step.state == "leased" and step.attempts == attempt else None


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
            step.lost += 1
        step.next_at = at + GRACE
    session.flush()
    return [(step.case_id, step.stage) for step in steps]
