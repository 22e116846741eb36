"""Events of Odoo's outbox in: kept once, then acted on by workers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import APIKeyHeader
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.api.odoo.shapes import EventKept, EventType
from app.api.problems import responses
from app.cases.from_odoo import open_case
from app.clock import now
from app.errors import Refused
from app.sources import odoo_events
from app.sources.odoo_events import SignatureRefused, Verified
from app.users import odoo_people

router = APIRouter(prefix="/odoo", tags=["odoo"])

_SIGNATURE = APIKeyHeader(
    name="webhook-signature", scheme_name="odooSignature", auto_error=False,
    description="Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (docs/odoo-link.md).",
)  # fmt: skip
_TEXT = {"type": "string"}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "One event. `note`, `raised_by` and `login` come with those that a person raises.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "timestamp", "data"],
                    "properties": {
                        "type": {"type": "string", "enum": list(EventType.__args__)},  # type: ignore[attr-defined]
                        "timestamp": _TEXT,
                        "data": {
                            "type": "object",
                            "required": ["database", "model", "id"],
                            "properties": {
                                "database": _TEXT, "model": _TEXT, "id": {"type": "integer"},
                                "company_id": {"type": ["integer", "null"]}, "write_date": {"type": ["string", "null"]},
                                "note": _TEXT, "raised_by": _TEXT, "login": _TEXT,
                            },
                        },
                    },
                }
            }
        },
    },
    "parameters": [
        {"name": f"webhook-{name}", "in": "header", "required": True, "schema": _TEXT} for name in ("id", "timestamp")
    ],
}  # fmt: skip


@router.post(
    "/events", operation_id="takeOdooEvent", status_code=202, response_model=EventKept, openapi_extra=_BODY,
    responses={**responses(401, 403, 413, 422, 503), 202: {"description": "Kept, now or before."}},
)  # fmt: skip
async def take_event(request: Request, signature: Annotated[str | None, Depends(_SIGNATURE)]) -> Response:
    """Keep an event under its id and have what follows from it done. A repeated delivery changes nothing."""
    body = await request.body()
    kept = await run_in_threadpool(_take, request, body)
    return JSONResponse(kept.model_dump(mode="json"), 202)


def _take(request: Request, body: bytes) -> EventKept:
    at = now()
    try:
        event = odoo_events.verify(body, request.headers, request.app.state.settings.odoo_secrets, at=at)
    except SignatureRefused as error:
        raise HTTPException(401, error.message, {"WWW-Authenticate": "Signature"}) from None
    with request.app.state.database.transaction() as session:
        if odoo_people.is_stranger(session, event.data.database):
            raise Refused(
                "This event comes from another Odoo database than the one whose people are linked here, perhaps a "
                "copy. Give a copy a secret of its own, or link somebody of it.",
                database=event.data.database,
            )
        if not odoo_events.keep(session, event, at=at):
            return EventKept(id=event.id, came_again=True)
        _act_on(session, event)
    return EventKept(id=event.id, came_again=False)


def _act_on(session: Session, event: Verified) -> None:
    """What a person raised becomes a case; anything else has the detectors look at its company again."""
    if event.type in odoo_events.BY_HAND:
        open_case(session, event, at=now())
    elif event.data.company_id is not None:
        odoo_events.wish_for_detection(session, event.data.company_id, at=now())
