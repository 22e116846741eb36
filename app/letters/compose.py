"""A letter as a mail: on its thread, in plain text above what it answers, with its papers. Pure: no IO."""

from __future__ import annotations

import email.policy
import email.utils
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from app.mailboxes import thread_token
from app.mailboxes.sending import sender_line

_POLICY = email.policy.SMTP.clone(cte_type="7bit", utf8=False)
_HEADERS = _POLICY.clone(max_line_length=200)
"""Headers are folded later than at 78 characters: our Message-ID stays on one line, as many servers want it."""
_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,400}")
LONGEST_QUOTE = 20_000
"""Characters of the original that are quoted."""
LONGEST_SUBJECT = 300
MOST_REFERENCES = 20
_WROTE = {
    "en": "On {day}, {who} wrote:", "de": "Am {day} schrieb {who}:", "fr": "Le {day}, {who} a écrit :",
    "es": "El {day}, {who} escribió:", "it": "Il {day}, {who} ha scritto:", "nl": "Op {day} schreef {who}:",
    "pt": "Em {day}, {who} escreveu:", "pl": "W dniu {day} {who} napisał(a):",
}  # fmt: skip
_DAY = {"en": "%-d %B %Y"}
_DAY_ELSEWHERE = "%d.%m.%Y"


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that is answered, as far as the answer shows it. All of it is outside text."""

    message_id: str
    references: tuple[str, ...]
    subject: str
    who: str
    sent_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A paper that goes along."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says: its subject and body as a person confirmed them, and the language of both."""

    subject: str
    body: str
    language: str


def compose(
    words: Words, *, case_id: int, key: str, message_id: str, sender: str, recipient: str, at: datetime,
    sender_name: str = "", original: Original | None = None, files: Sequence[File] = (),
) -> bytes:  # fmt: skip
    """The mail as it goes over the wire (RFC 5322, 7 bits, lines ended by CRLF).

    `sender` and `recipient` are addresses, the latter in ASCII. Its subject carries the case's tag (`key` signs it),
    its headers the thread.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender_line(_line(sender_name), sender)
    message["To"] = recipient
    message["Subject"] = thread_token.subject_with(_line(words.subject)[:LONGEST_SUBJECT], case_id, key)
    message["Date"] = email.utils.format_datetime(at)
    message["Message-ID"] = message_id
    if original is not None and (answered := _ids([original.message_id])):
        message["In-Reply-To"] = answered[0]
        earlier = [i for i in _ids(original.references) if i not in answered]
        message["References"] = " ".join([*earlier[:1], *earlier[1:][-MOST_REFERENCES:], *answered])
    if words.language:
        message["Content-Language"] = words.language
    message.set_content(_text(words, original), charset="utf-8", cte="quoted-printable")
    for file in files:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_line(file.name) or "document")
    return message.as_bytes(policy=_HEADERS)


def _text(words: Words, original: Original | None) -> str:
    body = words.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    if original is None or not original.text.strip():
        return body
    quoted = original.text.strip("\n")[:LONGEST_QUOTE].replace("\r", "")
    if len(original.text.strip("\n")) > LONGEST_QUOTE:
        quoted += "\n[…]"
    lines = "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
    wrote = _WROTE.get(words.language, _WROTE["en"])
    day = f"{original.sent_at:{_DAY.get(words.language, _DAY_ELSEWHERE)}}" if original.sent_at else "…"
    return f"{body}\n{wrote.format(day=day, who=_line(original.who))}\n{lines}\n"


def _ids(found: Sequence[str]) -> list[str]:
    """Message-IDs that can stand in a header of ours, in angle brackets."""
    plain = (one.strip().strip("<>") for one in found)
    return [f"<{one}>" for one in dict.fromkeys(plain) if _ID.fullmatch(one) and "=?" not in one]


def _line(text: str) -> str:
    """Outside text on one line, without control characters and without what reads as an encoded word: the library
    would decode it, line ends and all."""
    plain = "".join(c if c.isprintable() else " " for c in text).replace("=?", "= ?")
    return " ".join(plain.split())
