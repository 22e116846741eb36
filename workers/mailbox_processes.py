"""A process for each mailbox that is to be fetched: begun, ended and begun anew as the mailboxes are changed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import FrameType

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.db import connect
from app.mailboxes.models import FETCHED
from workers import engines
from workers.children import Child

log = logging.getLogger("fetching")

EVERY = 2.0
"""Seconds between two looks at which mailboxes are wanted."""
_WANTED = text("select name, changed_at from mailboxes where state = 'active' and kind = any(:kinds)")


class MailboxProcesses:
    """Keeps a process running for each active mailbox. One that fails never keeps the others from theirs."""

    def __init__(
        self, database: Engine, start: Callable[[str], subprocess.Popen[bytes]], say: Callable[[str], None]
    ) -> None:
        self._database, self._start, self._say = database, start, say
        self.children: dict[str, Child] = {}
        self._as_of: dict[str, datetime] = {}
        self._looked = 0.0

    def look_after(self) -> None:
        """Begin, end and begin anew what is due."""
        if time.monotonic() - self._looked > EVERY:
            self._looked = time.monotonic()
            wanted = self._wanted()
            if wanted is not None:
                self._follow(wanted)
        for child in self.children.values():
            child.look_after(self._say)

    def stop(self) -> None:
        """End all of them, and ask no more."""
        self._end(list(self.children))
        self._database.dispose()

    def _wanted(self) -> Mapping[str, datetime] | None:
        """Active mailboxes and when each was changed last; None while the database cannot say."""
        try:
            with self._database.connect() as connection:
                rows = connection.execute(_WANTED, {"kinds": list(FETCHED)}).all()
        except DBAPIError:
            return None
        return {str(name): changed_at for name, changed_at in rows}

    def _follow(self, wanted: Mapping[str, datetime]) -> None:
        self._end([name for name in self.children if self._as_of[name] != wanted.get(name)])
        for name in wanted.keys() - self.children.keys():
            self._begin(name, wanted[name])

    def _begin(self, name: str, as_of: datetime) -> None:
        child = Child(f"mailbox {name}", lambda: self._start(name), stop_signal=signal.SIGKILL)
        child.may_end = True  # it saw before we did that its mailbox was changed
        self.children[name], self._as_of[name] = child, as_of
        child.begin(self._say)

    def _end(self, names: list[str]) -> None:
        """End these processes: what they have stored is stored, so they are ended at once."""
        ending = [child for name in names if (child := self.children.pop(name)).process is not None]
        for child in ending:
            if child.process is not None:
                engines.ask_to_stop(child.process, child.stop_signal)
        for child in ending:
            if child.process is not None:
                engines.wait_for_end(child.process, within=child.stop_within)


def command(name: str) -> list[str]:
    """What fetches the mailbox of this name."""
    return [sys.executable, "-m", "workers.fetching", name]


def run_all(settings: Settings) -> None:
    """Run a process for each active mailbox, until SIGTERM or SIGINT."""
    is_over = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal is_over
        is_over = True

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, stop)
    database = connect(settings.database_url.get_secret_value(), pool_size=1)
    processes = MailboxProcesses(database, _start, log.info)
    try:
        while not is_over:
            processes.look_after()
            time.sleep(0.2)
    finally:
        processes.stop()


def _start(name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(name), stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=engines.dies_with_us(signal.SIGKILL),
    )  # fmt: skip
