"""Mail servers that keep a worker waiting are left alone for a while."""

from __future__ import annotations

import pytest

from app.db import Database
from app.mailboxes.port import MailboxFails
from workers import slow_servers
from workers.slow_servers import not_again_soon


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(slow_servers, "time", made)
    return made


@pytest.fixture
def database() -> Database:
    return Database("postgresql+psycopg://nobody@127.0.0.1:1/none")


def ask(database: Database, clock: Clock, *, takes: float, mailbox_id: int = 1, **facts: object) -> bool:
    """Whether the server was asked; it fails after so many seconds."""
    asked = False
    try:
        with not_again_soon(database, "mail.example:465", mailbox_id):
            asked = True
            clock.now += takes
            raise MailboxFails("No connection to mail.example.", step="connection", **facts)
    except MailboxFails:
        pass
    return asked


def test_a_server_that_kept_us_waiting_is_asked_again_after_ten_times_as_long(database: Database, clock: Clock) -> None:
    assert ask(database, clock, takes=20)
    clock.now += 199
    assert not ask(database, clock, takes=20)
    clock.now += 2
    assert ask(database, clock, takes=120)
    clock.now += 299
    assert not ask(database, clock, takes=20)
    clock.now += 2
    assert ask(database, clock, takes=20)


def test_why_it_failed_is_said_again(database: Database, clock: Clock) -> None:
    ask(database, clock, takes=20)
    with (
        pytest.raises(MailboxFails, match="No connection to mail") as told,
        not_again_soon(database, "mail.example:465", 1),
    ):
        raise AssertionError
    assert told.value.facts["step"] == "connection"


def test_a_server_that_fails_at_once_is_asked_each_time(database: Database, clock: Clock) -> None:
    assert ask(database, clock, takes=0.1)
    assert ask(database, clock, takes=0.1)


def test_what_one_mail_met_with_does_not_keep_others_back(database: Database, clock: Clock) -> None:
    assert ask(database, clock, takes=120, may_have_left=True)
    assert ask(database, clock, takes=120, is_permanent=True)
    assert ask(database, clock, takes=20)
    assert ask(database, clock, takes=20, mailbox_id=2)


def test_other_servers_and_databases_are_not_meant(database: Database, clock: Clock) -> None:
    assert ask(database, clock, takes=20)
    with (
        not_again_soon(database, "mail.example:993", 1),
        not_again_soon(Database("postgresql+psycopg://x@h/y"), "mail.example:465", 1),
    ):
        pass
