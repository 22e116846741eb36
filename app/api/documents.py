"""Taking documents in, and handing out their bytes and the images of their pages."""

from __future__ import annotations

from email.message import Message
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.api.keys import DbSession, MayRead, MayTakeIn
from app.api.parts import part_infos
from app.api.problems import responses
from app.api.shapes import ArrivalLine, DocumentDetail, TakenDocument, TakenIn
from app.cases import queries
from app.cases.intake import take_in
from app.clock import now
from app.db import Database
from app.documents import download, page_images, readings
from app.documents.models import Arrival
from app.errors import Conflict, NotFound
from app.sources.incoming import Incoming
from app.users.access import Caller

router = APIRouter(prefix="/documents", tags=["documents"])
PATH = "/v1/documents"
MOST_FILES = 100

DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The document's number.")]

_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "One or many files as a form, or one raw message or document as it is.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "message/rfc822": _FILE, "application/pdf": _FILE, "application/xml": _FILE,
            "application/octet-stream": _FILE,
        },
    }
}  # fmt: skip


@router.post(
    "", operation_id="takeInDocuments", status_code=202, response_model=TakenIn, openapi_extra=_BODY,
    responses={
        **responses(401, 403, 409, 413, 422, 503, 507),
        202: {"description": "Stored. Reading goes on by itself."},
    },
)  # fmt: skip
async def take_in_documents(
    request: Request,
    caller: MayTakeIn,
    name: Annotated[str, Query(max_length=255, description="The file's name, for a raw body.")] = "",
    idempotency_key: Annotated[str, Header(max_length=200, description="The same key twice is one delivery.")] = "",
    webhook_id: Annotated[str, Header(max_length=200, description="As the key, where a webhook brings one.")] = "",
) -> Response:
    """Store one or many documents and open a case for each; the answer comes after they are safely kept.

    All of a request are stored, or none. The same bytes again are the same document and case (`came_again`).
    """
    files = await _files(request, name)
    key = idempotency_key or webhook_id
    arrivals = [
        Incoming(content, called, "api", _source_key(caller, key, place, len(files)), now())
        for place, (called, content) in enumerate(files)
    ]
    taken = await run_in_threadpool(_store, request.app.state.database, arrivals)
    answer = TakenIn(documents=taken)
    return JSONResponse(answer.model_dump(mode="json"), 202, {"Location": f"{PATH}/{taken[0].document_id}"})


async def _files(request: Request, name: str) -> list[tuple[str, bytes]]:
    """(name, bytes) of each file of a form, or of the raw body."""
    kind = request.headers.get("content-type", "")
    if kind.split(";")[0].strip().casefold() == "multipart/form-data":
        async with request.form(max_files=MOST_FILES, max_fields=20) as form:
            uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            files = [(download.file_name(u.filename or "", u.content_type or ""), await u.read()) for u in uploads]
    else:
        content = await request.body()
        files = [(download.file_name(name or _named(request), kind), content)] if content else []
    if not files:
        raise HTTPException(422, "The request holds no document. Send a file in a form, or the document as the body.")
    return files


def _named(request: Request) -> str:
    header = Message()
    header["content-disposition"] = request.headers.get("content-disposition", "")
    return header.get_filename() or ""


def _source_key(caller: Caller, key: str, place: int, count: int) -> str:
    """The delivery's key: the caller's own if given (each caller has a space of keys), else one that never repeats."""
    if not key:
        return str(uuid4())
    return f"{caller.user_id}/{key}" + (f"#{place}" if count > 1 else "")


def _store(database: Database, arrivals: list[Incoming]) -> list[TakenDocument]:
    """Store all in one transaction, in an order that two requests with the same files share."""
    order = sorted(range(len(arrivals)), key=lambda i: arrivals[i].content)
    taken: dict[int, TakenDocument] = {}
    with database.transaction() as session:
        for place in order:
            arrival = arrivals[place]
            found = take_in(session, arrival)
            _require_same(session, arrival, found.document_id)
            taken[place] = TakenDocument(
                document_id=found.document_id, case_id=found.case_id, sha256=found.sha256, name=arrival.name,
                came_again=found.came_again,
            )  # fmt: skip
    return [taken[place] for place in range(len(arrivals))]


def _require_same(session: Session, arrival: Incoming, document_id: int) -> None:
    held = session.execute(
        select(Arrival.document_id).where(Arrival.source == arrival.source, Arrival.source_key == arrival.source_key)
    ).scalar_one()
    if held != document_id:
        raise Conflict(
            "This Idempotency-Key was used for another document. Use a new key for new content.", document_id=held
        )


@router.get(
    "/{document_id}", operation_id="getDocument", response_model=DocumentDetail, responses=responses(401, 403, 404, 422)
)
def get_document(session: DbSession, caller: MayRead, document_id: DocumentId) -> DocumentDetail:
    """A document, how it came in, and the parts and pages found in it."""
    document = download.found(session, document_id)
    arrivals = session.execute(select(Arrival).where(Arrival.document_id == document_id).order_by(Arrival.id)).scalars()
    try:
        reading = readings.load(session, document_id)
    except NotFound:
        reading = None
    return DocumentDetail(
        id=document.id, sha256=document.sha256, name=document.name, size=document.size,
        received_at=document.received_at, case_id=queries.case_of(session, document_id),
        arrivals=[ArrivalLine(source=a.source, name=a.name, arrived_at=a.arrived_at) for a in arrivals],
        parts=part_infos(document_id, reading) if reading else None,
    )  # fmt: skip


@router.get(
    "/{document_id}/content", operation_id="getDocumentContent", response_class=Response,
    responses={
        **responses(401, 403, 404, 422),
        200: {"description": "The bytes as they came in.", "content": {"application/octet-stream": _FILE}},
    },
)  # fmt: skip
def get_content(session: DbSession, caller: MayRead, document_id: DocumentId) -> Response:
    """The document's bytes, always as a download: never shown by a browser."""
    document = download.found(session, document_id, with_content=True)
    return Response(document.content, media_type="application/octet-stream", headers=download.headers(document.name))


@router.get(
    "/{document_id}/pages/{part}/{number}.png", operation_id="getPageImage", response_class=Response,
    responses={
        **responses(401, 403, 404, 422, 503),
        200: {"description": "The page as it is shown.", "content": {"image/png": _FILE}},
        304: {"description": "The page is the one whose ETag was sent as If-None-Match."},
    },
)  # fmt: skip
def get_page_image(
    request: Request,
    caller: MayRead,
    document_id: DocumentId,
    part: Annotated[str, Path(pattern=r"^(root|\d{1,4}(\.\d{1,4}){0,9})$", description="The part's path.")],
    number: Annotated[int, Path(ge=1, le=10_000, description="The page, from 1.")],
    dpi: Annotated[int, Query(ge=40, le=200, description="Dots per inch.")] = page_images.DPI,
) -> Response:
    """The image of a page. Boxes of evidence are in points: multiply by dpi / 72."""
    image = page_images.image(
        request.app.state.database, request.app.state.renderer, document_id, part, number, dpi=dpi,
        has_already=request.headers.get("if-none-match"),
    )  # fmt: skip
    if image.png is None:
        return Response(status_code=304, headers=image.headers)
    return Response(image.png, media_type="image/png", headers=image.headers)
