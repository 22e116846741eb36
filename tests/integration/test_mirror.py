"""The mirror of the sandbox Odoo: whole, in step after any change, and the same after any end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.db import Database
from app.errors import Unavailable
from app.mirror import store
from app.mirror import sync as syncing
from app.mirror.models import MirrorCursor, OdooCustomer, OdooInvoice, OdooNote, OdooOrder, OdooTimesheet
from app.mirror.scopes import scopes
from app.mirror.sync import SyncReport, sync
from app.odoo.capabilities import TIMESHEET_APPROVALS
from app.odoo.json2 import Json2Odoo
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMPANIES = [2, 3]
SCOPES = scopes(TIMESHEET_APPROVALS)


class Counting(Json2Odoo):
    """Counts what goes over the wire, and is cut off after some requests when told to."""

    requests = 0
    left: int | None = None

    def _once(self, *arguments: Any) -> Any:
        if self.left is not None:
            if self.left == 0:
                raise Unavailable("The line is dead.")
            self.left -= 1
        self.requests += 1
        return super()._once(*arguments)


@pytest.fixture(scope="module", params=["with the addon", "plain"])
def odoo(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Counting]]:
    server = Sandbox(addon=request.param == "with the addon")
    with server.serve() as url, Counting(url, DATABASE, API_KEY, attempts=1, first_wait=0.001) as gateway:
        yield server, gateway


@pytest.fixture
def sandbox(odoo: tuple[Sandbox, Counting], monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setattr(syncing, "BATCH", 7)
    monkeypatch.setattr(syncing, "RANGE", 5)
    odoo[0].reset()
    odoo[1].left = None
    return odoo[0]


@pytest.fixture
def gateway(odoo: tuple[Sandbox, Counting]) -> Counting:
    return odoo[1]


def run(database: Database, gateway: Counting, at: datetime = NOON) -> SyncReport:
    return sync(database, gateway, companies=COMPANIES, at=at)


def copy_of(database: Database) -> dict[str, list[Any]]:
    """Every row of the mirror, without the moments of reading."""
    with database.transaction() as session:
        return {s.model: sorted(session.execute(select(s.table)).all(), key=lambda row: row.id) for s in SCOPES}


def afresh(database: Database, gateway: Counting) -> dict[str, list[Any]]:
    """What a first run into empty tables makes of the same Odoo."""
    empty(database)
    run(database, gateway)
    return copy_of(database)


def empty(database: Database) -> None:
    with database.transaction() as session:
        for scope in SCOPES:
            session.execute(scope.table.delete())
        session.execute(delete(MirrorCursor))


def test_the_first_run_copies_everything(database: Database, sandbox: Sandbox, gateway: Counting) -> None:
    run(database, gateway)

    with database.transaction() as session:
        order = session.get_one(OdooOrder, 1)
        assert (order.name, order.customer_name, order.net) == ("S00001", "Hafenwerk Logistik AG", Decimal(36000))
        assert order.note == "Time and materials, invoiced monthly from approved timesheets."
        assert all(c.is_complete and c.checked_at == NOON for c in session.scalars(select(MirrorCursor)))
    for scope in SCOPES:
        there = len(sandbox.books.search(scope.model, scope.domain, COMPANIES, active_test=False))
        assert len(copy_of(database)[scope.model]) == there, scope.model


def test_with_nothing_new_it_asks_little_and_changes_nothing(
    database: Database, sandbox: Sandbox, gateway: Counting
) -> None:
    run(database, gateway)
    before, gateway.requests = copy_of(database), 0

    report = run(database, gateway)

    assert not report.anything_new
    assert copy_of(database) == before
    assert gateway.requests <= (5 if report.is_exact else 4 * len(SCOPES))


def test_what_changes_arrives_and_what_is_deleted_goes(database: Database, sandbox: Sandbox, gateway: Counting) -> None:
    run(database, gateway)
    sheet = next(iter(sandbox.books.tables["account.analytic.line"].records))
    sandbox.books.write("account.analytic.line", sheet, {"unit_amount": 3.25, "x_approved": False})
    doomed = max(sandbox.books.tables["account.partial.reconcile"].records)
    sandbox.books.remove("account.partial.reconcile", doomed)

    report = run(database, gateway)

    assert report.changed["account.analytic.line"] == 1
    assert report.removed["account.partial.reconcile"] == 1
    with database.transaction() as session:
        row = session.get_one(OdooTimesheet, sheet)
        assert (row.hours, row.is_approved) == (Decimal("3.25"), False)


def test_a_customers_new_name_and_entity_reach_the_documents(
    database: Database, sandbox: Sandbox, gateway: Counting
) -> None:
    run(database, gateway)
    sandbox.books.write("res.partner", 17, {"name": "Hafenwerk SE", "display_name": "Hafenwerk SE"})

    run(database, gateway)

    with database.transaction() as session:
        assert session.get_one(OdooOrder, 1).customer_name == "Hafenwerk SE"
        names = session.scalars(select(OdooInvoice.customer_name).where(OdooInvoice.customer_id == 17))
        assert set(names) == {"Hafenwerk SE"}


def test_a_tags_new_name_reaches_the_customers_that_have_it(
    database: Database, sandbox: Sandbox, gateway: Counting
) -> None:
    tag = next(iter(sandbox.books.all("res.partner.category")))["id"]
    sandbox.books.write("res.partner", 17, {"category_id": [tag]})
    is_exact = run(database, gateway).is_exact
    sandbox.books.write("res.partner.category", tag, {"name": "PO needed"})
    if not is_exact:  # then names are noticed with the records that have them, or when all is read again
        with database.transaction() as session:
            store.begin_all_again(session)

    run(database, gateway)

    with database.transaction() as session:
        assert session.get_one(OdooCustomer, 17).tags == ["PO needed"]


def test_a_change_that_was_committed_late_is_not_lost(database: Database, sandbox: Sandbox, gateway: Counting) -> None:
    """Odoo dates a change by the beginning of its transaction."""
    run(database, gateway)
    sandbox.books.write("sale.order", 2, {"client_order_ref": "NEW"})
    run(database, gateway)
    earlier = (datetime.now(UTC) - timedelta(minutes=4)).strftime("%Y-%m-%d %H:%M:%S.%f")
    sandbox.books.get("sale.order", 3).update(client_order_ref="LATE", write_date=earlier)

    run(database, gateway)

    with database.transaction() as session:
        assert session.get_one(OdooOrder, 3).customer_reference == "LATE"


def test_one_run_at_a_time(database: Database, sandbox: Sandbox, gateway: Counting) -> None:
    inner: list[SyncReport] = []
    sync(database, gateway, companies=COMPANIES, at=NOON, say=lambda _: inner.append(run(database, gateway)))

    assert inner
    assert all(report.is_busy for report in inner)


def test_a_note_bears_its_own_date_and_is_plain(database: Database, sandbox: Sandbox, gateway: Counting) -> None:
    sandbox.books.add(
        "mail.message",
        {"model": "project.task", "res_id": 1, "body": "<p>4.5&nbsp;h <b>waived</b></p><p>agreed</p>", "author_id": 17,
         "date": "2026-10-02 09:30:00", "message_type": "comment", "subtype_id": 2},
    )  # fmt: skip
    run(database, gateway)

    with database.transaction() as session:
        note = session.scalars(select(OdooNote).order_by(OdooNote.id.desc())).first()
        assert note is not None
        assert (note.body, note.write_date) == ("4.5 h waived\nagreed", datetime(2026, 10, 2, 9, 30, tzinfo=UTC))


MODELS = ("account.analytic.line", "sale.order.line", "account.move", "res.partner", "mail.message")
change = st.tuples(
    st.sampled_from(("write", "write", "remove", "add", "late")), st.sampled_from(MODELS), st.integers(0, 200)
)
step = st.one_of(change, st.integers(0, 60))
"""A change in Odoo, or a run of the mirror that is cut off after so many requests."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(step, max_size=12))
def test_any_order_of_changes_and_ends_leaves_the_same_mirror(
    database: Database, sandbox: Sandbox, gateway: Counting, steps: list[Any]
) -> None:
    sandbox.reset()
    empty(database)
    for one in steps:
        if isinstance(one, int):
            gateway.left = one
            with suppress(Unavailable):
                run(database, gateway)
            gateway.left = None
        else:
            _carry_out(sandbox, *one)
    run(database, gateway)

    here = copy_of(database)
    assert here == afresh(database, gateway)


def _carry_out(sandbox: Sandbox, what: str, model: str, number: int) -> None:
    books = sandbox.books
    ids = sorted(books.tables[model].records)
    chosen = ids[number % len(ids)]
    text = {"res.partner": "vat", "mail.message": "body"}.get(model, "name")
    if what == "remove":
        if model != "res.partner":
            books.remove(model, chosen)
    elif what == "add":
        books.add(model, {k: v for k, v in books.get(model, chosen).items() if k not in ("id", "write_date")})
    else:
        books.write(model, chosen, {text: f"changed {number}"})
        if what == "late":
            at = (datetime.now(UTC) - timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            books.get(model, chosen)["write_date"] = at
