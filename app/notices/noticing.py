"""What there is to tell whom: each thing once, and only while it still waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import OPEN_STATES, Case, CaseQuestion
from app.decisions import call_back, descent, doubt, reach
from app.decisions.approval_matrix import Policy, Requirement
from app.decisions.models import Decision
from app.decisions.permission import permission
from app.notices import wishes
from app.notices.models import Notice
from app.suggestions.models import Suggestion
from app.users import people
from app.users.access import Caller
from app.users.models import User
from app.users.personal import personal_of
from app.vocabulary import Kind

LOOKED_BACK = timedelta(days=2)
"""What is older is told by the digest, if at all: nobody is told of last week in the tone of a minute ago."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell one person."""

    user_id: UUID
    topic: str
    about: str
    case_id: int


def notice(session: Session, policy: Policy, *, at: datetime) -> int:
    """Note down everything new that somebody wishes to be told of; returns how much."""
    persons = [_caller(session, user) for user in people.with_roles(session, tuple(wishes.TOPICS_OF))]
    wished = {p.user_id: wishes.of(session, p.user_id, p.roles).topics for p in persons}
    since = at - LOOKED_BACK
    found = [
        told
        for told in (
            *_approvals(session, policy, persons, since=since),
            *_questions(session, persons, since=since),
            *_answers(session, since=since),
            *_assigned(session, persons, since=since),
            *_alarms(session, persons, since=since),
            *_attention(session, since=since),
        )
        if told.topic in wished.get(told.user_id, ())
    ]
    if not found:
        return 0
    rows = [
        {"user_id": t.user_id, "topic": t.topic, "about": t.about, "case_id": t.case_id, "noticed_at": at}
        for t in found
    ]
    made = session.execute(insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.id)).scalars().all()
    return len(made)


def untold(session: Session, *, at: datetime) -> dict[UUID, list[Notice]]:
    """What each person is to be told, the oldest first; what is settled or too old is dropped."""
    rows = session.execute(
        select(Notice).where(Notice.told_at.is_(None), Notice.dropped_at.is_(None)).order_by(Notice.id).limit(2000)
    ).scalars()
    found: dict[UUID, list[Notice]] = {}
    for row in rows:
        if row.noticed_at < at - LOOKED_BACK or not _still_waits(session, row):
            row.dropped_at = at
        else:
            found.setdefault(row.user_id, []).append(row)
    session.flush()
    return found


def still_meant(session: Session, person: Caller, notices: Iterable[Notice]) -> list[Notice]:
    """Those of these that the person, as they are now, wishes to hear of and may see: roles and wishes may have changed
    since they were noted down, while no mail could leave."""
    topics = wishes.of(session, person.user_id, person.roles).topics
    return [row for row in notices if row.topic in topics and reach.may_see(session, person, row.case_id)]


def note_told(session: Session, notices: Iterable[Notice], *, at: datetime) -> None:
    """Note that these were told."""
    session.execute(update(Notice).where(Notice.id.in_([row.id for row in notices])).values(told_at=at))


def drop(session: Session, notices: Iterable[Notice], *, at: datetime) -> None:
    """Note that these are not told any more."""
    session.execute(update(Notice).where(Notice.id.in_([row.id for row in notices])).values(dropped_at=at))


def _still_waits(session: Session, row: Notice) -> bool:
    case = session.get(Case, row.case_id)
    if case is None or case.merged_into is not None:
        return False
    if row.topic == "approval":
        step = session.get(Suggestion, UUID(row.about))
        return step is not None and step.state == "open" and case.state == "needs_approval"
    if row.topic == "question":
        question = session.get(CaseQuestion, int(row.about))
        return question is not None and question.answered_at is None and question.withdrawn_at is None
    if row.topic == "assigned":
        return case.owner_id == row.user_id and case.state in OPEN_STATES
    if row.topic == "attention":
        return case.state == "needs_attention"
    return case.state in OPEN_STATES


def _approvals(session: Session, policy: Policy, persons: Sequence[Caller], *, since: datetime) -> Iterator[Told]:
    """Steps that somebody confirmed and that need another person's yes, for each who may give it."""
    confirmed_lately = select(Decision.id).where(
        Decision.suggestion_id == Suggestion.id, Decision.verdict == "confirm", Decision.at > since
    )
    rows = session.execute(
        select(Suggestion, Case)
        .join(Case, Case.id == Suggestion.case_id)
        .where(Case.state == "needs_approval", Suggestion.state == "open", confirmed_lately.exists())
    ).all()
    for step, case in rows:
        given = session.execute(
            select(Decision.by_user_id, Decision.as_role).where(
                Decision.suggestion_id == step.id, Decision.verdict == "confirm"
            )
        ).all()
        answered = descent.answered_delivery(session, [case.id])[case.id]
        why_not_yet = call_back.why_not(session, case)
        on_case = doubt.on_case(session, policy, case.id)
        for person in persons:
            can = permission(
                step, on_case, person, confirmed_ids=[user_id for user_id, _ in given], answered_delivery=answered,
                why_not_yet=why_not_yet,
            )  # fmt: skip
            if can.confirm and can.requirement and _is_wanted(person, can.requirement, {role for _, role in given}):
                yield Told(person.user_id, "approval", str(step.id), case.id)


def _is_wanted(person: Caller, requirement: Requirement, given: set[str]) -> bool:
    """Whether this person's yes is one that is missing: while a rule still asks for a controller, only theirs is."""
    return not requirement.one_of or bool(given & set(requirement.one_of)) or bool(
        set(person.roles) & set(requirement.one_of)
    )  # fmt: skip


def _questions(session: Session, persons: Sequence[Caller], *, since: datetime) -> Iterator[Told]:
    """Open questions, for the project manager asked, or for all where anybody may answer."""
    rows = session.execute(
        select(CaseQuestion).where(
            CaseQuestion.answered_at.is_(None), CaseQuestion.withdrawn_at.is_(None), CaseQuestion.asked_at > since
        )
    ).scalars()
    managers = [p.user_id for p in persons if "project_manager" in p.roles]
    for question in rows:
        for user_id in [question.asked_to] if question.asked_to else managers:
            if user_id != question.asked_by:
                yield Told(user_id, "question", str(question.id), question.case_id)


def _answers(session: Session, *, since: datetime) -> Iterator[Told]:
    """Answers, for who asked."""
    rows = session.execute(
        select(CaseQuestion).where(CaseQuestion.answered_at > since, CaseQuestion.answered_by != CaseQuestion.asked_by)
    ).scalars()
    for question in rows:
        yield Told(question.asked_by, "answer", str(question.id), question.case_id)


def _assigned(session: Session, persons: Sequence[Caller], *, since: datetime) -> Iterator[Told]:
    """Cases that somebody else gave to a person."""
    ids = {p.email: p.user_id for p in persons}
    for event in _events(session, "case.assigned", since):
        to = str(event.content.get("to") or "")
        if to in ids and to != event.actor:
            yield Told(ids[to], "assigned", str(event.id), event.case_id)


def _alarms(session: Session, persons: Sequence[Caller], *, since: datetime) -> Iterator[Told]:
    """Suspected frauds, for every controller."""
    rows = session.execute(
        select(Case.id).where(
            Case.kind == Kind.SECURITY_ALERT, Case.state.in_(OPEN_STATES),
            or_(Case.opened_at > since, Case.updated_at > since),
        )
    ).scalars()  # fmt: skip
    controllers = [p.user_id for p in persons if "controller" in p.roles]
    for case_id in rows:
        for user_id in controllers:
            yield Told(user_id, "alarm", str(case_id), case_id)


def _attention(session: Session, *, since: datetime) -> Iterator[Told]:
    """Cases that the machine cannot go on with, for their owner."""
    for event in _events(session, "case.moved", since):
        if event.content.get("after") != "needs_attention":
            continue
        owner = session.execute(select(Case.owner_id).where(Case.id == event.case_id)).scalar_one_or_none()
        if owner is not None:
            yield Told(owner, "attention", str(event.id), event.case_id)


def _events(session: Session, action: str, since: datetime) -> Sequence[AuditEvent]:
    return session.execute(
        select(AuditEvent).where(AuditEvent.action == action, AuditEvent.at > since).order_by(AuditEvent.id)
    ).scalars().all()  # fmt: skip


def _caller(session: Session, user: User) -> Caller:
    return Caller(user.id, user.email, user.name, tuple(user.roles), personal=personal_of(session, user.id))
