"""A reply of ours that comes back is seen on its case; delays and receipts are noted; nothing is sent by itself."""

from __future__ import annotations

import email
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.cases import lifecycle, steps
from app.cases.models import Case, CaseDocument
from app.cases.seen import Seen
from app.cases.snoozing import snooze
from app.clock import now
from app.decisions import amendment, decide, news
from app.documents.automatic import Ours
from app.documents.read import read
from app.documents.receive import receive
from app.errors import Conflict, Refused
from app.letters import again, returned
from app.letters.models import Letter
from app.mailboxes import thread_token
from app.mailboxes.models import Mailbox
from app.mailboxes.taking import take_in_content
from app.sources.incoming import Incoming
from app.suggestions import by_mail
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.vocabulary import Kind
from app.writebacks import held
from tests.house import House
from tests.mail_servers import PASSWORD, SmtpServer
from tests.mailboxes import a_mailbox
from tests.web import browser
from workers import assessment

TO = "ap@hafenwerk.example"
KEY = "k" * 40


def a_letter(house: House, case_id: int, *, state: str = "sent") -> Letter:
    """A reply on this case that has left."""
    with house.parts.database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalars().first() or a_mailbox(session)
        reply = session.execute(
            select(Suggestion).where(Suggestion.case_id == case_id, Suggestion.kind == "draft_reply").limit(1)
        ).scalar_one()
        number, at = uuid4(), now()
        message_id = thread_token.message_id(case_id, number, KEY, domain="marlowvoss.example")
        content = f"From: {mailbox.address}\nTo: {TO}\nMessage-ID: {message_id}\nSubject: Re: Invoice\n\nDear Sir\n"
        kept = receive(session, Incoming(content.encode(), "reply.eml", "letter", str(number), at))
        letter = Letter(
            id=number, case_id=case_id, suggestion_id=reply.id, mailbox_id=mailbox.id, message_id=message_id,
            sender=mailbox.address, recipients=[TO], subject="Re: Invoice", state=state, document_id=kept.document_id,
            made_at=at, begun_at=at, sent_at=at if state in ("sent", "bounced") else None,
        )  # fmt: skip
        session.add(letter)
        session.add(CaseDocument(document_id=kept.document_id, case_id=case_id, role="sent", added_at=at))
        session.flush()
        return letter


def a_report(letter: Letter, *, status: str = "5.1.1", action: str = "failed", says: str = "550 5.1.1 User unknown",
             to: str = TO, tag: str = "1", message_id: str = "") -> bytes:  # fmt: skip
    """A delivery report as servers send it (RFC 3464), with the letter's headers."""
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.hafenwerk.example\nTo: {letter.sender}\n"
        f"Subject: Undelivered Mail Returned to Sender\nMessage-ID: <report-{tag}@mx.hafenwerk.example>\n"
        "Date: Tue, 17 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI could not deliver your message.\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.hafenwerk.example\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {says}\n\n--b\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {message_id or letter.message_id}\nSubject: Re: Invoice\n"
        "\n--b--\n"
    ).encode()


def come_back(house: House, report: bytes) -> int:
    """The report comes in and is read; returns its case."""
    taken = house.take_in(report, f"report-{hash(report)}.eml")
    house.work()
    return taken.case_id


def the_letter(house: House, letter: Letter) -> Letter:
    with house.parts.database.transaction() as session:
        return session.get_one(Letter, letter.id)


def events(house: House, case_id: int, action: str) -> int:
    with house.parts.database.transaction() as session:
        query = select(func.count()).where(AuditEvent.case_id == case_id, AuditEvent.action == action)
        return int(session.execute(query.select_from(AuditEvent)).scalar_one())


def a_disputed_case(house: House) -> int:
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    return case_id


def test_a_reply_that_comes_back_is_seen_on_its_case_with_the_servers_reason(house: House) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    report = come_back(house, a_report(letter))
    found = the_letter(house, letter)
    assert (found.state, found.bounced_because) == ("bounced", "550 5.1.1 User unknown")
    assert found.bounced_at is not None
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert case.attention == (
        f"The reply to {TO} did not arrive. The address does not exist: ask the customer for the right one, and write "
        "to that. The server says: “550 5.1.1 User unknown”."
    )
    assert (house.case(report).state, house.case(report).merged_into) == ("closed", case_id)
    assert events(house, case_id, "letter.bounced") == 1
    with house.parts.database.transaction() as session:
        assert session.execute(select(func.count()).select_from(Letter)).scalar_one() == 1  # nothing was sent again


@pytest.mark.parametrize("state", ["done", "closed", "snoozed"])
def test_a_case_that_ended_or_waits_for_an_answer_is_before_a_person_again(house: House, state: str) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    clara = house.person("Clara", "reviewer")
    with house.parts.database.transaction() as session:
        case = session.get_one(Case, case_id)
        if state == "snoozed":
            seen, until = Seen(case.version), now() + timedelta(days=9)
            snooze(session, case_id, seen=seen, by=clara, at=now(), until=until, event="customer_answers")
        else:
            lifecycle.move(session, case, state, actor=clara.email, at=now(), because="Answered.")
    come_back(house, a_report(letter))
    assert house.case(case_id).state == "needs_attention"


@pytest.mark.parametrize(
    ("action", "status", "event"), [("delayed", "4.4.1", "letter.delayed"), ("delivered", "2.0.0", "letter.arrived")]
)
def test_a_delay_or_a_receipt_is_only_noted(house: House, action: str, status: str, event: str) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    clara = house.person("Clara", "reviewer")
    with house.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, case_id).version)
        snooze(
            session, case_id, seen=seen, by=clara, at=now(), until=now() + timedelta(days=9), event="customer_answers"
        )
    report = come_back(house, a_report(letter, action=action, status=status, says="later"))
    assert house.case(case_id).state == "snoozed"
    assert the_letter(house, letter).state == "sent"
    assert house.case(report).merged_into == case_id
    assert events(house, case_id, event) == 1


def test_a_report_that_comes_twice_or_once_for_each_recipient_adds_up(house: House) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    come_back(house, a_report(letter))
    come_back(house, a_report(letter, to="second@hafenwerk.example", status="5.2.2", says="552 full", tag="2"))
    assert the_letter(house, letter).bounced_because == "550 5.1.1 User unknown; 552 full"
    assert "second@hafenwerk.example" in house.case(case_id).attention


@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_what_came_back_had_left(house: House, state: str) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id, state=state)
    come_back(house, a_report(letter))
    found = the_letter(house, letter)
    assert found.state == "bounced"
    assert found.sent_at is not None


def test_a_report_on_a_mail_that_is_not_ours_changes_no_letter(house: House) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    report = come_back(house, a_report(letter, message_id="<other@marlowvoss.example>"))
    assert the_letter(house, letter).state == "sent"
    assert house.case(case_id).state == "to_decide"
    assert house.case(report).merged_into is None


def test_a_report_that_looks_like_fraud_is_looked_at_by_itself(house: House) -> None:
    case_id = a_disputed_case(house)
    letter = a_letter(house, case_id)
    taken = house.take_in(a_report(letter), "report.eml")
    assessment.assess(house.parts, taken.case_id)
    with house.parts.database.transaction() as session:
        case = session.get_one(Case, taken.case_id)
        case.kind, case.reason, case.state = Kind.SECURITY_ALERT, "impersonation", "to_decide"
        session.flush()
        reading = read(a_report(letter), "report.eml")
        for _ in range(2):
            assert returned.take_back(session, taken.case_id, reading, ours=Ours(), at=now()) is None
    assert house.case(taken.case_id).merged_into is None
    assert the_letter(house, letter).state == "bounced"
    assert events(house, case_id, "letter.bounced") == 1


ASKED = b"""From: Dora Lang <dora@customer.example>\r
To: billing@marlowvoss.example\r
Subject: Copy of your invoice please\r
Message-ID: <one@customer.example>\r
Date: Mon, 16 Nov 2026 09:00:00 +0000\r
Content-Type: text/plain; charset=utf-8\r
\r
Hello,\r
\r
please send us a copy of your last statement of account.\r
\r
Best regards,\r
Dora Lang\r
"""


def an_answered_case(house: House, smtp: SmtpServer, by: Caller) -> tuple[int, str]:
    """A case whose reply a person confirmed and a server took, and the reply's Message-ID as it left."""
    with house.parts.database.transaction() as session:
        outgoing = {"host": "127.0.0.1", "port": smtp.port, "encryption": "none"}
        mailbox = a_mailbox(session, "billing", credentials={"password": PASSWORD}, outgoing=outgoing)
        case_id = take_in_content(session, mailbox, ASKED, at=now()).case_id
    house.work()
    house.confirm(house.suggestions(case_id)["draft_reply"], by)
    house.write()
    return case_id, str(email.message_from_bytes(smtp.taken[-1].content)["Message-ID"])


def test_from_confirmation_to_return_on_real_servers(house: House, smtp: SmtpServer) -> None:
    clara = house.person("Clara", "reviewer")
    case_id, message_id = an_answered_case(house, smtp, clara)
    assert house.case(case_id).state == "done"
    with house.parts.database.transaction() as session:
        letter = session.execute(select(Letter)).scalar_one()
    assert letter.message_id == message_id
    report = come_back(house, a_report(letter, to="dora@customer.example"))
    case = house.case(case_id)
    assert (case.state, house.case(report).merged_into) == ("needs_attention", case_id)
    assert "dora@customer.example did not arrive" in case.attention
    house.time_passes()
    house.write()
    assert len(smtp.taken) == 1  # nothing is sent again by itself
    with house.parts.database.transaction() as session:
        steps.schedule(session, case_id, "reconcile", at=now())
    house.work()  # compared with Odoo once more: nobody has seen that it came back
    assert house.case(case_id).state == "needs_attention"
    anew = written_anew(house, letter, clara)
    assert house.case(case_id).state == "needs_attention"
    assert by_mail.of_json(anew.command["within"]).to == ""  # type: ignore[union-attr]
    with house.parts.database.transaction() as session:
        edit = amendment.edited(anew, {"to": "dora@customer.example", "body": "Hello again."})
        chosen = decide.amend(
            session, anew.id, edit, content_hash=anew.content_hash, by=clara, policy=house.parts.policy, at=now()
        )
    house.confirm(chosen, house.person("Tom", "reviewer"))
    house.write()
    assert len(smtp.taken) == 2
    assert house.case(case_id).state == "done"


def written_anew(house: House, letter: Letter, by: Caller) -> Suggestion:
    with house.parts.database.transaction() as session:
        return again.open_again(
            session, letter.id, case_id=letter.case_id, by=by, policy=house.parts.policy, at=now()
        )  # fmt: skip


def test_a_person_who_has_seen_that_it_came_back_can_leave_it_at_that(house: House, smtp: SmtpServer) -> None:
    clara = house.person("Clara", "reviewer")
    case_id, _ = an_answered_case(house, smtp, clara)
    with house.parts.database.transaction() as session:
        letter = session.execute(select(Letter)).scalar_one()
    come_back(house, a_report(letter, to="dora@customer.example"))
    with house.parts.database.transaction() as session:
        assert news.is_waiting(session, case_id)
        held.mark_seen(session, case_id, seen=Seen(session.get_one(Case, case_id).version), by=clara, at=now())
    assert house.case(case_id).state == "done"
    assert len(smtp.taken) == 1


def test_only_what_came_back_is_written_anew_and_only_once(house: House, smtp: SmtpServer) -> None:
    clara = house.person("Clara", "reviewer")
    case_id, _ = an_answered_case(house, smtp, clara)
    with house.parts.database.transaction() as session:
        letter = session.execute(select(Letter)).scalar_one()
    with pytest.raises(Conflict):
        written_anew(house, letter, clara)
    come_back(house, a_report(letter, to="dora@customer.example"))
    with pytest.raises(Refused):
        written_anew(house, letter, house.person("Paul", "project_manager"))
    written_anew(house, letter, clara)
    with pytest.raises(Conflict):
        written_anew(house, letter, clara)
    house.work()
    assert [s.state for s in house.suggestions(case_id).values() if s.kind == "draft_reply"] == ["open"]


def test_the_page_says_that_it_came_back_and_lets_a_person_write_it_anew(house: House, smtp: SmtpServer) -> None:
    case_id, _ = an_answered_case(house, smtp, house.person("Clara", "reviewer"))
    with house.parts.database.transaction() as session:
        letter = session.execute(select(Letter)).scalar_one()
    come_back(house, a_report(letter, to="dora@customer.example"))
    ines = browser(house.parts.database)
    page = ines.open(f"/cases/{case_id}")
    for words in ("came back", "550 5.1.1 User unknown", "What is new", "Write it anew", "The reply came back."):
        assert words in page, words
    page = ines.send(f"/cases/{case_id}/letter/again", letter=str(letter.id))
    assert "Write it anew" not in page
    assert "choose whom it goes to" in page
    assert house.suggestions(case_id)["draft_reply"].state == "open"
