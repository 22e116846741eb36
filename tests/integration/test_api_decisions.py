"""Decisions over HTTP: exactly what was seen, by whom, once; edited, refused, taken back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db import Database
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal
from app.writebacks.models import WriteBack
from tests.builders import a_case, a_credit, a_reference, a_suggestion
from tests.web import a_read_case, asked, with_key


def a_proposal(database: Database, proposal: Proposal | None = None) -> dict:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), proposal or a_reference())
        return {"id": str(suggestion.id), "hash": suggestion.content_hash}


def decide(http, s: dict, verdict: str = "confirm", **more: object):  # type: ignore[no-untyped-def]
    body = {"verdict": verdict, "content_hash": s["hash"], **more}
    return http.post(f"/v1/suggestions/{s['id']}/decisions", json=body)


def test_a_confirmation_queues_one_write_and_can_be_undone(database: Database) -> None:
    s = a_proposal(database)
    http = with_key(database, "decide", "read")
    answer = decide(http, s)
    assert answer.status_code == 201
    assert answer.json()["is_complete"] is True
    assert answer.json()["undo_until"]
    undone = http.post(f"/v1/suggestions/{s['id']}/undo")
    assert (undone.json()["state"], undone.json()["version"]) == ("open", 2)
    with database.transaction() as session:
        assert session.execute(select(WriteBack.state)).scalar_one() == "withdrawn"
    assert http.post(f"/v1/suggestions/{s['id']}/undo").status_code == 409


def test_another_version_than_the_one_seen_is_a_conflict(database: Database) -> None:
    s = a_proposal(database)
    answer = decide(with_key(database, "decide"), {**s, "hash": "0" * 64})
    assert answer.status_code == 409
    assert "not the version you saw" in answer.json()["detail"]


def test_the_second_reviewer_hears_who_was_first(database: Database) -> None:
    s = a_proposal(database)
    assert decide(with_key(database, "decide", name="Ines"), s).status_code == 201
    answer = decide(with_key(database, "decide", name="Marc"), s)
    assert answer.status_code == 409
    assert "Ines" in answer.json()["detail"]


def test_a_large_credit_waits_for_a_controller(database: Database) -> None:
    s = a_proposal(database, a_credit("900.00"))
    first = decide(with_key(database, "decide", name="Ines"), s).json()
    assert (first["is_complete"], first["undo_until"]) == (False, None)
    assert "controller" in first["missing"]
    second = decide(with_key(database, "decide", name="Carla", roles=("controller",)), s).json()
    assert second["is_complete"] is True


def test_roles_are_the_persons_not_the_keys(database: Database) -> None:
    s = a_proposal(database, a_credit())
    answer = decide(with_key(database, "decide", name="Pia", roles=("project_manager",)), s)
    assert answer.status_code == 403
    assert "CN-1" in answer.json()["detail"]


def test_a_rejection_needs_a_reason(database: Database) -> None:
    s = a_proposal(database)
    http = with_key(database, "decide", "read")
    assert decide(http, s, "reject").status_code == 403
    assert decide(http, s, "reject", reason="dislike").status_code == 422
    assert decide(http, s, "reject", reason="wrong_amount", note="4 hours").status_code == 201
    assert http.get(f"/v1/suggestions/{s['id']}").json()["state"] == "rejected"


def test_an_edit_is_a_new_version_that_needs_another_person(database: Database) -> None:
    s = a_proposal(database)
    http = with_key(database, "decide", "read", name="Ines")
    body = {"content_hash": s["hash"], "values": {"reference": "PO-8"}}
    made = http.post(f"/v1/suggestions/{s['id']}/amendments", json=body)
    assert made.status_code == 201
    new = {"id": made.json()["id"], "hash": made.json()["content_hash"]}
    assert made.json()["before_after"][0]["after"] == "PO-8"
    assert decide(http, s).status_code == 409
    assert decide(http, new).json()["is_complete"] is False
    assert decide(with_key(database, "decide", name="Marc"), new).json()["is_complete"] is True


def test_only_editable_values_may_be_edited(database: Database) -> None:
    s = a_proposal(database)
    body = {"content_hash": s["hash"], "values": {"partner_id": "7"}}
    answer = with_key(database, "decide").post(f"/v1/suggestions/{s['id']}/amendments", json=body)
    assert answer.status_code == 403
    assert "You can change reference" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"verdict": "confirm"}, {"verdict": "maybe", "content_hash": "0" * 64},
        {"verdict": "confirm", "content_hash": "0" * 63},
        {"verdict": "confirm", "content_hash": "0" * 64, "sudo": True},
        {"verdict": "reject", "content_hash": "0" * 64, "reason": "other", "note": "x" * 2001}, [], "confirm", None,
    ],
)  # fmt: skip
def test_a_malformed_decision_is_no_decision(database: Database, body: object) -> None:
    s = a_proposal(database)
    answer = with_key(database, "decide").post(f"/v1/suggestions/{s['id']}/decisions", json=body)
    assert answer.status_code == 422
    with database.transaction() as session:
        assert session.execute(select(Suggestion.state)).scalar_one() == "open"


def test_a_note_that_cannot_be_stored_is_said(database: Database) -> None:
    s = a_proposal(database)
    answer = decide(with_key(database, "decide"), s, "reject", reason="other", note="a\x00b")
    assert answer.status_code == 422


def test_what_does_not_exist_is_not_found(database: Database) -> None:
    http = with_key(database, "decide", "read")
    for answer in (
        decide(http, {"id": str(uuid4()), "hash": "0" * 64}),
        http.post(f"/v1/suggestions/{uuid4()}/undo"),
        http.get(f"/v1/suggestions/{uuid4()}"),
        http.get("/v1/suggestions?case=77"),
    ):
        assert answer.status_code == 404
    assert http.get("/v1/suggestions/not-an-id").status_code == 422


def test_suggestions_of_a_case_come_in_order_without_replaced_ones(database: Database) -> None:
    s = a_proposal(database)
    http = with_key(database, "decide", "read")
    http.post(
        f"/v1/suggestions/{s['id']}/amendments", json={"content_hash": s["hash"], "values": {"reference": "PO-8"}}
    )
    found = http.get("/v1/suggestions?case=1").json()["suggestions"]
    assert [f["version"] for f in found] == [2]


def test_a_reading_is_chosen_over_http_by_those_who_may(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    http = with_key(database, "decide", "read")
    assert http.post("/v1/cases/1/reading", json={"reason": "nonsense"}).status_code == 422
    answer = http.post("/v1/cases/1/reading", json={"reason": "rate_price"})
    assert (answer.status_code, answer.json()["reason"], answer.json()["reading"]) == (200, "rate_price", "Sure")
    assert http.post("/v1/cases/99/reading", json={"reason": "rate_price"}).status_code == 404
    manager = with_key(database, "decide", name="Pia", roles=("project_manager",))
    assert manager.post("/v1/cases/1/reading", json={"reason": "tax"}).status_code == 403
    assert with_key(database, "read", name="Rob").post("/v1/cases/1/reading", json={"reason": "tax"}).status_code == 403


def test_a_case_is_closed_over_http_with_a_note_and_not_past_its_steps(database: Database) -> None:
    with database.transaction() as session:
        a_case(session, content=b"settled by telephone")
    a_proposal(database)
    http = with_key(database, "decide", "read")
    assert http.post("/v1/cases/1/closing", json={"note": "  "}).status_code == 422
    assert http.post("/v1/cases/1/closing", json={"note": "Settled by telephone."}).json()["state"] == "closed"
    assert http.post("/v1/cases/2/closing", json={"note": "No."}).status_code == 409


def test_a_project_manager_answers_over_http_whether_work_was_delivered(database: Database) -> None:
    a_proposal(database, a_credit("300.00"))
    asked(database)
    manager = with_key(database, "decide", "read", name="Pia", roles=("project_manager",))
    answer = manager.post("/v1/cases/1/delivery", json={"was_delivered": False, "note": "Never took place."})
    assert answer.status_code == 200
    assert manager.get("/v1/cases/1").status_code == 403
    trail = with_key(database, "read", name="Rob").get("/v1/cases/1").json()["events"]
    assert "delivery.answered" in [event["action"] for event in trail]
