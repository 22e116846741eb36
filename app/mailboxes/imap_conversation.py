"""A conversation with an IMAP server once signed in: commands and their answers, and IDLE between them (RFC 2177)."""

from __future__ import annotations

import imaplib
import select
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from app.mailboxes.port import MailboxFails
from app.mailboxes.words import said

WITHIN = 60.0
"""Seconds that the server may take for an answer."""
RENEWAL = 25 * 60.0
"""Seconds after which IDLE is begun anew: servers may end it after 29 minutes (RFC 2177)."""
SHORTEST_IDLE = 1.0
"""Seconds: a server that ends IDLE sooner by itself is not asked for it again in this connection."""


class ReadOnly(Exception):
    """The server opened the folder for reading only."""


class Conversation:
    """Commands to a server, one after another. What fails is a `MailboxFails` of the step that the command is for.

    `exists` is how many messages the open folder has, as the server told last.
    """

    def __init__(self, client: imaplib.IMAP4, where: str) -> None:
        self.where = where
        self.exists = 0
        self._client: Any = client
        self._idle: bytes | None = None
        self._idle_since = 0.0
        _, told = self.ask("capability", "capability")
        self.capabilities = frozenset(b" ".join(part for part in told if part).upper().decode().split())

    def ask(self, step: str, command: str, *given: object, **options: object) -> tuple[str, list[Any]]:
        """The answer to a command, named as imaplib names it: OK, NO or BAD, and its lines."""
        self._end_idle()
        with self._telling(step):
            answer: tuple[str, list[Any]] = getattr(self._client, command)(*given, **options)
        return answer

    def require(self, step: str, command: str, *given: object) -> list[Any]:
        """The lines of the answer to a command that must succeed."""
        typ, answer = self.ask(step, command, *given)
        if typ != "OK":
            raise MailboxFails(f"{self.where} refuses: {said(answer[-1] if answer else typ)}.", step=step)
        return answer

    def untagged(self, name: str) -> list[bytes]:
        """What the server said of itself under this name since we last looked."""
        return [value for value in self._client.untagged_responses.pop(name, []) if value]

    def has_news(self) -> bool:
        """Whether the server has told of new messages since we last asked."""
        counts = [int(count) for count in self.untagged("EXISTS") if count.isdigit()]
        self.exists = counts[-1] if counts else self.exists
        return bool(counts)

    def last_words(self) -> str:
        """Why the server refused, as it said itself."""
        for name in ("NO", "BAD"):
            if words := self._client.untagged_responses.get(name):
                return said(words[-1])
        return "it is not there, or may not be opened"

    def wait(self, seconds: float) -> bool:
        """Wait until the server tells of something, at most so long; where it cannot tell, all that time."""
        if "IDLE" not in self.capabilities:
            time.sleep(seconds)
            return False
        with self._telling("connection"):
            return self._wait_idle(seconds)

    def end(self) -> None:
        """Sign out, if the server still listens, and hang up."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.sock.settimeout(2)
            self._client.logout()
        hang_up(self._client)

    @contextmanager
    def _telling(self, step: str) -> Iterator[None]:
        try:
            yield
        except imaplib.IMAP4.readonly:
            raise ReadOnly from None
        except (imaplib.IMAP4.abort, OSError) as error:
            raise MailboxFails(
                f"The connection to {self.where} was lost ({cause(error)}). It is opened again by itself.",
                step="connection",
            ) from None
        except imaplib.IMAP4.error as error:
            raise MailboxFails(f"{self.where} refuses: {said(error)}.", step=step) from None

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
                    self.capabilities -= {"IDLE"}
                    return False
        deadline = time.monotonic() + seconds
        while not self.has_news():
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
                    self.capabilities -= {"IDLE"}
                return True
        return True

    def _end_idle(self) -> None:
        if self._idle is None:
            return
        tag, self._idle = self._idle, None
        with self._telling("connection"):
            self._client.send(b"DONE\r\n")
            self._client._get_tagged_response(tag)

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


def hang_up(client: imaplib.IMAP4) -> None:
    """Close the connection without a word."""
    with suppress(OSError):  # it may be closed already
        client.shutdown()


def cause(error: BaseException) -> str:
    """Why a connection failed, in a few words."""
    text = said(error)
    return "the server ended it" if "EOF" in text else text
