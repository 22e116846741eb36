"""The mirror against a real Odoo: whatever people do there, a run leaves what a first run would."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.db import Database
from app.mirror.models import MirrorCursor, OdooInvoice, OdooNote, OdooOrderPaper, OdooPayment, OdooTimesheet
from app.mirror.scopes import scopes
from app.mirror.source import Exact, Plain, Position
from app.mirror.sync import SyncReport, sync
from app.odoo.answers import AddonMissing
from app.odoo.capabilities import TIMESHEET_APPROVALS, Edition, capabilities
from app.odoo.json2 import Json2Odoo
from tests.contract.peers import Peer

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]
ANEW = f"new name {time.time_ns()}"
"""So that what is done to an Odoo that was kept from the last time is a change too."""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Bare(Json2Odoo):
    """As if our addon were missing."""

    def ask_addon(self, question: str, **_: Any) -> Any:
        raise AddonMissing("left out for this test")


def run(database: Database, odoo: Json2Odoo) -> SyncReport:
    return sync(database, odoo, companies=odoo.companies(), at=NOON)


def copy_of(database: Database, *, to_the_second: bool = False) -> dict[str, list[Any]]:
    found = {}
    with database.transaction() as session:
        for scope in scopes(TIMESHEET_APPROVALS):
            rows = [dict(r._mapping) for r in session.execute(select(scope.table).order_by(scope.table.c.id))]
            if to_the_second:
                rows = [
                    {k: v.replace(microsecond=0) if isinstance(v, datetime) else v for k, v in r.items()} for r in rows
                ]
            found[scope.model] = rows
    return found


def _second(value: Any) -> Any:
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def empty(database: Database) -> None:
    with database.transaction() as session:
        for scope in scopes(TIMESHEET_APPROVALS):
            session.execute(scope.table.delete())
        session.execute(delete(MirrorCursor))


def same_as_afresh(database: Database, odoo: Json2Odoo) -> None:
    """What the last run left is what a first run makes."""
    here = copy_of(database)
    empty(database)
    run(database, odoo)
    there = copy_of(database)
    for model, rows in there.items():
        assert here[model] == rows, model


@pytest.fixture
def peer(odoo_to_change: Peer) -> Peer:
    return odoo_to_change


def test_both_ways_of_asking_give_the_same_mirror(database: Database, peer: Peer) -> None:
    assert run(database, peer.gateway).is_exact
    exact = copy_of(database, to_the_second=True)
    empty(database)
    with Bare(peer.url, peer.database, peer.key, timeout=180) as bare:
        assert not run(database, bare).is_exact
    assert copy_of(database, to_the_second=True) == exact
    assert all(exact[model] for model in ("sale.order", "account.move", "account.analytic.line", "project.milestone"))


def test_nothing_new_is_one_question(database: Database, peer: Peer) -> None:
    run(database, peer.gateway)
    asked: list[str] = []

    class Listening(Json2Odoo):
        def call(self, model: str, method: str, /, **arguments: Any) -> Any:
            asked.append(f"{model}/{method}")
            return super().call(model, method, **arguments)

    with Listening(peer.url, peer.database, peer.key) as odoo:
        assert not run(database, odoo).anything_new
    assert len(asked) <= 5, asked


def pages(source: Exact | Plain, model: str, limit: int) -> list[int]:
    scope = next(s for s in scopes(()) if s.model == model)
    position, found = Position(datetime(2020, 1, 1, tzinfo=UTC)), []
    while True:
        page = source.changed(scope, position, limit=limit)
        found += [row["id"] for row in page.rows]
        position = page.position
        if page.is_last:
            return found


@pytest.mark.parametrize("limit", [3, 10, 1000])
def test_pages_in_the_order_of_change_leave_nothing_out(peer: Peer, limit: int) -> None:
    companies = peer.gateway.companies()
    exact, plain = Exact(peer.gateway, companies), Plain(peer.gateway, companies)
    for model in ("account.analytic.line", "sale.order.line", "res.partner"):
        once = pages(exact, model, limit)
        assert len(once) == len(set(once))
        assert set(pages(plain, model, limit)) == set(once)


# --- what people do -------------------------------------------------------------------------------


_SHARED = ("res.partner", "res.partner.category", "uom.uom", "product.template", "project.milestone")
"""Models whose records belong to no company, here."""


def first(peer: Peer, model: str, domain: list[Any], **context: Any) -> int:
    """The first record of one of the firm's companies."""
    if model not in _SHARED:
        domain = [*domain, ["company_id", "in", peer.gateway.companies()]]
    found = peer.as_administrator(model, "search", domain=domain, limit=1, order="id", context=context)
    assert found, f"no {model} with {domain}"
    return int(found[0])


def an_open_invoice(peer: Peer) -> int:
    return first(
        peer, "account.move",
        [["move_type", "=", "out_invoice"], ["state", "=", "posted"], ["payment_state", "in", ["not_paid", "partial"]]],
    )  # fmt: skip


def pay(peer: Peer, invoice: int) -> None:
    context = {"active_model": "account.move", "active_ids": [invoice]}
    [wizard] = peer.as_administrator("account.payment.register", "create", vals_list=[{}], context=context)
    peer.as_administrator("account.payment.register", "action_create_payments", ids=[wizard], context=context)


def test_a_payment_arrives_and_goes_when_it_is_taken_back(database: Database, peer: Peer) -> None:
    """`payment_state` and the open amount are computed; Odoo dates their change too."""
    run(database, peer.gateway)
    invoice = an_open_invoice(peer)

    pay(peer, invoice)
    run(database, peer.gateway)
    with database.transaction() as session:
        paid = session.get_one(OdooInvoice, invoice)
        assert (paid.payment_state in ("paid", "in_payment"), paid.open_amount) == (True, Decimal(0))
        assert session.scalars(select(OdooPayment.id).where(OdooPayment.invoice_id == invoice)).all()

    lines = peer.as_administrator(
        "account.move.line", "search", domain=[["move_id", "=", invoice], ["display_type", "=", "payment_term"]]
    )
    peer.as_administrator("account.move.line", "remove_move_reconcile", ids=lines)
    run(database, peer.gateway)
    with database.transaction() as session:
        assert session.get_one(OdooInvoice, invoice).open_amount > 0
        assert not session.scalars(select(OdooPayment.id).where(OdooPayment.invoice_id == invoice)).all()
    same_as_afresh(database, peer.gateway)


def test_a_note_and_a_paper_arrive_and_go(database: Database, peer: Peer) -> None:
    run(database, peer.gateway)
    order = first(peer, "sale.order", [["state", "=", "sale"]])
    task = first(peer, "project.task", [["project_id", "!=", False]])
    content = base64.b64encode(b"%PDF-1.4 order").decode()
    [paper] = peer.as_administrator(
        "ir.attachment", "create",
        vals_list=[{"name": "PO.pdf", "res_model": "sale.order", "res_id": order, "datas": content}],
    )  # fmt: skip
    note = peer.as_administrator(
        "project.task", "message_post", ids=[task], body="4.5 h are waived.", subtype_xmlid="mail.mt_note"
    )
    run(database, peer.gateway)
    with database.transaction() as session:
        found = session.get_one(OdooOrderPaper, paper)
        assert (found.order_id, found.name, found.size) == (order, "PO.pdf", 14)
        last = session.scalars(select(OdooNote).order_by(OdooNote.id.desc()).limit(1)).one()
        assert (last.model, last.record_id, last.body) == ("project.task", task, "4.5 h are waived.")
        assert last.id in (note if isinstance(note, list) else [note])
    peer.as_administrator("ir.attachment", "unlink", ids=[paper])
    peer.as_administrator("mail.message", "write", ids=[last.id], vals={"body": "5 h are waived."})
    report = run(database, peer.gateway)
    assert (report.removed["ir.attachment"], report.changed["mail.message"]) == (1, 1)
    same_as_afresh(database, peer.gateway)


def test_the_service_user_reads_the_bytes_of_a_paper(peer: Peer) -> None:
    order = first(peer, "sale.order", [["state", "=", "sale"]])
    content = base64.b64encode(b"the bytes").decode()
    [paper] = peer.as_administrator(
        "ir.attachment", "create",
        vals_list=[{"name": "PO.txt", "res_model": "sale.order", "res_id": order, "datas": content}],
    )  # fmt: skip
    [row] = peer.gateway.read("ir.attachment", [paper], ("datas",), companies=peer.gateway.companies())
    assert base64.b64decode(row["datas"]) == b"the bytes"
    peer.as_administrator("ir.attachment", "unlink", ids=[paper])


Doing = Callable[[Peer], object]


def _write(model: str, domain: list[Any], **values: Any) -> Doing:
    def do(peer: Peer) -> None:
        peer.as_administrator(model, "write", ids=[first(peer, model, domain, active_test=False)], vals=values)

    return do


def _unlink(model: str, domain: list[Any]) -> Doing:
    return lambda peer: peer.as_administrator(model, "unlink", ids=[first(peer, model, domain)])


def _call(model: str, method: str, domain: list[Any]) -> Doing:
    return lambda peer: peer.as_administrator(model, method, ids=[first(peer, model, domain)])


def _taxes_of_a_position(peer: Peer) -> None:
    """Written from the position's side: Odoo leaves the tax undated."""
    position = first(peer, "account.fiscal.position", [["company_id.name", "ilike", "GmbH"]])
    [company] = peer.as_administrator("account.fiscal.position", "read", ids=[position], fields=["company_id"])
    tax = first(peer, "account.tax", [["type_tax_use", "=", "sale"], ["company_id", "=", company["company_id"][0]]])
    peer.as_administrator("account.fiscal.position", "write", ids=[position], vals={"tax_ids": [[4, tax]]})


FREE = [["project_id", "!=", False], ["timesheet_invoice_id", "=", False]]
DRAFT = [["move_type", "=", "out_invoice"], ["state", "=", "draft"]]
LINE = [["state", "=", "sale"], ["display_type", "=", False]]
SERVICE = [["type", "=", "service"], ["sale_ok", "=", True]]
DOINGS: dict[str, Doing] = {
    "hours corrected": _write("account.analytic.line", FREE, unit_amount=7.25),
    "a timesheet deleted": _unlink("account.analytic.line", FREE),
    "a milestone reached": _write("project.milestone", [["is_reached", "=", False]], is_reached=True),
    "a price changed on an order": _write("sale.order.line", LINE, price_unit=111),
    "an order's reference": _write("sale.order", [["state", "=", "sale"]], client_order_ref=ANEW),
    "a draft posted": _call("account.move", "action_post", DRAFT),
    "a draft deleted": _unlink("account.move", DRAFT),
    "a posted invoice reopened": _call(
        "account.move", "button_draft",
        [["move_type", "=", "out_invoice"], ["state", "=", "posted"], ["payment_state", "=", "not_paid"]],
    ),
    "a customer renamed": _write("res.partner", [["customer_rank", ">", 0]], name=ANEW),
    "a tag renamed": _write("res.partner.category", [], name=ANEW),
    "a unit renamed": _write("uom.uom", [], name=ANEW),
    "a tax renamed": _write("account.tax", [["type_tax_use", "=", "sale"]], name=ANEW),
    "a tax archived": _write("account.tax", [["type_tax_use", "=", "sale"]], active=False),
    "a position's taxes": _taxes_of_a_position,
    "a project archived": _write("project.project", [["sale_line_id", "!=", False]], active=False),
    "a task renamed": _write("project.task", [["project_id", "!=", False]], name=ANEW),
    "a product's template": _write("product.template", SERVICE, name=ANEW, default_code=ANEW),
    "a product billed otherwise": _write("product.template", [["can_be_expensed", "=", True]], expense_policy="cost"),
    "an expense of another amount": _write("hr.expense", [], name=ANEW),
}  # fmt: skip


@pytest.mark.parametrize("what", DOINGS)
def test_what_people_do_in_odoo_reaches_the_mirror(database: Database, peer: Peer, what: str) -> None:
    run(database, peer.gateway)
    DOINGS[what](peer)
    assert run(database, peer.gateway).anything_new, what
    same_as_afresh(database, peer.gateway)


def a_timesheet(peer: Peer) -> int:
    task = first(peer, "project.task", [["project_id.sale_line_id", "!=", False]])
    [row] = peer.as_administrator("project.task", "read", ids=[task], fields=["project_id", "company_id"])
    employee = first(peer, "hr.employee", [["company_id", "=", row["company_id"][0]]])
    given = {"project_id": row["project_id"][0], "task_id": task, "employee_id": employee, "name": "On site",
             "unit_amount": 2, "date": "2026-11-20"}  # fmt: skip
    [sheet] = peer.as_administrator("account.analytic.line", "create", vals_list=[given])
    return int(sheet)


def test_time_that_is_approved_is_approved_in_the_mirror(database: Database, peer: Peer) -> None:
    sheet = a_timesheet(peer)
    run(database, peer.gateway)
    with database.transaction() as session:
        assert session.get_one(OdooTimesheet, sheet).is_approved is False
    peer.as_administrator("account.analytic.line", "write", ids=[sheet], vals={"x_approved": True})
    run(database, peer.gateway)
    with database.transaction() as session:
        assert session.get_one(OdooTimesheet, sheet).is_approved is True


def test_capabilities_with_and_without_the_addon_agree(peer: Peer) -> None:
    found = capabilities(peer.gateway, afresh=True)
    with Bare(peer.url, peer.database, peer.key) as bare:
        plain = capabilities(bare)
    assert (found.has_addon, plain.has_addon) == (True, False)
    assert found.helpdesk.edition is Edition.COMMUNITY
    assert found.fields == plain.fields
    sheet = a_timesheet(peer)
    for given in (True, False):  # where nobody uses it, the addon's approval is none
        peer.as_administrator("account.analytic.line", "write", ids=[sheet], vals={"countersign_approved": given})
        found = capabilities(peer.gateway, afresh=True)
        assert ("countersign_approved" in found.timesheet_approvals) is given


def test_modules_of_the_oca_are_found(odoo_with_oca: Peer) -> None:
    found = capabilities(odoo_with_oca.gateway, afresh=True)
    parts = [found.helpdesk, found.approvals, found.documents, found.subscriptions]
    assert [part.module for part in parts] == ["helpdesk_mgmt", "base_tier_validation", "dms", "contract"]
    assert found.has("sale.subscription", "sale_subscription_line_ids")
    with Bare(odoo_with_oca.url, odoo_with_oca.database, odoo_with_oca.key) as bare:
        assert capabilities(bare).fields == found.fields


def test_models_of_enterprise_are_found(odoo_with_stand_ins: Peer) -> None:
    found = capabilities(odoo_with_stand_ins.gateway, afresh=True)
    parts = [found.helpdesk, found.approvals, found.documents]
    assert [part.module for part in parts] == ["helpdesk", "approvals", "documents"]
    assert {part.edition for part in parts} == {Edition.ENTERPRISE}
