"""Handling cases over the API: the version that was seen goes along, and the answer is the case as it is now."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cases.models import Case
from app.db import Database
from app.users import people
from tests.builders import NOW, a_case, a_credit, a_person, a_suggestion
from tests.web import a_read_case, with_key


@pytest.fixture
def ines(database: Database) -> TestClient:
    with database.transaction() as session:
        a_suggestion(session, a_read_case(session), a_credit())
        a_case(session, content=b"Subject: second\n\nsecond")
        a_person(session, "Aoife", "project_manager")
    return with_key(database, "read", "decide")


def version(database: Database, case_id: int = 1) -> int:
    with database.transaction() as session:
        return session.get_one(Case, case_id).version


def post(program: TestClient, database: Database, door: str, status: int = 200, **body: Any) -> Any:
    number = int(door.split("/")[0])
    answer = program.post(f"/v1/cases/{door}", json={"version": version(database, number), **body})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_case_is_put_off_and_brought_back(ines: TestClient, database: Database) -> None:
    post(ines, database, "1/snooze", 422)
    post(ines, database, "1/snooze", 422, until="2020-01-07T08:00:00+01:00")
    case = post(ines, database, "1/snooze", event="customer_answers", because="Waits.")
    assert (case["state"], case["snoozed_for"], case["snoozed_because"]) == ("snoozed", "customer_answers", "Waits.")
    assert post(ines, database, "1/wake")["state"] == "to_decide"


def test_an_old_version_is_told_who_was_faster(ines: TestClient, database: Database) -> None:
    before = version(database)
    case = post(ines, database, "1/assignment", person="ines@firm.example")
    assert case["version"] > before
    answer = ines.post("/v1/cases/1/assignment", json={"version": before, "person": ""})
    assert answer.status_code == 409
    assert "Ines assigned case 1" in answer.json()["detail"]
    with database.transaction() as session:
        people.set_teams(session, "ines@firm.example", ["Receivables"], at=NOW, by="test")
    case = post(ines, database, "1/assignment", team="Receivables")
    assert (case["owner_id"], case["team"]) == (None, "Receivables")


def test_a_question_is_asked_and_answered(ines: TestClient, database: Database) -> None:
    aoife = with_key(database, "decide", roles=("project_manager",), name="Aoife")
    asked = post(ines, database, "1/questions", 201, text="Was it delivered?", to="aoife@firm.example", put_off=True)
    assert asked["asked_to"] == "Aoife"
    [waiting] = aoife.get("/v1/questions").json()["questions"]
    answer = aoife.post(f"/v1/questions/{waiting['id']}/answer", json={"was_delivered": False, "text": "Not yet."})
    assert answer.json()["answer"]["by"] == "Aoife"
    [kept] = ines.get("/v1/cases/1/questions").json()["questions"]
    assert kept["answer"]["text"] == "Not yet."
    assert ines.get("/v1/cases/1").json()["state"] == "to_decide"
    assert aoife.post(f"/v1/questions/{waiting['id']}/answer", json={}).status_code == 422


def test_cases_are_split_folded_and_taken_out(ines: TestClient, database: Database) -> None:
    made = post(ines, database, "1/split", 201, matters=[{"reason": "expenses", "about": "The taxi."}])
    assert [c["id"] for c in made["cases"]] == [1, 3]
    assert made["cases"][1]["split_from"] == 1
    assert [c["id"] for c in ines.get("/v1/cases/1/family").json()["cases"]] == [3]
    assert post(ines, database, "2/merge", into=1, because="Same")["id"] == 1
    assert [c["id"] for c in ines.get("/v1/cases/1/family").json()["cases"]] == [3, 2]
    assert post(ines, database, "2/take-out")["merged_into"] is None
    assert ines.get("/v1/cases/3").json()["documents"] == ines.get("/v1/cases/1").json()["documents"]


def test_fraud_and_its_call_back(ines: TestClient, database: Database) -> None:
    halted = post(ines, database, "1/fraud", reason="impersonation")
    assert (halted["withdrawn"], halted["sent"]) == (1, 0)
    assert ines.get("/v1/cases/1/call-back").json()["why_not"].endswith("0 of 4 done.")
    done = [{"item": i} for i in ("number_from_odoo", "known_contact", "asked")]
    answer = ines.put("/v1/cases/1/call-back", json={"version": version(database), "done": done})
    assert answer.json()["left"] == ["written_down"]
    assert "3 of 4" in answer.json()["why_not"]


def test_closing_with_a_reason_needs_the_version_seen(ines: TestClient, database: Database) -> None:
    assert ines.post("/v1/cases/1/closing", json={"reason": "not_ours"}).status_code == 422
    assert ines.post("/v1/cases/1/closing", json={"note": "Settled."}).status_code == 409
    assert ines.post("/v1/cases/1/closing", json={}).status_code == 422
    assert post(ines, database, "1/closing", reason="not_ours")["state"] == "closed"
    assert ines.post("/v1/cases/2/closing", json={"note": "Settled."}).json()["state"] == "closed"


def test_many_cases_are_handled_each_by_itself(ines: TestClient, database: Database) -> None:
    def bulk(status: int = 200, **body: Any) -> Any:
        cases = [{"id": 1, "version": version(database)}, {"id": 2, "version": version(database, 2)}]
        answer = ines.post("/v1/cases/bulk", json={"cases": cases, **body})
        assert answer.status_code == status, answer.text
        return answer.json()

    assert bulk(do="assign", person="ines@firm.example") == {"done": [1, 2], "left": []}
    assert bulk(do="snooze", event="customer_answers")["done"] == [1, 2]
    old = [{"id": 1, "version": 1}, {"id": 2, "version": version(database, 2)}]
    said = ines.post("/v1/cases/bulk", json={"do": "snooze", "event": "customer_answers", "cases": old}).json()
    assert said["done"] == [2]
    assert said["left"][0]["why"].startswith("Ines ")
    assert bulk(do="merge", into=2) == {"done": [1], "left": []}
    bulk(422, do="close")
    bulk(422, do="merge")
    bulk(422, do="confirm")


def test_a_key_that_only_reads_handles_nothing(ines: TestClient, database: Database) -> None:
    reader = with_key(database, "read", name="Marc")
    for door in ("snooze", "wake", "assignment", "merge", "take-out", "split", "fraud", "questions"):
        assert reader.post(f"/v1/cases/1/{door}", json={"version": 1}).status_code == 403
