"""Outlook's .msg files: the same mail as an .eml would be, from the properties of a compound file (MS-OXMSG)."""

from __future__ import annotations

import email
import email.policy
import io
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.documents.characters import clean, decode
from app.documents.mail import assemble, envelope
from app.documents.mail_headers import addresses
from app.documents.part import Part
from app.documents.reading import Address, Mail, Problem, Reading
from app.documents.sniff import MSG

# Property identifiers of MS-OXPROPS.
_SUBJECT, _HEADERS, _BODY, _RTF, _HTML = 0x0037, 0x007D, 0x1000, 0x1009, 0x1013
_SENDER_NAME, _SENDER_EMAIL, _SENDER_SMTP, _MESSAGE_ID, _IN_REPLY_TO = 0x0C1A, 0x0C1F, 0x5D01, 0x1035, 0x1042
_DISPLAY_NAME, _EMAIL, _SMTP, _RECIPIENT_TYPE, _SENT_AT, _DELIVERED_AT = 0x3001, 0x3003, 0x39FE, 0x0C15, 0x0039, 0x0E06
_FILE_NAME, _SHORT_NAME, _MIME_TYPE, _DATA = 0x3707, 0x3704, 0x370E, 0x3701
_CODEPAGES = (0x3FDE, 0x3FFD)  # internet code page, message code page
_EMBEDDED = f"__substg1.0_{_DATA:04X}000D"
_MOST = 500


def read_msg(part: Part, media_type: str = MSG) -> Reading:
    """The mail in a .msg file; attached messages are parts."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(part.content)) as ole:
            return _Message(ole, ()).read(part)
    except (OSError, ValueError, struct.error, IndexError, KeyError, AttributeError, TypeError):
        return part.unread(
            media_type, "corrupt", "The Outlook file is damaged: ask the sender to forward the mail itself."
        )


class _Storage:
    """One level of the file: properties of a message, a recipient or an attachment."""

    def __init__(self, ole: Any, place: tuple[str, ...]) -> None:
        self.ole = ole
        self.place = place
        self.fixed = self._fixed_values()
        self.codepage = next((f"cp{self.fixed[c]}" for c in _CODEPAGES if self.fixed.get(c)), "")
        self.codepage = {"cp65001": "utf-8", "cp28591": "latin-1", "cp20127": "ascii"}.get(self.codepage, self.codepage)

    def bytes_of(self, identifier: int, kind: int) -> bytes | None:
        path = [*self.place, f"__substg1.0_{identifier:04X}{kind:04X}"]
        if not self.ole.exists(path):
            return None
        return bytes(self.ole.openstream(path).read())

    def text(self, identifier: int) -> str:
        wide = self.bytes_of(identifier, 0x001F)
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self.bytes_of(identifier, 0x001E)
        return decode(narrow.rstrip(b"\0"), self.codepage) if narrow is not None else ""

    def children(self, prefix: str) -> list[tuple[str, ...]]:
        """Storages below whose names begin so, in the order of their numbers."""
        depth = len(self.place)
        found = {
            tuple(entry[: depth + 1])
            for entry in self.ole.listdir(streams=True, storages=True)
            if len(entry) > depth and tuple(entry[:depth]) == self.place and entry[depth].startswith(prefix)
        }
        return sorted(found)[:_MOST]

    def _fixed_values(self) -> dict[int, int]:
        """Numbers and times, which stand in the property stream itself: 16 bytes each after a header."""
        path = [*self.place, "__properties_version1.0"]
        if not self.ole.exists(path):
            return {}
        content = self.ole.openstream(path).read()
        last = self.place[-1] if self.place else ""
        header = 32 if not self.place else 24 if last == _EMBEDDED else 8
        out: dict[int, int] = {}
        for at in range(header, len(content) - 15, 16):
            kind, identifier = struct.unpack_from("<HH", content, at)
            if kind in (0x0003, 0x000B, 0x0040, 0x0014):
                out[identifier] = struct.unpack_from("<q" if kind in (0x0040, 0x0014) else "<i", content, at + 8)[0]
        return out


class _Message(_Storage):
    """A message in the file: the whole of it, or one attached to another."""

    def read(self, part: Part) -> Reading:
        problems: list[Problem] = []
        plain, html = self.text(_BODY), self._html()
        if not plain.strip() and not html.strip():
            from app.documents import rtf

            packed = self.bytes_of(_RTF, 0x0102)
            plain = rtf.to_text(rtf.decompress(packed)) if packed else ""
        attached: list[tuple[bytes, str, str]] = []
        embedded: list[tuple[int, tuple[str, ...]]] = []
        for place in self.children("__attach_version1.0_#"):
            one = _Storage(self.ole, place)
            if self.ole.exists([*place, _EMBEDDED]):
                embedded.append((len(attached), (*place, _EMBEDDED)))
                attached.append((b"", "message.msg", MSG))
                continue
            content = one.bytes_of(_DATA, 0x0102) or b""
            name = clean(one.text(_FILE_NAME) or one.text(_SHORT_NAME) or "attachment")
            attached.append((content, name, one.text(_MIME_TYPE)))
        inner = dict(embedded)
        attachments = tuple(
            self._attached_message(part, index, inner[index])
            if index in inner
            else part.child(content, name, index, declared, in_mail=True)
            for index, (content, name, declared) in enumerate(attached)
        )
        reading = assemble(part, self._envelope(), [plain], [html] if html.strip() else [], attachments, problems)
        return replace(reading, media_type=MSG)

    def _attached_message(self, part: Part, index: int, place: tuple[str, ...]) -> Reading:
        message = _Message(self.ole, place)
        inner = part.inner(b"", f"{clean(message.text(_SUBJECT)) or 'message'}.msg", index)
        return inner.refusal(MSG) or message.read(inner)

    def _html(self) -> str:
        content = self.bytes_of(_HTML, 0x0102)
        return decode(content, self.codepage) if content else self.text(_HTML)

    def _envelope(self) -> Mail:
        """From the headers that the message came with, and from Outlook's own properties where it has none."""
        own = envelope(email.message_from_string(self.text(_HEADERS), policy=email.policy.compat32))
        people = [_Storage(self.ole, place) for place in self.children("__recip_version1.0_#")]
        sender = Address(clean(self.text(_SENDER_NAME)), _smtp(self.text(_SENDER_SMTP), self.text(_SENDER_EMAIL)))
        return replace(
            own,
            sender=own.sender if own.sender.email else sender,
            to=own.to or tuple(_person(one) for one in people if one.fixed.get(_RECIPIENT_TYPE, 1) == 1),
            cc=own.cc or tuple(_person(one) for one in people if one.fixed.get(_RECIPIENT_TYPE) == 2),
            subject=own.subject or " ".join(clean(self.text(_SUBJECT)).split()),
            message_id=own.message_id or clean(self.text(_MESSAGE_ID)).strip(),
            in_reply_to=own.in_reply_to or clean(self.text(_IN_REPLY_TO)).strip(),
            sent_at=own.sent_at or _moment(self.fixed.get(_SENT_AT) or self.fixed.get(_DELIVERED_AT)),
        )


def _person(storage: _Storage) -> Address:
    return Address(clean(storage.text(_DISPLAY_NAME)), _smtp(storage.text(_SMTP), storage.text(_EMAIL)))


def _smtp(*candidates: str) -> str:
    """The first that is an internet address; Exchange's own notation ("/O=…/CN=…") is none."""
    for candidate in candidates:
        found = addresses(candidate) if "@" in candidate else ()
        if found:
            return found[0].email
    return ""


def _moment(ticks: int | None) -> datetime | None:
    """From Windows' count of 100 nanoseconds since 1601."""
    if not ticks or ticks < 0 or ticks > 3_000_000_000_000_000_000:
        return None
    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
