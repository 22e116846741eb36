"""The sandbox beyond the contract: it keeps what was written, fails on request, and its README tells what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

import fixtures.odoo
from app.errors import Unavailable
from app.money import Money
from app.odoo import queries
from app.odoo.commands import Change, Mandate, OperationKind, WriteCommand
from app.odoo.gateway import WriteStatus
from app.odoo.json2 import Json2Odoo
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox

README = Path(fixtures.odoo.__file__).with_name("README.md").read_text(encoding="utf-8")


def command(order_id: int = 1, reference: str = "PO-1") -> WriteCommand:
    change = Change(OperationKind.SET_CUSTOMER_REFERENCE, 2, "sale.order", order_id, {"reference": reference})
    return WriteCommand(change, Mandate("Clara Engel", "Rule 7", "C-1"))


def reference(url: str) -> str:
    with Json2Odoo(url, DATABASE, API_KEY) as odoo:
        return queries.sales_orders(odoo, [2], ids=[1])[0].customer_reference


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "odoo.journal"


@pytest.fixture
def served() -> Iterator[tuple[str, Json2Odoo]]:
    with Sandbox(faults=True).serve() as url, Json2Odoo(url, DATABASE, API_KEY, first_wait=0.001) as odoo:
        yield url, odoo


def our_notes(odoo: Json2Odoo) -> int:
    """Notes that Countersign left on the order; the firm's own history lies there too."""
    notes = queries.notes(odoo, [2], model="sale.order", record_id=1)
    return sum("Countersign" in note.author for note in notes)


def test_what_was_written_survives_the_end_of_the_process(journal: Path) -> None:
    with Sandbox(journal).serve() as url, Json2Odoo(url, DATABASE, API_KEY) as odoo:
        first = odoo.apply(command(), key="k")
    with Sandbox(journal).serve() as url, Json2Odoo(url, DATABASE, API_KEY) as odoo:
        again = odoo.apply(command(), key="k")
        assert (again.status, again.result) == (WriteStatus.ALREADY, first.result)
        assert reference(url) == "PO-1"
        assert our_notes(odoo) == 1


def test_a_torn_last_line_of_the_journal_was_never_answered(journal: Path) -> None:
    with Sandbox(journal).serve() as url, Json2Odoo(url, DATABASE, API_KEY) as odoo:
        odoo.apply(command(), key="k1")
        odoo.apply(command(reference="PO-2"), key="k2")
    journal.write_bytes(journal.read_bytes()[:-20])
    with Sandbox(journal).serve() as url, Json2Odoo(url, DATABASE, API_KEY) as odoo:
        assert reference(url) == "PO-1"
        assert odoo.apply(command(reference="PO-2"), key="k2").status is WriteStatus.APPLIED
    with Sandbox(journal).serve() as url:
        assert reference(url) == "PO-2"


def test_a_journal_of_other_data_is_set_aside(journal: Path) -> None:
    journal.write_bytes(b'{"data": "other"}\n{"key": "k"}\n')
    with Sandbox(journal).serve() as url:
        assert reference(url) == "4500781120"
    assert journal.with_name("odoo.journal.old").exists()


def test_a_lost_answer_causes_no_second_change(served: tuple[str, Json2Odoo]) -> None:
    url, odoo = served
    httpx.post(f"{url}/sandbox/faults", json=[{"kind": "drop", "only": "countersign.operation/apply"}] * 2)
    assert odoo.apply(command(), key="k").status is WriteStatus.ALREADY
    assert our_notes(odoo) == 1


def test_faults_pass_or_last(served: tuple[str, Json2Odoo]) -> None:
    url, odoo = served
    httpx.post(f"{url}/sandbox/faults", json=[{"kind": "unavailable"}, {"kind": "delay", "seconds": 0.01}])
    assert odoo.companies() == [2, 3]
    httpx.post(f"{url}/sandbox/faults", json=[{"kind": "unavailable"}] * 4)
    with pytest.raises(Unavailable):
        odoo.companies()


def test_faults_cannot_be_switched_on_from_outside_by_default() -> None:
    with Sandbox().serve() as url:
        assert httpx.post(f"{url}/sandbox/faults", json=[]).status_code == 404


def test_a_failing_operation_leaves_nothing_behind(served: tuple[str, Json2Odoo]) -> None:
    odoo = served[1]
    models = ("account.move", "account.move.line", "mail.message", "countersign.operation")
    before = {model: odoo.search_count(model, [], companies=[2, 3]) for model in models}
    lines = [{"line_id": line.id, "amount": "6300.01"} for line in queries.invoice_lines(odoo, [2], invoice_ids=[4])]
    change = Change(OperationKind.DRAFT_CREDIT_NOTE, 2, "account.move", 4, {"reason": "x", "lines": lines})
    with pytest.raises(Exception, match="more than it was billed"):
        odoo.apply(WriteCommand(change, Mandate("A", "R", "C")), key="k")
    assert {model: odoo.search_count(model, [], companies=[2, 3]) for model in models} == before


def test_the_readme_tells_what_stands_there(served: tuple[str, Json2Odoo]) -> None:
    odoo = served[1]
    invoices = {i.name: i for i in queries.invoices(odoo, [2, 3]) if i.name}
    told = re.findall(r"^\| (R?(?:RE|INV)/2026/\d+) \|.*?\| ([\d,.]+) \| ([\d,.]+) \| (.*?) \|$", README, re.MULTILINE)
    assert {name for name, *_ in told} == set(invoices)
    for name, net, gross, state in told:
        invoice = invoices[name]
        assert (f"{invoice.net.amount:,}", f"{invoice.gross.amount:,}") == (net, gross)
        assert ("paid" in state) == (invoice.open_amount.amount == 0)
    orders = {o.name: o for o in queries.sales_orders(odoo, [2, 3])}
    rows = re.findall(r"^\| (S\d{5})[^|]*\|.*\| ([^|]+) \|$", README, re.MULTILINE)
    assert {name for name, _ in rows} == set(orders)
    for name, written in rows:
        assert written.strip("* ") == (orders[name].customer_reference or "none")
    customers = queries.customers(odoo, [2, 3], only_entities=True)
    for customer in customers:
        if customer.reference:
            assert f"| {customer.name}" in README
            assert customer.vat_id in README


def test_the_story_has_the_discrepancies_it_promises(served: tuple[str, Json2Odoo]) -> None:
    odoo = served[1]
    hours = queries.timesheets(odoo, [2], invoice_ids=[4])
    assert (sum(t.hours for t in hours), sum(t.hours for t in hours if t.is_approved)) == (42, 36)
    wychwood = queries.invoices(odoo, [3], order_ids=[6])
    posted = [i.net for i in wychwood if not i.is_draft]
    assert sum(posted, Money.zero("GBP")) == Money(Decimal("20460.00"), "GBP")
    twice = [i for i in queries.invoices(odoo, [2]) if i.net.amount == Decimal("4455.00")]
    assert sorted(i.name for i in twice) == ["RE/2026/00006", "RE/2026/00008"]
