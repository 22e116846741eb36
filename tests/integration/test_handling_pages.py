"""Putting off and assigning on the page: forms that work without script, and entries that are not lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases.models import Case
from app.clock import now
from app.db import Database
from app.users import people
from tests.builders import NOW, a_case, a_person, a_suggestion
from tests.web import a_read_case, browser


def the_case(database: Database, case_id: int = 1) -> Case:
    with database.transaction() as session:
        return session.get_one(Case, case_id)


@pytest.fixture
def one_case(database: Database) -> None:
    with database.transaction() as session:
        a_suggestion(session, a_read_case(session))


def test_a_case_is_put_off_and_the_next_one_opens(database: Database, one_case: None) -> None:
    with database.transaction() as session:
        a_case(session, content=b"Subject: other\n\nother")
    ines = browser(database)
    ines.open("/cases/1/snooze?view=open")
    later = (now() + timedelta(days=5)).date().isoformat()
    page = ines.send("/cases/1/snooze", until="day", day=later, because="Waits for the signed sheet.")
    assert "Case 2" in page
    case = the_case(database)
    assert (case.state, case.snoozed_because) == ("snoozed", "Waits for the signed sheet.")
    assert case.snoozed_until is not None
    assert case.snoozed_until.hour == 8
    page = ines.open("/cases/1")
    assert "put it off. Until" in page
    assert "Waits for the signed sheet." in page


def test_it_can_wait_for_the_customer(database: Database, one_case: None) -> None:
    ines = browser(database)
    ines.open("/cases/1/snooze")
    ines.send("/cases/1/snooze", until="customer_answers")
    assert (the_case(database).snoozed_until, the_case(database).snoozed_for) == (None, "customer_answers")
    assert "Until the customer answers" in ines.open("/cases/1/snooze")


def test_a_day_that_is_past_says_so_and_keeps_what_was_entered(database: Database, one_case: None) -> None:
    ines = browser(database)
    ines.open("/cases/1/snooze")
    page = ines.send("/cases/1/snooze", 422, until="day", day="2020-01-01", because="Kept words")
    assert "Choose a time that is still to come" in page
    assert "Kept words" in page
    page = ines.send("/cases/1/snooze", 422, until="day", day="soon")
    assert "Choose until when" in page
    assert the_case(database).state == "to_decide"


def test_a_case_is_assigned_to_a_person_or_a_team(database: Database, one_case: None) -> None:
    with database.transaction() as session:
        marc = a_person(session, "Marc", "controller")
        people.set_teams(session, marc.email, ["Receivables DE"], at=NOW, by="test")
    ines = browser(database)
    page = ines.open("/cases/1/assign")
    assert "Ines (you)" in page
    assert "Receivables DE" in page
    page = ines.send("/cases/1/assign", to=f"person:{marc.user_id}")
    assert "assigned it to Marc." in page
    assert the_case(database).owner_id == marc.user_id
    ines.open("/cases/1/assign")
    ines.send("/cases/1/assign", to="team:Receivables DE")
    assert (the_case(database).owner_id, the_case(database).team) == (None, "Receivables DE")
    ines.open("/cases/1/assign")
    assert "Choose whom" in ines.send("/cases/1/assign", 422, to="person:nonsense")


def test_the_second_of_two_hears_who_was_first(database: Database, one_case: None) -> None:
    ines, marc = browser(database), browser(database, "Marc")
    ines.open("/cases/1/assign")
    marc.open("/cases/1/assign")
    ines.send("/cases/1/assign", to=f"person:{ines.person.user_id}")
    page = marc.send("/cases/1/assign", 409, to=f"person:{marc.person.user_id}", note="I know them")
    assert "Ines assigned case 1" in page
    assert "I know them" in page
    assert the_case(database).owner_id == ines.person.user_id


def test_a_case_is_brought_back_by_hand(database: Database, one_case: None) -> None:
    ines = browser(database)
    ines.open("/cases/1/snooze")
    form = ines.form("/cases/1/snooze")
    ines.send("/cases/1/snooze", until="customer_answers")
    answer = ines.http.post("/cases/1/wake", data=form | {"version": str(the_case(database).version)},
                            headers=ines.headers)  # fmt: skip
    assert answer.status_code == 303
    assert the_case(database).state == "to_decide"


def test_another_session_s_form_is_refused(database: Database, one_case: None) -> None:
    ines, marc = browser(database), browser(database, "Marc")
    ines.open("/cases/1/assign")
    stolen = ines.form("/cases/1/assign") | {"to": "nobody"}
    assert marc.http.post("/cases/1/assign", data=stolen, headers=marc.headers).status_code == 403
