"""A mail that a provider's web request brought: as it was sent, or put together again from what the provider gave.

A provider that hands on the raw message is believed to the byte. From one that hands on parts (headers, texts, files) a
message is written anew: the same request gives the same bytes, so that a repeated delivery is known again. What the
provider said of the message besides stands in it as headers.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.utils import encode_rfc2231, formataddr, getaddresses

FORM_HEADER = "X-Inbound-Form"
"""Names the form that a message was put together from; not there: the message came as it was sent."""
MOST_HEADERS = 400
LONGEST_VALUE = 8_000
"""Characters kept of a header's value."""
_PREFIX = "X-Inbound-"
_OF_ANOTHER_SHAPE = re.compile(
    r"content-.+|mime-version|dkim-signature|domainkey-signature|arc-.+|x-inbound-form", re.IGNORECASE
)
"""Headers that spoke of the bytes as they were sent: kept under another name, since these are other bytes."""
_NAME = re.compile(r"[!-9;-~]{1,76}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,60}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,80}")
_ADDRESSES = {"from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc"}
_WIDE = 900
"""Bytes of a line, at most; RFC 5322 allows 998."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A mail's raw bytes, and the token of the signature it came with, which counts for one message (empty: none).
    `is_put_together`: we made the bytes of what a provider had taken apart."""

    content: bytes
    token: str = ""
    is_put_together: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the message; `content_id` (without brackets) where the HTML text shows it."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a provider made of a message. Headers in their order, names as they were written."""

    form: str
    headers: Sequence[tuple[str, str]]
    text: str = ""
    html: str = ""
    attached: Sequence[Attached] = field(default_factory=tuple)


def put_together(parsed: Parsed) -> bytes:
    """A message (RFC 5322, lines end in CRLF) that holds all of it."""
    texts = [
        _part(f'text/{kind}; charset="utf-8"', text.encode("utf-8", "replace"))
        for kind, text in (("plain", parsed.text), ("html", parsed.html))
        if text or (kind == "plain" and not parsed.html)
    ]
    body = texts[0] if len(texts) == 1 else _multipart("alternative", texts)
    if parsed.attached:
        body = _multipart("mixed", [body, *(_file(one) for one in parsed.attached)])
    lines = [_line(name, value) for name, value in _kept(parsed.headers)]
    lines += [_line(FORM_HEADER, parsed.form), "MIME-Version: 1.0"]
    return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n" + body


def _kept(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        if not _NAME.fullmatch(name) or len(kept) == MOST_HEADERS:
            continue
        kept.append((_PREFIX + name if _OF_ANOTHER_SHAPE.fullmatch(name) else name, value))
    return kept


def _line(name: str, value: str) -> str:
    """A header on as many lines as it needs; its value is outside text: no line end or control character of its own."""
    value = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in value[:LONGEST_VALUE])
    if not value.isascii():
        value = _encoded(name, value.encode("utf-8", "replace").decode())
    lines, line = [], f"{name}:"
    for word in value.split():
        if len(line) + len(word) > _WIDE and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _encoded(name: str, value: str) -> str:
    """The value in ASCII by RFC 2047; addresses stay addresses."""
    if name.casefold() in _ADDRESSES:
        found = [(shown, address) for shown, address in getaddresses([value]) if "@" in address and address.isascii()]
        if found:
            return ", ".join(formataddr(one) for one in found)
    return Header(value, "utf-8", maxlinelen=_WIDE).encode(linesep="").replace("\n", " ")


def _part(media_type: str, content: bytes, *more: str) -> bytes:
    head = [f"Content-Type: {media_type}", "Content-Transfer-Encoding: base64", *more]
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + _base64(content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file(one: Attached) -> bytes:
    """A part with the file's name (RFC 2231). A message in the message goes as a file too, so that no byte changes."""
    asked = one.media_type.split(";")[0].strip()
    media_type = asked.lower() if _MEDIA_TYPE.fullmatch(asked) else "application/octet-stream"
    name = "".join(letter for letter in one.name if ord(letter) >= 32 and ord(letter) != 127)[:200] or "attachment"
    if media_type.startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"
        name = name if name.casefold().endswith(".eml") else f"{name}.eml"
    encoded = encode_rfc2231(name.encode("utf-8", "replace").decode(), "utf-8")
    content_id = "".join(letter for letter in one.content_id if "!" <= letter <= "~" and letter not in "<>")[:200]
    how = "inline" if content_id and not media_type.startswith("text/") else "attachment"  # a text would be the body
    more = [f"Content-Disposition: {how}; filename*={encoded}"]
    if content_id:
        more.append(f"Content-ID: <{content_id}>")
    return _part(media_type, one.content, *more)


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    boundary = f"=_{kind}_{digest.hexdigest()[:40]}"
    opening = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
    return head + b"".join(opening + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()
