"""Fetching a mailbox's mail: each message is stored first and moved after, and whatever ends in between is made good.

A message that is stored has a row under the server's key of it; one whose row says that it was not moved is moved when
the mailbox is next looked at. One that is read again under another key is known by its Message-ID and content.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.clock import now
from app.db import Database
from app.mailboxes import progress
from app.mailboxes.models import Backfill, Mailbox
from app.mailboxes.port import MailboxFails, MailSource, Place, Waiting
from app.mailboxes.reached import Reached
from app.mailboxes.storing import LARGEST, Storing

_LISTED = 100
_MOST_AT_A_TIME = 20
"""Old messages that are taken in before new ones are looked for again."""


@dataclass
class Fetching:
    """A mailbox that is open. What keeps single messages from being read or moved stands in `problems`: the others go
    on. What ends the connection is raised (`MailboxFails`)."""

    database: Database
    mailbox: Mailbox
    source: MailSource
    largest: int = LARGEST
    breaks: dict[tuple[Place, str], int] = field(default_factory=dict)
    """See `Storing`."""
    problems: list[str] = field(default_factory=list)
    _is_first: bool = True
    _old: OldMail | None = None

    def __post_init__(self) -> None:
        self.reached = Reached.model_validate(self.mailbox.settings)
        self.storing = Storing(self.database, self.mailbox, self.source, self.largest, self.breaks)

    @property
    def problem(self) -> str:
        """What is in the way, in words, if it is several things the first; empty: nothing."""
        return self.problems[0] if self.problems else ""

    def look(self) -> int:
        """Take in what waits in the inbox and move what is stored; returns how many were stored."""
        self.problems.clear()
        place = self.source.place(self.reached.folders.inbox)
        self.move(place)
        count, is_whole = 0, True
        after = self._after(place)
        listed = self.source.waiting(place, after, since=self.reached.since)
        while chunk := list(islice(listed, _LISTED)):
            for stored in self.storing.store(place, self.unknown(place, chunk)):
                count += stored.count
                is_whole = is_whole and not stored.unread
                self.problems.extend(stored.unread)
                if stored.count:
                    self.move(place)
            if is_whole:
                self._note_read_to(place, chunk)
        if is_whole and not after:
            with self.database.transaction() as session:
                progress.note_gone(session, self.mailbox.id, place, at=now())
        self._is_first = False
        return count

    def work_off_old_mail(self) -> float | None:
        """Take in some of the old mail that a backfill asks for, if it is time; returns in how many seconds to go on.
        None: no backfill is open."""
        with self.database.transaction() as session:
            wanted = progress.open_backfill(session, self.mailbox.id)
        if wanted is None:
            self._old = None
            return None
        if self._old is None or self._old.backfill_id != wanted.id:
            self._old = OldMail(self, wanted)
        return self._old.go_on()

    def wait(self, seconds: float) -> bool:
        """Wait for new mail; True: look now."""
        return self.source.wait(self.source.place(self.reached.folders.inbox), seconds)

    def _after(self, place: Place) -> str:
        """After what to list the inbox. A connection's first look is at all of it where messages are moved away: it is
        short then, and a server may show messages late that have earlier numbers."""
        folders = self.reached.folders
        is_emptied = folders.taken_in and folders.came_again and folders.refused
        if self._is_first and self.mailbox.kind == "imap" and is_emptied:
            return ""
        with self.database.transaction() as session:
            return progress.read_to(session, self.mailbox.id, place)

    def unknown(self, place: Place, chunk: Sequence[Waiting]) -> list[Waiting]:
        with self.database.transaction() as session:
            known = progress.known(session, self.mailbox.id, place, [one.key for one in chunk])
        return [one for one in chunk if one.key not in known]

    def _note_read_to(self, place: Place, chunk: Sequence[Waiting]) -> None:
        if position := position_of(chunk):
            with self.database.transaction() as session:
                progress.note_read_to(session, self.mailbox.id, place, position)

    def move(self, place: Place) -> None:
        """Move what is stored; where that fails, the messages stay and are moved another time."""
        with self.database.transaction() as session:
            waiting = progress.to_move(session, self.mailbox.id, place)
        for outcome, keys in waiting.items():
            try:
                self.source.file_away(place, keys, str(getattr(self.reached.folders, outcome)))
            except MailboxFails as error:
                if error.facts.get("step") != "moving":
                    raise
                if error.message not in self.problems:
                    self.problems.append(error.message)
                continue
            with self.database.transaction() as session:
                progress.note_moved(session, self.mailbox.id, place, keys, at=now())


class OldMail:
    """Works off a backfill beside the new mail, no faster than was asked for. Messages of the inbox are moved like new
    ones; those of other folders stay where they are."""

    def __init__(self, fetching: Fetching, backfill: Backfill) -> None:
        self.backfill_id = backfill.id
        self._fetching = fetching
        self._backfill = backfill
        self._at_a_time = max(1, min(_MOST_AT_A_TIME, backfill.per_minute // 12))
        self._due = 0.0
        self._messages: Iterator[tuple[Waiting, bool]] | None = None
        self._place: Place | None = None
        self._unread: list[str] = []

    def go_on(self) -> float:
        """Take in the next few if it is time; returns in how many seconds to go on.

        A folder that is not there ends the backfill, which then says so.
        """
        left = self._due - time.monotonic()
        if left > 0:
            return left
        try:
            place, messages = self._begin()
        except MailboxFails as error:
            if error.facts.get("step") != "folder":
                raise
            self._end(error.message)
            return 0.0
        some = list(islice(messages, self._at_a_time))
        unknown = [one for one, is_known in some if not is_known]
        is_inbox = place.folder.upper() == self._fetching.reached.folders.inbox.upper()
        done = 0
        for stored in self._fetching.storing.store(place, unknown, are_moved=is_inbox):
            done += stored.count
            self._unread.extend(stored.unread)
        if done and is_inbox:
            self._fetching.move(place)
        if not some:
            self._end(self._not_read())
            return 0.0
        self._note(place, done, position_of([one for one, _ in some]))
        pause = len(unknown) * 60 / self._backfill.per_minute
        self._due = time.monotonic() + pause
        return pause

    def _begin(self) -> tuple[Place, Iterator[tuple[Waiting, bool]]]:
        if self._place is not None and self._messages is not None:
            return self._place, self._messages
        source, backfill = self._fetching.source, self._backfill
        place = source.place(backfill.folder)
        if place.validity != backfill.validity:
            backfill.validity, backfill.read_to, backfill.total = place.validity, "", None
        if backfill.total is None:
            backfill.total = sum(not known for _, known in self._listed(place)) + backfill.done
            self._keep()
        self._place, self._messages = place, self._listed(place)
        return self._place, self._messages

    def _listed(self, place: Place) -> Iterator[tuple[Waiting, bool]]:
        """The folder's messages from where it was read to, and whether each is stored already."""
        listed = self._fetching.source.waiting(place, self._backfill.read_to, since=self._backfill.since)
        while chunk := list(islice(listed, _LISTED)):
            unknown = {one.key for one in self._fetching.unknown(place, chunk)}
            yield from ((one, one.key not in unknown) for one in chunk)

    def _note(self, place: Place, done: int, position: str) -> None:
        backfill = self._backfill
        backfill.done += done
        backfill.total = max(backfill.total or 0, backfill.done)
        backfill.read_to = position or backfill.read_to
        self._keep()

    def _not_read(self) -> str:
        if not self._unread:
            return ""
        count, first = len(self._unread), self._unread[0]
        return f"{count} of the messages could not be read: {first} Ask for the old mail again."

    def _end(self, failure: str) -> None:
        self._backfill.ended_at, self._backfill.failure = now(), failure
        self._keep()

    def _keep(self) -> None:
        with self._fetching.database.transaction() as session:
            kept = session.get_one(Backfill, self.backfill_id, with_for_update=True)
            for name in ("validity", "read_to", "total", "done", "failure"):
                setattr(kept, name, getattr(self._backfill, name))
            kept.ended_at = kept.ended_at or self._backfill.ended_at


def position_of(chunk: Sequence[Waiting]) -> str:
    """After what to go on once these messages are stored; empty: after what was before."""
    for one in reversed(chunk):
        if one.position is None:
            return one.key
        if one.position:
            return one.position
    return ""
