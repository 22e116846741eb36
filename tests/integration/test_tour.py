"""The guided tour: offered at the first sign-in to the demo, walked by plain links, ended by a button."""

from __future__ import annotations

from app.db import Database
from app.users import access
from tests.builders import a_person
from tests.web import ORIGIN, SECRET, a_read_case, browser, client


def test_the_tour_leads_from_the_inbox_to_a_dispute_and_says_where_it_has_no_case(database: Database) -> None:
    with database.transaction() as session:
        case_id = a_read_case(session).id
    ines = browser(database, "Ines")
    page = ines.open("/tour")
    assert "There is no such case here yet." in page
    assert ines.http.get("/tour/1").headers["location"] == "/inbox"
    assert "1 of 5" in ines.open("/inbox")
    assert ines.http.get("/tour/2").headers["location"] == f"/cases/{case_id}"
    page = ines.open(f"/cases/{case_id}")
    assert "2 of 5: A dispute." in page
    assert 'href="/tour/3"' in page
    assert ines.http.get("/tour/3").headers["location"] == "/tour#stop-3"


def test_ended_it_is_gone_and_the_person_stays_where_they_were(database: Database) -> None:
    ines = browser(database, "Ines")
    ines.http.get("/tour/1")
    ines.open("/inbox?sort=amount")
    page = ines.send("/tour/end")
    assert "of 5" not in page
    assert 'class="tour"' not in ines.open("/inbox")


def test_a_link_of_the_demo_begins_with_the_tour(database: Database) -> None:
    with database.transaction() as session:
        person = a_person(session, "Clara")
    link = access.sign_in_link(ORIGIN, SECRET, person.user_id).removeprefix(ORIGIN)
    http = client(database)
    assert f'action="{link}?tour=1"' in http.get(f"{link}?tour=1").text
    answer = http.post(f"{link}?tour=1", headers={"sec-fetch-site": "same-origin"})
    assert answer.headers["location"] == "/tour"


def test_nobody_is_sent_away_by_the_end_of_the_tour(database: Database) -> None:
    ines = browser(database, "Ines")
    ines.http.get("/tour/1")
    ines.open("/inbox")
    form = {**ines.form("/tour/end"), "back": "//evil.example"}
    assert ines.http.post("/tour/end", data=form, headers=ines.headers).headers["location"] == "/inbox"
