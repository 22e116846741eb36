"""The API's page names every address, scope, status and reason."""

from __future__ import annotations

import re
from pathlib import Path

from app.api import audit, cases, documents, mailboxes, narratives, patterns, suggestions
from app.api.odoo import events as odoo_events
from app.api.odoo import routes as odoo
from app.api.problems import _WHEN
from app.cases.queries import SORTS
from app.decisions.decide import REJECT_REASONS
from app.sources.odoo_events import TYPES
from app.users.odoo_people import Claims

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "api.md").read_text(encoding="utf-8")


def test_the_page_names_every_address() -> None:
    plain = re.sub(r"\{[a-z_]+\}", "{id}", PAGE.replace("{n}", "{id}").replace("{part}", "{id}"))
    for router in (
        audit.router, cases.router, documents.router, suggestions.router, narratives.router, patterns.router,
        mailboxes.router, odoo.router, odoo_events.router,
    ):  # fmt: skip
        for route in router.routes:
            path = re.sub(r"\{[a-z_]+\}", "{id}", "/v1" + route.path)  # type: ignore[attr-defined]
            assert path in plain, path


def test_the_page_names_every_scope_status_reason_and_sort() -> None:
    for word in ("intake", "read", "decide", "audit", "admin", *REJECT_REASONS, *SORTS, *(str(s) for s in _WHEN)):
        assert word in PAGE, word


def test_the_links_page_names_every_address_event_claim_and_setting() -> None:
    page = (DOCS / "odoo-link.md").read_text(encoding="utf-8")
    for router in (odoo.router, odoo_events.router):
        for route in router.routes:
            assert f"`POST /v1{route.path}`" in page  # type: ignore[attr-defined]
    for word in (*TYPES, *Claims.model_fields, "aud", "COUNTERSIGN_ODOO_SECRET", "COUNTERSIGN_ODOO_SECRET_NEXT"):
        assert f"`{word}`" in page, word
