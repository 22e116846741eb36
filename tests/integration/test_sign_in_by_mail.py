"""A link to sign in, asked for on the page and mailed: to who works here, not too often, and nobody learns who does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.jobs import send_nudges_with
from app.main import create_app
from app.review.languages import _, speaking
from app.users import links_by_mail
from app.users.models import User
from app.users.personal import Personal, keep_personal
from tests.builders import a_person, the_policy
from tests.house import House
from tests.mail_servers import PASSWORD, SmtpServer
from tests.mailboxes import a_mailbox
from tests.web import PaperRenderer, altered
from workers import signing_in

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as found:
        yield found


@pytest.fixture
def nudges() -> Iterator[list[tuple[str, str]]]:
    """What the web app asks of workers, which the test then does itself."""
    found: list[tuple[str, str]] = []
    send_nudges_with(lambda task, subject: found.append((task, subject)))
    try:
        yield found
    finally:
        send_nudges_with(None)


@pytest.fixture
def desk(house: House, server: SmtpServer) -> House:
    """A house that sends mail, and Ines who works there."""
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, is_default_for_sending=True, credentials={"password": PASSWORD},
            outgoing={"host": "127.0.0.1", "port": server.port, "encryption": "none", "user": "billing"},
        )  # fmt: skip
        a_person(session, "Ines")
    return house


def web(desk: House) -> TestClient:
    """A browser in which nobody is signed in yet."""
    p = desk.parts
    app = create_app(p.settings, p.database, the_policy(), odoo=None, renderer=PaperRenderer())
    return TestClient(app, base_url=p.settings.public_url, follow_redirects=False)


def ask(http: TestClient, email: str = "ines@firm.example") -> None:
    answer = http.post("/sign-in", data={"email": email}, headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?asked=1")


def work_off(desk: House, nudges: list[tuple[str, str]]) -> list[bool]:
    """Do what workers were asked to."""
    asked, nudges[:] = [subject for task, subject in nudges if task == links_by_mail.TASK], []
    return [signing_in.mail_link(desk.parts, subject) for subject in asked]


def link_in(server: SmtpServer, place: int = -1) -> str:
    text = server.taken[place].parsed().get_content()
    match = re.search(r"^  (\S+)\r?$", text, re.M)
    assert match, text
    parts = urlsplit(match[1])
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_a_link_is_mailed_that_signs_in_once(desk: House, server: SmtpServer, nudges: list[tuple[str, str]]) -> None:
    http = web(desk)
    assert "Send me a link" in http.get("/sign-in").text
    ask(http, " INES@firm.example ")
    assert "a link is on its way" in http.get("/sign-in?asked=1").text
    assert work_off(desk, nudges) == [True]
    (mail,) = server.taken
    assert mail.recipients == ("ines@firm.example",)
    assert mail.parsed()["Auto-Submitted"] == "auto-generated"
    link = link_in(server)
    assert "Sign in as Ines" in http.get(link).text
    assert http.get("/inbox").status_code == 303
    assert http.post(link, headers=SAME_ORIGIN).headers["location"] == "/inbox"
    assert http.get("/inbox").status_code == 200
    assert web(desk).post(link, headers=SAME_ORIGIN).status_code == 404
    with desk.parts.database.transaction() as session:
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "person.link_mailed")).scalar_one()
        assert event.content == {"email": "ines@firm.example"}


@pytest.mark.parametrize(("chosen", "browser"), [("de", "fr"), ("", "de")])
def test_the_mail_is_in_the_person_s_language(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]], chosen: str, browser: str
) -> None:
    with desk.parts.database.transaction() as session:
        ines = session.execute(select(User)).scalar_one()
        keep_personal(session, ines.id, Personal(language=chosen))
    http = web(desk)
    http.headers["accept-language"] = browser
    ask(http)
    work_off(desk, nudges)
    with speaking("de"):
        expected = _("Your link to sign in")
    assert server.taken[0].parsed()["Subject"] == expected


def test_the_answer_is_the_same_for_whoever_does_not_work_here(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]]
) -> None:
    with desk.parts.database.transaction() as session:
        a_person(session, "Marc")
        session.execute(select(User).where(User.email == "marc@firm.example")).scalar_one().is_active = False
    http = web(desk)
    for email in ("nobody@else.example", "marc@firm.example", "", "x" * 5000, "a@b\r\nBcc: c@d.example", "\0"):
        ask(http, email)
    assert len(nudges) == 6
    assert not any("@" in subject for _task, subject in nudges)
    assert work_off(desk, nudges) == [False] * 6
    assert server.taken == []


def test_nobody_is_mailed_more_than_three_links_in_a_quarter_of_an_hour(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]]
) -> None:
    http = web(desk)
    for _again in range(5):
        ask(http)
    assert work_off(desk, nudges) == [True, True, True, False, False]
    with desk.parts.database.transaction() as session:
        a_person(session, "Marc")
    ask(http, "marc@firm.example")
    assert work_off(desk, nudges) == [True]


def test_a_limit_holds_for_all_together(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_by_mail, "IN_ALL", 2)
    with desk.parts.database.transaction() as session:
        for name in ("Marc", "Clara", "Paula"):
            a_person(session, name)
    for name in ("marc", "clara", "paula"):
        ask(web(desk), f"{name}@firm.example")
    assert work_off(desk, nudges) == [True, True, False]


def test_a_flood_of_requests_does_not_reach_the_workers(
    desk: House, nudges: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_by_mail, "ASKED_A_MINUTE", 4)
    http = web(desk)
    for _again in range(20):
        ask(http)
    assert len(nudges) <= 4


def test_a_request_that_is_delivered_twice_mails_once(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]]
) -> None:
    ask(web(desk))
    ((_task, subject),) = nudges
    assert [signing_in.mail_link(desk.parts, subject) for _again in range(2)] == [True, False]
    assert signing_in.mail_link(desk.parts, altered(subject)) is False
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_no_fault(desk: House, server: SmtpServer, nudges: list[tuple[str, str]]) -> None:
    server.answers.append("451 4.3.0 Try later")
    server.refused["ines@firm.example"] = "550 5.1.1 No such user"
    for _again in range(2):
        ask(web(desk))
    assert work_off(desk, nudges) == [False, False]


@pytest.mark.parametrize("is_paused", [True, False])
def test_where_no_mailbox_sends_none_is_promised(house: House, nudges: list[tuple[str, str]], is_paused: bool) -> None:
    with house.parts.database.transaction() as session:
        a_person(session, "Ines")
        if is_paused:
            outgoing = {"host": "127.0.0.1", "port": 9, "encryption": "none"}
            a_mailbox(session, is_default_for_sending=True, outgoing=outgoing).state = "paused"
    http = web(house)
    page = http.get("/sign-in").text
    assert "Send me a link" not in page
    assert "countersign user link" in page
    ask(http)
    assert work_off(house, nudges) == [False]


def test_another_site_cannot_ask(desk: House, nudges: list[tuple[str, str]]) -> None:
    answer = web(desk).post("/sign-in", data={"email": "ines@firm.example"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert nudges == []


def test_after_signing_in_it_goes_on_with_the_page_that_was_asked_for(
    desk: House, server: SmtpServer, nudges: list[tuple[str, str]]
) -> None:
    http = web(desk)
    assert http.get("/settings/mail?a=1&b=c").headers["location"] == "/sign-in"
    ask(http)
    work_off(desk, nudges)
    elsewhere = web(desk)  # the mail is read in another browser
    link = link_in(server)
    page = elsewhere.get(link).text
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    assert action
    answer = elsewhere.post(action[1].replace("&amp;", "&"), headers=SAME_ORIGIN)
    assert answer.headers["location"] == "/settings/mail?a=1&b=c"


def test_a_link_made_by_hand_leads_there_too(desk: House) -> None:
    from app.users import access

    http = web(desk)
    http.get("/cases/7")
    with desk.parts.database.transaction() as session:
        ines = session.execute(select(User.id)).scalar_one()
    link = access.sign_in_link("", desk.parts.secret_key, ines)
    assert http.post(link, headers=SAME_ORIGIN).headers["location"] == "/cases/7"
    again = access.sign_in_link("", desk.parts.secret_key, ines)
    assert http.post(again, headers=SAME_ORIGIN).headers["location"] == "/inbox"


@pytest.mark.parametrize(
    "page",
    ["https://else.example/", "//else.example", "/\\else.example", "/sign-out", "/v1/cases", "javascript:alert(1)",
     "/a\r\nSet-Cookie: x=1", "/" + "a" * 600, "", "inbox"],
)  # fmt: skip
def test_a_link_leads_nowhere_else(desk: House, page: str) -> None:
    from urllib.parse import quote

    from app.users import access

    with desk.parts.database.transaction() as session:
        ines = session.execute(select(User.id)).scalar_one()
    link = access.sign_in_link("", desk.parts.secret_key, ines)
    answer = web(desk).post(f"{link}?next={quote(page, safe='')}", headers=SAME_ORIGIN)
    assert answer.headers["location"] == "/inbox"
    assert "x=1" not in str(answer.headers)


def test_what_a_script_asked_for_is_no_page_to_go_to(desk: House) -> None:
    http = web(desk)
    http.get("/cases/7")
    http.get("/inbox/new", headers={"sec-fetch-dest": "empty"})
    assert "/inbox/new" not in str(http.cookies)
    http.post("/cases/7/confirm", headers=SAME_ORIGIN)
    answer = http.get("/inbox/new", headers={"sec-fetch-dest": "empty"})
    assert "set-cookie" not in answer.headers
