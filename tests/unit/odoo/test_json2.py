"""The JSON-2 client: what it sends, when it repeats, what its errors say, and what they never say."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import httpx
import pytest

from app.errors import Conflict, CountersignError, Malformed, Misconfigured, NotFound, Refused, Unavailable
from app.odoo import mapping, queries
from app.odoo.answers import AddonMissing
from app.odoo.commands import Attachment, Change, Mandate, OperationKind, WriteCommand
from app.odoo.gateway import Difference, Stale, WriteStatus
from tests.unit.odoo.wire import KEY, Wire, error

OK = httpx.Response(200, json=[{"id": 1, "name": "S00001"}])
COMMAND = WriteCommand(
    Change(OperationKind.POST_NOTE, 1, "sale.order", 1, {"body": "x"}, {}, (Attachment("a.txt", b"one"),)),
    Mandate("Clara Engel", "Rule 7", "C-1"),
)
LOCKED = error(409, "odoo.exceptions.LockError", "Cannot grab a lock on records")
DEAD = httpx.ConnectError("refused")


def read(wire: Wire, **options: Any) -> Any:
    return wire.gateway(**options).search_read("sale.order", [["id", "=", 1]], ["name"], companies=[1, 2], limit=5)


def test_a_read_names_fields_companies_database_and_key() -> None:
    wire = Wire(OK)
    assert read(wire) == [{"id": 1, "name": "S00001"}]
    [request] = wire.requests
    assert str(request.url) == "https://odoo.example/base/json/2/sale.order/search_read"
    assert (request.headers["authorization"], request.headers["x-odoo-database"]) == (f"bearer {KEY}", "prod")
    [body] = wire.bodies()
    assert body["fields"] == ["name"]
    assert body["context"]["allowed_company_ids"] == [1, 2]
    assert body["order"] == "id"


def test_a_call_without_companies_is_not_sent() -> None:
    wire = Wire(OK)
    with pytest.raises(Misconfigured):
        wire.gateway().search_read("sale.order", [], ["name"], companies=[])
    assert wire.requests == []


@pytest.mark.parametrize(("only", "seen"), [((), [1, 3, 7]), ((7, 1, 9), [1, 7])])
def test_companies_can_be_narrowed(only: tuple[int, ...], seen: list[int]) -> None:
    answers = httpx.Response(200, json={"uid": 5}), httpx.Response(200, json=[{"id": 5, "company_ids": [7, 1, 3]}])
    assert Wire(*answers).gateway(only_companies=only).companies() == seen


@pytest.mark.parametrize("model", ["../web", "sale order", "", "Sale", "a" * 100])
def test_a_model_is_never_a_path(model: str) -> None:
    wire = Wire(OK)
    with pytest.raises(Misconfigured):
        wire.gateway().call(model, "read")
    assert wire.requests == []


def test_long_lists_come_in_pages_and_an_ambiguous_order_is_settled_by_id() -> None:
    def answer(body: dict[str, Any]) -> list[dict[str, int]]:
        return [{"id": i} for i in range(body["offset"], min(25, body["offset"] + body["limit"]))]

    wire = Wire(answer)
    rows = wire.gateway(page=10).search_read("sale.order", [], ["id"], companies=[1], order="date_order desc")
    assert [r["id"] for r in rows] == list(range(25))
    assert [(b["offset"], b["limit"], b["order"]) for b in wire.bodies()] == [
        (0, 10, "date_order desc, id"),
        (10, 10, "date_order desc, id"),
        (20, 10, "date_order desc, id"),
    ]


def test_records_come_in_the_order_asked_and_a_missing_one_is_not_found() -> None:
    rows = httpx.Response(200, json=[{"id": 2}, {"id": 1}])
    assert [r["id"] for r in Wire(rows).gateway().read("sale.order", [1, 2], ["id"], companies=[1])] == [1, 2]
    with pytest.raises(NotFound) as caught:
        Wire(rows).gateway().read("sale.order", [1, 2, 3], ["id"], companies=[1])
    assert caught.value.facts["ids"] == [3]


# --- repeating ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        DEAD,
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("torn"),
        httpx.Response(502, text="<html>"),
        httpx.Response(503),
        httpx.Response(504),
        httpx.Response(429),
        LOCKED,
    ],
)
def test_reads_and_applies_are_repeated_after_a_passing_failure(failure: httpx.Response | Exception) -> None:
    wire = Wire(failure, failure, OK)
    assert read(wire) == [{"id": 1, "name": "S00001"}]
    assert len(wire.requests) == 3
    applied = httpx.Response(200, json={"status": "applied", "result": {"id": 1}})
    wire = Wire(failure, applied)
    assert wire.gateway().apply(COMMAND, key="k").status is WriteStatus.APPLIED
    keys = [b["key"] for b in wire.bodies()]
    assert keys == ["k", "k"]


def test_a_call_that_is_not_known_to_be_harmless_is_sent_once() -> None:
    wire = Wire(DEAD, OK)
    with pytest.raises(Unavailable):
        wire.gateway().call("sale.order", "create", vals_list=[{}])
    assert len(wire.requests) == 1


def test_repeating_ends_and_waits_are_bounded() -> None:
    wire = Wire(httpx.Response(503, headers={"retry-after": "3600"}))
    with pytest.raises(Unavailable):
        read(wire, attempts=5)
    assert len(wire.requests) == 5
    assert len(wire.slept) == 4
    assert all(0 <= seconds <= 5 for seconds in wire.slept)


def test_waits_are_jittered() -> None:
    wire = Wire(DEAD)
    with pytest.raises(Unavailable):
        read(wire, attempts=8)
    assert len(set(wire.slept)) == 7


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_lasting_refusal_is_not_repeated(status: int) -> None:
    wire = Wire(error(status, "odoo.exceptions.UserError"))
    with pytest.raises(CountersignError):
        read(wire)
    assert len(wire.requests) == 1


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"), Misconfigured),
        (error(403, "odoo.exceptions.AccessError"), Refused),
        (error(404, "werkzeug.exceptions.NotFound"), Misconfigured),
        (error(404, "odoo.exceptions.MissingError"), NotFound),
        (LOCKED, Unavailable),
        (error(422, "odoo.exceptions.UserError"), Refused),
        (error(422, "odoo.exceptions.ValidationError"), Refused),
        (error(422, "werkzeug.exceptions.UnprocessableEntity"), Misconfigured),
        (error(500, "builtins.ValueError", "Invalid field 'x' on 'sale.order'"), Misconfigured),
        (error(500, "psycopg2.errors.SerializationFailure"), Unavailable),
        (error(400, "werkzeug.exceptions.BadRequest"), Misconfigured),
        (httpx.Response(404, html="<!doctype html>"), Misconfigured),
        (httpx.Response(500, html="<h1>Internal Server Error</h1>"), Unavailable),
        (httpx.Response(415, html="<!doctype html>"), Misconfigured),
        (httpx.Response(301, headers={"location": "https://other.example/"}), Misconfigured),
        (httpx.Response(200, html="<!doctype html>"), Misconfigured),
        (httpx.Response(200, json={"a": 1}), Malformed),
        (httpx.Response(403, json=["not", "an", "object"]), Misconfigured),
    ],
)
def test_every_answer_has_its_error_in_plain_words(answer: httpx.Response, kind: type[CountersignError]) -> None:
    with pytest.raises(CountersignError) as caught:
        read(Wire(answer), attempts=1)
    assert type(caught.value) is kind
    assert caught.value.message.strip()
    assert "\n" not in caught.value.message


def test_stale_carries_both_values() -> None:
    context = {"differences": [{"field": "client_order_ref", "expected": None, "actual": "PO-1"}]}
    stale = error(409, "odoo.addons.countersign.exceptions.Stale", "S00001 has changed.", context)
    wire = Wire(stale)
    with pytest.raises(Stale) as caught:
        wire.gateway().apply(COMMAND, key="k")
    assert caught.value.differences == (Difference("client_order_ref", None, "PO-1"),)
    assert len(wire.requests) == 1


def test_a_key_used_otherwise_is_a_conflict_but_not_stale() -> None:
    with pytest.raises(Conflict) as caught:
        Wire(error(409, "odoo.addons.countersign.exceptions.KeyReused")).gateway().apply(COMMAND, key="k")
    assert type(caught.value) is Conflict


def test_a_refusal_of_the_addon_has_its_reason() -> None:
    answer = error(
        422, "odoo.addons.countersign.exceptions.OperationRefused", "Posted.", {"reason": "invoice_not_draft"}
    )
    with pytest.raises(Refused) as caught:
        Wire(answer).gateway().apply(COMMAND, key="k")
    assert (caught.value.message, caught.value.facts["reason"]) == ("Posted.", "invoice_not_draft")


def test_a_missing_addon_is_said_and_the_version_is_still_known() -> None:
    missing = error(404, "werkzeug.exceptions.NotFound", "the model 'countersign.operation' does not exist")
    with pytest.raises(AddonMissing, match="not installed"):
        Wire(missing).gateway().apply(COMMAND, key="k")
    wire = Wire(httpx.Response(200, json={"version": "19.0"}), missing)
    assert wire.gateway().version().addon is None


def test_an_answer_that_is_no_receipt_is_malformed() -> None:
    for odd in ({"status": "maybe", "result": {}}, [], None, {"status": "applied"}):
        with pytest.raises(Malformed):
            Wire(lambda _, odd=odd: odd).gateway().apply(COMMAND, key="k")


def test_no_secret_and_no_traceback_in_errors_reprs_and_chains() -> None:
    failures = (DEAD, error(403, "odoo.exceptions.AccessError"), error(500, "builtins.KeyError"), httpx.Response(503))
    for failure in failures:
        gateway = Wire(failure).gateway(attempts=1)
        with pytest.raises(CountersignError) as caught:
            gateway.apply(COMMAND, key="k")
        shown = "".join(traceback.format_exception(caught.value, chain=True))
        told = f"{caught.value!r} {caught.value.facts} {gateway!r} {vars(gateway)!r} {shown}"
        for secret in (KEY, "hunter2", "/opt/odoo"):
            assert secret not in told


def test_odoos_message_is_one_bounded_line() -> None:
    long = "first\nsecond\x00\x1b[31m " + "x" * 5000 + "Traceback (most recent call last) secret"
    with pytest.raises(Refused) as caught:
        read(Wire(error(422, "odoo.exceptions.UserError", long)))
    assert "\n" not in caught.value.message
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 600


@pytest.mark.parametrize(
    "url", ["", "odoo.example", "ftp://odoo.example", "https://", "https://me:pw@odoo.example", "http://["]
)
def test_an_address_that_cannot_be_is_said_at_once(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Wire(OK).gateway(url=url)
    assert "pw" not in caught.value.message.split("password")[0]


def test_timesheets_are_read_with_the_fields_of_approval_that_there_are() -> None:
    def described(*names: str) -> httpx.Response:
        return httpx.Response(200, json={"models": {"account.analytic.line": list(names)}, "modules": []})

    for names in ((), ("x_approved",), ("countersign_approved", "validated")):
        wire = Wire(described(*names), httpx.Response(200, json=[]))
        assert queries.timesheets(wire.gateway(), [1]) == []
        _, body = wire.bodies()
        assert set(body["fields"]) - set(mapping.TIMESHEET_FIELDS) == set(names)


def test_a_change_has_one_digest_and_no_floats() -> None:
    one = Change(OperationKind.POST_NOTE, 1, "sale.order", 1, {"a": "1", "b": [1, None, True]}, {})
    two = Change(OperationKind.POST_NOTE, 1, "sale.order", 1, {"b": [1, None, True], "a": "1"}, {})
    assert one.digest() == two.digest()
    assert one.digest() != Change(OperationKind.POST_NOTE, 2, "sale.order", 1, {"a": "1"}, {}).digest()
    assert pickle.loads(pickle.dumps(COMMAND)) == COMMAND
    assert "one" not in repr(COMMAND)
    for bad in ({"price": 1.5}, {"lines": [{"q": 2.0}]}, {"x": object()}, {1: "x"}):
        with pytest.raises(TypeError):
            Change(OperationKind.POST_NOTE, 1, "sale.order", 1, bad, {})  # type: ignore[arg-type]
