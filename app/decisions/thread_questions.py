"""What a person is asked of a mail that answers a case without customer and sender agreeing: does it belong there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import NOTHING, says_nothing
from app.audit import trail
from app.cases import lifecycle, steps, thread
from app.cases.models import OPEN_STATES, Case, ThreadQuestion
from app.cases.seen import Seen, locked, require_handling
from app.decisions import correspondents, merging
from app.decisions.continuing import ACTOR, NOTED, Followed, follow
from app.decisions.joined import CONTINUES
from app.decisions.message import Message
from app.errors import Conflict, NotFound, Refused
from app.users.access import Caller
from app.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Ask:
    """A case that a mail answers without customer and sender agreeing, and why a person is asked, in a sentence."""

    other: int
    because: str


def ask(session: Session, message: Message, asks: Sequence[Ask], *, at: datetime) -> None:
    """Put the questions to a person, each once, on both cases."""
    for one in asks:
        new = session.execute(
            insert(ThreadQuestion)
            .values(
                case_id=message.case_id, other_id=one.other, sender=message.headers.sender, because=one.because,
                asked_at=at,
            )
            .on_conflict_do_nothing(index_elements=["case_id", "other_id"])
            .returning(ThreadQuestion.id)
        ).scalar_one_or_none()  # fmt: skip
        if new is None:
            continue
        for case_id, other in ((message.case_id, one.other), (one.other, message.case_id)):
            trail.record(
                session, "thread.asked", case_id=case_id, actor=ACTOR, at=at, question=new, other=other,
                sender=message.headers.sender,
            )  # fmt: skip


def open_questions(session: Session, case_ids: Sequence[int]) -> dict[int, list[ThreadQuestion]]:
    """What a person is asked about each of these cases: of its own mail, and of mails that answer it."""
    rows = session.execute(
        select(ThreadQuestion)
        .join(Case, Case.id == ThreadQuestion.case_id)
        .where(
            ThreadQuestion.answered_at.is_(None), Case.merged_into.is_(None), Case.state.in_(OPEN_STATES),
            ThreadQuestion.case_id.in_(case_ids) | ThreadQuestion.other_id.in_(case_ids),
        )
        .order_by(ThreadQuestion.id)
    ).scalars()  # fmt: skip
    found: dict[int, list[ThreadQuestion]] = {}
    for question in rows:
        for case_id in {question.case_id, question.other_id} & set(case_ids):
            found.setdefault(case_id, []).append(question)
    return found


def questions_of(session: Session, case_id: int) -> list[ThreadQuestion]:
    """All that people were asked about a case and its mails, answered or not, the first first."""
    asked = select(ThreadQuestion).where(
        (ThreadQuestion.case_id == case_id) | (ThreadQuestion.other_id == case_id)
    )  # fmt: skip
    return list(session.execute(asked.order_by(ThreadQuestion.id)).scalars())


def answer(
    session: Session, question_id: int, *, on: int, belongs: bool, seen: Seen, by: Caller, at: datetime
) -> Followed | None:
    """A person says whether a mail belongs to the case that it answers. Yes folds it in; no keeps the sender's mails
    out of that case for good. `on` is the case whose page or version they saw. None: it stays a case of its own.

    Raises:
        NotFound: There is no such question on this case.
        Refused: The person is neither reviewer nor controller, or a security alert would lose its guard.
        Conflict: It was answered, the case changed since it was seen, or one of them is being written or has moved on.
    """
    require_handling(by)
    question = session.get(ThreadQuestion, question_id)
    if question is None or on not in (question.case_id, question.other_id):
        raise NotFound(f"Case {on} has no such question.", case=on)
    target = merging.both(session, question.case_id, merging.standing_in(session, question.other_id))
    case = session.get_one(Case, question.case_id)
    locked(session, on, seen, by=by)
    session.refresh(question, with_for_update=True)
    if question.answered_at is not None:
        raise Conflict(f"Somebody has answered this already. Open case {on} again to see what holds now.", case=on)
    if belongs:
        _require_foldable(session, case, target)
    question.belongs, question.answered_by, question.answered_at = belongs, by.user_id, at
    for case_id, other in ((case.id, target.id), (target.id, case.id)):
        trail.record(
            session, "thread.answered", case_id=case_id, actor=by.email, at=at, question=question.id, other=other,
            belongs=belongs,
        )  # fmt: skip
    case.updated_at = target.updated_at = at
    _settle_alike(session, question, target, by=by, at=at)
    if not belongs:
        session.flush()
        return None
    if target.kind == Kind.SECURITY_ALERT:
        merging.fold(session, case, target, actor=by.email, at=at, because=question.because)
        lifecycle.move(session, case, "closed", actor=by.email, at=at, because=f"Folded into case {target.id}.")
        session.flush()
        return Followed(target.id, "", NOTHING)
    how = NOTED if says_nothing(keep.assessment_of(keep.current(session, case.id))) else CONTINUES
    return follow(session, case, target, how=how, because=question.because, actor=by.email, at=at)


def _settle_alike(
    session: Session, answered: ThreadQuestion, target: Case, *, by: Caller, at: datetime
) -> None:  # fmt: skip
    """The same answer holds for other mails of that house which answer the same case: after a no it is theirs too,
    after a yes they look again where they belong."""
    whose = thread.house(answered.sender)
    if not answered.belongs and whose in correspondents.houses(session, target, is_own=lambda address: False):
        return  # the case's own sender: a no was to that one mail, which only bore their name perhaps
    others = session.execute(
        select(ThreadQuestion)
        .where(
            ThreadQuestion.other_id == answered.other_id, ThreadQuestion.id != answered.id,
            ThreadQuestion.answered_at.is_(None),
        )
        .order_by(ThreadQuestion.id)
    ).scalars().all()  # fmt: skip
    for other in (q for q in others if whose and thread.house(q.sender) == whose):
        if answered.belongs:
            if steps.is_done(session, other.case_id, "reconcile"):
                steps.schedule(session, other.case_id, "reconcile", at=at)
            continue
        other.belongs, other.answered_by, other.answered_at = False, by.user_id, at
        trail.record(
            session, "thread.answered", case_id=other.case_id, actor=by.email, at=at, question=other.id,
            other=other.other_id, belongs=False,
        )  # fmt: skip


def _require_foldable(session: Session, case: Case, target: Case) -> None:
    if target.merged_into is not None or case.merged_into is not None:
        raise Conflict(f"One of the cases {case.id} and {target.id} was folded into another. Look there.", case=case.id)
    if case.state in ("received", "writing", "done", "closed"):
        raise Conflict(
            f"Case {case.id} is {case.state.replace('_', ' ')} and is not folded into another now.", case=case.id
        )
    merging.require_none_on_its_way(session, case)
    if case.kind == Kind.SECURITY_ALERT and target.kind != Kind.SECURITY_ALERT:
        raise Refused(
            f"Case {case.id} is a security alert and is not folded into an ordinary case: its bank details would be "
            "shown there. Say no, and go on with both."
        )
