"""What a person says about the mails of a case: whether one belongs there, and that they have seen what is new."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.decisions import reach, thread_questions
from app.errors import Malformed, NotFound
from app.review import sheet
from app.review.addresses import CaseId
from app.review.forms import sent_form, text_of
from app.review.languages import _
from app.review.list_state import ListState
from app.review.sessions import SignedIn
from app.review.sheet import Sheet
from app.review.thread_view import asked
from app.writebacks import held

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]
QuestionId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/cases/{case_id}/belongs/{question_id}")
def belongs_page(request: Request, visit: SignedIn, case_id: CaseId, question_id: QuestionId) -> Response:
    """The question on a page of its own."""
    return sheet.show(request, visit, case_id, lambda session, case: _belongs_sheet(session, case, question_id))


@router.post("/cases/{case_id}/belongs/{question_id}")
def belongs(request: Request, visit: SignedIn, case_id: CaseId, question_id: QuestionId, form: Sent) -> Response:
    """Yes folds the mail into the case that it answers; no keeps its sender's mails out of it for good."""
    said = text_of(form, "belongs")
    wanted = ListState.of(text_of(form, "list"), visit.person)

    def do(session: Session, seen: Seen) -> str | None:
        if said not in ("yes", "no"):
            raise Malformed(_("Say yes or no. Nothing was changed."))
        followed = held.answer(
            session, question_id, on=case_id, belongs=said == "yes", seen=seen, by=visit.person, at=now()
        )
        return wanted.case(followed.into) if followed is not None else None

    return sheet.carry_out(
        request, visit, case_id, form, lambda session, case: _belongs_sheet(session, case, question_id), do
    )


def _belongs_sheet(session: Session, case: Case, question_id: int) -> Sheet:
    one = next((a for a in asked(session, case) if a.id == question_id), None)
    if one is None:
        if not any(q.id == question_id for q in thread_questions.questions_of(session, case.id)):
            raise NotFound(f"Case {case.id} has no such question.", case=case.id)
        return Sheet(
            f"/cases/{case.id}/belongs/{question_id}", _("Same customer?"), "", "_sheet_belongs.html", {"one": None},
            closed_because=_("Somebody has answered this already."),
        )  # fmt: skip
    return Sheet(
        f"/cases/{case.id}/belongs/{question_id}", one.question, _("Keep the answer"), "_sheet_belongs.html",
        {"one": one},
    )  # fmt: skip


@router.post("/cases/{case_id}/news-seen")
def news_seen(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A person has seen what is new on the case."""

    def do(session: Session, seen: Seen) -> None:
        held.mark_seen(session, case_id, seen=seen, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _seen_sheet, do)


@router.get("/cases/{case_id}/news-seen")
def news_seen_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What is new stands on the case itself."""
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
    return RedirectResponse(ListState.of(request.url.query, visit.person).case(case_id), 303)


def _seen_sheet(session: Session, case: Case) -> Sheet:
    return Sheet(f"/cases/{case.id}/news-seen", _("What is new"), _("I have seen it"), "_sheet_reopen.html")
