"""Asking a project manager about the work: the question is kept, they answer it, and finance decides about money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import snoozing
from app.cases.models import Case, CaseQuestion
from app.cases.seen import Seen, locked, require_handling
from app.decisions import decide
from app.errors import Conflict, Malformed, NotFound, Refused
from app.mirror.models import OdooProject
from app.users import people
from app.users.access import Caller
from app.users.models import User

ASKED = "project_manager"
LONGEST = 2000


def ask(
    session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime, text: str, to: UUID | None = None,
    put_off: bool = False,
) -> CaseQuestion:  # fmt: skip
    """Put a question about the work to one project manager, or to whichever comes first; with `put_off` the case waits
    for the answer.

    Raises:
        NotFound: There is no such case, or no such project manager.
        Refused: Who asks is neither reviewer nor controller, or nobody here is a project manager.
        Malformed: There is no question, or it is too long.
        Conflict: The case changed since it was seen, has ended, or cannot be put off now.
    """
    require_handling(by)
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Malformed(f"Write the question, in at most {LONGEST} characters. Nothing was asked.")
    managers = {person.id: person for person in people.with_roles(session, (ASKED,))}
    if not managers:
        raise Refused("Nobody here is a project manager. Add one with: countersign user add --role project_manager")
    if to is not None and to not in managers:
        raise NotFound("There is no such project manager, or they are not active any more. Choose somebody else.")
    case = locked(session, case_id, seen, by=by)
    if case.state in ("done", "closed"):
        raise Conflict(f"Case {case_id} has ended. Open it to see what holds now.", case=case_id)
    if put_off and case.state not in snoozing.MAY_BE_SNOOZED:
        raise Conflict(f"Case {case_id} is {case.state.replace('_', ' ')} and cannot be put off.", case=case_id)
    question = CaseQuestion(case_id=case_id, asked_by=by.user_id, asked_to=to, text=text, asked_at=at)
    session.add(question)
    session.flush()
    trail.record(
        session, "question.asked", case_id=case_id, actor=by.email, at=at, question=question.id,
        to=managers[to].email if to else "", name=managers[to].name if to else "",
    )  # fmt: skip
    case.updated_at = at
    if put_off:
        snoozing.put_off(session, case, until=None, event="delivery_answers", because="", by=by, at=at)
    session.flush()
    return question


def answer(
    session: Session, question_id: int, *, by: Caller, at: datetime, text: str, was_delivered: bool | None
) -> CaseQuestion:
    """A project manager's answer, in words, with their word on the delivery, or both. Who says whether work was
    delivered may then not decide on the credit; a case that waited for the answer comes back.

    Raises:
        NotFound: There is no such question to this person.
        Refused: They are no project manager, or confirmed a step of the case themselves.
        Malformed: There is neither a word on the delivery nor an answer.
        Conflict: It was answered or withdrawn meanwhile.
    """
    by.require("decide")
    found = session.get(CaseQuestion, question_id)
    if found is None or (found.asked_to not in (None, by.user_id)):
        raise _none(question_id)
    if ASKED not in by.roles:
        raise Refused("Only a project manager answers questions about the work.")
    text = text.strip()
    if was_delivered is None and not text:
        raise Malformed("Say whether it was delivered, or write an answer. Nothing was sent.")
    if len(text) > LONGEST:
        raise Malformed(f"The answer has {len(text)} characters; {LONGEST} are kept. Nothing was sent.")
    case = session.get_one(Case, found.case_id, with_for_update=True, populate_existing=True)
    question = session.get_one(CaseQuestion, question_id, with_for_update=True, populate_existing=True)
    if question.answered_at is not None or question.withdrawn_at is not None:
        who = people.names_of(session, [question.answered_by]).get(question.answered_by) if question.answered_by else ""
        when = question.answered_at or question.withdrawn_at
        raise Conflict(
            f"{f'{who} answered this question' if who else 'This question was withdrawn'} at "
            f"{when:%Y-%m-%d %H:%M} UTC. Your answer was not sent.",
            question=question_id, case=case.id,
        )  # fmt: skip
    question.answered_by, question.answered_at = by.user_id, at
    question.was_delivered, question.answer = was_delivered, text
    trail.record(session, "question.answered", case_id=case.id, actor=by.email, at=at, question=question.id)
    if was_delivered is not None:
        decide.validate_delivery(session, case.id, by=by, was_delivered=was_delivered, note=text, at=at)
    case.updated_at = at
    if case.snoozed_for == "delivery_answers":
        snoozing.wake(session, case, because=snoozing.DELIVERY_ANSWERED, at=at)
    session.flush()
    return question


def withdraw(session: Session, question_id: int, *, by: Caller, at: datetime) -> CaseQuestion:
    """Take a question back that nobody has answered yet.

    Raises:
        NotFound: There is no such question.
        Refused: The person is neither reviewer nor controller.
        Conflict: It was answered or withdrawn already.
    """
    require_handling(by)
    found = session.get(CaseQuestion, question_id)
    if found is None:
        raise _none(question_id)
    case = session.get_one(Case, found.case_id, with_for_update=True, populate_existing=True)
    question = session.get_one(CaseQuestion, question_id, with_for_update=True, populate_existing=True)
    if question.answered_at is not None or question.withdrawn_at is not None:
        raise Conflict("This question has been answered or withdrawn already.", question=question_id, case=case.id)
    question.withdrawn_at = at
    trail.record(session, "question.withdrawn", case_id=case.id, actor=by.email, at=at, question=question.id)
    case.updated_at = at
    session.flush()
    return question


def of_case(session: Session, case_id: int) -> Sequence[CaseQuestion]:
    """The questions of a case, the oldest first, without those withdrawn."""
    return session.execute(
        select(CaseQuestion)
        .where(CaseQuestion.case_id == case_id, CaseQuestion.withdrawn_at.is_(None))
        .order_by(CaseQuestion.id)
    ).scalars().all()  # fmt: skip


def waiting_for(session: Session, user_id: UUID, *, limit: int = 200) -> Sequence[CaseQuestion]:
    """What this person is asked and nobody has answered, the oldest first."""
    return session.execute(
        select(CaseQuestion)
        .where(_put_to(user_id), CaseQuestion.answered_at.is_(None), CaseQuestion.withdrawn_at.is_(None))
        .order_by(CaseQuestion.id)
        .limit(limit)
    ).scalars().all()  # fmt: skip


def answered_by(session: Session, user_id: UUID, *, limit: int = 20) -> Sequence[CaseQuestion]:
    """What this person answered, the newest first."""
    return session.execute(
        select(CaseQuestion)
        .where(CaseQuestion.answered_by == user_id)
        .order_by(CaseQuestion.answered_at.desc())
        .limit(limit)
    ).scalars().all()  # fmt: skip


def put_to(session: Session, question_id: int, person: Caller) -> CaseQuestion:
    """A question as this person may see it: it is to them or to any project manager and was not withdrawn, or they
    answered it, or they work on cases.

    Raises:
        NotFound: There is none, or it is not theirs to see.
    """
    question = session.get(CaseQuestion, question_id)
    sees_all = bool(set(person.roles) & {"reviewer", "controller", "auditor"})
    if question is None:
        raise _none(question_id)
    is_theirs = ASKED in person.roles and question.asked_to in (None, person.user_id)
    is_open_to_them = is_theirs and question.withdrawn_at is None
    if not (sees_all or is_open_to_them or question.answered_by == person.user_id):
        raise _none(question_id)
    return question


def likely(session: Session, case: Case) -> User | None:
    """The project manager of the customer's projects, by their name in Odoo; None when it is not one of ours alone."""
    if case.customer_id is None:
        return None
    managers = set(
        session.execute(
            select(OdooProject.manager).where(OdooProject.customer_id == case.customer_id, OdooProject.manager != "")
        ).scalars()
    )
    found = [person for person in people.with_roles(session, (ASKED,)) if person.name in managers]
    return found[0] if len(found) == 1 else None


def _put_to(user_id: UUID) -> ColumnElement[bool]:
    return or_(CaseQuestion.asked_to == user_id, CaseQuestion.asked_to.is_(None))


def _none(question_id: int) -> NotFound:
    return NotFound(f"There is no question {question_id} to you.", question=question_id)
