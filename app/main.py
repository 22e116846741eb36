"""The web app: routes put together, errors translated, headers that hold for every answer."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import documents, inbound
from app.api import routes as api
from app.api.body_limit import BodyLimit
from app.api.problems import problem, title_of
from app.config import Settings
from app.db import Database
from app.decisions.approval_matrix import Policy
from app.documents.page_images import ChildRenderer, Renderer
from app.errors import Conflict, CountersignError, Malformed, Misconfigured, NotFound, Refused, Unavailable
from app.health import Health
from app.odoo.gateway import OdooGateway
from app.review import routes as review
from app.review.error_page import error_page
from app.review.languages import ReadersLanguage
from app.review.sessions import NotSignedIn, remember_page

log = logging.getLogger(__name__)

STATUS: dict[type[CountersignError], int] = {
    Refused: 403, NotFound: 404, Conflict: 409, Malformed: 422, Misconfigured: 500, Unavailable: 503,
}  # fmt: skip

MIN_SECRET = 32
_NO_ROOM = ("53100", "53200")
"""PostgreSQL's codes for a full disk and for no memory."""
_REASON_PHRASES = {status.phrase for status in HTTPStatus}
_SENTENCES = {
    400: "This request cannot be understood. Correct it and send it again.",
    404: "There is nothing at this address.",
    405: "This address cannot be used that way.",
}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""No inline script or style anywhere, nothing from elsewhere, no frame around us."""


def create_app(
    settings: Settings, database: Database, policy: Policy, odoo: OdooGateway | None, renderer: Renderer | None = None,
    health: Health | None = None,
) -> FastAPI:  # fmt: skip
    """Build the web app with the parts it works with; without a renderer, pages are drawn in a child of its own.

    Without `health` the pages say of engines and peers what the database knows.

    Raises:
        Misconfigured: There is no secret key to sign sessions and forms with.
    """
    if len(settings.countersign_secret_key.get_secret_value()) < MIN_SECRET:
        raise Misconfigured(
            f"COUNTERSIGN_SECRET_KEY is missing or shorter than {MIN_SECRET} characters. Set it, the same in every "
            "process; without it nobody can sign in."
        )
    app = FastAPI(title="Countersign", version="1", openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.settings, app.state.database, app.state.policy, app.state.odoo = settings, database, policy, odoo
    app.state.renderer, app.state.health = renderer or ChildRenderer(), health
    app.include_router(api.router)
    app.include_router(review.router)
    static = StaticFiles(packages=[("app.review", "static")])
    app.mount("/static", GZipMiddleware(static, minimum_size=1000), name="static")  # pages hold tokens, so they are not
    api.describe(app, settings.public_url)
    _translate_errors(app)
    largest = settings.countersign_max_upload_mb * 1_000_000
    app.add_middleware(BodyLimit, uploads={documents.PATH: largest, inbound.PATH: inbound.most_bytes(largest)})
    app.add_middleware(ReadersLanguage)
    app.add_middleware(SafeHeaders, is_https=urlsplit(settings.public_url).scheme == "https")

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _translate_errors(app: FastAPI) -> None:
    """Errors carry facts; here they become problem documents (under /v1) or pages."""

    @app.exception_handler(CountersignError)
    def product_error(request: Request, error: CountersignError) -> Response:
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
        headers = {}
        if isinstance(error, Refused) and "scope" in error.facts:
            scope = error.facts["scope"]
            headers["WWW-Authenticate"] = f'Bearer realm="countersign", error="insufficient_scope", scope="{scope}"'
        if status == 503:
            headers["Retry-After"] = "10"
        return _answer(request, status, error.message, headers=headers, facts=error.facts)

    @app.exception_handler(HTTPException)
    def plain_error(request: Request, error: HTTPException) -> Response:
        sentence = _SENTENCES.get(error.status_code, "") if error.detail in _REASON_PHRASES else str(error.detail)
        return _answer(request, error.status_code, sentence or str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        return _answer(request, 422, f"{where}: {first['msg']}. Correct it and send the request again.")

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, error: NotSignedIn) -> Response:
        response = RedirectResponse("/sign-in", 303)
        remember_page(request, response)
        return response

    @app.exception_handler(StaleDataError)
    def somebody_was_first(request: Request, error: StaleDataError) -> Response:
        return _answer(request, 409, "Somebody changed this at the same moment. Open it again to see what holds now.")

    @app.exception_handler(DataError)
    def bad_value(request: Request, error: DataError) -> Response:
        log.warning("a value cannot be stored", exc_info=error)
        return _answer(request, 422, "This request holds a value that cannot be kept. Correct it and send it again.")

    @app.exception_handler(OperationalError)
    def database_error(request: Request, error: OperationalError) -> Response:
        facts = {"code": _code()}
        log.error("the database failed %s", facts["code"], exc_info=error)
        if getattr(error.orig, "sqlstate", "") in _NO_ROOM:
            sentence = (
                "There is no room left to store this. Nothing was taken in; have the disk enlarged, then try again."
            )
            return _answer(request, 507, sentence, facts=facts)
        sentence = "The database does not answer. Nothing is lost and nothing was changed. Try again in a moment."
        return _answer(request, 503, sentence, headers={"Retry-After": "10"}, facts=facts)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        code = _code()
        log.error("unforeseen error %s", code, exc_info=error)
        sentence = "This could not be done. Nothing is lost and nothing was changed. Try again."
        return _answer(request, 500, sentence, headers=safe_headers(request.url.path, False), facts={"code": code})


def _code() -> str:
    """A code that stands in the log and on the page, by which support finds one in the other."""
    digits = secrets.token_hex(3).upper()
    return f"{digits[:4]}-{digits[4:]}"


def _answer(
    request: Request, status: int, sentence: str, *, headers: Mapping[str, str] | None = None,
    facts: Mapping[str, object] | None = None,
) -> Response:  # fmt: skip
    if request.url.path.startswith("/v1/"):
        return problem(status, sentence, headers=headers, facts=facts)
    answer = error_page(request, status, title_of(status), sentence, code=str((facts or {}).get("code", "")))
    answer.headers.update(headers or {})
    return answer


def safe_headers(path: str, is_https: bool) -> dict[str, str]:
    """Headers of every answer that does not set its own."""
    kept = "public, max-age=31536000, immutable" if path.startswith("/static/") else "no-store"
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY, "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin", "cache-control": kept,
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }  # fmt: skip
    return {**headers, "strict-transport-security": "max-age=31536000"} if is_https else headers


class SafeHeaders:
    """Middleware: gives every answer the headers of `safe_headers` that it does not have."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app, self.is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                added = safe_headers(scope["path"], self.is_https).items()
                message["headers"] = [
                    *message["headers"], *((n.encode(), v.encode()) for n, v in added if n.encode() not in there)
                ]  # fmt: skip
            await send(message)

        await self.app(scope, receive, with_headers)
