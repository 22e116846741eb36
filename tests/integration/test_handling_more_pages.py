"""Asking, folding together, splitting, fraud, closing and many cases at once: each a page with a form."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases.models import Case, CaseQuestion
from app.db import Database
from app.suggestions.models import Suggestion
from tests.builders import a_case, a_credit, a_person, a_suggestion
from tests.web import Browser, a_read_case, browser


def the_case(database: Database, case_id: int = 1) -> Case:
    with database.transaction() as session:
        return session.get_one(Case, case_id)


@pytest.fixture
def ines(database: Database) -> Browser:
    with database.transaction() as session:
        a_suggestion(session, a_read_case(session), a_credit())
        a_case(session, content=b"Subject: second\n\nsecond")
        a_case(session, content=b"Subject: third\n\nthird")
    return browser(database)


def test_a_project_manager_is_asked_and_answers_without_seeing_amounts(ines: Browser, database: Database) -> None:
    aoife = browser(database, "Aoife", "project_manager")
    ines.open("/cases/1/ask")
    ines.send("/cases/1/ask", to=str(aoife.person.user_id), put_off="yes")
    assert the_case(database).snoozed_for == "delivery_answers"
    page = aoife.open("/questions")
    assert "Were the contested hours worked" in page
    page = aoife.open("/questions/1")
    assert "42 Stunden berechnet" in page
    assert "It was delivered" in page
    assert "Say whether it was delivered" in aoife.send("/questions/1", 422, delivered="", answer=" ")
    page = aoife.send("/questions/1", delivered="yes", answer="Signed on the phone.")
    assert "It was delivered. Signed on the phone." in page
    assert the_case(database).state == "to_decide"
    assert "answered the question about the delivery." in ines.open("/cases/1")
    assert aoife.http.post("/questions/1", data={"token": ""}, headers=aoife.headers).status_code == 403


def test_a_question_to_somebody_else_is_not_there(ines: Browser, database: Database) -> None:
    aoife, otto = browser(database, "Aoife", "project_manager"), browser(database, "Otto", "project_manager")
    ines.open("/cases/1/ask")
    ines.send("/cases/1/ask", to=str(aoife.person.user_id))
    otto.open("/questions/1", 404)
    assert "Nothing is asked of you." in otto.open("/questions")
    ines.open("/questions/1")


def test_a_case_is_closed_for_a_reason_and_the_next_one_opens(ines: Browser, database: Database) -> None:
    page = ines.open("/cases/1/close")
    assert "One proposed step is rejected" in page
    assert "Say in the note" in ines.send("/cases/1/close", 422, reason="other", note="")
    page = ines.send("/cases/1/close", reason="handled_elsewhere")
    assert "Case 1" not in page.partition("<h1>")[2].partition("</h1>")[0]
    assert the_case(database).state == "closed"
    with database.transaction() as session:
        assert session.execute(select(Suggestion.state)).scalar_one() == "rejected"


def test_a_case_is_folded_into_another_and_taken_out(ines: Browser, database: Database) -> None:
    ines.open("/cases/1/merge")
    assert "Choose the case" in ines.send("/cases/1/merge", 422)
    page = ines.send("/cases/1/merge", other="2", because="Same invoice")
    assert "folded case 1 into this one." in page
    assert the_case(database).merged_into == 2
    ines.open("/cases/1/take-out")
    page = ines.send("/cases/1/take-out")
    assert "took it out of case 2 again." in page
    assert the_case(database).merged_into is None


def test_a_message_is_split(ines: Browser, database: Database) -> None:
    ines.open("/cases/1/split")
    page = ines.send("/cases/1/split", 422, reason__1="rate_price", about__1="")
    assert "Name one to 5 matters" in page
    page = ines.send("/cases/1/split", reason__1="rate_price", about__1="The rate was never agreed.")
    assert "case 4 is a matter of its own." in page
    part = the_case(database, 4)
    assert (part.split_from, part.reason, part.summary) == (1, "rate_price", "The rate was never agreed.")
    page = ines.open("/cases/4")
    assert "split it off case 1" in page
    assert "42 Stunden berechnet" in page


def test_fraud_is_marked_and_confirm_stays_closed_until_the_call_back(ines: Browser, database: Database) -> None:
    ines.open("/cases/1/fraud")
    page = ines.send("/cases/1/fraud", reason="impersonation", note="Odd address.")
    assert "marked it as fraud." in page
    assert the_case(database).kind == "security_alert"
    ines.open("/cases/1/call-back")
    assert "Write down who answered" in ines.send("/cases/1/call-back", 422, check=["written_down"])
    page = ines.send("/cases/1/call-back", check=["asked"])
    assert "ticked on the call-back checklist: “Ask whether they sent it" in page
    everything = ["number_from_odoo", "known_contact", "asked", "written_down"]
    ines.open("/cases/1/call-back")
    ines.send("/cases/1/call-back", check=everything, note__written_down="Maria Esteves, 10:14")
    otto = browser(database, "Otto", "controller")
    ines.open("/cases/1/genuine")
    assert "finance controller" in ines.send("/cases/1/genuine", 403, reason="hours_quantity")
    otto.open("/cases/1/genuine")
    otto.send("/cases/1/genuine", reason="hours_quantity")
    assert the_case(database).kind == "dispute"


# -- many at once -------------------------------------------------------------------------------------------------


def send(person: Browser, do: str, status: int = 303, **more: object) -> str:
    person.open(f"/cases/bulk?do={do}&case=1&case=2&case=3")
    values = {**person.form("/cases/bulk"), **more}
    answer = person.http.post("/cases/bulk", data=values, headers=person.headers)
    assert answer.status_code == status, answer.text
    return answer.text if status != 303 else str(answer.headers["location"])


def test_many_cases_are_assigned_put_off_and_closed_at_once(ines: Browser, database: Database) -> None:
    assert send(ines, "assign", to=f"person:{ines.person.user_id}") == "/inbox"
    assert {the_case(database, n).owner_id for n in (1, 2, 3)} == {ines.person.user_id}
    send(ines, "snooze", until="customer_answers")
    assert {the_case(database, n).state for n in (1, 2, 3)} == {"snoozed"}
    send(ines, "close", reason="not_ours")
    assert {the_case(database, n).state for n in (1, 2, 3)} == {"closed"}


def test_many_cases_are_folded_into_one(ines: Browser, database: Database) -> None:
    assert send(ines, "merge", into="2") == "/cases/2"
    assert [the_case(database, n).merged_into for n in (1, 2, 3)] == [2, None, 2]
    assert "Choose which of the ticked" in send(ines, "merge", 422, into="99")


def test_one_that_somebody_changed_is_left_and_named(ines: Browser, database: Database) -> None:
    ines.open("/cases/bulk?do=close&case=1&case=2")
    values = {**ines.form("/cases/bulk"), "reason": "not_ours"}
    marc = browser(database, "Marc")
    marc.open("/cases/2/assign")
    marc.send("/cases/2/assign", to=f"person:{marc.person.user_id}")
    answer = ines.http.post("/cases/bulk", data=values, headers=ines.headers)
    assert answer.status_code == 409
    assert "1 case was handled." in answer.text
    assert "Marc assigned case 2" in answer.text
    assert (the_case(database).state, the_case(database, 2).state) == ("closed", "to_decide")


def test_the_list_may_send_its_ticks_in_either_way_and_never_a_confirmation(ines: Browser, database: Database) -> None:
    token = ines.open("/cases/1/assign") and ines.form("/cases/1/assign")["token"][0]
    page = ines.http.post(
        "/cases/bulk", data={"token": token, "do": "assign", "case": ["1", "2"], "version": ["7", "8"]},
        headers=ines.headers,
    )  # fmt: skip
    assert 'value="1:7"' in page.text
    for data in ({"do": "confirm", "case": "1"}, {"do": "assign"}):
        answer = ines.http.post("/cases/bulk", data={"token": token, **data}, headers=ines.headers)
        assert answer.status_code == 422


def test_a_project_manager_handles_nothing(ines: Browser, database: Database) -> None:
    aoife = browser(database, "Aoife", "project_manager")
    aoife.open("/cases/bulk?do=assign&case=1", 403)
    aoife.open("/cases/1/assign", 404)
    with database.transaction() as session:
        a_person(session, "Aoife", "project_manager")
        session.add(
            CaseQuestion(case_id=1, asked_by=ines.person.user_id, text="?", asked_at=the_case(database).opened_at)
        )
    aoife.open("/cases/1")
    aoife.open("/cases/1/assign", 403)
