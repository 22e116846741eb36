"""Reading messages out of an open mailbox and storing them: small ones together, large ones in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.cases.intake import TakenIn
from app.clock import now
from app.db import Database
from app.documents import pieces
from app.errors import Conflict, CountersignError
from app.mailboxes import progress, taking
from app.mailboxes.models import Mailbox, MailboxMessage
from app.mailboxes.port import PIECE, MailboxFails, MailSource, Place, Waiting
from app.mailboxes.reached import Reached
from app.sources.incoming import InPieces
from app.sources.mail_key import MailKey

LARGEST = 150 * 1024 * 1024
"""Bytes of the largest message that is kept: what large providers pass on, at most."""
_TOGETHER, _TOGETHER_BYTES = 50, 6 * PIECE
"""Small messages that are stored in one transaction, at most."""
_PATIENCE = 3
"""A message at which the connection was lost so often keeps the later ones waiting no longer."""


@dataclass
class Stored:
    """What became of messages that were to be stored: how many are, and why others could not be read."""

    count: int = 0
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Storing:
    """Stores messages of one mailbox. `largest`: messages of more bytes are refused."""

    database: Database
    mailbox: Mailbox
    source: MailSource
    largest: int = LARGEST
    breaks: dict[tuple[Place, str], int] = field(default_factory=dict)
    """How often the connection was lost while a message was read: it outlives the connection."""

    def store(self, place: Place, waiting: Iterable[Waiting], *, are_moved: bool = True) -> Iterator[Stored]:
        """Read and store these messages; after each transaction that stored some, what it did.

        `are_moved`: they are to be moved once they are stored. Otherwise they stay where they are.

        Raises:
            MailboxFails: The connection was lost. What was stored before is stored.
        """
        together: list[tuple[Waiting, bytes]] = []
        size = 0
        for message in waiting:
            if self.breaks.get((place, message.key), 0) >= _PATIENCE:
                yield Stored(unread=[_breaks_off(place, message)])
                continue
            try:
                read = self._read(place, message)
                large = (
                    None if isinstance(read, bytes) else self._store_large(place, message, read, are_moved=are_moved)
                )
            except (MailboxFails, Conflict, DataError, IntegrityError) as error:
                if isinstance(error, MailboxFails) and error.facts.get("is_gone"):
                    continue
                if isinstance(error, MailboxFails) and error.facts.get("step") != "reading":
                    self.breaks[place, message.key] = self.breaks.get((place, message.key), 0) + 1
                    if together:
                        yield self._store_together(place, together, are_moved=are_moved)
                    raise
                yield Stored(unread=[_not_taken_in(place, message, error)])
                continue
            self.breaks.pop((place, message.key), None)
            if large is not None:
                yield large
            elif isinstance(read, bytes):
                together.append((message, read))
                size += len(read)
            if len(together) >= _TOGETHER or size >= _TOGETHER_BYTES:
                yield self._store_together(place, together, are_moved=are_moved)
                together, size = [], 0
        if together:
            yield self._store_together(place, together, are_moved=are_moved)

    def _read(self, place: Place, message: Waiting) -> bytes | Iterator[bytes]:
        """A small message's bytes, or a large one's pieces."""
        if message.size is not None and message.size > self.largest:
            return self.source.pieces(place, message.key)
        coming = self.source.pieces(place, message.key)
        first = next(coming, b"")
        second = next(coming, None)
        return first if second is None else _again(first, second, coming)

    def _store_together(self, place: Place, read: list[tuple[Waiting, bytes]], *, are_moved: bool) -> Stored:
        try:
            self._in_one(place, read, are_moved=are_moved)
            return Stored(len(read))
        except DBAPIError:  # such as two mailboxes that got the same mails in another order
            pass
        done = Stored()
        for one in read:
            try:
                self._in_one(place, [one], are_moved=are_moved)
                done.count += 1
            except (DataError, IntegrityError) as error:
                done.unread.append(_not_taken_in(place, one[0], error))
        return done

    def _in_one(self, place: Place, read: list[tuple[Waiting, bytes]], *, are_moved: bool) -> None:
        at = now()
        with self.database.transaction() as session:
            taken = taking.take_in_contents(
                session, self.mailbox, [content for _, content in read], at=at, received_at=read[-1][0].received_at
            )
            for (message, _), one in zip(read, taken, strict=True):
                self._note(session, place, message, one, are_moved=are_moved, at=at)

    def _store_large(self, place: Place, message: Waiting, coming: Iterator[bytes], *, are_moved: bool) -> Stored:
        """Set a large message down piece by piece, and have the database put it together."""
        delivery, known, whole = uuid4(), MailKey(), hashlib.sha256()
        size = 0
        try:
            for number, piece in enumerate(coming):
                known.feed(piece)
                whole.update(piece)
                size += len(piece)
                if max(size, message.size or 0) > self.largest:
                    self._refuse(place, message, known.head, are_moved=are_moved)
                    return Stored(1)
                with self.database.transaction() as session:
                    pieces.keep(session, delivery, number, piece, at=now())
            at, mail_key = now(), known.digest()
            incoming = taking.arrival(
                self.mailbox, head=known.head, mail_key=mail_key, at=at,
                in_pieces=InPieces(delivery, size, whole.hexdigest()),
            )  # fmt: skip
            with self.database.transaction() as session:
                taken = taking.take_in_large(
                    session, self.mailbox, incoming, mail_key=mail_key, received_at=message.received_at
                )
                self._note(session, place, message, taken, are_moved=are_moved, at=at)
        finally:
            with self.database.transaction() as session:
                pieces.forget(session, delivery)
        return Stored(1)

    def _refuse(self, place: Place, message: Waiting, head: bytes, *, are_moved: bool) -> None:
        at, folders = now(), Reached.model_validate(self.mailbox.settings).folders
        folder = (folders.refused if are_moved else "") or place.folder
        with self.database.transaction() as session:
            taken = taking.refuse(
                session, self.mailbox, head, size=message.size, most=self.largest, folder=folder, at=at
            )
            self._note(session, place, message, taken, are_moved=are_moved, at=at, outcome="refused")

    def _note(
        self, session: Session, place: Place, message: Waiting, taken: TakenIn, *, are_moved: bool, at: datetime,
        outcome: str = "",
    ) -> None:  # fmt: skip
        """Keep that this message is stored, and what became of it."""
        if not outcome:
            earlier = taken.is_repeat and progress.take_over_unmoved(
                session, self.mailbox.id, place, taken.document_id, at=at
            )
            outcome = earlier or ("came_again" if taken.came_again else "taken_in")
        session.add(
            MailboxMessage(
                mailbox_id=self.mailbox.id, folder=place.folder, validity=place.validity, key=message.key,
                outcome=outcome, document_id=taken.document_id, stored_at=at, filed_at=None if are_moved else at,
            )
        )  # fmt: skip


def _not_taken_in(place: Place, message: Waiting, error: CountersignError | DBAPIError) -> str:
    if isinstance(error, CountersignError):
        return error.message
    kind = type(error.orig).__name__
    return (
        f"A message in {place.folder} cannot be stored ({message.key}: {kind}). Open it there, and upload what matters."
    )


def _breaks_off(place: Place, message: Waiting) -> str:
    return (
        f"The server ends the connection whenever a message in {place.folder} is read ({message.key}). Open it there, "
        "and upload what matters."
    )


def _again(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest
