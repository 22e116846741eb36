"""What was written can be taken back: as a step of its own, decided like every other, and only while Odoo allows it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.clock import now
from app.errors import Conflict, Refused
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks import undoing
from app.writebacks.models import WriteBack
from tests.house import House
from tests.web import browser, with_key

CREDIT, MARK, FILE, NOTE = "draft_credit_note", "mark_disputed", "attach_evidence", "post_note"


def written(house: House, kind: str, by: Caller, also: Caller) -> Suggestion:
    """A step of the contested hours, confirmed by both where the policy asks for two, and written."""
    taken = house.take_in_sample("01-hours")
    house.work()
    step = house.suggestions(taken.case_id)[kind]
    if not house.confirm(step, by):
        assert house.confirm(step, also)
    house.write()
    done = house.suggestions(taken.case_id)[kind]
    assert done.state == "written"
    return done


def ask_back(house: House, suggestion: Suggestion, by: Caller) -> Suggestion:
    with house.parts.database.transaction() as session:
        return undoing.undo_written(session, suggestion.id, by=by, policy=house.parts.policy, at=now())


def actions(house: House, case_id: int) -> list[str]:
    with house.parts.database.transaction() as session:
        query = select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        return list(session.execute(query).scalars())


@pytest.fixture
def clara(house: House) -> Caller:
    return house.person("Clara", "reviewer")


@pytest.fixture
def tom(house: House) -> Caller:
    return house.person("Tom", "controller")


def test_a_draft_credit_note_is_deleted_again_after_a_decision_of_its_own(
    house: House, clara: Caller, tom: Caller
) -> None:
    credit = written(house, CREDIT, clara, tom)
    drafts = [m for m in house.odoo.books.all("account.move") if m["reversed_entry_id"] == credit.target_id]
    assert len(drafts) == 1
    back = ask_back(house, credit, clara)
    assert (back.kind, back.state, back.approvals_required, back.rule) == ("take_back", "open", 1, "BACK-1")
    assert [(r["what"], r["after"]) for r in back.before] == [("Draft credit note", "deleted")]
    assert house.case(credit.case_id).state == "to_decide"
    house.write()
    assert drafts[0]["id"] in house.odoo.books.tables["account.move"].records, "nothing is taken back undecided"
    assert house.confirm(back, clara), "who asked may confirm: nothing was edited"
    house.write()
    assert drafts[0]["id"] not in house.odoo.books.tables["account.move"].records
    states = {s: house.suggestions(credit.case_id)[s].state for s in (CREDIT, "take_back")}
    assert states == {CREDIT: "undone", "take_back": "written"}
    said = actions(house, credit.case_id)
    assert said.index("write.asked_back") < said.index("write.undone")
    with pytest.raises(Conflict, match="already"):
        ask_back(house, credit, clara)


def test_the_mark_is_cleared_and_the_rows_are_the_other_way_round(house: House, clara: Caller, tom: Caller) -> None:
    mark = written(house, MARK, clara, tom)
    back = ask_back(house, mark, clara)
    assert [(r["what"], r["now"], r["after"]) for r in back.before] == [("Reminders", "paused", "active")]
    house.confirm(back, clara)
    house.write()
    assert house.odoo.books.get("account.move", mark.target_id or 0)["no_followup"] is False


def test_what_somebody_touched_since_is_left_alone_and_said(house: House, clara: Caller, tom: Caller) -> None:
    credit = written(house, CREDIT, clara, tom)
    draft = next(m for m in house.odoo.books.all("account.move") if m["reversed_entry_id"] == credit.target_id)
    house.odoo.books.get("account.move.line", draft["invoice_line_ids"][0])["price_unit"] = 1.0
    back = ask_back(house, credit, clara)
    house.confirm(back, clara)
    house.write()
    assert house.suggestions(credit.case_id)["take_back"].state == "refused"
    assert house.suggestions(credit.case_id)[CREDIT].state == "written"
    case = house.case(credit.case_id)
    assert case.state == "needs_attention"
    assert "Somebody has worked on" in case.attention


def test_a_note_stays_and_it_is_said_what_to_do_instead(house: House, clara: Caller, tom: Caller) -> None:
    note = written(house, NOTE, clara, tom)
    with pytest.raises(Refused, match="second note"):
        ask_back(house, note, clara)
    with house.parts.database.transaction() as session:
        assert "second note" in undoing.cannot(session, note)


def test_only_what_was_written_is_taken_back_and_only_once(house: House, clara: Caller, tom: Caller) -> None:
    taken = house.take_in_sample("01-hours")
    house.work()
    with pytest.raises(Conflict, match="was not written"):
        ask_back(house, house.suggestions(taken.case_id)[MARK], clara)
    house.confirm(house.suggestions(taken.case_id)[MARK], clara)
    with pytest.raises(Conflict, match="on its way"):
        ask_back(house, house.suggestions(taken.case_id)[MARK], clara)
    house.write()
    mark = house.suggestions(taken.case_id)[MARK]
    with pytest.raises(Refused):
        ask_back(house, mark, house.person("Ines", "project_manager"))
    ask_back(house, mark, clara)
    with pytest.raises(Conflict, match="proposed already"):
        ask_back(house, mark, tom)


def test_a_reverse_step_cannot_be_reversed(house: House, clara: Caller, tom: Caller) -> None:
    back = ask_back(house, written(house, FILE, clara, tom), clara)
    house.confirm(back, clara)
    house.write()
    assert list(house.odoo.books.all("ir.attachment")) == []
    with pytest.raises(Refused, match="took something back itself"):
        ask_back(house, house.suggestions(back.case_id)["take_back"], clara)


def test_reading_the_case_again_leaves_the_asked_step_alone(house: House, clara: Caller, tom: Caller) -> None:
    mark = written(house, MARK, clara, tom)
    back = ask_back(house, mark, clara)
    house.work()
    assert house.suggestions(mark.case_id)["take_back"].id == back.id
    with house.parts.database.transaction() as session:
        row = session.execute(select(WriteBack).where(WriteBack.suggestion_id == back.id)).scalar_one_or_none()
    assert row is None


def test_it_is_asked_for_on_the_page_and_over_the_api(house: House, clara: Caller, tom: Caller) -> None:
    mark = written(house, MARK, clara, tom)
    page = browser(house.parts.database, "Clara")
    assert "Take it back" in page.open(f"/cases/{mark.case_id}")
    shown = page.send(f"/cases/{mark.case_id}/take-back")
    assert "BACK-1" in shown
    assert f'/cases/{mark.case_id}/take-back"' not in shown
    back = house.suggestions(mark.case_id)["take_back"]
    assert (back.state, back.made_by) == ("open", clara.user_id)
    http = with_key(house.parts.database, "decide", "read", name="Clara")
    again = http.post(f"/v1/suggestions/{mark.id}/take-back")
    assert (again.status_code, "proposed already" in again.json()["detail"]) == (409, True)
    rejected = http.post(
        f"/v1/suggestions/{back.id}/decisions",
        json={"verdict": "reject", "content_hash": back.content_hash, "reason": "other"},
    )
    assert rejected.status_code == 201
    assert http.post(f"/v1/suggestions/{mark.id}/take-back").json()["kind"] == "take_back"
