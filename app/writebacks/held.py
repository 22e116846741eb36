"""A mail that continues a case stops what was decided on it before and has not left: it is decided anew, on all that is
known now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases.models import Case
from app.cases.seen import Seen
from app.decisions import decide, news, thread_questions
from app.decisions.continuing import Followed
from app.decisions.joined import CONTINUES
from app.decisions.models import Decision
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks.models import WriteBack
from app.writebacks.queue import reopened

ACTOR = "software"


def hold(session: Session, case: Case, *, at: datetime) -> int:
    """Open again, as new versions that need their own decision, the steps of a locked case that were confirmed and not
    sent yet, and those that one person has confirmed and another must. Returns how many.

    What was handed to Odoo already is not called back: its answer settles it.
    """
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == case.id, Suggestion.state.in_(("confirmed", "open")))
        .order_by(Suggestion.rank, Suggestion.made_at)
        .with_for_update()
    ).scalars().all()  # fmt: skip
    count = 0
    for suggestion in rows:
        if not (_is_half_decided(session, suggestion) if suggestion.state == "open" else _stop(session, suggestion)):
            continue
        suggestion.state = "superseded"
        again = reopened(suggestion, at)
        session.add(again)
        session.flush()
        trail.record(
            session, "decision.held", case_id=case.id, actor=ACTOR, at=at, suggestion=str(suggestion.id),
            kind=suggestion.kind,
        )  # fmt: skip
        trail.record(
            session, "suggestion.made", case_id=case.id, actor=ACTOR, at=at, suggestion=str(again.id), kind=again.kind,
            version=again.version, content_hash=again.content_hash, rule=again.rule, policy_hash=again.policy_hash,
        )  # fmt: skip
        count += 1
    if count:
        decide.settle_case(session, case, actor=ACTOR, at=at)
    return count


def after(session: Session, followed: Followed | None, *, at: datetime) -> None:
    """Hold what was decided on the case that a mail was just folded into, where it says something."""
    if followed is not None and followed.how == CONTINUES:
        hold(session, session.get_one(Case, followed.into, with_for_update=True), at=at)


def answer(
    session: Session, question_id: int, *, on: int, belongs: bool, seen: Seen, by: Caller, at: datetime
) -> Followed | None:
    """As `thread_questions.answer`; a yes holds what was decided on the other case before."""
    followed = thread_questions.answer(session, question_id, on=on, belongs=belongs, seen=seen, by=by, at=at)
    after(session, followed, at=at)
    return followed


def mark_seen(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> Case:
    """As `news.mark_seen`; a case on which everything was decided before ends by it."""
    case = news.mark_seen(session, case_id, seen=seen, by=by, at=at)
    if case.state in ("to_decide", "needs_attention"):
        decide.settle_case(session, case, actor=by.email, at=at)
    return case


def _is_half_decided(session: Session, suggestion: Suggestion) -> bool:
    confirmed = select(Decision.id).where(Decision.suggestion_id == suggestion.id, Decision.verdict == "confirm")
    return session.execute(confirmed.limit(1)).first() is not None


def _stop(session: Session, suggestion: Suggestion) -> bool:
    """Take a queued write back; False where it was handed over already."""
    row = session.execute(
        select(WriteBack).where(WriteBack.suggestion_id == suggestion.id).with_for_update()
    ).scalar_one_or_none()
    if row is None or row.state != "waiting" or row.attempts or row.handed_to is not None:
        return False
    row.state = "withdrawn"
    return True
