"""Suggestions, and a person's decisions on them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from app.api.keys import DbSession, MayDecide, MayRead
from app.api.problems import responses
from app.api.shapes import AmendmentRequest, DecisionOutcome, DecisionRequest, SuggestionDetail, SuggestionList
from app.cases import queries
from app.clock import now
from app.decisions import amendment, decide
from app.decisions.dossier import shown_suggestion, shown_suggestions, successor, suggestion_json
from app.errors import NotFound
from app.suggestions.models import Suggestion
from app.writebacks import queue, undoing
from app.writebacks.queries import undo_until

router = APIRouter(prefix="/suggestions", tags=["suggestions"])
_ERRORS = responses(401, 403, 404, 409, 422, 503)


@router.get("", operation_id="listSuggestions", response_model=SuggestionList, responses=responses(401, 403, 404, 422))
def list_suggestions(
    session: DbSession, caller: MayRead, case: Annotated[int, Query(ge=1, le=2**63 - 1, description="The case.")]
) -> dict[str, Any]:
    """What is proposed, decided or written for a case; replaced versions are left out."""
    queries.get(session, case)
    return {"suggestions": [suggestion_json(s) for s in shown_suggestions(session, case)]}


@router.get(
    "/{suggestion_id}", operation_id="getSuggestion", response_model=SuggestionDetail,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def get_suggestion(session: DbSession, caller: MayRead, suggestion_id: UUID) -> dict[str, Any]:
    """One suggestion, whatever became of it."""
    return suggestion_json(shown_suggestion(session, _found(session, suggestion_id)))


@router.post(
    "/{suggestion_id}/decisions", operation_id="decideSuggestion", status_code=201, response_model=DecisionOutcome,
    responses=_ERRORS,
)  # fmt: skip
def decide_suggestion(
    request: Request, session: DbSession, caller: MayDecide, suggestion_id: UUID, body: DecisionRequest
) -> DecisionOutcome:
    """Confirm or reject exactly what was seen. A confirmed change is written when nobody else must confirm and the
    time to undo is over."""
    state, at = request.app.state, now()
    if body.verdict == "reject":
        outcome = decide.reject(
            session, suggestion_id, content_hash=body.content_hash, by=caller, policy=state.policy, at=at,
            reason_code=body.reason or "", note=body.note,
        )  # fmt: skip
    else:
        outcome = queue.confirm(
            session, suggestion_id, content_hash=body.content_hash, by=caller, policy=state.policy, at=at,
            undo_seconds=state.settings.countersign_undo_seconds,
        )  # fmt: skip
    return DecisionOutcome(
        decision_id=outcome.decision_id, suggestion_id=suggestion_id, verdict=body.verdict,
        is_complete=outcome.is_complete, missing=outcome.missing, undo_until=undo_until(session, suggestion_id),
    )  # fmt: skip


@router.post(
    "/{suggestion_id}/amendments", operation_id="amendSuggestion", status_code=201, response_model=SuggestionDetail,
    responses=_ERRORS,
)  # fmt: skip
def amend_suggestion(
    request: Request, session: DbSession, caller: MayDecide, suggestion_id: UUID, body: AmendmentRequest
) -> dict[str, Any]:
    """Replace a suggestion by an edited version. The edit decides nothing: the new version needs its own decision."""
    proposal = amendment.edited(_found(session, suggestion_id), body.values)
    made = decide.amend(
        session, suggestion_id, proposal, content_hash=body.content_hash, by=caller,
        policy=request.app.state.policy, at=now(),
    )  # fmt: skip
    return suggestion_json(shown_suggestion(session, made))


@router.post("/{suggestion_id}/undo", operation_id="undoDecision", response_model=SuggestionDetail, responses=_ERRORS)
def undo_decision(session: DbSession, caller: MayDecide, suggestion_id: UUID) -> dict[str, Any]:
    """Take a confirmation back while its write has not been sent. The answer is the new open version."""
    queue.undo(session, suggestion_id, by=caller, at=now())
    session.flush()
    return suggestion_json(shown_suggestion(session, successor(session, suggestion_id)))


@router.post(
    "/{suggestion_id}/take-back", operation_id="takeBackWrite", status_code=201, response_model=SuggestionDetail,
    responses=_ERRORS,
)  # fmt: skip
def take_back(request: Request, session: DbSession, caller: MayDecide, suggestion_id: UUID) -> dict[str, Any]:
    """Propose to take back what was written. The answer is the reverse step, which needs its own decision."""
    made = undoing.undo_written(session, suggestion_id, by=caller, policy=request.app.state.policy, at=now())
    return suggestion_json(shown_suggestion(session, made))


def _found(session: Session, suggestion_id: UUID) -> Suggestion:
    suggestion = session.get(Suggestion, suggestion_id)
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    return suggestion
