"""By what a mail is known again, whatever way it came: its Message-ID and its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

LONGEST_HEAD = 256 * 1024
"""Bytes of headers that are looked at."""
_KEPT = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "content-type", "content-transfer-encoding",
)  # fmt: skip
"""Headers that the sender wrote. Servers on the way add others: one mail that came by two ways differs in those. What
says to whom an answer goes, and how the body is to be read, is among them: with another of these it is another mail."""
_END = re.compile(rb"\r?\n\r?\n")


@dataclass(slots=True)
class MailKey:
    """Fed with the bytes of a mail in order, says in the end by what it is known. Holds only the headers.

    How lines end, and empty lines at the end, make no difference: mail servers keep them as they like. What has no
    Message-ID, or no end of its headers, is only known by every word it holds.
    """

    _head: bytearray = field(default_factory=bytearray)
    _in_body: bool = False
    _body: hashlib._Hash = field(default_factory=hashlib.sha256)
    _ends: int = 0
    """Ends of lines that came last: they count once something follows."""

    def feed(self, piece: bytes) -> None:
        if self._in_body:
            self._feed_body(piece)
            return
        self._head += piece
        end = _END.search(self._head)
        if end is None and len(self._head) <= LONGEST_HEAD:
            return
        stop, begin = (end.start(), end.end()) if end else (LONGEST_HEAD, LONGEST_HEAD)
        rest = bytes(self._head[begin:])
        del self._head[stop:]
        self._in_body = True
        self._feed_body(rest)

    def _feed_body(self, piece: bytes) -> None:
        text = piece.replace(b"\r", b"")
        said = text.rstrip(b"\n")
        if said:
            while self._ends:
                some = min(self._ends, 65536)
                self._body.update(b"\n" * some)
                self._ends -= some
            self._body.update(said)
        self._ends += len(text) - len(said)

    @property
    def head(self) -> bytes:
        """The headers, as far as they were looked at."""
        return bytes(self._head)

    def digest(self) -> str:
        """SHA-256 over Message-ID, the sender's own headers and the body: 64 hexadecimal digits."""
        from email.parser import BytesHeaderParser

        headers = BytesHeaderParser().parsebytes(bytes(self._head) + b"\n\n")
        whole = hashlib.sha256()
        for name in _KEPT:
            value = " ".join(" ".join(map(str, headers.get_all(name, []))).split())
            whole.update(f"{name}:{value}\n".encode("utf-8", "surrogateescape"))
        if not self._in_body or not str(headers.get("message-id", "")).strip():
            whole.update(bytes(self._head).replace(b"\r", b"").rstrip(b"\n"))
        whole.update(self._body.digest())
        return whole.hexdigest()


def key_of(content: bytes) -> str:
    """The digest of a mail that is held whole."""
    known = MailKey()
    known.feed(content)
    return known.digest()
