"""A real Odoo with the addon and the real service over HTTP: each does what the other expects of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.clock import now
from app.db import Database
from app.main import create_app
from app.sources.models import OdooEvent
from app.suggestions.proposal import Proposal
from tests.builders import a_credit
from tests.contract.peers import Peer
from tests.odoo_link import a_matter, linked
from tests.web import PaperRenderer, settings, the_policy

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]

SECRET = "shared by both sides for this test alone"
KIND = "Countersign exception"


@dataclass(frozen=True)
class Link:
    """Both ends of the link, and what the administrator of Odoo does there."""

    odoo: Peer
    database: Database
    url: str

    def settle(self, url: str, secret: str = SECRET) -> Any:
        """Enter address and secret in Odoo's settings, save and test; the notification that comes of it."""
        given = {"countersign_url": url, "countersign_secret": secret, "countersign_ageing_days": 14}
        [found] = self.odoo.as_administrator("res.config.settings", "create", vals_list=given)
        return self.odoo.as_administrator("res.config.settings", "action_countersign_test", ids=[found])["params"]

    def run(self, job: str) -> None:
        [row] = self.odoo.as_administrator(
            "ir.cron", "search_read", domain=[["cron_name", "ilike", f"Countersign: {job}"]], fields=["id"]
        )
        self.odoo.as_administrator("ir.cron", "method_direct_trigger", ids=[row["id"]])

    def admin(self) -> dict[str, Any]:
        domain = [["login", "=", "admin"]]
        [user] = self.odoo.as_administrator("res.users", "search_read", domain=domain, fields=["id", "login"])
        return dict(user)

    def uuid(self) -> str:
        domain = [["key", "=", "database.uuid"]]
        [row] = self.odoo.as_administrator("ir.config_parameter", "search_read", domain=domain, fields=["value"])
        return str(row["value"])

    def outbox(self, record_id: int) -> list[dict[str, Any]]:
        fields = ["event", "state", "last_error", "attempts"]
        domain = [["res_id", "=", record_id]]
        return list(self.odoo.as_administrator("countersign.outbox", "search_read", domain=domain, fields=fields))

    def an_invoice(self) -> dict[str, Any]:
        domain = [["move_type", "=", "out_invoice"], ["state", "=", "posted"]]
        fields = ["id", "name", "company_id", "partner_id"]
        rows = self.odoo.as_administrator(
            "account.move", "search_read", domain=domain, fields=fields, limit=1, order="company_id desc, id"
        )
        return dict(rows[0])


@pytest.fixture
def link(database: Database, real_odoo: Peer) -> Iterator[Link]:
    import uvicorn

    from workers.engines import free_port

    port = free_port()
    ours = settings(countersign_odoo_secret=SECRET)
    app = create_app(ours, database, the_policy(), odoo=real_odoo.gateway, renderer=PaperRenderer())
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    found = Link(real_odoo, database, f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + 120
    while (told := found.settle(found.url))["type"] == "danger":  # a first answer may take longer than Odoo waits
        assert time.monotonic() < deadline, told
        time.sleep(0.5)
    yield found
    parameters = [["key", "in", ["countersign.service_url", "countersign.secret"]]]
    ids = real_odoo.as_administrator("ir.config_parameter", "search", domain=parameters)
    real_odoo.as_administrator("ir.config_parameter", "unlink", ids=ids)
    server.should_exit = True
    thread.join(10)


def test_the_settings_page_says_who_we_are(link: Link) -> None:
    stranger = link.settle(link.url)
    assert stranger["type"] == "warning"
    assert "does not know this database" in stranger["message"]
    with link.database.transaction() as session:
        linked(session, "Ines", link.admin()["id"], "reviewer", database=link.uuid())
    told = link.settle(link.url)
    assert told["type"] == "success", told
    assert "You are Ines there and may decide." in told["message"]


def test_the_settings_page_says_what_failed(link: Link) -> None:
    wrong = link.settle(link.url, "another text than the one over there")
    assert wrong["type"] == "danger"
    nobody = link.settle("http://127.0.0.1:9")
    assert (nobody["type"], "cannot be reached" in nobody["message"]) == ("danger", True)


def test_an_exception_raised_in_odoo_becomes_a_case(link: Link) -> None:
    link.settle(link.url)
    invoice = link.an_invoice()
    values = {"res_model": "account.move", "res_ids": [invoice["id"]], "note": "The workshop never took place."}
    context = {"allowed_company_ids": [invoice["company_id"][0]]}
    [wizard] = link.odoo.as_administrator("countersign.raise", "create", vals_list=values, context=context)
    link.odoo.as_administrator("countersign.raise", "action_raise", ids=[wizard], context=context)
    link.run("post events")
    row = link.outbox(invoice["id"])[0]
    assert (row["event"], row["state"], row["last_error"]) == ("exception.raised", "sent", False)
    with link.database.transaction() as session:
        event = session.execute(select(OdooEvent).where(OdooEvent.type == "exception.raised")).scalar_one()
        assert (event.model, event.record_id, event.company_id) == (
            "account.move", invoice["id"], invoice["company_id"][0],
        )  # fmt: skip
        assert session.query(Case).count() == 1


def test_an_event_waits_while_the_service_is_away(link: Link) -> None:
    link.settle("http://127.0.0.1:9")
    [order] = link.odoo.as_administrator(
        "sale.order", "search_read", domain=[["state", "=", "sale"]], fields=["id"], limit=1
    )
    message = {"body": "Our order", "attachments": [["po.txt", "PO 4711"]]}
    link.odoo.as_administrator("sale.order", "message_post", ids=[order["id"]], **message)
    link.run("post events")
    row = link.outbox(order["id"])[0]
    assert (row["event"], row["state"], row["attempts"]) == ("attachment.added", "waiting", 1)
    assert "cannot be reached" in row["last_error"]
    link.settle(link.url)
    link.odoo.as_administrator("countersign.outbox", "action_retry", ids=[row["id"]])
    link.run("post events")
    assert link.outbox(order["id"])[0]["state"] == "sent"


def test_what_waits_long_gets_one_activity_until_it_is_settled(link: Link) -> None:
    link.settle(link.url)
    invoice = link.an_invoice()
    with link.database.transaction() as session:
        case, _ = a_matter(session, _about(invoice), company_id=invoice["company_id"][0])
        case.opened_at = now() - timedelta(days=30)
    for _ in range(2):
        link.run("remind")
        [activity] = _activities(link, invoice["id"])
        assert "Exception open for 30 days" in activity["summary"]
        assert f"/cases/{case.id}" in activity["note"]
    with link.database.transaction() as session:
        session.get_one(Case, case.id).state = "closed"
    link.run("remind")
    assert _activities(link, invoice["id"]) == []


def _activities(link: Link, invoice_id: int) -> list[dict[str, Any]]:
    domain = [["res_model", "=", "account.move"], ["res_id", "=", invoice_id], ["activity_type_id.name", "=", KIND]]
    return list(
        link.odoo.as_administrator("mail.activity", "search_read", domain=domain, fields=["summary", "note", "user_id"])
    )


def _about(invoice: dict[str, Any]) -> Proposal:
    credit = a_credit(invoice_id=invoice["id"])
    assert credit.change is not None
    return replace(credit, change=replace(credit.change, company_id=invoice["company_id"][0]))
