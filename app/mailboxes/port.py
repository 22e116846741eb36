"""What every kind of mailbox can do, whatever its server speaks: IMAP, a Maildir, Microsoft Graph, the Gmail API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from app.errors import CountersignError

PIECE = 1024 * 1024
"""Bytes of a message that are held at a time, at most: a message of any size is passed on in pieces."""


class MailboxFails(CountersignError):
    """A mailbox cannot be read or written just now. The message says what failed, where, and what to do.

    `facts["step"]` names the step that failed: name, connection, encryption, sign_in, folder, reading, moving.
    """


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in a folder that was not read yet: the server's key of it, its size in bytes (None: not known before
    it is read), and when the server received it (aware; None: not known).

    `position` says what to go on after once this message and those before it are stored. None: after its key. Empty:
    after whatever was before, because the server counts in rounds of messages and this one does not end its round.
    """

    key: str
    size: int | None
    received_at: datetime | None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in the server's present numbering: keys of another `validity` mean other messages."""

    folder: str
    validity: str


class MailSource(Protocol):
    """A mailbox that is open. One thread uses it; it is closed once. Every method may raise `MailboxFails`."""

    def place(self, folder: str) -> Place:
        """The folder as it is numbered now."""
        ...

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        """The folder's messages in order after this key (empty: from the beginning), the oldest first.

        `since`: only those that the server received on that day or later.
        """
        ...

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        """The message's raw bytes (RFC 5322), in pieces of at most `PIECE`."""
        ...

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        """Move messages to a folder, which is made if it is not there. A message that is gone already is no error."""
        ...

    def wait(self, place: Place, seconds: float) -> bool:
        """Wait until something may have arrived, at most so long. True when the server said so."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Keeps(Protocol):
    """A mailbox that takes messages of ours into its folders. May raise `MailboxFails`."""

    def append(self, folder: str, content: bytes) -> None:
        """Put a message into a folder, as seen; the folder is made if it is not there."""
        ...
