"""The process that fetches a mailbox: `python -m workers.fetching NAME`; `--all` runs one for each active mailbox.

It may end at any moment: what is stored is stored, and the next one goes on from there. So it has no way of its own to
end politely; whoever runs it kills it.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.cases.steps import back_off
from app.clock import now
from app.documents import pieces
from app.errors import CountersignError
from app.jobs import send_nudges_with
from app.mailboxes import progress
from app.mailboxes.credentials import credentials_of, keep_refresh_token
from app.mailboxes.fetching import Fetching
from app.mailboxes.models import FETCHED, Mailbox
from app.mailboxes.opening import open_source
from app.mailboxes.port import Place
from app.mailboxes.reached import Reached
from workers.wiring import Parts, parts

log = logging.getLogger("fetching")

SLICE = 2.0
"""Seconds of waiting after which it is looked whether the mailbox was changed, paused, or asked for old mail."""
_TOUCH = 45.0
"""Seconds after which it is noted again that all is well."""
_LOCKS = 20_006
"""Sets our locks on mailboxes apart from others."""


class Changed(Exception):
    """The mailbox was changed, paused or removed: this process ends, and another begins if one is wanted."""


def fetch(p: Parts, name: str) -> None:
    """Fetch this mailbox's mail until it is changed or paused. A server that is away is asked again, after 5 seconds
    first and 5 minutes at most; why it fails stands on the mailbox."""
    with p.database.transaction() as session:
        mailbox = progress.named(session, name)
    if mailbox is None or mailbox.state != "active" or mailbox.kind not in FETCHED:
        log.info("mailbox %s is not to be fetched", name)
        return
    try:
        with _alone(p, mailbox) as lock:
            _Process(p, mailbox, lock).run()
    except Changed:
        log.info("mailbox %s was changed", name)


@contextmanager
def _alone(p: Parts, mailbox: Mailbox) -> Iterator[Connection]:
    """Hold the lock of the mailbox, so that no two processes fetch it; wait for one that is about to end."""
    with p.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        take = text("select pg_try_advisory_lock(:ours, :mailbox)")
        while not connection.execute(take, {"ours": _LOCKS, "mailbox": mailbox.id % 2**31}).scalar_one():
            log.info("mailbox %s is fetched by another process, which is waited for", mailbox.name)
            time.sleep(SLICE)
            _require_unchanged(p, mailbox)
        yield connection


class _Process:
    def __init__(self, p: Parts, mailbox: Mailbox, lock: Connection) -> None:
        self._p, self._mailbox, self._lock = p, mailbox, lock
        self._poll = float(Reached.model_validate(mailbox.settings).poll_seconds)
        self._failures = 0
        self._breaks: dict[tuple[Place, str], int] = {}
        self._touched = self._checked = 0.0

    def run(self) -> None:
        with self._p.database.transaction() as session:
            pieces.forget_old(session, at=now())
        while True:
            try:
                self._fetch_while_open()
            except CountersignError as error:
                self._failures += 1
                pause = back_off(self._failures).total_seconds()
                log.warning("mailbox %s fails, next try in %.0f s: %s", self._mailbox.name, pause, error.message)
                with self._p.database.transaction() as session:
                    progress.note_failure(session, self._mailbox.id, error.message, at=now())
                self._rest(pause)

    def _fetch_while_open(self) -> None:
        """Open the mailbox and take in what comes, until that fails or it is changed."""
        mailbox = self._mailbox
        with self._p.database.transaction() as session:
            row = session.get_one(Mailbox, mailbox.id)
            credentials = credentials_of(row, self._p.secret_key) if row.secret else {}
        source = open_source(mailbox, credentials, keep=self._keep_token, one_by_one=bool(self._breaks))
        try:
            fetching = Fetching(self._p.database, mailbox, source, breaks=self._breaks)
            while True:
                if count := fetching.look():
                    log.info("mailbox %s: %d messages stored", mailbox.name, count)
                self._failures = 0
                self._note(fetching)
                self._wait(fetching)
        finally:
            source.close()

    def _wait(self, fetching: Fetching) -> None:
        """Wait until it is time to look at the inbox again; old mail is taken in meanwhile."""
        until = time.monotonic() + self._poll
        while (left := until - time.monotonic()) > 0:
            pause = fetching.work_off_old_mail()
            if fetching.wait(min(left, SLICE if pause is None else min(SLICE, pause))):
                return
            if time.monotonic() - self._checked > SLICE / 2:
                _require_unchanged(self._p, self._mailbox)
                self._lock.execute(text("select 1"))  # without it the lock is gone too
                self._checked = time.monotonic()
            if not fetching.problems and time.monotonic() - self._touched > _TOUCH:
                self._note(fetching)

    def _note(self, fetching: Fetching) -> None:
        with self._p.database.transaction() as session:
            if fetching.problems:
                log.warning("mailbox %s: %s", self._mailbox.name, fetching.problem)
                progress.note_failure(session, self._mailbox.id, fetching.problem, at=now(), answers=True)
            else:
                progress.note_well(session, self._mailbox.id, at=now())
        self._touched = time.monotonic()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, SLICE))
            _require_unchanged(self._p, self._mailbox)

    def _keep_token(self, token: str) -> None:
        with self._p.database.transaction() as session:
            keep_refresh_token(session, self._mailbox.id, token, self._p.secret_key)


def _require_unchanged(p: Parts, mailbox: Mailbox) -> None:
    with p.database.transaction() as session:
        found = progress.named(session, mailbox.name)
    if found is None or found.state != "active" or found.changed_at != mailbox.changed_at:
        raise Changed


def main() -> None:
    """Run as `python -m workers.fetching`."""
    from workers.celery_app import send

    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if len(sys.argv) != 2:
        raise SystemExit("Name the mailbox to be fetched, or say --all: python -m workers.fetching NAME")
    if sys.argv[1] == "--all":
        from workers.mailbox_processes import run_all

        run_all(parts().settings)
        return
    send_nudges_with(send)
    try:
        fetch(parts(), sys.argv[1])
    except Exception as error:
        _say_why(sys.argv[1], error)
        raise


def _say_why(name: str, error: Exception) -> None:
    """Leave on the mailbox why its process ended, if the database can be reached: its log is elsewhere."""
    with suppress(SQLAlchemyError), parts().database.transaction() as session:
        mailbox = progress.named(session, name)
        if mailbox is not None:
            progress.note_failure(
                session, mailbox.id,
                f"The process that reads it ended ({type(error).__name__}) and is started again. Its log says more.",
                at=now(),
            )  # fmt: skip


if __name__ == "__main__":
    main()
