"""Mail that others hand us by web request: raw, or as Mailgun or Postmark post it. Stored before it is acknowledged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.api.problems import responses
from app.api.shapes import TakenDocument
from app.clock import now
from app.db import Database
from app.documents.models import Document
from app.mailboxes import inbound, mailgun, postmark
from app.mailboxes.pushed import Pushed
from app.mailboxes.web_form import read_form
from app.users import access

router = APIRouter(prefix="/inbound", tags=["inbound"])
PATH = "/v1/inbound/"

MailboxName = Annotated[
    str, Path(pattern="^[a-z0-9][a-z0-9-]{0,39}$", description="The mailbox's short name.", examples=["billing"])
]
_BEARER = HTTPBearer(
    scheme_name="inboundKey", bearerFormat="csin_… or cs_…", auto_error=False,
    description="The mailbox's own inbound key, or an API key with the scope intake.",
)  # fmt: skip
_BASIC = HTTPBasic(
    scheme_name="inboundBasic", auto_error=False, realm="countersign",
    description="The same key as the password, with any name: for providers that take an address with a password only.",
)  # fmt: skip
_ANSWERS: dict[int | str, dict[str, Any]] = {
    **responses(401, 403, 404, 409, 413, 422, 503, 507),
    200: {"description": "Stored, now or before. Reading goes on by itself."},
}


def most_bytes(largest_message: int) -> int:
    """How large a request may be: a form or JSON document may hold the message twice, raw and parsed. The message in
    it may be as large: a provider that is turned away gives the mail up after some hours."""
    return 2 * largest_message + 2_000_000


async def require_key(
    request: Request,
    mailbox: MailboxName,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    basic: Annotated[HTTPBasicCredentials | None, Depends(_BASIC)],
) -> None:
    """Looks at the key before the body is read. An unknown mailbox is answered as a wrong key is."""
    given = bearer.credentials if bearer else basic.password if basic else ""
    await run_in_threadpool(_require, request, mailbox, given)


def _require(request: Request, mailbox: str, given: str) -> None:
    database: Database = request.app.state.database
    secret = request.app.state.settings.countersign_secret_key.get_secret_value()
    with database.transaction() as session:
        if given and inbound.holds_key(session, mailbox, given, key=secret):
            return
        caller = access.caller_with_key(session, given, at=now()) if given else None
    if caller is None or (caller.scopes is not None and "intake" not in caller.scopes):  # on a 403 Postmark gives up
        raise HTTPException(
            401,
            "Send the mailbox's inbound key, or an API key with the scope intake, as Authorization: Bearer or as the "
            "password of basic authentication. This one is missing, unknown, expired, revoked or for something else.",
            {"WWW-Authenticate": 'Basic realm="countersign"'},
        )


Keyed = Depends(require_key)


def _body(*media_types: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    shape = schema or {"type": "string", "format": "binary"}
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {media_type: {"schema": shape} for media_type in media_types},
        }
    }


@router.post(
    "/{mailbox}/raw", operation_id="takeInRawMail", response_model=TakenDocument, dependencies=[Keyed],
    responses=_ANSWERS,
    openapi_extra=_body("message/rfc822", "application/octet-stream", description="One message as it is (RFC 5322)."),
)  # fmt: skip
async def take_in_raw(request: Request, mailbox: MailboxName) -> TakenDocument:
    """Take in one raw message (MIME) for a mailbox. The same message again, by Message-ID and content, is one case."""
    content = await request.body()
    if not content.strip():
        raise HTTPException(422, "The request holds no message. Send it as the body.")
    return await run_in_threadpool(_store, request, mailbox, Pushed(content))


_FORM = {
    "type": "object",
    "required": ["timestamp", "token", "signature"],
    "properties": {
        "timestamp": {"type": "string"}, "token": {"type": "string"}, "signature": {"type": "string"},
        "body-mime": {"type": "string", "description": "The raw message, where the address ends in mime."},
        "message-headers": {"type": "string", "description": "JSON: a list of pairs of name and value."},
        "body-plain": {"type": "string"}, "body-html": {"type": "string"},
        "content-id-map": {"type": "string", "description": "JSON: the file's field by its content id."},
    },
    "additionalProperties": True,
}  # fmt: skip
_MAILGUN: dict[str, Any] = {
    "response_model": TakenDocument, "responses": _ANSWERS,
    "openapi_extra": {
        **_body(
            "multipart/form-data", "application/x-www-form-urlencoded", schema=_FORM,
            description="The form that Mailgun posts for a route's forward(); files as attachment-1, attachment-2, …",
        ),
        "security": [],
    },
}  # fmt: skip


@router.post("/{mailbox}/mailgun/mime", operation_id="takeInMailgunMime", **_MAILGUN)
async def take_in_mailgun_mime(request: Request, mailbox: MailboxName) -> TakenDocument:
    """Take in a message that a Mailgun route forwards raw. The form's signature is checked; a token counts once."""
    return await _mailgun(request, mailbox)


@router.post("/{mailbox}/mailgun", operation_id="takeInMailgun", **_MAILGUN)
async def take_in_mailgun(request: Request, mailbox: MailboxName) -> TakenDocument:
    """Take in a message that a Mailgun route forwards parsed. The form's signature is checked; a token counts once."""
    return await _mailgun(request, mailbox)


async def _mailgun(request: Request, mailbox: str) -> TakenDocument:
    signing_key = await run_in_threadpool(_signing_key, request, mailbox)
    body = await request.body()
    return await run_in_threadpool(_store_form, request, mailbox, body, signing_key)


def _signing_key(request: Request, mailbox: str) -> str:
    """Mailgun's key of the mailbox; without one no body is read."""
    secret = request.app.state.settings.countersign_secret_key.get_secret_value()
    with request.app.state.database.transaction() as session:
        found = inbound.mailgun_key(session, mailbox, key=secret)
    if not found:
        raise _not_signed("No mailbox of this name takes mail from Mailgun. Enter Mailgun's signing key for it first.")
    return found


def _store_form(request: Request, mailbox: str, body: bytes, signing_key: str) -> TakenDocument:
    form = read_form(request.headers.get("content-type", ""), body)
    try:
        mailgun.require_signature(form, signing_key, at=now())
    except mailgun.SignatureRefused as error:
        raise _not_signed(error.message) from None
    return _store(request, mailbox, mailgun.message_of(form))


def _not_signed(sentence: str) -> HTTPException:
    return HTTPException(401, sentence, {"WWW-Authenticate": "Signature"})


@router.post(
    "/{mailbox}/postmark", operation_id="takeInPostmark", response_model=TakenDocument, dependencies=[Keyed],
    responses=_ANSWERS,
    openapi_extra=_body(
        "application/json", description="The document that Postmark posts to an inbound webhook.",
        schema=postmark.InboundMessage.model_json_schema(),
    ),
)  # fmt: skip
async def take_in_postmark(request: Request, mailbox: MailboxName) -> TakenDocument:
    """Take in a message that Postmark posts; the raw one in it if the server includes it, else put together again."""
    body = await request.body()
    return await run_in_threadpool(_store_document, request, mailbox, body)


def _store_document(request: Request, mailbox: str, body: bytes) -> TakenDocument:
    return _store(request, mailbox, postmark.message_of(body))


def _store(request: Request, mailbox: str, pushed: Pushed) -> TakenDocument:
    with request.app.state.database.transaction() as session:
        taken = inbound.take_in_pushed(session, mailbox, pushed, at=now())
        name = session.get_one(Document, taken.document_id).name
    return TakenDocument(
        document_id=taken.document_id, case_id=taken.case_id, sha256=taken.sha256, name=name,
        came_again=taken.came_again,
    )  # fmt: skip
