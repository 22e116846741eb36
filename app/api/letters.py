"""The replies of a case that leave by mail, for programs: where each is, and a person's word on whether one left."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.cases import CaseId
from app.api.keys import DbSession, MayDecide, MayRead
from app.api.problems import responses
from app.cases import queries as cases
from app.clock import now
from app.decisions import reach
from app.letters import again, queries
from app.letters.models import Letter
from app.writebacks import doubts

router = APIRouter(prefix="/cases", tags=["cases"])


class LetterLine(BaseModel):
    """A confirmed reply on its way by mail (docs/drafts.md)."""

    id: UUID
    suggestion_id: UUID
    state: Literal["waiting", "sending", "sent", "uncertain", "refused", "bounced", "withdrawn"]
    because: str = Field(description="Why it waits, cannot be sent, may have left, or came back.")
    sender: str
    recipients: list[str]
    subject: str
    message_id: str
    document_id: int | None = Field(description="The mail itself, once it was written.")
    made_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None


class LetterList(BaseModel):
    letters: list[LetterLine]


class WhetherItLeft(BaseModel):
    """A person's word on a reply whose state is `uncertain`."""

    model_config = ConfigDict(extra="forbid")

    has_left: bool = Field(description="False: it is sent again, under the same Message-ID.")


class WrittenAnew(BaseModel):
    """The suggestion that a reply became which came back."""

    suggestion_id: UUID


@router.get(
    "/{case_id}/letters", operation_id="listLetters", response_model=LetterList, responses=responses(401, 403, 404, 422)
)
def list_letters(session: DbSession, caller: MayRead, case_id: CaseId) -> dict[str, Any]:
    """The replies of a case that were confirmed and leave by mail, the oldest first."""
    reach.require_case(session, caller, case_id)
    cases.get(session, case_id)
    return {"letters": [_line(letter) for letter in queries.of_case(session, case_id)]}


@router.post(
    "/{case_id}/letters/{letter_id}", operation_id="settleLetter", response_model=LetterLine,
    responses=responses(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def settle_letter(
    session: DbSession, caller: MayDecide, case_id: CaseId, letter_id: UUID, body: WhetherItLeft
) -> dict[str, Any]:
    """Say whether a reply left of which nobody knows it: it counts as sent, or is sent again."""
    return _line(doubts.settle(session, letter_id, case_id=case_id, has_left=body.has_left, by=caller, at=now()))


@router.post(
    "/{case_id}/letters/{letter_id}/again", operation_id="writeLetterAnew", response_model=WrittenAnew,
    responses=responses(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def write_anew(
    request: Request, session: DbSession, caller: MayDecide, case_id: CaseId, letter_id: UUID
) -> dict[str, Any]:
    """Open a reply again that came back: a suggestion to nobody yet, whose address is chosen by amending it."""
    policy = request.app.state.policy
    anew = again.open_again(session, letter_id, case_id=case_id, by=caller, policy=policy, at=now())
    return {"suggestion_id": anew.id}


def _line(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id, "suggestion_id": letter.suggestion_id, "state": letter.state,
        "because": letter.bounced_because if letter.state == "bounced" else letter.because, "sender": letter.sender,
        "recipients": list(letter.recipients), "subject": letter.subject, "message_id": letter.message_id,
        "document_id": letter.document_id, "made_at": letter.made_at, "sent_at": letter.sent_at,
        "bounced_at": letter.bounced_at,
    }  # fmt: skip
