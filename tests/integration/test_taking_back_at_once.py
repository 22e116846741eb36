"""Undo, for a few seconds, after a case was put off or assigned: a plain form, and the trail tells both."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases import snoozing, taking_back
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.errors import Conflict, Refused
from app.users import people
from app.users.access import Caller
from tests.builders import NOW, a_case, a_person, a_suggestion
from tests.web import Browser, a_read_case, browser

LONG = {"countersign_undo_seconds": 60}
"""The tests wait for no bar to go."""


def the_case(database: Database, case_id: int = 1) -> Case:
    with database.transaction() as session:
        return session.get_one(Case, case_id)


@pytest.fixture
def ines(database: Database) -> Browser:
    with database.transaction() as session:
        a_suggestion(session, a_read_case(session))
        for n in (2, 3):
            a_case(session, content=f"case {n}".encode())
    return browser(database, **LONG)


def put_off(person: Browser, case_id: int = 1, **more: Any) -> str:
    person.open(f"/cases/{case_id}/snooze?view=open")
    return person.send(f"/cases/{case_id}/snooze", **{"until": "customer_answers", "because": "Asked them.", **more})


def assigned(person: Browser, to: str, case_id: int = 1) -> str:
    person.open(f"/cases/{case_id}/assign")
    return person.send(f"/cases/{case_id}/assign", to=to)


def told(database: Database, case_id: int = 1) -> list[str]:
    with database.transaction() as session:
        rows = session.execute(select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq))
        return [e.action for e in rows.scalars()]


def test_putting_off_is_taken_back_and_the_history_tells_both(ines: Browser, database: Database) -> None:
    page = put_off(ines)
    assert "Case 1 was put off." in page  # on the next case, which opened
    assert the_case(database).state == "snoozed"
    page = ines.send("/inbox/undo")
    case = the_case(database)
    assert (case.state, case.snoozed_until, case.snoozed_for, case.snoozed_because) == ("to_decide", None, "", "")
    assert (case.snoozed_by, case.snoozed_at) == (None, None)
    assert "put it off. Until the customer answers." in page
    assert "took it back that the case was put off." in page
    assert 'id="undo"' not in page  # what was taken back is not taken back again
    assert [a for a in told(database) if a == "case.moved"] == ["case.moved"] * 2


def test_the_list_that_one_came_from_is_remembered(ines: Browser) -> None:
    put_off(ines)
    answer = ines.http.post("/inbox/undo", data=ines.form("/inbox/undo"), headers=ines.headers)
    assert answer.headers["location"] == "/cases/1"
    ines.open("/inbox?sort=age")
    put_off(ines)
    ines.open("/inbox?sort=age")
    answer = ines.http.post("/inbox/undo", data=ines.form("/inbox/undo"), headers=ines.headers)
    assert answer.headers["location"] == "/cases/1?sort=age"


def test_a_case_that_needed_attention_needs_it_still(ines: Browser, database: Database) -> None:
    with database.transaction() as session:
        case = session.get_one(Case, 1)
        case.state, case.attention = "needs_attention", "The attachment has a password."
    put_off(ines)
    ines.send("/inbox/undo")
    case = the_case(database)
    assert (case.state, case.attention) == ("needs_attention", "The attachment has a password.")


def test_put_off_anew_it_is_put_off_as_before(ines: Browser, database: Database) -> None:
    marc = browser(database, "Marc")
    day = (now() + timedelta(days=5)).date().isoformat()
    put_off(marc, until="day", day=day, because="Waits for the signed sheet.")
    before = the_case(database)
    put_off(ines)
    ines.open("/cases/2")
    ines.send("/inbox/undo")
    case = the_case(database)
    assert case.state == "snoozed"
    assert (case.snoozed_until, case.snoozed_for, case.snoozed_because, case.snoozed_by, case.snoozed_at) == (
        before.snoozed_until, before.snoozed_for, before.snoozed_because, before.snoozed_by, before.snoozed_at,
    )  # fmt: skip
    assert case.snoozed_by == marc.person.user_id


def test_an_assignment_is_taken_back(ines: Browser, database: Database) -> None:
    with database.transaction() as session:
        marc = a_person(session, "Marc", "controller")
        people.set_teams(session, marc.email, ["Receivables"], at=NOW, by="test")
    assert "Case 1 was assigned to Marc." in assigned(ines, f"person:{marc.user_id}")
    page = ines.send("/inbox/undo")
    assert (the_case(database).owner_id, the_case(database).team) == (None, "")
    assert "took an assignment back." in page
    assert "It is nobody’s again." in page

    assigned(ines, f"person:{marc.user_id}")
    assert "Case 1 was assigned to the team Receivables." in assigned(ines, "team:Receivables")
    assert "It is Marc’s again." in ines.send("/inbox/undo")
    assert (the_case(database).owner_id, the_case(database).team) == (marc.user_id, "")

    assigned(ines, "team:Receivables")
    assert "Case 1 is nobody’s now." in assigned(ines, "nobody")
    assert "It is the team Receivables’s again." in ines.send("/inbox/undo")
    assert (the_case(database).owner_id, the_case(database).team) == (None, "Receivables")


def test_many_that_were_handled_in_one_go_are_put_back_in_one_go(ines: Browser, database: Database) -> None:
    def handle(do: str, **values: str) -> str:
        ines.open(f"/cases/bulk?do={do}&case=1&case=2&case=3")
        answer = ines.http.post("/cases/bulk", data={**ines.form("/cases/bulk"), **values}, headers=ines.headers)
        return ines.open(answer.headers["location"])

    assert "3 cases were put off." in handle("snooze", until="customer_answers")
    ines.send("/inbox/undo")
    assert {the_case(database, n).state for n in (1, 2, 3)} == {"to_decide"}
    assert "3 cases were assigned." in handle("assign", to=f"person:{ines.person.user_id}")
    marc = browser(database, "Marc")
    assigned(marc, "nobody", 2)
    answer = ines.http.post("/inbox/undo", data=ines.form("/inbox/undo"), headers=ines.headers)
    assert answer.status_code == 409
    assert "2 cases were put back." in answer.text
    assert "Marc assigned case 2" in answer.text
    assert [the_case(database, n).owner_id for n in (1, 2, 3)] == [None, None, None]


def test_somebody_elses_doing_in_between_is_not_undone(ines: Browser, database: Database) -> None:
    assigned(ines, f"person:{ines.person.user_id}")
    marc = browser(database, "Marc")
    assigned(marc, f"person:{marc.person.user_id}")
    answer = ines.http.post("/inbox/undo", data=ines.form("/inbox/undo"), headers=ines.headers)
    assert answer.status_code == 409
    assert "Marc assigned case 1" in answer.text
    assert the_case(database).owner_id == marc.person.user_id


def test_the_bar_is_the_persons_own_and_of_their_last_doing(ines: Browser, database: Database) -> None:
    put_off(ines)
    assert 'id="undo"' not in browser(database, "Marc", **LONG).open("/inbox")
    assigned(ines, f"person:{ines.person.user_id}", 2)
    assert "Case 2 was assigned to Ines." in ines.open("/inbox")
    values = ines.form("/inbox/undo")
    ines.send("/inbox/undo")
    assert 'id="undo"' not in ines.open("/inbox")
    answer = ines.http.post("/inbox/undo", data=values, headers=ines.headers)  # pressed twice
    assert answer.status_code == 409
    assert "cannot be taken back any more" in answer.text
    assert the_case(database).state == "snoozed"


def test_the_bar_goes_with_the_time_and_is_not_there_without_one(database: Database) -> None:
    with database.transaction() as session:
        case, person = a_case(session, content=b"one"), a_person(session, "Ines", "reviewer")
        snoozing.snooze(
            session, case.id, seen=Seen(case.version), by=person, at=now() - timedelta(seconds=61),
            event="customer_answers",
        )  # fmt: skip
        a_case(session, content=b"two")
    assert 'id="undo"' not in browser(database, **LONG).open("/inbox")
    hasty = browser(database, countersign_undo_seconds=0)
    assert 'id="undo"' not in put_off(hasty, 2)


def test_a_confirmation_after_it_has_the_bar_again(ines: Browser) -> None:
    put_off(ines, 2)
    ines.open("/cases/1")
    page = ines.send("/cases/1/confirm")
    assert "Confirmed:" in page
    assert re.search(r'<form id="undo"[^>]*action="/cases/1/undo"', page)


def test_nothing_else_is_taken_back_this_way(database: Database) -> None:
    with database.transaction() as session:
        case, person = a_case(session, content=b"one"), a_person(session, "Ines", "reviewer")
        other, manager = a_person(session, "Marc", "reviewer"), a_person(session, "Paula", "project_manager")
        snoozing.snooze(session, case.id, seen=Seen(case.version), by=person, at=NOW, event="customer_answers")
        seq = session.execute(select(AuditEvent.seq).order_by(AuditEvent.id.desc()).limit(1)).scalar_one()

        def refused(by: Caller, place: int, how: type[Exception]) -> None:
            with pytest.raises(how):
                taking_back.take_back(session, case.id, place, by=by, at=NOW)

        refused(other, seq, Conflict)
        refused(manager, seq, Refused)
        refused(person, seq + 7, Conflict)
        refused(person, 1, Conflict)
        assert case.state == "snoozed"
        snoozing.wake_now(session, case.id, seen=Seen(case.version), by=person, at=NOW)
        refused(person, seq, Conflict)


def test_a_form_of_another_session_or_without_cases_does_nothing(ines: Browser, database: Database) -> None:
    put_off(ines)
    marc = browser(database, "Marc")
    form = ines.form("/inbox/undo")
    assert marc.http.post("/inbox/undo", data=form, headers=marc.headers).status_code == 403
    for event in ("", "x:y", "0:1"):
        assert ines.http.post("/inbox/undo", data={**form, "event": event}, headers=ines.headers).status_code == 422
    assert the_case(database).state == "snoozed"
