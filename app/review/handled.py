"""What people have done with a case besides deciding: put off, asked, folded, split, called back about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.decisions import call_back, merging, questions, splitting
from app.review import alarms, figures, handling_words
from app.review.alarms import Check
from app.review.languages import _
from app.users.people import names_of
from app.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a project manager and what came back; `answer` is empty while nobody answered."""

    id: int
    says: str
    text: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True)
class Handled:
    """What the page says of it. `checks` is the call-back checklist where there is something to call back about."""

    snoozed: str
    because: str
    questions: tuple[Asked, ...]
    siblings: tuple[Case, ...]
    folded: tuple[Case, ...]
    checks: tuple[Check, ...]
    not_yet: str
    """Why nothing can be confirmed yet, in words; empty otherwise."""


def of(session: Session, case: Case, today: date) -> Handled:
    """What has been done with a case."""
    is_open = case.state not in ("done", "closed")
    is_open_alert = case.kind == Kind.SECURITY_ALERT and is_open
    return Handled(
        snoozed=handling_words.snoozed(case, today), because=case.snoozed_because if case.state == "snoozed" else "",
        questions=_questions(session, case, today), siblings=tuple(splitting.siblings(session, case)),
        folded=tuple(merging.merged_into(session, case.id)),
        checks=tuple(alarms.checklist(session, case)) if is_open and call_back.is_asked_for(session, case) else (),
        not_yet=alarms.not_yet(session, case) if is_open_alert else "",
    )  # fmt: skip


def _questions(session: Session, case: Case, today: date) -> tuple[Asked, ...]:
    found = questions.of_case(session, case.id)
    people = {u for q in found for u in (q.asked_by, q.asked_to, q.answered_by) if u is not None}
    names = names_of(session, people) if people else {}

    def moment(at: datetime | None) -> str:
        return figures.moment(at, today) if at is not None else ""

    told = []
    for q in found:
        by, when = names.get(q.asked_by, ""), moment(q.asked_at)
        if q.asked_to is not None:
            manager = names.get(q.asked_to, "")
            says = _("%(person)s asked %(manager)s, %(moment)s", person=by, manager=manager, moment=when)
        else:
            says = _("%(person)s asked the project managers, %(moment)s", person=by, moment=when)
        answered = ""
        if q.answered_at is not None:
            who, at = names.get(q.answered_by, "") if q.answered_by else "", moment(q.answered_at)
            answered = _("%(person)s answered, %(moment)s", person=who, moment=at)
            if q.was_delivered is not None:
                delivered = _("%(person)s, %(moment)s: it was delivered", person=who, moment=at)
                missing = _("%(person)s, %(moment)s: it was not delivered", person=who, moment=at)
                answered = delivered if q.was_delivered else missing
        told.append(Asked(q.id, says, q.text, q.answer, answered))
    return tuple(told)
