"""Texts of draft invoices over the API: listed, read line by line, decided, told anew, and the rules for them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.cases.models import CaseStep
from tests.drafts import FIRST, HAFENWERK, lines_of, name_of_line, remark, with_two_lines
from tests.house import House
from tests.web import with_key
from workers import narrating


def test_a_draft_is_read_line_by_line_and_one_line_decided(house: House) -> None:
    second = with_two_lines(house)
    remark(house, 17, "our bug again")
    narrating.run(house.parts)
    program = with_key(house.parts.database, "read", "decide")
    listed = program.get("/v1/narratives?limit=2").json()
    assert [n["customer"] for n in listed["narratives"]] == ["Brauhaus Sternecker KG", "Hafenwerk Logistik AG"]
    assert listed["narratives"][1]["clean_lines"] == [second]
    assert listed["narratives"][1]["net"] == "4500.00"
    rest = program.get("/v1/narratives", params={"limit": 2, "cursor": listed["next_cursor"]}).json()
    assert [n["customer"] for n in rest["narratives"]] == ["Wychwood Foods Ltd"]
    assert rest["next_cursor"] == ""
    assert len(program.get("/v1/narratives?show=look").json()["narratives"]) == 1
    draft = program.get(f"/v1/narratives/{HAFENWERK}").json()
    one, other = draft["texts"]
    assert (one["line_id"], one["is_clean"], other["is_clean"]) == (FIRST, False, True)
    assert [h["reason"] for h in one["held_back"]] == ["own_fault"]
    assert "bug" not in one["proposed"]
    stated = sum(Decimal(s["hours"]) for s in one["sentences"] if s["hours"])
    assert stated == Decimal(one["quantity"])
    assert {e["id"] for e in one["entries"]} >= {r["id"] for s in one["sentences"] for r in s["records"]}
    step = other["step"]
    answer = program.post(
        f"/v1/suggestions/{step['suggestion_id']}/decisions",
        json={"verdict": "confirm", "content_hash": step["content_hash"]},
    )
    assert answer.status_code == 201
    house.time_passes()
    house.write()
    assert name_of_line(house, second) == lines_of(other["proposed"])
    assert program.get(f"/v1/narratives/{HAFENWERK}").json()["texts"][1]["step"]["state"] == "written"


def test_rules_are_set_for_a_customer_and_its_draft_is_asked_for_anew(house: House) -> None:
    narrating.run(house.parts)
    program = with_key(house.parts.database, "read", "decide")
    customer = program.get(f"/v1/narratives/{HAFENWERK}").json()["customer_id"]
    said = program.put(f"/v1/narratives/rules/{customer}", json={"language": "de", "forbidden_words": ["nightly"]})
    assert said.status_code == 200
    assert said.json()["holds"]["language"] == "de"
    assert said.json()["own"]["group_by"] is None
    house.work()
    assert "Weitere Leistungen laut Auftrag" in str(program.get(f"/v1/narratives/{HAFENWERK}").json()["texts"])
    listed = program.get("/v1/narratives/rules").json()
    assert [c["customer"] for c in listed["customers"]] == ["Hafenwerk Logistik AG"]
    assert program.put(f"/v1/narratives/rules/{customer}", json={"group_by": "person"}).status_code == 403
    assert program.put(f"/v1/narratives/rules/{customer}", json={"colour": "red"}).status_code == 422
    assert program.put("/v1/narratives/rules/999999", json={}).status_code == 404


def test_a_draft_is_told_anew_on_request(house: House) -> None:
    narrating.run(house.parts)
    program = with_key(house.parts.database, "read", "decide")
    remark(house, 17, "Load profile of the yard")
    answer = program.post(f"/v1/narratives/{HAFENWERK}/drafting")
    assert answer.status_code == 202
    with house.parts.database.transaction() as session:
        waiting = session.execute(select(CaseStep.state).where(CaseStep.case_id == answer.json()["case_id"])).scalars()
        assert list(waiting) == ["waiting"]
    house.work()
    assert "Load profile of the yard" in str(program.get(f"/v1/narratives/{HAFENWERK}").json()["texts"])


def test_others_read_no_texts_and_a_key_for_reading_sets_no_rules(house: House) -> None:
    narrating.run(house.parts)
    manager = with_key(house.parts.database, "read", roles=("project_manager",), name="Paul")
    for address in ("", f"/{HAFENWERK}", "/rules"):
        assert manager.get(f"/v1/narratives{address}").status_code == 403
    reader = with_key(house.parts.database, "read")
    assert reader.put("/v1/narratives/rules/0", json={}).status_code == 403
    assert reader.post(f"/v1/narratives/{HAFENWERK}/drafting").status_code == 403
    assert reader.get("/v1/narratives/999999").status_code == 404
    assert reader.get("/v1/narratives?cursor=nonsense").status_code == 422
