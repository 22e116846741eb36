"""Replies by mail on the case page and by the API: whom they go to, where they are, whether one left."""

from __future__ import annotations

from sqlalchemy import select

from app.letters.models import Letter
from app.suggestions.models import Suggestion
from tests.house import House
from tests.integration.test_letters import THANKS, again, arrives, connect, reply_of
from tests.mail_servers import SmtpServer
from tests.web import Browser, browser, with_key


def open_case(house: House, content: bytes = THANKS) -> tuple[Browser, int]:
    """A reviewer in front of the case that this mail made."""
    case_id = arrives(house, content)
    ines = browser(house.parts.database, "Ines", "reviewer", countersign_undo_seconds=0)
    ines.open(f"/cases/{case_id}")
    return ines, case_id


def confirm(ines: Browser, case_id: int, reply: Suggestion) -> str:
    return ines.send(f"/cases/{case_id}/confirm", step=[f"{reply.id}:{reply.content_hash}"])


def test_the_page_says_to_whom_a_reply_goes_and_lets_a_person_choose(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    ines, case_id = open_case(house, THANKS.replace(b"Subject:", b"Reply-To: pay@elsewhere.example\r\nSubject:"))
    assert "from billing@marlowvoss.example" in ines.page or "chooses whom it goes to" in ines.page
    assert '<option value="pay@elsewhere.example"' in ines.page
    page = ines.send(f"/cases/{case_id}/edit", value__to="pay@elsewhere.example")
    assert "Sends this reply to pay@elsewhere.example from billing@marlowvoss.example." in page


def test_a_reply_that_waits_is_shown_with_the_reason_and_can_be_taken_back(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["451 4.3.0 Try later"]
    connect(house, smtp)
    ines, case_id = open_case(house)
    assert "Sends this reply to dora@customer.example from billing@marlowvoss.example." in ines.page
    confirm(ines, case_id, reply_of(house, case_id))
    house.write()
    page = ines.open(f"/cases/{case_id}")
    assert "not sent yet" in page
    assert "Try later" in page
    page = ines.send(f"/cases/{case_id}/undo")
    assert 'id="letters"' not in page
    assert reply_of(house, case_id).state == "open"
    again(house)
    assert smtp.taken == []


def test_a_person_says_on_the_page_that_a_reply_left(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["take and drop"]
    connect(house, smtp)
    ines, case_id = open_case(house)
    confirm(ines, case_id, reply_of(house, case_id))
    house.write()
    page = ines.open(f"/cases/{case_id}")
    assert "not certain whether it left" in page
    page = ines.send(f"/cases/{case_id}/letter", left="yes")
    assert "said that the reply had left" in page
    again(house)
    assert len(smtp.taken) == 1
    with house.parts.database.transaction() as session:
        letter = session.execute(select(Letter)).scalar_one()
    assert (letter.state, letter.settled_by) == ("sent", ines.person.email)


def test_what_a_server_said_is_text_on_the_page_and_nothing_else(house: House, smtp: SmtpServer) -> None:
    smtp.refused["dora@customer.example"] = "550 <script>alert(1)</script>"
    connect(house, smtp)
    ines, case_id = open_case(house)
    confirm(ines, case_id, reply_of(house, case_id))
    house.write()
    page = ines.open(f"/cases/{case_id}")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_programs_read_letters_and_settle_one_for_a_person(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["take and drop"]
    connect(house, smtp)
    ines, case_id = open_case(house)
    confirm(ines, case_id, reply_of(house, case_id))
    house.write()
    reads, decides = (with_key(house.parts.database, scope) for scope in ("read", "decide"))
    path = f"/v1/cases/{case_id}/letters"
    [letter] = reads.get(path).json()["letters"]
    assert (letter["state"], letter["recipients"]) == ("uncertain", ["dora@customer.example"])
    there = f"{path}/{letter['id']}"
    assert reads.post(there, json={"has_left": True}).status_code == 403
    assert decides.post(f"{path}/{letter['suggestion_id']}", json={"has_left": True}).status_code == 404
    answer = decides.post(there, json={"has_left": True})
    assert (answer.status_code, answer.json()["state"]) == (200, "sent")
    assert decides.post(there, json={"has_left": True}).status_code == 409
