"""The web app: routes put together, errors translated."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from app.config import Settings
from app.db import Database
from app.decisions.approval_matrix import Policy
from app.errors import Conflict, CountersignError, Malformed, Misconfigured, NotFound, Refused, Unavailable
from app.odoo.gateway import OdooGateway

log = logging.getLogger(__name__)

STATUS: dict[type[CountersignError], tuple[int, str]] = {
    Refused: (403, "Not allowed"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Somebody was first"),
    Malformed: (422, "Not readable"),
    Misconfigured: (500, "Wrong setting"),
    Unavailable: (503, "Not answering"),
}


def create_app(settings: Settings, database: Database, policy: Policy, odoo: OdooGateway | None) -> FastAPI:
    """Build the web app with the parts it works with."""
    app = FastAPI(title="Countersign", version="1", openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.settings, app.state.database, app.state.policy, app.state.odoo = settings, database, policy, odoo

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.exception_handler(CountersignError)
    def product_error(request: Request, error: CountersignError) -> Response:
        status, title = next((s for kind, s in STATUS.items() if isinstance(error, kind)), (500, "Error"))
        return problem(status, title, error.message, **error.facts)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        return problem(422, "Not readable", f"{where}: {first['msg']}. Correct it and send the request again.")

    return app


def problem(status: int, title: str, detail: str, **facts: object) -> JSONResponse:
    """An answer by RFC 9457 (application/problem+json)."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **_plain(facts)}
    return JSONResponse(body, status, media_type="application/problem+json")


def _plain(facts: dict[str, object]) -> dict[str, object]:
    return {k: v if isinstance(v, str | int | bool | None) else str(v) for k, v in facts.items()}
