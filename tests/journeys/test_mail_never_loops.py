"""Software that answers software: nothing is written back, nothing that sleeps is woken, nobody is told of a notice."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.seen import Seen
from app.cases.snoozing import snooze
from app.clock import now
from app.letters.models import Letter
from app.mailboxes import thread_token
from app.notices.models import NoticeRefusal
from app.suggestions.models import Suggestion
from app.users.access import Caller
from tests.house import House
from tests.mailboxes import a_mailbox

KEY = "k" * 40
CUSTOMER = "k.petersen@hafenwerk.example"
MAILBOX = "billing@marlowvoss.example"
ABSENT = (
    "Thank you for your message. I am out of the office until Monday and will answer then. I confirm that we accept "
    "the invoice and that 900.00 EUR may be credited to account DE89 3704 0044 0532 0130 00."
)


def the_thread(house: House) -> tuple[int, str]:
    """A case with a mail of the customer, and the Message-ID of a mail of ours on it."""
    with house.parts.database.transaction() as session:
        a_mailbox(session)
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    return case_id, thread_token.message_id(case_id, uuid4(), KEY, domain="marlowvoss.example")


def an_automatic_mail(sort: str, about: str, number: int, *, sender: str = CUSTOMER) -> bytes:
    """One of the ways in which software writes back."""
    heads = {
        "absent": ["Auto-Submitted: auto-replied", f"In-Reply-To: {about}", "Subject: Automatic reply: Invoice"],
        "exchange": [
            "X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated", f"References: {about}",
            "Subject: Automatische Antwort: Rechnung",
        ],
        "old": ["Precedence: auto_reply", "X-Autoreply: yes", f"In-Reply-To: {about}", "Subject: Re: Invoice"],
        "ticket": ["Auto-Submitted: auto-replied", "Subject: [#4711] We have received your request"],
        "null": ["Return-Path: <>", f"In-Reply-To: {about}", "Subject: Re: Invoice"],
        "own": ["Subject: Re: Invoice"],
    }[sort]  # fmt: skip
    sender = MAILBOX if sort == "own" else sender
    named = about if sort == "own" else f"<{sort}-{number}@hafenwerk.example>"
    own = [f"From: {sender}", f"To: {MAILBOX}", f"Message-ID: {named}"]
    return "\n".join([*own, "Date: Tue, 17 Nov 2026 09:00:00 +0000", *heads, "", ABSENT, f"({number})", ""]).encode()


def a_receipt(about: str, number: int) -> bytes:
    return (
        f"From: {CUSTOMER}\nTo: {MAILBOX}\nSubject: Read: Invoice\nMessage-ID: <read-{number}@hafenwerk.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour message was read.\n\n--b\n"
        f"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{CUSTOMER}\n"
        f"Original-Message-ID: {about}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n\n--b--\n"
    ).encode()


def put_off(house: House, case_id: int, by: Caller) -> None:
    with house.parts.database.transaction() as session:
        seen, until = Seen(session.get_one(Case, case_id).version), now() + timedelta(days=9)
        snooze(session, case_id, seen=seen, by=by, at=now(), until=until, event="customer_answers")


def replies(house: House, case_id: int) -> int:
    with house.parts.database.transaction() as session:
        query = select(func.count()).where(Suggestion.case_id == case_id, Suggestion.kind == "draft_reply")
        return int(session.execute(query.select_from(Suggestion)).scalar_one())


SORTS = ("absent", "exchange", "old", "ticket", "null", "own", "receipt")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_software_writes_back_wakes_nothing_and_is_not_answered(house: House, seed: int) -> None:
    """Any run of automatic mails on a case that waits for its customer: it waits on, and no answer is proposed."""
    chance = random.Random(seed)
    case_id, about = the_thread(house)
    put_off(house, case_id, house.person("Clara", "reviewer"))
    before = replies(house, case_id)
    for number, sort in enumerate(chance.choices(SORTS, k=7)):
        content = a_receipt(about, number) if sort == "receipt" else an_automatic_mail(sort, about, number)
        taken = house.take_in(content, f"{number}.eml")
        house.work()
        assert house.case(case_id).state == "snoozed", sort
        assert replies(house, taken.case_id) == 0, sort
    assert replies(house, case_id) == before
    with house.parts.database.transaction() as session:
        assert session.execute(select(func.count()).select_from(Letter)).scalar_one() == 0


@pytest.mark.parametrize("state", ["done", "closed"])
def test_an_absence_notice_opens_no_case_again(house: House, state: str) -> None:
    case_id, about = the_thread(house)
    with house.parts.database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.state, case.closed_at = state, now()
    for number, sort in enumerate(("absent", "exchange", "old")):
        house.take_in(an_automatic_mail(sort, about, number), f"{number}.eml")
    house.work()
    assert house.case(case_id).state == state


def test_the_same_absence_notice_delivered_again_wakes_nothing(house: House) -> None:
    case_id, about = the_thread(house)
    put_off(house, case_id, house.person("Clara", "reviewer"))
    for name in ("one.eml", "two.eml"):
        house.take_in(an_automatic_mail("absent", about, 1), name)
        house.work()
    assert house.case(case_id).state == "snoozed"


def test_a_person_who_answers_is_heard_all_the_same(house: House) -> None:
    case_id, _ = the_thread(house)
    put_off(house, case_id, house.person("Clara", "reviewer"))
    with house.parts.database.transaction() as session:
        case = session.get_one(Case, case_id)
        opened_by, sender = case.thread_key, case.sender
    mail = (
        f"From: {sender}\nTo: {MAILBOX}\nSubject: Re: invoice\nMessage-ID: <a1@hafenwerk.example>\n"
        f"In-Reply-To: {opened_by}\nDate: Tue, 17 Nov 2026 09:00:00 +0000\n\nWhen do we get the credit note?\n"
    )
    house.take_in(mail.encode(), "answer.eml")
    house.work()
    assert house.case(case_id).state != "snoozed"


@pytest.mark.parametrize("sort", ["absent", "exchange", "null"])
def test_what_software_answers_to_a_notice_is_nobodys_work(house: House, sort: str) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(session)
    notice = thread_token.message_id(0, uuid4(), KEY, domain="marlowvoss.example")
    taken = house.take_in(an_automatic_mail(sort, notice, 1, sender="ines@marlowvoss.example"), "a.eml")
    house.work()
    case = house.case(taken.case_id)
    if case.kind != "security_alert":
        assert case.state == "closed"


def test_a_notice_that_comes_into_a_mailbox_of_ours_is_nobodys_work(house: House) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(session)
    notice = thread_token.message_id(0, uuid4(), KEY, domain="marlowvoss.example")
    mail = (
        f"From: {MAILBOX}\nTo: {MAILBOX}\nSubject: A step waits for your yes\nMessage-ID: {notice}\n"
        "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n\nA credit of 900.00 EUR waits for you.\n"
    )
    taken = house.take_in(mail.encode(), "notice.eml")
    house.work()
    assert house.case(taken.case_id).state == "closed"


def test_a_notice_that_cannot_be_delivered_is_shown_to_whom_it_was_for(house: House) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(session)
    clara = house.person("Clara", "reviewer")
    notice = thread_token.message_id(0, uuid4(), KEY, domain="marlowvoss.example")
    report = (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@firm.example\nTo: {MAILBOX}\nSubject: Undelivered\n"
        "Message-ID: <r@firm.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nNot delivered.\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.firm.example\n\nFinal-Recipient: rfc822; {clara.email}\nAction: failed\n"
        "Status: 5.2.2\nDiagnostic-Code: smtp; 552 full\n\n--b\nContent-Type: text/rfc822-headers\n\n"
        f"Message-ID: {notice}\n\n--b--\n"
    )
    taken = house.take_in(report.encode(), "r.eml")
    house.work()
    assert house.case(taken.case_id).state == "closed"
    with house.parts.database.transaction() as session:
        assert session.get_one(NoticeRefusal, clara.user_id).says == "552 full"
