"""A person marks a case as fraud: what moves money is withdrawn at once, also what was confirmed and not yet sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.results import Vote
from app.audit import trail
from app.cases import called_back, lifecycle, snoozing, steps
from app.cases.models import Case
from app.cases.seen import Seen, locked, require_handling
from app.documents import readings
from app.errors import Conflict, NotFound, Refused
from app.suggestions.models import Suggestion
from app.suggestions.policy import ON_ALERT
from app.suggestions.proposal import TAKE_BACK
from app.suggestions.withdraw import withdraw
from app.users.access import Caller
from app.vocabulary import REASONS, CertaintyWord, Kind
from app.writebacks.models import WriteBack

FRAUD_REASONS = REASONS[Kind.SECURITY_ALERT]


@dataclass(frozen=True, slots=True)
class Halted:
    """How many steps were withdrawn, and how many had been sent already and may be in Odoo."""

    withdrawn: int
    sent: int


def mark_as_fraud(
    session: Session, case_id: int, *, reason: str, seen: Seen, by: Caller, at: datetime, note: str = ""
) -> Halted:
    """Make a case a security alert by a person's word. Steps that answer the sender, move money or change a record are
    withdrawn, queued writes too; what has been sent is counted, and can be taken back. An ended case is opened again.
    What was ticked on its call-back checklist served an earlier alarm and is to be done again.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller, or the reason is no security alert's.
        Conflict: The case changed since it was seen, is still being read, or is marked already.
    """
    require_handling(by)
    if reason not in FRAUD_REASONS:
        raise Refused(f"Say what sort of fraud: one of {', '.join(FRAUD_REASONS)}.")
    case = locked(session, case_id, seen, by=by)
    if case.kind == Kind.SECURITY_ALERT and case.state not in ("done", "closed"):
        raise Conflict(f"Case {case_id} is a security alert already.", case=case_id)
    if case.merged_into is not None:
        raise Conflict(f"Case {case_id} was folded into case {case.merged_into}. Mark that one.", case=case_id)
    try:
        row = keep.current(session, case_id)
    except NotFound:
        raise Conflict(f"Case {case_id} is still being read. Mark it when it has been.", case=case_id) from None
    trail.record(session, "case.alarmed", case_id=case_id, actor=by.email, at=at, reason=reason, note=note.strip())
    called_back.begin_anew(session, case_id, actor=by.email, at=at)
    halted = _halt(session, case_id, by=by, at=at)
    before = keep.assessment_of(row)
    c = before.classification
    alarm = replace(
        before, classification=replace(
            c, reason=reason, confidence=1.0, reading=CertaintyWord.SURE, prediction_set=(reason,), unsure_because="",
            votes=(*c.votes, Vote("person", reason, because=f"{by.name} says so")),
        ),
    )  # fmt: skip
    if case.state in ("done", "closed"):
        lifecycle.move(session, case, "to_decide", actor=by.email, at=at, because="Marked as fraud.")
    snoozing.wake(session, case, because="Marked as fraud.", at=at, actor=by.email)
    keep.keep(session, case_id, row.document_id, alarm, at=at)
    present.show_assessment(session, case, readings.load(session, row.document_id), alarm, at=at)
    _settle(session, case, by=by, at=at)
    steps.schedule(session, case_id, "reconcile", at=at)
    session.flush()
    return halted


def _halt(session: Session, case_id: int, *, by: Caller, at: datetime) -> Halted:
    """Withdraw every step that an alert may not hold, decided or not, as long as it has not been sent."""
    rows = session.execute(
        select(Suggestion, WriteBack)
        .join(WriteBack, WriteBack.suggestion_id == Suggestion.id)
        .where(Suggestion.case_id == case_id, Suggestion.state == "confirmed")
        .order_by(Suggestion.made_at)
        .with_for_update()
    ).all()
    withdrawn = sent = 0
    for suggestion, write in rows:
        if suggestion.kind in (*ON_ALERT, TAKE_BACK):
            continue
        if write.state != "waiting" or write.attempts:
            sent += 1
            continue
        write.state, suggestion.state = "withdrawn", "superseded"
        trail.record(session, "decision.undone", case_id=case_id, actor=by.email, at=at, suggestion=str(suggestion.id))
        withdrawn += 1
    kinds = set(session.execute(select(Suggestion.kind).where(Suggestion.case_id == case_id)).scalars())
    withdrawn += withdraw(session, case_id, actor=by.email, at=at, kinds=kinds - {*ON_ALERT, TAKE_BACK})
    return Halted(withdrawn, sent)


def _settle(session: Session, case: Case, *, by: Caller, at: datetime) -> None:
    """With nothing on its way any more the case waits for a person again."""
    on_its_way = select(Suggestion.id).where(Suggestion.case_id == case.id, Suggestion.state == "confirmed").limit(1)
    if session.execute(on_its_way).first() is None:
        lifecycle.move(session, case, "to_decide", actor=by.email, at=at, because="Marked as fraud.")
