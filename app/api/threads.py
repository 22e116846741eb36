"""The mails of a case: in order, what is new, and whether one belongs there. A 409 names who was faster."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api.handling_shapes import SeenRequest
from app.api.keys import DbSession, MayDecide, MayRead
from app.api.problems import responses
from app.api.shapes import CaseLine
from app.audit.models import AuditEvent
from app.cases import queries, thread
from app.cases.models import ThreadQuestion
from app.cases.seen import Seen
from app.clock import now
from app.decisions import news, suspect, thread_questions
from app.decisions.dossier import case_json
from app.documents.withheld import without_accounts_in
from app.users.people import names_of
from app.writebacks import held

router = APIRouter(tags=["cases"])
CaseId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The case's number.")]
QuestionId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The question's number.")]
_ERRORS = responses(401, 403, 404, 409, 422, 503)


class ThreadMailLine(BaseModel):
    """A mail of the case. `automatic` says what sort of automatic mail it is, empty where a person wrote it."""

    document_id: int
    message_id: str
    answers: list[str] = Field(description="The Message-IDs that it answers, the nearest last.")
    sender: str
    at: datetime
    is_ours: bool
    automatic: str


class BelongsQuestion(BaseModel):
    """A mail answers a case, and customer and sender do not agree: a person says whether it belongs there."""

    id: int
    case_id: int = Field(description="The case of the mail.")
    other_id: int = Field(description="The case that it answers.")
    sender: str
    because: str
    asked_at: datetime
    belongs: bool | None = Field(description="The answer; null while nobody has given it.")
    answered_by: str
    answered_at: datetime | None


class FreshMail(BaseModel):
    """A mail that continued the case since a person last acted on it, and what differs by it."""

    document_id: int
    mail_case: int = Field(description="The case that it came as.")
    sender: str
    at: datetime
    effect: Literal["beside", "leads", "open", "same", "nothing"]
    reason: str
    fields: dict[str, dict[str, Any]] = Field(description="By field: `was`, `is`, and `kept` where a person's stays.")


class CaseThread(BaseModel):
    """The mails of a case, the oldest first; what people are asked about them; what is new."""

    case_id: int
    mails: list[ThreadMailLine]
    questions: list[BelongsQuestion]
    news: list[FreshMail]


class BelongsRequest(SeenRequest):
    """Yes folds the mail in; no keeps its sender's mails out of that case for good."""

    belongs: bool


@router.get(
    "/cases/{case_id}/thread", operation_id="getCaseThread", response_model=CaseThread,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def get_thread(session: DbSession, caller: MayRead, case_id: CaseId) -> CaseThread:
    """The mails of a case, what is new on it since a person acted, and what a person is asked about its mails."""
    queries.get(session, case_id)
    found = _thread(session, case_id)
    if not suspect.of_cases(session, [case_id]):
        return found
    return CaseThread.model_validate(without_accounts_in(found.model_dump(mode="json")))


@router.post(
    "/cases/{case_id}/thread/questions/{question_id}", operation_id="answerBelongs", response_model=CaseLine,
    responses=_ERRORS,
)  # fmt: skip
def answer_belongs(
    session: DbSession, caller: MayDecide, case_id: CaseId, question_id: QuestionId, body: BelongsRequest
) -> dict[str, Any]:
    """Say whether a mail belongs to the case that it answers. After a yes the answer is the case that it is part of."""
    followed = held.answer(
        session, question_id, on=case_id, belongs=body.belongs, seen=Seen(body.version), by=caller, at=now()
    )
    return case_json(queries.get(session, followed.into if followed is not None else case_id))


@router.post("/cases/{case_id}/news-seen", operation_id="markNewsSeen", response_model=CaseLine, responses=_ERRORS)
def mark_news_seen(session: DbSession, caller: MayDecide, case_id: CaseId, body: SeenRequest) -> dict[str, Any]:
    """Say that what is new on a case was seen. One on which everything was decided before ends by it."""
    return case_json(held.mark_seen(session, case_id, seen=Seen(body.version), by=caller, at=now()))


def _thread(session: Session, case_id: int) -> CaseThread:
    events = session.execute(
        select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
    ).scalars()  # fmt: skip
    asked = thread_questions.questions_of(session, case_id)
    names = names_of(session, {q.answered_by for q in asked if q.answered_by is not None})
    return CaseThread(
        case_id=case_id,
        mails=[
            ThreadMailLine(
                document_id=k.document_id, message_id=k.message_id, answers=list(k.answers), sender=k.sender, at=k.at,
                is_ours=k.is_ours, automatic=k.automatic,
            )
            for k in thread.mails_of(session, case_id)
        ],
        questions=[_question(q, names.get(q.answered_by, "") if q.answered_by else "") for q in asked],
        news=[
            FreshMail.model_validate(
                {
                    "document_id": n.document_id, "mail_case": n.mail_case, "sender": n.sender, "at": n.at,
                    "effect": n.effect, "reason": n.reason, "fields": n.fields,
                }
            )
            for n in news.of_events(events)
        ],
    )  # fmt: skip


def _question(q: ThreadQuestion, answered_by: str) -> BelongsQuestion:
    return BelongsQuestion(
        id=q.id, case_id=q.case_id, other_id=q.other_id, sender=q.sender, because=q.because, asked_at=q.asked_at,
        belongs=q.belongs, answered_by=answered_by, answered_at=q.answered_at,
    )  # fmt: skip
