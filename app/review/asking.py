"""Asking a project manager about the work, and the page on which they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.assessments import keep
from app.cases.models import Case, CaseQuestion
from app.cases.seen import Seen
from app.clock import now
from app.decisions import questions, reach
from app.documents import readings
from app.documents.reading import Reading
from app.documents.withheld import without_accounts
from app.errors import Conflict, Malformed, NotFound, Refused
from app.review import figures, sessions, sheet, wording
from app.review.addresses import CaseId
from app.review.amounts import without_amounts
from app.review.forms import sent_form, text_of
from app.review.languages import N_, _
from app.review.sessions import SignedIn, Visit
from app.review.sheet import Sheet
from app.review.shell import page, shell
from app.users import people

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]
QuestionId = Annotated[int, Path(ge=1, le=2**63 - 1)]
ANYBODY = "anybody"
_QUESTIONS = {
    "hours_quantity": N_("Were the contested hours worked, and were they agreed with the customer?"),
    "quality_acceptance": N_("Was the work delivered as agreed, and has the customer accepted it?"),
    "scope_not_agreed": N_("Did the customer order this work, and where does it say so?"),
    "missing_backup": N_("Which records show what was delivered, and can you send them?"),
    "expenses": N_("Were these expenses agreed with the customer before they were made?"),
    "delay_penalty": N_("Was the delivery late, and for what reason?"),
    "milestone_early": N_("Is this milestone reached, and has the customer accepted it?"),
}
_USUAL = N_("What was delivered, and was it agreed with the customer?")
_LONGEST_QUOTE = 4000


# -- asking -------------------------------------------------------------------------------------------------------


def _ask_sheet(session: Session, case: Case) -> Sheet:
    closed = _("This case has ended: there is nothing to ask.") if case.state in ("done", "closed") else ""
    managers = people.with_roles(session, (questions.ASKED,))
    if not managers:
        closed = _("Nobody here is a project manager. An administrator can add one in the settings.")
    likely = questions.likely(session, case)
    values = {
        "managers": [(str(person.id), person.name) for person in managers], "anybody": ANYBODY,
        "likely": str(likely.id) if likely else "", "text": _(_QUESTIONS.get(case.reason or "", _USUAL)),
    }  # fmt: skip
    return Sheet(
        f"/cases/{case.id}/ask", _("Ask the project manager"), _("Send question"), "_sheet_ask.html", values,
        closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/ask")
def ask_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What is asked, and whom."""
    return sheet.show(request, visit, case_id, _ask_sheet)


@router.post("/cases/{case_id}/ask")
def ask(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Keep the question for the project manager."""

    def do(session: Session, seen: Seen) -> None:
        questions.ask(
            session, case_id, seen=seen, by=visit.person, at=now(), text=text_of(form, "text"), to=_asked(form),
            put_off=text_of(form, "put_off") == "yes",
        )  # fmt: skip

    return sheet.carry_out(request, visit, case_id, form, _ask_sheet, do)


def _asked(form: FormData) -> UUID | None:
    to = text_of(form, "to")
    if to in ("", ANYBODY):
        return None
    try:
        return UUID(to)
    except ValueError:
        raise Malformed("Choose whom to ask. Nothing was asked.") from None


@router.post("/cases/{case_id}/questions/{question_id}/withdraw")
def withdraw(request: Request, visit: SignedIn, case_id: CaseId, question_id: QuestionId, form: Sent) -> Response:
    """Take a question back."""

    def do(session: Session, seen: Seen) -> None:
        found = session.get(CaseQuestion, question_id)
        if found is None or found.case_id != case_id:
            raise NotFound(f"Case {case_id} has no question {question_id}.")
        questions.withdraw(session, question_id, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _ask_sheet, do)


# -- answering ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the lists show it."""

    id: int
    case_id: int
    text: str
    about: str
    by: str
    at: str
    answer: str
    answered: str


def asked(session: Session, found: list[CaseQuestion]) -> list[Asked]:
    """Questions with the names of those who asked and answered."""
    ids = {q.asked_by for q in found} | {q.answered_by for q in found if q.answered_by}
    names, today = people.names_of(session, ids), figures.today(now())
    cases = {q.case_id: session.get_one(Case, q.case_id) for q in found}
    return [
        Asked(
            q.id, q.case_id, q.text, cases[q.case_id].customer_name or cases[q.case_id].sender,
            names.get(q.asked_by, ""), figures.moment(q.asked_at, today), _answer(q), _answered(q, names),
        )
        for q in found
    ]  # fmt: skip


def _answer(question: CaseQuestion) -> str:
    if question.was_delivered is None:
        return question.answer
    word = _("It was delivered.") if question.was_delivered else _("It was not delivered.")
    return f"{word} {question.answer}".strip()


def _answered(question: CaseQuestion, names: dict[UUID, str]) -> str:
    if question.answered_at is None or question.answered_by is None:
        return ""
    moment = figures.moment(question.answered_at, figures.today(now()))
    return _("%(name)s, %(moment)s", name=names.get(question.answered_by, ""), moment=moment)


@router.get("/questions")
def questions_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """What this person is asked, and what they answered last."""
    with request.app.state.database.transaction() as session:
        is_asked = questions.ASKED in visit.person.roles
        waiting = list(questions.waiting_for(session, visit.person.user_id)) if is_asked else []
        context = {
            "waiting": asked(session, waiting),
            "answered": asked(session, list(questions.answered_by(session, visit.person.user_id))),
            "is_asked": is_asked,
        }
        return page(request, "questions.html", context, around=shell(session, request, visit, at=now()))


@router.get("/questions/{question_id}")
def question_page(request: Request, visit: SignedIn, question_id: QuestionId) -> HTMLResponse:
    """A question with what the customer wrote, and the form to answer."""
    with request.app.state.database.transaction() as session:
        return _question(session, request, visit, question_id)


@router.post("/questions/{question_id}")
def answer(request: Request, visit: SignedIn, question_id: QuestionId, form: Sent) -> Response:
    """Keep the project manager's answer."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    said = text_of(form, "delivered")
    try:
        with request.app.state.database.transaction() as session:
            questions.answer(
                session, question_id, by=visit.person, at=now(), text=text_of(form, "answer"),
                was_delivered={"yes": True, "no": False}.get(said),
            )  # fmt: skip
        return RedirectResponse("/questions", 303)
    except (Conflict, Malformed, Refused) as problem:
        status = 409 if isinstance(problem, Conflict) else 422 if isinstance(problem, Malformed) else 403
        kept = {"delivered": said, "answer": text_of(form, "answer")}
        try:
            with request.app.state.database.transaction() as session:
                return _question(
                    session, request, visit, question_id, problem=problem.message, kept=kept, status=status
                )  # fmt: skip
        except NotFound:  # withdrawn meanwhile, and not theirs to see any more: say that
            raise problem from None


def _question(
    session: Session, request: Request, visit: Visit, question_id: int, *, problem: str = "",
    kept: dict[str, str] | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    question = questions.put_to(session, question_id, visit.person)
    case = session.get_one(Case, question.case_id)
    sees_amounts = reach.sees_amounts(visit.person, request.app.state.policy)

    def shown(text: str) -> str:
        text = without_accounts(text)
        return text if sees_amounts else without_amounts(text)

    reading = _reading(session, case.id)
    context = {
        "question": asked(session, [question])[0],
        "case": case,
        "about": wording.REASON_WORDS[case.reason] if case.reason else "",
        "summary": shown(case.summary),
        "quote": shown(_said(reading))[:_LONGEST_QUOTE],
        "language": (reading.language or "") if reading else "",
        "hides_amounts": not sees_amounts,
        "may_answer": questions.ASKED in visit.person.roles and question.answered_at is None
        and question.withdrawn_at is None,
        "problem": problem,
        "kept": kept or {},
    }  # fmt: skip
    return page(request, "question.html", context, status=status, around=shell(session, request, visit, at=now()))


def _reading(session: Session, case_id: int) -> Reading | None:
    try:
        found: Reading = readings.load(session, keep.current(session, case_id).document_id)
    except NotFound:
        return None
    return found


def _said(reading: Reading | None) -> str:
    """What the customer wrote themselves, without what they quoted; all of a document that is no mail."""
    if reading is None:
        return ""
    if reading.mail is None:
        return reading.text
    own = (s for s in reading.mail.segments if s.role in ("subject", "new"))
    return "\n\n".join(reading.text[s.start : s.end].strip() for s in own)
