"""A mailbox on an IMAP server (RFC 9051, RFC 3501): new mail is told at once (IDLE), messages are read in pieces."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from imap_tools.imap_utf7 import utf7_encode

from app.mailboxes.imap_conversation import Conversation, ReadOnly, hang_up
from app.mailboxes.imap_sign_in import connect, sign_in
from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.reached import Reached
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.words import said

AT_ONCE = 4 * PIECE
_MANY = 25
"""Small messages that are read in one command, in bytes and in number: a server may be wrong about their size."""
_LISTED = 200
"""Messages whose size and date are asked for in one command."""
_WINDOW = 50_000
"""UIDs that are looked for in one command, so that no answer is longer than the reader of lines takes."""
_MOVED = 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_QUOTED = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
_LIST = re.compile(rb'\([^)]*\) (?:"((?:\\.|[^"])*)"|NIL)')
_NAMESPACE = re.compile(rb'^\(\("((?:[^"\\]|\\.)*)"')


class ImapSource:
    """A signed-in connection; see `open_imap`."""

    def __init__(self, server: Conversation, *, account: str, one_by_one: bool = False) -> None:
        """`account` tells this one from all others: many servers number their folders alike."""
        self._server, self._where, self._account = server, server.where, account
        self._ahead_of = 1 if one_by_one else _MANY
        self._place: Place | None = None
        self._may_change = True
        self._next = 0
        """The UID that the next message was to have when the folder was opened."""
        self._sizes: dict[str, int] = {}
        self._ahead: dict[str, bytes] = {}
        self._separator, self._prefix = self._naming()

    def place(self, folder: str) -> Place:
        if self._place is not None and self._place.folder == folder:
            return self._place
        self._forget_ahead()
        self._place = None
        name = self._name(folder)
        typ, _ = self._select(name)
        if typ != "OK":
            raise MailboxFails(
                f"The folder {folder} cannot be opened on {self._where}: {self._server.last_words()}. Check its name.",
                step="folder", folder=folder,
            )  # fmt: skip
        numbering, following = self._server.untagged("UIDVALIDITY"), self._server.untagged("UIDNEXT")
        self._next = int(following[-1]) if following and following[-1].isdigit() else 0
        self._place = Place(folder, f"{numbering[-1].decode() if numbering else ''} {self._account}")
        return self._place

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        self._be_in(place)
        self._server.ask("reading", "noop")  # a server shows what has come since after a command, not within it
        self._server.has_news()
        first = int(after) + 1 if after else 1
        uids = self._uids(first, since)
        for i in range(0, len(uids), _LISTED):
            self._be_in(place)
            yield from self._described(uids[i : i + _LISTED])

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        self._be_in(place)
        if self._sizes.get(key, PIECE) < PIECE:
            if key not in self._ahead:
                self._read_ahead(key)
            content = self._ahead.pop(key, None)
            if content is not None and len(content) < PIECE:
                yield content
                return
        offset = 0
        while True:
            self._be_in(place)
            piece = self._piece(key, offset)
            if piece is None:
                if not offset:
                    raise MailboxFails(f"Message {key} is gone from {self._where}.", step="reading", is_gone=True)
                return
            if piece:
                yield piece
            if len(piece) < PIECE:
                return
            offset += len(piece)

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        self._be_in(place)
        if not self._may_change:
            raise MailboxFails(
                f"The folder {place.folder} on {self._where} may only be read, so messages cannot be moved out of it. "
                "Give the account the right to change it.",
                step="moving", folder=place.folder,
            )  # fmt: skip
        if folder and not keys:
            self._make(folder)
        for i in range(0, len(keys), _MOVED):
            some = ",".join(keys[i : i + _MOVED])
            if not folder:
                self._server.require("moving", "uid", "STORE", some, "+FLAGS.SILENT", r"(\Seen)")
            else:
                self._move(some, folder)

    def wait(self, place: Place, seconds: float) -> bool:
        if self._place != place:
            self._be_in(place)
        return self._server.has_news() or self._server.wait(seconds)

    def append(self, folder: str, content: bytes) -> None:
        """Put a message of ours into a folder, as seen."""
        name = self._name(folder)
        for _ in (1, 2):
            typ, answer = self._server.ask("folder", "append", name, r"(\Seen)", None, content)
            if typ == "OK":
                return
            self._make(folder)
        raise MailboxFails(f"The message cannot be put into {folder}: {said(answer[-1])}.", step="folder")

    def close(self) -> None:
        self._server.end()

    def _uids(self, first: int, since: date | None) -> list[int]:
        """UIDs from this one on, in order; in a large folder window by window, so that no answer is too long to read.

        The last window is open: more may have come since the folder was opened.
        """
        day = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if since else ""
        found: set[int] = set()
        low = first
        if self._server.exists > _WINDOW:
            low = max(first, *self._found("1"), 1)
            while low + _WINDOW < self._next:
                found.update(self._found(f"UID {low}:{low + _WINDOW - 1}{day}"))
                low += _WINDOW
        found.update(self._found(f"UID {low}:*{day}"))
        return sorted(uid for uid in found if uid >= first)

    def _found(self, wanted: str) -> list[int]:
        answer = self._server.require("reading", "uid", "SEARCH", wanted)
        return [int(uid) for line in answer if line for uid in line.split()]

    def _described(self, uids: Sequence[int]) -> list[Waiting]:
        answer = self._fetched(",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        found: dict[int, Waiting] = {}
        for line in answer:
            # Other lines tell of messages that somebody else is changing meanwhile.
            if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
                key = str(int(uid[1]))
                self._sizes[key] = int(size[1])
                found[int(uid[1])] = Waiting(key, int(size[1]), _moment(_DATE.search(line)))
        return [found[uid] for uid in uids if uid in found]

    def _read_ahead(self, key: str) -> None:
        """Read this small message and those listed after it, as many as fit."""
        self._ahead.clear()
        wanted: list[str] = []
        total = 0
        keys = list(self._sizes)
        for other in keys[keys.index(key) :]:
            size = self._sizes[other]
            if size >= PIECE:
                continue
            total += size
            if wanted and (total > AT_ONCE or len(wanted) >= self._ahead_of):
                break
            wanted.append(other)
        for done in keys[: keys.index(key)]:
            del self._sizes[done]
        answer = self._fetched(",".join(wanted), f"(UID BODY.PEEK[]<0.{PIECE}>)")
        self._ahead = _bodies(answer)

    def _piece(self, key: str, offset: int) -> bytes | None:
        """Bytes of a message from there on; None when it is not there."""
        answer = self._fetched(key, f"(UID BODY.PEEK[]<{offset}.{PIECE}>)")
        return _bodies(answer).get(key)

    def _fetched(self, uids: str, wanted: str) -> list[Any]:
        return self._server.require("reading", "uid", "FETCH", uids, wanted)

    def _move(self, keys: str, folder: str) -> None:
        """Move, by what the server can do. Without MOVE a sudden end in between leaves a second copy in `folder`."""
        name = self._name(folder)
        verb = "MOVE" if "MOVE" in self._server.capabilities else "COPY"
        typ, answer = self._server.ask("moving", "uid", verb, keys, name)
        if typ != "OK":
            self._make(folder)
            typ, answer = self._server.ask("moving", "uid", verb, keys, name)
        if typ != "OK":
            raise MailboxFails(
                f"Messages cannot be moved to {folder} on {self._where}: {said(answer[-1] if answer else '')}.",
                step="moving", folder=folder,
            )  # fmt: skip
        if verb == "COPY":
            self._server.require("moving", "uid", "STORE", keys, "+FLAGS.SILENT", r"(\Deleted \Seen)")
            if "UIDPLUS" in self._server.capabilities:
                self._server.require("moving", "uid", "EXPUNGE", keys)

    def _make(self, folder: str) -> None:
        """See to it that a folder is there."""
        name = self._name(folder)
        typ, found = self._server.ask("moving", "list", '""', name)
        if typ == "OK" and any(found):
            return
        typ, answer = self._server.ask("moving", "create", name)
        if typ != "OK" and b"EXISTS" not in bytes(answer[-1] or b"").upper():
            raise MailboxFails(
                f"The folder {folder} cannot be made on {self._where}: {said(answer[-1])}. Make it there, or choose "
                "another in the mailbox's settings.",
                step="moving", folder=folder,
            )  # fmt: skip
        self._server.ask("moving", "subscribe", name)

    def _naming(self) -> tuple[str, str]:
        """What separates the names of folders here, and what those of this account begin with."""
        _, listed = self._server.ask("folder", "list", '""', '""')
        match = next((m for line in listed if isinstance(line, bytes) and (m := _LIST.search(line))), None)
        separator = (match[1] or b"/").replace(b"\\\\", b"\\").decode() if match else "/"
        prefix = ""
        if "NAMESPACE" in self._server.capabilities:
            _, spaces = self._server.ask("folder", "namespace")
            own = next((m for line in spaces if isinstance(line, bytes) and (m := _NAMESPACE.search(line))), None)
            prefix = own[1].decode("ascii", "replace") if own else ""
        return separator, prefix

    def _name(self, folder: str) -> bytes:
        """A folder's name as the server has it: its separator, its prefix, modified UTF-7, quoted."""
        if folder.upper() == "INBOX":
            return b"INBOX"
        name = folder.replace("/", self._separator)
        if self._prefix and not name.startswith(self._prefix):
            name = self._prefix + name
        return b'"' + bytes(utf7_encode(name)).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    def _select(self, name: bytes) -> tuple[str, list[Any]]:
        self._may_change = True
        try:
            return self._server.ask("folder", "select", name)
        except ReadOnly:
            self._may_change = False
            return self._server.ask("folder", "select", name, readonly=True)

    def _be_in(self, place: Place) -> None:
        if self._place == place:
            return
        if self.place(place.folder) != place:
            raise MailboxFails(
                f"The folder {place.folder} on {self._where} was numbered anew. It is read from the beginning.",
                step="reading", folder=place.folder,
            )  # fmt: skip

    def _forget_ahead(self) -> None:
        self._sizes.clear()
        self._ahead.clear()


def open_imap(
    reached: Reached, credentials: Mapping[str, str], tokens: AccessTokens | None, *, one_by_one: bool = False
) -> ImapSource:
    """Connect and sign in. The server's certificate is verified; without encryption only this machine is spoken to.

    `one_by_one`: each message is read in a command of its own, because the connection was lost in reading several.

    Raises:
        MailboxFails: with the step that failed: name, connection, encryption, sign_in.
    """
    where = f"{reached.host}:{reached.port}"
    client = connect(reached, where)
    try:
        sign_in(client, reached, credentials, tokens, where)
        account = hashlib.sha256(f"{reached.host.casefold()}\n{reached.user.casefold()}".encode()).hexdigest()[:40]
        return ImapSource(Conversation(client, where), account=account, one_by_one=one_by_one)
    except BaseException:
        hang_up(client)
        raise


def _bodies(answer: Sequence[Any]) -> dict[str, bytes]:
    """The bodies in the answer to a FETCH, by UID (which may stand before or after its body)."""
    found: dict[str, bytes] = {}
    body: bytes | None = None
    uid: str | None = None
    for part in answer:
        said_of_it = part[0] if isinstance(part, tuple) else part or b""
        if isinstance(part, tuple):
            body, uid = part[1], None
        elif quoted := _QUOTED.search(said_of_it):
            body, uid = re.sub(rb"\\(.)", rb"\1", quoted[1]), None
        elif b"BODY[]" in said_of_it and b" NIL" in said_of_it:
            body, uid = b"", None
        if match := _UID.search(said_of_it):
            uid = str(int(match[1]))
        if body is not None and uid is not None:
            found[uid] = body
            body = uid = None
    return found


def _moment(match: re.Match[bytes] | None) -> datetime | None:
    if match is None:
        return None
    with suppress(ValueError):
        day, month, rest = match[1].decode("ascii", "replace").strip().split("-", 2)
        number = _MONTHS.index(month.capitalize()) + 1
        return datetime.strptime(f"{day}-{number}-{rest}", "%d-%m-%Y %H:%M:%S %z").astimezone(UTC)
    return None
