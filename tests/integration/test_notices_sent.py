"""Notices and the digest as they leave, by a real server for outgoing mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.cases import assigning
from app.cases.seen import Seen
from app.mailboxes.models import Mailbox
from app.notices.models import DigestSent, Notice, NoticeRefusal
from app.users.access import Caller
from app.users.models import User
from app.users.personal import Personal, keep_personal
from tests.builders import NOW, a_case, a_person
from tests.house import House
from tests.mail_servers import PASSWORD, SmtpServer
from tests.mailboxes import a_mailbox
from workers import noticing

AT_EIGHT = NOW.replace(hour=8, minute=0)
"""A Friday."""
NOON = NOW.replace(hour=12)
"""Later than any digest may come."""


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as found:
        yield found


@pytest.fixture
def told(house: House, server: SmtpServer) -> House:
    """A house that sends, with a case that Ines gave to Marc."""
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, display_name="Marlow Voss Billing", is_default_for_sending=True,
            credentials={"password": PASSWORD},
            outgoing={"host": "127.0.0.1", "port": server.port, "encryption": "none", "user": "billing"},
        )  # fmt: skip
        ines, marc = a_person(session, "Ines"), a_person(session, "Marc")
        give(session, ines, marc)
    return house


def give(session: Session, by: Caller, to: Caller, content: bytes = b"Subject: hello\n\nhello") -> None:
    case = a_case(session, content=content)
    assigning.assign(
        session,
        case.id, seen=Seen(case.version), by=by, at=NOW, to_person=to.user_id,
    )  # fmt: skip


def test_a_notice_leaves_once_and_asks_no_machine_to_answer(told: House, server: SmtpServer) -> None:
    assert noticing.run(told.parts, at=NOON) == 1
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 0
    (left,) = server.taken
    mail = left.parsed()
    assert left.recipients == ("marc@firm.example",)
    assert mail["From"] == "Marlow Voss Billing <billing@marlowvoss.example>"
    assert mail["Subject"] == "Case 1 was given to you"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/cases/1" in mail.get_content()


@pytest.mark.parametrize("name", ["Müller & Söhne, Buchhaltung", "Comptabilité; réponses", "Billing"])
def test_the_senders_name_arrives_as_it_was_entered(told: House, server: SmtpServer, name: str) -> None:
    with told.parts.database.transaction() as session:
        session.query(Mailbox).one().display_name = name
    assert noticing.run(told.parts, at=NOON) == 1
    (left,) = server.taken
    [sender] = left.parsed()["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "billing@marlowvoss.example")


def test_a_server_that_is_busy_is_asked_again_with_the_same_mail(told: House, server: SmtpServer) -> None:
    server.answers.append("451 4.3.0 Try later")
    assert noticing.run(told.parts, at=NOON) == 0
    assert server.taken == []
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 1
    assert len(server.taken) == 1


def test_a_mail_that_may_have_left_is_not_sent_again(told: House, server: SmtpServer) -> None:
    server.answers.append("take and drop")
    noticing.run(told.parts, at=NOON)
    noticing.run(told.parts, at=NOON + timedelta(minutes=1))
    assert len(server.taken) == 1


def test_an_address_refused_for_good_keeps_nobody_else_waiting(told: House, server: SmtpServer) -> None:
    server.refused["marc@firm.example"] = "550 5.1.1 No such user"
    with told.parts.database.transaction() as session:
        ines, clara = a_person(session, "Ines"), a_person(session, "Clara", "controller")
        give(session, ines, clara, b"Subject: x\n\nx")
    assert noticing.run(told.parts, at=NOON) == 1
    assert [m.recipients for m in server.taken] == [("clara@firm.example",)]
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 0
    with told.parts.database.transaction() as session:
        (refusal,) = session.query(NoticeRefusal).all()
        assert "No such user" in refusal.says


def test_after_a_mail_went_through_again_the_refusal_is_forgotten(told: House, server: SmtpServer) -> None:
    server.refused["marc@firm.example"] = "550 5.1.1 No such user"
    noticing.run(told.parts, at=NOON)
    server.refused.clear()
    with told.parts.database.transaction() as session:
        give(session, a_person(session, "Ines"), a_person(session, "Marc"), b"Subject: x\n\nx")
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 1
    with told.parts.database.transaction() as session:
        assert session.query(NoticeRefusal).count() == 0


def test_the_digest_comes_once_a_day_at_the_persons_own_hour(told: House, server: SmtpServer) -> None:
    with told.parts.database.transaction() as session:
        tokyo = a_person(session, "Tomo")
        keep_personal(session, tokyo.user_id, Personal(time_zone="Asia/Tokyo"))
    noticing.run(told.parts, at=AT_EIGHT)
    noticing.run(told.parts, at=AT_EIGHT + timedelta(minutes=1))
    digests = [m for m in server.taken if "what waits" in m.parsed()["Subject"]]
    assert sorted(m.recipients[0] for m in digests) == ["ines@firm.example", "marc@firm.example"]
    assert "Mine: 1" in next(m for m in digests if m.recipients == ("marc@firm.example",)).parsed().get_content()
    noticing.run(told.parts, at=AT_EIGHT + timedelta(hours=15))  # 08:00 on Saturday in Tokyo
    assert len([m for m in server.taken if m.recipients == ("tomo@firm.example",)]) == 0
    noticing.run(told.parts, at=AT_EIGHT + timedelta(days=2, hours=15))  # 08:00 on Monday in Tokyo
    assert len([m for m in server.taken if m.recipients == ("tomo@firm.example",)]) == 1


def test_on_a_day_when_nothing_waits_no_digest_is_sent(house: House, server: SmtpServer) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, is_default_for_sending=True, credentials={"password": PASSWORD},
            outgoing={"host": "127.0.0.1", "port": server.port, "encryption": "none", "user": "billing"},
        )  # fmt: skip
        a_person(session, "Ines")
    assert noticing.run(house.parts, at=AT_EIGHT) == 0
    with house.parts.database.transaction() as session:
        assert session.query(DigestSent).count() == 1


def test_without_a_mailbox_to_send_from_nothing_is_noted_down(house: House) -> None:
    with house.parts.database.transaction() as session:
        give(session, a_person(session, "Ines"), a_person(session, "Marc"))
    assert noticing.run(house.parts, at=NOON) == 0
    with house.parts.database.transaction() as session:
        assert session.query(Notice).count() == 0


def test_a_paused_mailbox_sends_nothing(told: House, server: SmtpServer) -> None:
    with told.parts.database.transaction() as session:
        session.query(Mailbox).one().state = "paused"
    assert noticing.run(told.parts, at=NOON) == 0
    assert server.taken == []


def test_an_address_that_is_busy_keeps_nobody_else_waiting(told: House, server: SmtpServer) -> None:
    server.refused["marc@firm.example"] = "452 4.2.2 Mailbox full"
    with told.parts.database.transaction() as session:
        ines, clara = a_person(session, "Ines"), a_person(session, "Clara", "controller")
        give(session, ines, clara, b"Subject: x\n\nx")
    assert noticing.run(told.parts, at=NOON) == 1
    assert [m.recipients for m in server.taken] == [("clara@firm.example",)]
    server.refused.clear()
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 1
    assert [m.recipients for m in server.taken][1:] == [("marc@firm.example",)]


def test_a_mail_that_is_not_taken_now_keeps_no_other_waiting(told: House, server: SmtpServer) -> None:
    server.answers_about["marc@firm.example"] = ["451 4.7.1 Greylisted"]
    with told.parts.database.transaction() as session:
        ines, clara = a_person(session, "Ines"), a_person(session, "Clara", "controller")
        give(session, ines, clara, b"Subject: x\n\nx")
    assert noticing.run(told.parts, at=NOON) == 1
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 1
    assert [m.recipients for m in server.taken] == [("clara@firm.example",), ("marc@firm.example",)]


def test_a_digest_for_an_address_that_is_busy_keeps_nobody_elses_waiting(told: House, server: SmtpServer) -> None:
    server.refused["ines@firm.example"] = "452 4.2.2 Mailbox full"
    noticing.run(told.parts, at=AT_EIGHT)
    assert ("marc@firm.example",) in [m.recipients for m in server.taken]
    server.refused.clear()
    noticing.run(told.parts, at=AT_EIGHT + timedelta(minutes=1))
    assert [m.recipients for m in server.taken].count(("ines@firm.example",)) == 1


@pytest.mark.parametrize("roles", [["project_manager"], ["auditor"], ["policy_owner"]])
def test_who_may_hear_of_it_no_more_is_not_told_of_what_waited(
    told: House, server: SmtpServer, roles: list[str]
) -> None:
    server.answers.append("451 4.3.0 Try later")
    assert noticing.run(told.parts, at=NOON) == 0
    with told.parts.database.transaction() as session:
        session.query(User).filter(User.email == "marc@firm.example").one().roles = roles
    assert noticing.run(told.parts, at=NOON + timedelta(minutes=1)) == 0
    assert server.taken == []
