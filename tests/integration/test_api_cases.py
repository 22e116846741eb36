"""The queue over HTTP: filtered, sorted, paged without gaps or repeats; a case with its evidence; the trail."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.audit import checkpoints
from app.cases.models import Case
from app.db import Database
from tests.builders import NOW, a_case, a_suggestion
from tests.web import SECRET, a_read_case, with_key


def some_cases(database: Database, amounts: list[int], **changes: object) -> None:
    with database.transaction() as session:
        for n in amounts:
            case = a_case(session, content=f"{changes} {n}".encode())
            case.at_stake, case.currency, case.priority, case.kind = Decimal(n), "EUR", n % 7, "dispute"
            for name, value in changes.items():
                setattr(case, name, value)


@pytest.mark.parametrize("sort", ["priority", "amount", "deadline", "age", "newest"])
def test_pages_neither_miss_nor_repeat_while_cases_come_in(database: Database, sort: str) -> None:
    some_cases(database, list(range(1, 24)))
    http = with_key(database, "read")
    seen: list[int] = []
    cursor, rounds = "", 0
    while True:
        page = http.get("/v1/cases", params={"sort": sort, "limit": 5, "cursor": cursor}).json()
        seen += [c["id"] for c in page["cases"]]
        cursor = page["next_cursor"]
        rounds += 1
        some_cases(database, [100 + rounds])
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert set(range(1, 24)) <= set(seen)


def test_cases_are_filtered_by_what_is_asked(database: Database) -> None:
    some_cases(database, [10, 20], customer_name="Fehnwerder 100% GmbH")
    some_cases(database, [30], kind="customer_po", reason="new_po", flags=["payment_held"])
    some_cases(database, [40], state="done")
    http = with_key(database, "read")

    def amounts(**params: object) -> list[str]:
        return sorted(c["at_stake"] for c in http.get("/v1/cases", params=params).json()["cases"])

    assert amounts() == ["10.00", "20.00", "30.00"]
    assert amounts(closed=True) == ["10.00", "20.00", "30.00", "40.00"]
    assert amounts(state="done") == ["40.00"]
    assert amounts(kind=["customer_po", "no_action"]) == ["30.00"]
    assert amounts(reason="new_po", flag="payment_held") == ["30.00"]
    assert amounts(q="100%") == ["10.00", "20.00"]
    assert amounts(q="gmbh FEHN") == ["10.00", "20.00"]
    assert amounts(q="100_7") == []
    assert amounts(q="%") == []
    assert amounts(customer="Fehnwerder 100% GmbH", at_least="15") == ["20.00"]


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "colour"}, {"kind": "gossip"}, {"reason": "gossip"}, {"state": "lost"}, {"limit": 0}, {"limit": 5000},
        {"cursor": "x"}, {"cursor": "WyJwcmlvcml0eSIsIDFlMzA5LCAxXQ=="}, {"at_least": "NaN"}, {"at_least": "1e99"},
        {"cursor": "WyJwcmlvcml0eSIsIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTksIDFd"}, {"q": "a\x00b"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_never_an_error_of_ours(database: Database, params: dict) -> None:
    answer = with_key(database, "read").get("/v1/cases", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_case_comes_with_all_that_hangs_on_it(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case)
    found = with_key(database, "read").get("/v1/cases/1").json()
    assert (found["kind"], found["reason"], found["customer"]) == (
        "dispute",
        "hours_quantity",
        "Fehnwerder Logistik GmbH",
    )
    assert found["assessment"]["fields"]["invoice_refs"]["value"] == ["INV/2026/00012"]
    assert found["findings"][0]["rows"][2]["amount"] == {"amount": "300", "currency": "EUR"}
    assert found["suggestions"][0]["before_after"][0]["after"] == "PO-7"
    assert "case.assessed" in [e["action"] for e in found["events"]]


def test_evidence_names_words_boxes_and_pictures(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    found = with_key(database, "read").get("/v1/cases/1/evidence").json()
    by_name = {f["name"]: f["places"][0] for f in found["fields"]}
    on_page = by_name["quantity_disputed"]
    assert (on_page["part"], on_page["page"], on_page["quote"]) == ("0", 1, "36,00 Stunden")
    assert on_page["boxes"][0] == {"x0": 160, "top": 100, "x1": 190, "bottom": 112}
    assert on_page["image"] == "/v1/documents/1/pages/0/1.png"
    assert by_name["invoice_refs"]["image"] is None
    assert found["claims"][0]["places"][0]["quote"] == "42 Stunden"


def test_a_case_that_was_not_read_has_no_evidence_yet(database: Database) -> None:
    with database.transaction() as session:
        a_case(session)
    found = with_key(database, "read").get("/v1/cases/1/evidence").json()
    assert (found["document_id"], found["fields"]) == (None, [])


def test_the_trail_is_paged_in_order_and_goes_on_from_its_cursor(database: Database) -> None:
    some_cases(database, [1, 2, 3])
    http = with_key(database, "audit")
    first = http.get("/v1/audit", params={"limit": 2}).json()
    rest = http.get("/v1/audit", params={"cursor": first["next_cursor"]}).json()
    ids = [e["id"] for e in [*first["events"], *rest["events"]]]
    assert ids == sorted(set(ids))
    assert http.get("/v1/audit", params={"cursor": rest["next_cursor"]}).json()["events"] == []
    some_cases(database, [4])
    later = http.get("/v1/audit", params={"cursor": rest["next_cursor"]}).json()["events"]
    assert [e["action"] for e in later] == ["case.opened"]
    assert {e["case_id"] for e in http.get("/v1/audit", params={"case": 2}).json()["events"]} == {2}
    assert http.get("/v1/audit", params={"cursor": "e99999999999999999999"}).status_code == 422


def test_the_verification_names_the_broken_link(database: Database) -> None:
    some_cases(database, [1, 2])
    with database.transaction() as session:
        checkpoints.seal(session, key=SECRET.encode(), at=NOW)
    http = with_key(database, "audit")
    assert http.get("/v1/audit/verification").json()["holds"] is True
    with database.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text("update audit_events set actor = 'x' where case_id = 2 and seq = 1"))
    found = http.get("/v1/audit/verification").json()
    assert (found["holds"], found["broken"][0]["case_id"]) == (False, 2)


def test_a_case_folded_away_is_still_found(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        case.state = "closed"
        assert isinstance(case, Case)
    assert with_key(database, "read").get("/v1/cases/1").json()["state"] == "closed"
