"""The API put together, and its OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from app.api import (
    audit,
    cases,
    correcting,
    dashboards,
    documents,
    handling,
    inbound,
    letters,
    mailboxes,
    narratives,
    patterns,
    suggestions,
    threads,
)
from app.api.odoo import events as odoo_events
from app.api.odoo import routes as odoo
from app.api.problems import Problem

router = APIRouter(prefix="/v1")
for part in (
    documents.router, inbound.router, cases.router, correcting.router, handling.router, threads.router, letters.router,
    suggestions.router,
    narratives.router, patterns.router, dashboards.router, mailboxes.router, audit.router,
    odoo.router, odoo_events.router,
):  # fmt: skip
    router.include_router(part)

DESCRIPTION = (
    "Software proposes, a person countersigns, and only then does Odoo change. Send documents in, read the cases made "
    "of them, and decide on what is proposed. Every error is a problem document (RFC 9457). Amounts are decimal text."
)
_TAGS = [
    {"name": "documents", "description": "Documents in; their bytes and page images out. Scopes: intake, read."},
    {"name": "inbound", "description": "Mail in for one mailbox, raw or by a mail provider (docs/mailboxes.md)."},
    {"name": "cases", "description": "The queue, one case, what is done with it. Scopes: read, decide."},
    {"name": "suggestions", "description": "What is proposed, and decisions on it. Scopes: read, decide."},
    {"name": "narratives", "description": "Texts of draft invoices; how customers want them. Scopes: read, decide."},
    {"name": "patterns", "description": "What past disputes have in common. Scope: read."},
    {"name": "dashboards", "description": "Figures on the work, the billing cycle and the receivables. Scope: read."},
    {"name": "mailboxes", "description": "How it goes with mailboxes; test, pause, old mail. Scopes: read, admin."},
    {"name": "odoo", "description": "For our Odoo addon alone, which signs each call (docs/odoo-link.md)."},
    {"name": "audit", "description": "The trail and its verification. Scope: audit."},
]


def describe(app: FastAPI, public_url: str) -> None:
    """Give the app an OpenAPI document that holds the API alone, with its errors' shape."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title="Countersign", version="1", description=DESCRIPTION, routes=app.routes, tags=_TAGS,
                servers=[{"url": public_url}],
            )  # fmt: skip
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
