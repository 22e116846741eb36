"""A process for each active mailbox: begun, ended and begun anew as the mailboxes are changed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.mailboxes.models import Mailbox
from tests.mailboxes import a_mailbox
from workers import mailbox_processes
from workers.mailbox_processes import MailboxProcesses

LONG = "import time; time.sleep(60)"


class Watched:
    """Processes of mailboxes that only sleep, or do what they are told."""

    def __init__(self, database: Any) -> None:
        self.started: list[str] = []
        self.said: list[str] = []
        self.program: dict[str, str] = {}
        self.all = MailboxProcesses(database.engine, self._start, self.said.append)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        self.started.append(name)
        return subprocess.Popen([sys.executable, "-c", self.program.get(name, LONG)])

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < deadline, (self.started, self.said)
            self.all.look_after()
            time.sleep(0.02)

    def running(self) -> list[str]:
        return sorted(name for name, child in self.all.children.items() if child.is_running)


@pytest.fixture
def watched(database: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(mailbox_processes, "EVERY", 0.05)
    found = Watched(database)
    yield found
    found.all.stop()


def add(database: Any, *names: str, kind: str = "imap") -> None:
    with database.transaction() as session:
        for name in names:
            a_mailbox(session, name, kind)


def change(database: Any, name: str, **changes: Any) -> None:
    with database.transaction() as session:
        row = session.query(Mailbox).filter_by(name=name).one()
        for key, value in changes.items():
            setattr(row, key, value)
        row.changed_at += timedelta(seconds=1)


def test_each_active_mailbox_has_a_process_and_a_new_one_gets_one(database: Any, watched: Watched) -> None:
    add(database, "billing")
    watched.until(lambda: watched.running() == ["billing"])
    add(database, "orders")
    watched.until(lambda: watched.running() == ["billing", "orders"])
    assert watched.started == ["billing", "orders"]


def test_a_paused_one_ends_and_comes_back(database: Any, watched: Watched) -> None:
    add(database, "billing", "orders")
    watched.until(lambda: watched.running() == ["billing", "orders"])
    change(database, "billing", state="paused")
    watched.until(lambda: watched.running() == ["orders"])
    change(database, "billing", state="active")
    watched.until(lambda: watched.running() == ["billing", "orders"])
    assert sorted(watched.started) == ["billing", "billing", "orders"]


def test_a_changed_one_begins_anew(database: Any, watched: Watched) -> None:
    add(database, "billing")
    watched.until(lambda: watched.running() == ["billing"])
    change(database, "billing", team="Vienna")
    watched.until(lambda: watched.started == ["billing", "billing"] and watched.running() == ["billing"])


def test_one_that_fails_again_and_again_does_not_stop_the_others(database: Any, watched: Watched) -> None:
    watched.program["broken"] = "raise SystemExit(3)"
    add(database, "billing", "broken")
    watched.until(lambda: watched.started.count("broken") > 1)
    assert "billing" in watched.running()
    assert watched.started.count("billing") == 1
    assert any("mailbox broken ended (exit code 3)" in line for line in watched.said)


def test_one_that_saw_itself_that_it_was_changed_is_no_failure(database: Any, watched: Watched) -> None:
    watched.program["billing"] = "pass"
    add(database, "billing")
    watched.until(lambda: watched.started == ["billing"] and watched.running() == [])
    watched.program["billing"] = LONG
    change(database, "billing", team="Vienna")
    watched.until(lambda: watched.running() == ["billing"])
    assert watched.said == []


def test_mail_that_is_pushed_here_needs_no_process(database: Any, watched: Watched) -> None:
    add(database, "portal", kind="inbound")
    add(database, "billing")
    watched.until(lambda: watched.running() == ["billing"])
    assert watched.started == ["billing"]
