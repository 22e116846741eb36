"""The API's page names every address, scope, status and reason."""

from __future__ import annotations

import re
from pathlib import Path

from app.api import audit, cases, documents, suggestions
from app.api.problems import _WHEN
from app.cases.queries import SORTS
from app.decisions.decide import REJECT_REASONS

PAGE = (Path(__file__).parents[4] / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_names_every_address() -> None:
    plain = re.sub(r"\{[a-z_]+\}", "{id}", PAGE.replace("{n}", "{id}").replace("{part}", "{id}"))
    for router in (audit.router, cases.router, documents.router, suggestions.router):
        for route in router.routes:
            path = re.sub(r"\{[a-z_]+\}", "{id}", "/v1" + route.path)  # type: ignore[attr-defined]
            assert path in plain, path


def test_the_page_names_every_scope_status_reason_and_sort() -> None:
    for word in ("intake", "read", "decide", "audit", *REJECT_REASONS, *SORTS, *(str(s) for s in _WHEN)):
        assert word in PAGE, word
