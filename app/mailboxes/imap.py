"""A mailbox on an IMAP server (RFC 9051, RFC 3501): new mail is told at once (IDLE), messages are read in pieces."""

from __future__ import annotations

import hashlib
import imaplib
import ipaddress
import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

from imap_tools.imap_utf7 import utf7_encode

from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.reached import PASSWORD, Reached
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.words import said, without

WITHIN = 60.0
"""Seconds that the server may take for an answer."""
RENEWAL = 25 * 60.0
"""Seconds after which IDLE is begun anew: servers may end it after 29 minutes (RFC 2177)."""
SHORTEST_IDLE = 1.0
"""Seconds: a server that ends IDLE sooner by itself is not asked for it again in this connection."""
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
Result = TypeVar("Result")


class ImapSource:
    """A signed-in connection; see `open_imap`."""

    def __init__(self, client: imaplib.IMAP4, *, where: str, account: str, one_by_one: bool = False) -> None:
        """`account` tells this one from all others: many servers number their folders alike."""
        self._client: Any = client
        self._ahead_of = 1 if one_by_one else _MANY
        self._exists = 0
        """How many messages the folder has, as the server told last."""
        self._where, self._account = where, account
        self._place: Place | None = None
        self._may_change = True
        self._idle: bytes | None = None
        self._idle_since = 0.0
        self._next = 0
        """The UID that the next message was to have when the folder was opened."""
        self._sizes: dict[str, int] = {}
        self._ahead: dict[str, bytes] = {}
        self._capabilities = frozenset(
            b" ".join(part for part in self._ask("capability", client.capability)[1] if part).upper().decode().split()
        )
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
                f"The folder {folder} cannot be opened on {self._where}: {self._last_words()}. Check its name.",
                step="folder", folder=folder,
            )  # fmt: skip
        numbering, following = self._untagged("UIDVALIDITY"), self._untagged("UIDNEXT")
        self._next = int(following[-1]) if following and following[-1].isdigit() else 0
        self._place = Place(folder, f"{numbering[-1].decode() if numbering else ''} {self._account}")
        return self._place

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        self._be_in(place)
        self._ask("reading", self._client.noop)  # a server shows what has come since after a command, not within it
        self._has_news()
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
                self._require("moving", self._uid("STORE", some, "+FLAGS.SILENT", r"(\Seen)"))
            else:
                self._move(some, folder)

    def wait(self, place: Place, seconds: float) -> bool:
        if self._place != place:
            self._be_in(place)
        if self._has_news():
            return True
        if "IDLE" not in self._capabilities:
            time.sleep(seconds)
            return False
        return self._call("connection", lambda: self._wait_idle(seconds))

    def append(self, folder: str, content: bytes) -> None:
        """Put a message of ours into a folder, as seen."""
        name = self._name(folder)
        self._end_idle()
        for _ in (1, 2):
            typ, answer = self._call("folder", lambda: self._client.append(name, r"(\Seen)", None, content))
            if typ == "OK":
                return
            self._make(folder)
        raise MailboxFails(f"The message cannot be put into {folder}: {said(answer[-1])}.", step="folder")

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.sock.settimeout(2)
            self._client.logout()
        _hang_up(self._client)

    def _uids(self, first: int, since: date | None) -> list[int]:
        """UIDs from this one on, in order; in a large folder window by window, so that no answer is too long to read.

        The last window is open: more may have come since the folder was opened.
        """
        day = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if since else ""
        found: set[int] = set()
        low = first
        if self._exists > _WINDOW:
            low = max(first, *self._found("1"), 1)
            while low + _WINDOW < self._next:
                found.update(self._found(f"UID {low}:{low + _WINDOW - 1}{day}"))
                low += _WINDOW
        found.update(self._found(f"UID {low}:*{day}"))
        return sorted(uid for uid in found if uid >= first)

    def _found(self, wanted: str) -> list[int]:
        answer = self._require("reading", self._uid("SEARCH", wanted))
        return [int(uid) for line in answer if line for uid in line.split()]

    def _described(self, uids: Sequence[int]) -> list[Waiting]:
        answer = self._require(
            "reading", self._uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        )
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
        answer = self._require("reading", self._uid("FETCH", ",".join(wanted), f"(UID BODY.PEEK[]<0.{PIECE}>)"))
        self._ahead = _bodies(answer)

    def _piece(self, key: str, offset: int) -> bytes | None:
        """Bytes of a message from there on; None when it is not there."""
        answer = self._require("reading", self._uid("FETCH", key, f"(UID BODY.PEEK[]<{offset}.{PIECE}>)"))
        return _bodies(answer).get(key)

    def _move(self, keys: str, folder: str) -> None:
        """Move, by what the server can do. Without MOVE a sudden end in between leaves a second copy in `folder`."""
        name = self._name(folder)
        verb = "MOVE" if "MOVE" in self._capabilities else "COPY"
        typ, answer = self._uid(verb, keys, name)
        if typ != "OK":
            self._make(folder)
            typ, answer = self._uid(verb, keys, name)
        if typ != "OK":
            raise MailboxFails(
                f"Messages cannot be moved to {folder} on {self._where}: {said(answer[-1] if answer else '')}.",
                step="moving", folder=folder,
            )  # fmt: skip
        if verb == "COPY":
            self._require("moving", self._uid("STORE", keys, "+FLAGS.SILENT", r"(\Deleted \Seen)"))
            if "UIDPLUS" in self._capabilities:
                self._require("moving", self._uid("EXPUNGE", keys))

    def _make(self, folder: str) -> None:
        """See to it that a folder is there."""
        name = self._name(folder)
        typ, found = self._ask("moving", lambda: self._client.list('""', name))
        if typ == "OK" and any(found):
            return
        typ, answer = self._ask("moving", lambda: self._client.create(name))
        if typ != "OK" and b"EXISTS" not in bytes(answer[-1] or b"").upper():
            raise MailboxFails(
                f"The folder {folder} cannot be made on {self._where}: {said(answer[-1])}. Make it there, or choose "
                "another in the mailbox's settings.",
                step="moving", folder=folder,
            )  # fmt: skip
        self._ask("moving", lambda: self._client.subscribe(name))

    def _naming(self) -> tuple[str, str]:
        """What separates the names of folders here, and what those of this account begin with."""
        _, listed = self._ask("folder", lambda: self._client.list('""', '""'))
        match = next((m for line in listed if isinstance(line, bytes) and (m := _LIST.search(line))), None)
        separator = (match[1] or b"/").replace(b"\\\\", b"\\").decode() if match else "/"
        prefix = ""
        if "NAMESPACE" in self._capabilities:
            _, spaces = self._ask("folder", self._client.namespace)
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
            answer: tuple[str, list[Any]] = self._ask("folder", lambda: self._client.select(name))
        except _ReadOnly:
            self._may_change = False
            answer = self._ask("folder", lambda: self._client.select(name, readonly=True))
        return answer

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

    def _uid(self, *command: str | bytes) -> tuple[str, list[Any]]:
        step = "moving" if command[0] in ("MOVE", "COPY", "STORE") else "reading"
        answer: tuple[str, list[Any]] = self._ask(step, lambda: self._client.uid(*command))
        return answer

    def _require(self, step: str, given: tuple[str, list[Any]]) -> list[Any]:
        typ, answer = given
        if typ != "OK":
            raise MailboxFails(f"{self._where} refuses: {said(answer[-1] if answer else typ)}.", step=step)
        return answer

    def _ask(self, step: str, command: Callable[[], Result]) -> Result:
        self._end_idle()
        return self._call(step, command)

    def _call(self, step: str, command: Callable[[], Result]) -> Result:
        try:
            return command()
        except imaplib.IMAP4.readonly:
            raise _ReadOnly from None
        except (imaplib.IMAP4.abort, OSError) as error:
            raise MailboxFails(
                f"The connection to {self._where} was lost ({_cause(error)}). It is opened again by itself.",
                step="connection",
            ) from None
        except imaplib.IMAP4.error as error:
            raise MailboxFails(f"{self._where} refuses: {said(error)}.", step=step) from None

    def _untagged(self, name: str) -> list[bytes]:
        """What the server said of itself under this name since we last looked."""
        return [value for value in self._client.untagged_responses.pop(name, []) if value]

    def _has_news(self) -> bool:
        """Whether the server has told of new messages since we last asked."""
        counts = [int(count) for count in self._untagged("EXISTS") if count.isdigit()]
        self._exists = counts[-1] if counts else self._exists
        return bool(counts)

    def _last_words(self) -> str:
        for name in ("NO", "BAD"):
            if words := self._client.untagged_responses.get(name):
                return said(words[-1])
        return "it is not there, or may not be opened"

    def _wait_idle(self, seconds: float) -> bool:
        client = self._client
        if self._idle is not None and time.monotonic() - self._idle_since > RENEWAL:
            self._end_idle()
        if self._idle is None:
            tag = client._new_tag()
            client.send(tag + b" IDLE\r\n")
            self._idle, self._idle_since = tag, time.monotonic()
            while client._get_response() is not None:
                if client.tagged_commands[tag] is not None:
                    self._idle = None
                    self._capabilities -= {"IDLE"}
                    return False
        deadline = time.monotonic() + seconds
        while not self._has_news():
            left = deadline - time.monotonic()
            if left <= 0 or not self._comes(left):
                return False
            client._get_response()
            if "BYE" in client.untagged_responses:
                raise client.abort(f"the server said: {said(client.untagged_responses['BYE'][-1])}")
            if client.tagged_commands.get(self._idle) is not None:
                client.tagged_commands.pop(self._idle)
                self._idle = None
                if time.monotonic() - self._idle_since < SHORTEST_IDLE:
                    self._capabilities -= {"IDLE"}
                return True
        return True

    def _end_idle(self) -> None:
        if self._idle is None:
            return
        tag, self._idle = self._idle, None

        def done() -> None:
            self._client.send(b"DONE\r\n")
            self._client._get_tagged_response(tag)

        self._call("connection", done)

    def _comes(self, seconds: float) -> bool:
        """Whether a line of the server is there, or comes within these seconds; the end of the connection counts."""
        if self._peek():
            return True
        deadline = time.monotonic() + seconds
        poller = select.poll()
        poller.register(self._client.sock.fileno(), select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            if not poller.poll(left * 1000):
                return False
            if self._peek() is not None:
                return True
        return False

    def _peek(self) -> bytes | None:
        """Bytes that can be read now; None: none yet, b"": none (or the connection has ended)."""
        self._client.sock.settimeout(0)
        try:
            return bytes(self._client.file.peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return None
        finally:
            self._client.sock.settimeout(WITHIN)


class _ReadOnly(Exception):
    """The server opened the folder for reading only."""


def open_imap(
    reached: Reached, credentials: Mapping[str, str], tokens: AccessTokens | None, *, one_by_one: bool = False
) -> ImapSource:
    """Connect and sign in. The server's certificate is verified; without encryption only this machine is spoken to.

    `one_by_one`: each message is read in a command of its own, because the connection was lost in reading several.

    Raises:
        MailboxFails: with the step that failed: name, connection, encryption, sign_in.
    """
    where = f"{reached.host}:{reached.port}"
    client = _connect(reached, where)
    try:
        _sign_in(client, reached, credentials, tokens, where)
        account = hashlib.sha256(f"{reached.host.casefold()}\n{reached.user.casefold()}".encode()).hexdigest()[:40]
        return ImapSource(client, where=where, account=account, one_by_one=one_by_one)
    except BaseException:
        _hang_up(client)
        raise


def _hang_up(client: imaplib.IMAP4) -> None:
    with suppress(OSError):  # it may be closed already
        client.shutdown()


def _connect(reached: Reached, where: str) -> imaplib.IMAP4:
    trust = ssl.create_default_context()
    try:
        if reached.encryption == "tls":
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(reached.host, reached.port, ssl_context=trust, timeout=WITHIN)
        else:
            client = imaplib.IMAP4(reached.host, reached.port, timeout=WITHIN)
    except socket.gaierror as error:
        raise MailboxFails(
            f"The name {reached.host} is not known ({said(error)}). Check the server's name.", step="name"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(where, error) from None
    except ssl.SSLError as error:
        raise MailboxFails(
            f"{where} cannot be spoken to with encryption from the first byte ({said(error.reason or error)}). Check "
            "the port (993 for TLS, 143 for STARTTLS) and the encryption.",
            step="encryption",
        ) from None
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxFails(
            f"{where} does not answer as a mail server ({_cause(error)}). Check server and port.", step="connection"
        ) from None
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    with suppress(AttributeError, OSError):
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    try:
        if reached.encryption == "starttls":
            client.starttls(trust)
    except ssl.SSLCertVerificationError as error:
        _hang_up(client)
        raise _not_trusted(where, error) from None
    except (OSError, imaplib.IMAP4.error) as error:
        _hang_up(client)
        raise MailboxFails(
            f"{where} offers no encryption in the open connection ({_cause(error)}), so no password is sent. Use TLS "
            "on port 993.",
            step="encryption",
        ) from None
    if reached.encryption == "none" and not is_this_machine(client.sock):
        _hang_up(client)
        raise MailboxFails(
            f"{where} is another machine: without encryption a password would be sent in the open. Choose TLS or "
            "STARTTLS.",
            step="encryption",
        )
    return client


def is_this_machine(connection: socket.socket) -> bool:
    """Whether the other end of a connection is on this machine."""
    return ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback


def _not_trusted(where: str, error: ssl.SSLCertVerificationError) -> MailboxFails:
    return MailboxFails(
        f"The certificate of {where} cannot be trusted: {said(error.verify_message)}. Check the server's name, or have "
        "its certificate renewed.",
        step="encryption",
    )


def _sign_in(
    client: imaplib.IMAP4, reached: Reached, credentials: Mapping[str, str], tokens: AccessTokens | None, where: str
) -> None:
    try:
        if reached.sign_in == "oauth":
            if tokens is None:
                raise MailboxFails("Sign-in by token is set, and no token server. Enter its address.", step="sign_in")
            _sign_in_with_token(client, reached.user, tokens)
        elif "AUTH=PLAIN" in client.capabilities:
            secret = f"\0{reached.user}\0{credentials.get(PASSWORD, '')}".encode()
            client.authenticate("PLAIN", lambda _: secret)
        else:
            client.login(reached.user, credentials.get(PASSWORD, ""))
    except (imaplib.IMAP4.abort, OSError) as error:
        raise MailboxFails(
            f"{where} ended the connection at sign-in ({_cause(error)}). It is tried again by itself.", step="sign_in"
        ) from None
    except UnicodeError:
        raise MailboxFails(
            f"{where} takes user and password only in plain letters (ASCII). Choose another password.", step="sign_in"
        ) from None
    except imaplib.IMAP4.error as error:
        if reached.sign_in == "oauth":
            raise MailboxFails(
                f"{where} does not let {reached.user} in with a token: {said(error)}. Check user and scope, and "
                "whether this account may use IMAP.",
                step="sign_in",
            ) from None
        why = said(without(_answered(error), reached.user, credentials.get(PASSWORD, "")))
        raise MailboxFails(
            f"{where} does not let {reached.user} in: {why}. Check user and password.", step="sign_in"
        ) from None


def _answered(error: imaplib.IMAP4.error) -> str:
    """What the server said, as it said it."""
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def _next_word(words: Iterator[bytes], challenge: bytes) -> bytes | None:
    """What is answered to a challenge of the server; None ends the sign-in."""
    return next(words, None)


def _sign_in_with_token(client: imaplib.IMAP4, user: str, tokens: AccessTokens) -> None:
    for is_second in (False, True):
        token = tokens.get(anew=is_second)
        # A refusal comes as a challenge with the reason, which is answered with nothing.
        words = iter((f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b""))
        try:
            client.authenticate("XOAUTH2", partial(_next_word, words))
            return
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if is_second:
                raise imaplib.IMAP4.error(without(_answered(error), user, token)) from None


def _cause(error: BaseException) -> str:
    text = said(error)
    return "the server ended it" if "EOF" in text else text


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
