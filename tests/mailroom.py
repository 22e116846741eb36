"""Mailboxes that are read by real fetching processes, into the database of a test."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg

from app.clock import now
from app.db import Database
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE, Wanted, reached_from
from app.mailboxes.reached import PASSWORD as PASSWORD_NAME
from tests.mail_servers import PASSWORD, Dovecot, Line, Pymap
from tests.running import ROOT, environment
from tests.vendor_mail import StandIn
from workers.engines import dies_with_us

SECRET_KEY = "k" * 40
USER = "billing@marlowvoss.example"
PATIENCE = 180.0
"""Seconds that is waited for what must come: a server that was away is asked again after 5, 10, 20, 40 … seconds."""
TAKEN_IN, CAME_AGAIN, REFUSED = "Countersign/Taken in", "Countersign/Came again", "Countersign/Not taken in"


class Mailroom:
    """Adds mailboxes to a database and has each read by a process of its own, as `countersign up` does."""

    def __init__(self, url: str, database: Database, folder: Path, *, broker: str = "") -> None:
        self.url = url
        self.broker = broker
        """Where nudges go; nobody listens there."""
        self.database = database
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._all: list[subprocess.Popen[bytes]] = []
        self._addresses = 0
        self.trusting: dict[str, str] = {}
        """Further environment of the processes, such as the authority they trust."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._all:
            process.kill()
            process.wait(10)

    def add(
        self, name: str, server: Dovecot | Pymap | Line | StandIn, *, user: str = USER, password: str = PASSWORD,
        kind: str = "imap", credentials: dict[str, str] | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        """Add a mailbox on a server, unencrypted unless `encryption` says otherwise; `settings` as in `Reached`."""
        reached = {"host": "127.0.0.1", "port": server.port, "encryption": "none", "user": user, "poll_seconds": 5}
        self._add(
            name, kind, {**reached, **settings}, {PASSWORD_NAME: password} if credentials is None else credentials
        )

    def add_maildir(self, name: str, path: Path, **settings: Any) -> None:
        self._add(name, "maildir", {"path": str(path), "poll_seconds": 5, **settings}, {})

    def _add(self, name: str, kind: str, settings: dict[str, Any], credentials: dict[str, str]) -> None:
        with self.database.transaction() as session:
            administration.add(
                session, name, kind, Wanted(f"{name}@marlowvoss.example", reached_from(settings)), credentials,
                key=SECRET_KEY, by=COMMAND_LINE, at=now(),
            )  # fmt: skip

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start the process that reads this mailbox."""
        with self.log_file(name).open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.fetching", name], cwd=ROOT, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env=self.environment(), preexec_fn=dies_with_us(signal.SIGKILL),
            )  # fmt: skip
        self._running[name] = process
        self._all.append(process)
        return process

    def environment(self) -> dict[str, str]:
        broker = {"REDIS_URL": self.broker} if self.broker else {}
        return environment(
            self.folder, DATABASE_URL=self.url, COUNTERSIGN_SECRET_KEY=SECRET_KEY, **broker, **self.trusting,
        )  # fmt: skip

    def stop(self, name: str) -> int:
        """End a process as the supervisor does; its exit code."""
        process = self._running.pop(name)
        process.terminate()
        try:
            return process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            raise

    def kill(self, name: str) -> None:
        """Kill -9, in the middle of whatever it does."""
        process = self._running.pop(name)
        process.kill()
        process.wait(10)

    def log_file(self, name: str) -> Path:
        return self.folder / f"fetching-{name}.log"

    def said(self, name: str) -> str:
        """What the processes of this mailbox have said, all of them together."""
        path = self.log_file(name)
        return path.read_text(errors="replace") if path.exists() else ""

    def most_memory(self, name: str) -> int:
        """The most memory that the process has had at any moment, in bytes (VmHWM)."""
        for line in Path(f"/proc/{self._running[name].pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the process has ended")

    def ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, given).fetchall()

    def one(self, query: str, *given: object) -> Any:
        return self.ask(query, *given)[0][0]

    def change(self, statement: str, *given: object) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement, given)

    def row(self, name: str) -> dict[str, Any]:
        """How it stands with a mailbox."""
        with psycopg.connect(self.url, row_factory=psycopg.rows.dict_row) as connection:
            found = connection.execute("select * from mailboxes where name = %s", [name]).fetchone()
        assert found is not None
        return found

    def cases(self) -> int:
        return int(self.one("select count(*) from cases"))

    def wait_for(self, what: str, so: Callable[[], bool], *, within: float = PATIENCE, every: float = 0.1) -> None:
        """Wait until this is so."""
        deadline = time.monotonic() + within
        while not so():
            if time.monotonic() > deadline:
                rows = self.ask(
                    "select name, failure, failures, taken_in, came_again, refused from mailboxes order by name"
                )
                logs = "\n".join(self.said(row[0])[-1500:] for row in rows)
                raise AssertionError(f"not within {within:g} s: {what}. {rows}, {self.cases()} cases.\n{logs}")
            time.sleep(every)

    def wait_for_cases(self, count: int, *, within: float = PATIENCE) -> None:
        self.wait_for(f"{count} cases", lambda: self.cases() >= count, within=within)

    def messages(self) -> int:
        """How many messages of mailboxes are stored, moved or not."""
        return int(self.one("select count(*) from mailbox_messages"))

    def wait_for_messages(self, count: int, *, within: float = PATIENCE, every: float = 0.1) -> None:
        self.wait_for(f"{count} messages", lambda: self.messages() >= count, within=within, every=every)

    def wait_until_filed(self, count: int, *, within: float = PATIENCE) -> None:
        """Wait until so many messages are stored and moved to their folders, and none waits to be moved."""
        query = "select count(*) filter (where filed_at is not null), count(*) filter (where filed_at is null) "
        query += "from mailbox_messages"
        self.wait_for(f"{count} messages moved", lambda: self.ask(query)[0] == (count, 0), within=within)

    def wait_until_rest(self, so: Callable[[], bool], *, within: float = PATIENCE) -> None:
        """Wait until this is so, and no message that is stored waits to be moved."""
        unmoved = "select count(*) from mailbox_messages where filed_at is null"
        self.wait_for("every message stored and moved", lambda: not self.one(unmoved) and so(), within=within)
