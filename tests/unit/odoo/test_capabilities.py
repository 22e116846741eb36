"""Which of the ways that Odoo's editions have is used, from the models and fields that exist."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.odoo import capabilities as cap
from app.odoo.capabilities import Capabilities, Edition, capabilities
from tests.unit.odoo.wire import Wire, error

ENTERPRISE = {
    "account.analytic.line": ["validated"], "helpdesk.ticket": ["ticket_ref", "name", "team_id"],
    "approval.request": ["category_id", "name"], "documents.document": ["folder_id", "name"],
    "sale.order": ["is_subscription", "plan_id"],
}  # fmt: skip
OCA = {
    "account.analytic.line": [], "helpdesk.ticket": ["number", "name", "team_id"], "tier.review": ["status"],
    "dms.file": ["directory_id"], "sale.subscription": ["sale_subscription_line_ids"], "sale.order": [],
}  # fmt: skip


def described(models: dict[str, list[str]]) -> Capabilities:
    return capabilities(Wire(httpx.Response(200, json={"models": models, "modules": []})).gateway())


@pytest.mark.parametrize(
    ("models", "edition", "modules"),
    [
        (ENTERPRISE, Edition.ENTERPRISE, ["helpdesk", "approvals", "documents", "sale_subscription"]),
        (OCA, Edition.OCA, ["helpdesk_mgmt", "base_tier_validation", "dms", "subscription_oca"]),
        ({}, Edition.COMMUNITY, ["project", "mail", "base", "sale"]),
    ],
)
def test_each_edition_is_known_by_its_fields(
    models: dict[str, list[str]], edition: Edition, modules: list[str]
) -> None:
    found = described(models)
    parts = [found.helpdesk, found.approvals, found.documents, found.subscriptions]
    assert [part.module for part in parts] == modules
    assert {part.edition for part in parts} == {edition}


def test_time_may_be_approved_in_more_than_one_way_or_in_none() -> None:
    both = described({"account.analytic.line": ["validated", "countersign_approved"]})
    assert both.timesheet_approvals == ("countersign_approved", "validated")
    assert described({}).timesheet_approvals == ()


def test_fields_of_a_model_can_be_asked_for() -> None:
    found = described(ENTERPRISE)
    assert found.has("helpdesk.ticket", "team_id", "name")
    assert not found.has("helpdesk.ticket", "number")
    assert not found.has("dms.file")


def test_without_the_addon_each_model_is_asked_for_and_what_is_not_there_is_left_out() -> None:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return {name: {"type": "char"} for name in body["allfields"] if name in ("ticket_ref", "team_id")}

    missing = error(404, "werkzeug.exceptions.NotFound", "no model 'countersign.operation'")
    forbidden = error(403, "odoo.exceptions.AccessError")
    found = capabilities(Wire(missing, forbidden, answer).gateway())
    assert not found.has_addon
    assert "account.analytic.line" not in found.fields
    assert found.helpdesk.edition is Edition.ENTERPRISE


def test_it_is_asked_once_and_again_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(httpx.Response(200, json={"models": {}, "modules": []}))
    gateway = wire.gateway()
    assert capabilities(gateway) is capabilities(gateway)
    assert len(wire.requests) == 1
    capabilities(gateway, afresh=True)
    assert len(wire.requests) == 2
    monkeypatch.setattr(cap, "REMEMBERED_FOR", -1.0)
    capabilities(gateway)
    assert len(wire.requests) == 3
