"""A mailbox in memory behind the port of mailboxes: it moves, numbers anew, and ends at any step it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting

RECEIVED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


class Ended(BaseException):
    """The process was killed here."""


@dataclass
class Server:
    """What outlives a connection: messages by folder and key, in the order of their arrival."""

    folders: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    validity: int = 1
    size_is_known: bool = True
    unreadable: set[str] = field(default_factory=set)
    hangs_up_at: set[str] = field(default_factory=set)
    """Keys of messages whose reading ends the connection."""
    unmovable: bool = False
    read: list[str] = field(default_factory=list)
    """Keys of the messages that were read, each time."""
    _next: int = 1

    def deliver(self, *contents: bytes, folder: str = "INBOX") -> list[str]:
        keys = []
        for content in contents:
            keys.append(str(self._next))
            self.folders.setdefault(folder, {})[str(self._next)] = content
            self._next += 1
        return keys

    def renumber(self) -> None:
        """Another UIDVALIDITY: the same messages under other keys."""
        self.validity += 1
        for name, messages in self.folders.items():
            self.folders[name] = {}
            self.deliver(*messages.values(), folder=name)

    def connect(self, *, ends_after: int | None = None) -> Connection:
        """A connection; it ends (`Ended`) at the step of this number, before or after that step has its effect."""
        return Connection(self, ends_after)


@dataclass
class Connection:
    server: Server
    ends_after: int | None = None
    _steps: int = 0

    def place(self, folder: str) -> Place:
        if folder not in self.server.folders:
            raise MailboxFails(f"There is no folder {folder}.", step="folder")
        return Place(folder, str(self.server.validity))

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        for key, content in list(self.server.folders[place.folder].items()):
            if int(key) > int(after or 0):
                yield Waiting(key, len(content) if self.server.size_is_known else None, RECEIVED)

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        if key in self.server.unreadable:
            raise MailboxFails(f"Message {key} is damaged.", step="reading")
        if key in self.server.hangs_up_at:
            raise MailboxFails("The connection was lost.", step="connection")
        self._step()
        content = self.server.folders[place.folder].get(key)
        if content is None:
            raise MailboxFails("gone", step="reading", is_gone=True)
        self.server.read.append(key)
        for i in range(0, len(content), PIECE):
            yield content[i : i + PIECE]
            self._step()

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        if self.server.unmovable:
            raise MailboxFails("Messages cannot be moved here.", step="moving")
        for key in keys:
            self._step()
            content = self.server.folders[place.folder].get(key)
            if content is not None and folder:
                del self.server.folders[place.folder][key]
                self.server.deliver(content, folder=folder)
        self._step()

    def wait(self, place: Place, seconds: float) -> bool:
        return False

    def close(self) -> None: ...

    def _step(self) -> None:
        self._steps += 1
        if self.ends_after is not None and self._steps > self.ends_after:
            raise Ended
