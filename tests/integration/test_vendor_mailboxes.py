"""Mailboxes by Microsoft Graph and the Gmail API, fetched into the database from stand-ins over HTTP: each mail once,
stored before it is moved, whatever ends in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.clock import now
from app.db import Database
from app.documents.models import Document
from app.mailboxes import administration, testing
from app.mailboxes.administration import COMMAND_LINE, Wanted
from app.mailboxes.credentials import credentials_of
from app.mailboxes.fetching import Fetching
from app.mailboxes.models import Mailbox, MailboxMessage
from app.mailboxes.opening import open_source
from app.mailboxes.port import PIECE, MailboxFails
from app.mailboxes.reached import REFRESH_TOKEN, Reached
from app.mailboxes.sending import sending_from, submit
from tests.mail_servers import TokenServer, mail
from tests.vendor_mail import ADDRESS, FIRST, GmailStandIn, GraphStandIn, StandIn
from tests.web import SECRET

TAKEN_IN, REFUSED = "Countersign/Taken in", "Countersign/Not taken in"
MAKERS = {"graph": GraphStandIn, "gmail": GmailStandIn}


@pytest.fixture(params=sorted(MAKERS))
def vendor(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    stand_in = MAKERS[request.param]()
    try:
        yield stand_in
    finally:
        stand_in.close()


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


def add(database: Database, vendor: StandIn, tokens: TokenServer, **settings: object) -> None:
    kind = "graph" if isinstance(vendor, GraphStandIn) else "gmail"
    reached = Reached.model_validate({
        "host": "127.0.0.1", "port": vendor.port, "encryption": "none", "sign_in": "oauth",
        "oauth": {"token_url": tokens.token_url, "client_id": tokens.client_id}, **settings,
    })  # fmt: skip
    given = {REFRESH_TOKEN: tokens.refresh_token, "client_secret": tokens.client_secret}
    with database.transaction() as session:
        administration.add(
            session, "billing", kind, Wanted(ADDRESS, reached), given, key=SECRET, by=COMMAND_LINE, at=now()
        )


@contextmanager
def fetching(database: Database, **options: int) -> Iterator[Fetching]:
    """The mailbox as a process of its own has it: opened with its sealed credentials."""
    with database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one()
    source = open_source(mailbox, credentials_of(mailbox, SECRET))
    try:
        yield Fetching(database, mailbox, source, **options)
    finally:
        source.close()


def count(database: Database, model: type = Case) -> int:
    with database.transaction() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def where(vendor: StandIn, key: str) -> str:
    """The name of the folder or label that a message is in."""
    names = {vendor.folder_id(name): name for name in ("inbox", TAKEN_IN, REFUSED, "Countersign/Came again")}
    return names.get(vendor.messages[key].where, "")


def test_each_mail_is_taken_in_once_and_moved(database: Database, vendor: StandIn, tokens: TokenServer) -> None:
    add(database, vendor, tokens)
    keys = [vendor.deliver(mail(f"Order {number}", attached=b"%PDF-1.7 order")) for number in range(5)]
    with fetching(database) as box:
        assert (box.look(), box.look()) == (5, 0)
        keys.append(vendor.deliver(mail("Another")))
        assert box.look() == 1
    with fetching(database) as box:
        keys.append(vendor.deliver(mail("After a restart")))
        assert (box.look(), box.look()) == (1, 0)
    assert count(database) == 7
    assert {where(vendor, key) for key in keys} == {TAKEN_IN}


def test_what_was_stored_is_what_was_sent(database: Database, vendor: StandIn, tokens: TokenServer) -> None:
    add(database, vendor, tokens)
    content = mail("Timesheets", size=3 * PIECE)
    vendor.deliver(content)
    with fetching(database) as box:
        box.look()
    with database.transaction() as session:
        assert session.execute(select(Document)).scalar_one().content == content


def test_what_could_not_be_moved_is_moved_the_next_time(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens)
    key = vendor.deliver(mail())
    vendor.fail("/move|batchModify", 403, {"error": {"code": 403, "message": "Access is denied."}})
    with fetching(database) as box:
        assert box.look() == 1
        assert "Access is denied" in box.problem
        assert where(vendor, key) == "inbox"
        assert box.look() == 0
        assert box.problem == ""
    assert where(vendor, key) == TAKEN_IN
    assert count(database) == 1


@pytest.mark.parametrize("place", ["/move|batchModify", r"\$value|format=raw", "delta|/messages\\?|history"])
def test_a_lost_connection_loses_and_doubles_nothing(
    database: Database, vendor: StandIn, tokens: TokenServer, place: str
) -> None:
    add(database, vendor, tokens)
    keys = [vendor.deliver(mail(f"Order {number}")) for number in range(4)]
    vendor.fail(place, 200, b"cut", content_length="999", connection="close")
    with fetching(database) as box, suppress(MailboxFails):
        box.look()
    with fetching(database) as box:
        box.look()
        box.look()
    assert count(database) == 4
    assert {where(vendor, key) for key in keys} == {TAKEN_IN}


def test_a_mail_that_was_moved_back_is_known(database: Database, vendor: StandIn, tokens: TokenServer) -> None:
    add(database, vendor, tokens)
    key = vendor.deliver(mail())
    with fetching(database) as box:
        box.look()
        vendor.messages[key].where = vendor.folder_id("inbox")
        vendor.log.append((key, "labelled INBOX"))
        assert box.look() == 0
    assert (count(database), count(database, MailboxMessage)) == (1, 1)


def test_a_position_that_is_void_takes_nothing_in_twice(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens, folders={"taken_in": "", "came_again": "", "refused": ""})
    for number in range(3):
        vendor.deliver(mail(f"Order {number}"))
    with fetching(database) as box:
        assert box.look() == 3
    vendor.deliver(mail("Order 4"))
    setattr(vendor, "oldest_token" if isinstance(vendor, GraphStandIn) else "oldest_history", 999)
    with fetching(database) as box:
        assert box.look() == 1
    assert count(database) == 4
    assert all(message.is_read and message.where == vendor.folder_id("inbox") for message in vendor.messages.values())


def test_mail_before_the_first_day_waits_for_a_backfill(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens, since=FIRST.date().isoformat())
    old = [vendor.deliver(mail(f"Old {n}"), received_at=FIRST - timedelta(days=9 - n)) for n in range(3)]
    new = vendor.deliver(mail("New"))
    with fetching(database) as box:
        assert box.look() == 1
        assert (where(vendor, new), where(vendor, old[0])) == (TAKEN_IN, "inbox")
        with database.transaction() as session:
            administration.ask_for_backfill(
                session, "billing", since=(FIRST - timedelta(days=8)).date(), per_minute=6000, by=COMMAND_LINE, at=now()
            )
        while box.work_off_old_mail() is not None:
            pass
    assert count(database) == 3
    assert [where(vendor, key) for key in old] == ["inbox", TAKEN_IN, TAKEN_IN]


def test_a_mail_that_is_too_large_is_refused_and_says_so(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens)
    key = vendor.deliver(mail("Huge", size=3 * PIECE))
    with fetching(database, largest=2 * PIECE) as box:
        box.look()
    with database.transaction() as session:
        assert "larger than 2 MB" in session.execute(select(Case)).scalar_one().attention
    assert where(vendor, key) == REFUSED


def test_tokens_come_from_the_token_server_and_a_void_one_is_got_anew(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens)
    with fetching(database) as box:
        box.look()
        vendor.deliver(mail())
        vendor.refused_tokens |= set(tokens._given)
        assert box.look() == 1
    assert len(tokens.asked) == 2


def test_the_connection_test_says_what_works_and_what_does_not(
    database: Database, vendor: StandIn, tokens: TokenServer
) -> None:
    add(database, vendor, tokens)
    with database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one()
    assert testing.works(testing.tried(mailbox, SECRET, database))
    denied = {"error": {"code": 403, "message": "Insufficient privileges to complete the operation."}}
    vendor.fail("mailFolders/inbox|profile", 403, denied)
    (line,) = [line for line in testing.tried(mailbox, SECRET, database) if line.state == "fails"]
    assert (line.step, "Insufficient privileges" in line.says) == ("sign_in", True)
    tokens.failing.append((400, {"error": "invalid_grant", "error_description": "The refresh token has expired."}))
    (line,) = [line for line in testing.tried(mailbox, SECRET, database) if line.state == "fails"]
    assert (line.step, "has expired" in line.says) == ("sign_in", True)


def test_a_reply_leaves_by_the_service_itself(database: Database, vendor: StandIn, tokens: TokenServer) -> None:
    add(database, vendor, tokens)
    content = mail("Re: Order 7", sender=ADDRESS, to="ap@northwind.example")
    with database.transaction() as session:
        own = sending_from(session.execute(select(Mailbox)).scalar_one(), SECRET)
    sent = submit(own, content, recipients=["ap@northwind.example"], tokens=lambda _: "token-1")
    assert (sent.taken_for, sent.refused) == (("ap@northwind.example",), ())
    assert vendor.sent == [content]
    vendor.fail("sendMail|messages/send", 400, {"error": {"code": 400, "message": "Recipient address required"}})
    with pytest.raises(MailboxFails, match="Recipient address required") as failure:
        submit(own, content, recipients=["ap@northwind.example"], tokens=lambda _: "token-1")
    assert (failure.value.facts["is_permanent"], failure.value.facts["may_have_left"]) == (True, False)
