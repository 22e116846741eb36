"""Read a mail (RFC 5322 and what is sent instead): envelope, text, segments, attachments.

Bodies come in any charset and often broken; the parser is lenient and never raises. The text of a mail is its subject,
a blank line, and the body. The plain alternative is taken when it says what the HTML says; otherwise the HTML's text.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import email.utils
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message

from app.documents import html, language, sniff
from app.documents.characters import clean, decode
from app.documents.mail_headers import addresses, decode_header, filename
from app.documents.part import Part
from app.documents.reading import Address, Mail, Problem, Reading, Table
from app.documents.segments import segments

_IGNORED = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_MOST_PARTS = 500


@dataclass(slots=True)
class _Body:
    """What the leaves of a mail amount to: alternatives of text, and parts to be read on their own."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attached: list[tuple[bytes, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_mail(part: Part, media_type: str = sniff.MAIL) -> Reading:
    """Read the bytes of a message."""
    content = part.content
    if content.startswith(b"From ") and b"\n" in content[:500]:
        content = content.split(b"\n", 1)[1]  # the separator line of an mbox
    message = email.message_from_bytes(content.lstrip(b"\r\n\t "), policy=email.policy.compat32)
    body = _Body()
    _collect(message, body)
    attachments = tuple(
        part.child(content, name, i, declared, in_mail=True)
        for i, (content, name, declared) in enumerate(body.attached)
    )
    return assemble(part, envelope(message), body.plain, body.html, attachments, body.problems)


def assemble(
    part: Part,
    top: Mail,
    plain_parts: list[str],
    html_parts: list[str],
    attachments: tuple[Reading, ...],
    problems: list[Problem],
) -> Reading:
    """A mail's Reading from its envelope, the texts of its body and its parts, however it was packed."""
    limit = part.limits.text_chars
    plain = clean("\n".join(plain_parts))[:limit].strip("\n")
    page = html.to_text("\n".join(html_parts)[: 4 * limit]) if html_parts else html.HtmlText("")
    is_html_only = bool(html_parts) and not plain.strip()
    body, tables = (plain, ()) if _plain_says_it_all(plain, page) else (page.text[:limit], page.tables)
    subject = top.subject
    text = f"{subject}\n\n{body}"
    shift = len(subject) + 2
    parts = segments(text, len(subject))
    found = list(problems)
    if page.hidden:
        found.append(
            Problem("hidden_text", "The mail holds text that a reader does not see: look at it before acting.", False)
        )
    mail = replace(top, segments=parts, is_html_only=is_html_only)
    reading = Reading(
        path=part.path,
        name=part.name,
        media_type=sniff.MAIL,
        form="mail",
        text=text,
        tables=tuple(_shifted(table, shift) for table in tables if shift + table.end <= len(text)),
        mail=mail,
        hidden_text=page.hidden,
        attachments=attachments,
        problems=tuple(found),
    )
    return replace(reading, language=language.of_mail(reading))


def _shifted(table: Table, shift: int) -> Table:
    return replace(table, start=table.start + shift, end=table.end + shift)


def _plain_says_it_all(plain: str, page: html.HtmlText) -> bool:
    if not page.text.strip():
        return True
    if not plain.strip():
        return False
    if page.tables:
        return False
    words = set(re.findall(r"\w{2,}", page.text[:50_000].lower()))
    said = set(re.findall(r"\w{2,}", plain[:200_000].lower()))
    return len(words - said) <= 0.15 * len(words)


def _collect(message: Message, body: _Body) -> None:
    """Sort the leaves of a message into text and attachments, in order, without recursion."""
    stack: list[tuple[Message, bool]] = [(message, False)]
    seen = 0
    while stack:
        node, is_related = stack.pop()
        seen += 1
        if seen > _MOST_PARTS:
            body.problems.append(
                Problem("malformed_mail", "The mail has too many parts: the rest was not read.", False)
            )
            return
        kind = node.get_content_type()
        if kind == "message/rfc822" or (kind == "message/global"):
            body.attached.append((_embedded(node), filename(node) or "message.eml", kind))
        elif kind.startswith("multipart/") and not node.is_multipart():
            body.problems.append(_not_to_standard("its parts are not marked off"))
            _leaf(node, "", body)
        elif node.is_multipart() and kind.startswith(("multipart/", "text/")):
            children = [child for child in node.get_payload() if isinstance(child, Message)]
            inner = is_related or kind == "multipart/related"
            stack.extend((child, inner) for child in reversed(children))
        elif kind in _IGNORED:
            continue
        elif kind in _SMIME:
            body.problems.append(
                Problem(
                    "encrypted",
                    "The mail is encrypted or wrapped by S/MIME or PGP: ask the sender to send it open.",
                    False,
                )
            )
        else:
            _leaf(node, kind, body)


def _not_to_standard(how: str) -> Problem:
    message = f"The mail is not built to the standard ({how}): it was read as far as possible."
    return Problem("malformed_mail", message, False)


def _leaf(node: Message, kind: str, body: _Body) -> None:
    """One part without parts. `kind` is "" where the header says nothing useful: then the content decides."""
    disposition = str(node.get("content-disposition", "")).split(";")[0].strip().lower()
    name = filename(node)
    if node.is_multipart():  # message/delivery-status: a list of header blocks
        content = "\n".join(str(child).strip() for child in node.get_payload()).encode("utf-8", "replace")
    else:
        content = _payload(node, body)
    if not kind:
        kind = sniff.HTML if sniff.media_type(content) == sniff.HTML else sniff.TEXT
    if kind not in (sniff.TEXT, sniff.HTML) or disposition == "attachment" or name:
        if content.strip():
            body.attached.append((content, name or _default_name(kind), kind))
        return
    text = decode(content, str(node.get_content_charset() or ""))
    if kind == sniff.TEXT and "flowed" in str(node.get_param("format") or "").lower():
        text = _unflowed(text, is_delsp="yes" in str(node.get_param("delsp") or "").lower())
    (body.html if kind == sniff.HTML else body.plain).append(text)


def _unflowed(text: str, *, is_delsp: bool) -> str:
    """Lines that the sender's program broke softly (RFC 3676), joined again."""
    out: list[str] = []
    joins = False
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        mark = line[: len(line) - len(bare)]
        bare = bare.removeprefix(" ")
        if joins and out and _marks(out[-1]) == mark and bare.rstrip() != "--":
            out[-1] = (out[-1][:-1] if is_delsp else out[-1]) + bare
        else:
            out.append(f"{mark} {bare}" if mark else bare)
        joins = bare.endswith(" ") and bare.rstrip() != "--"
    return "\n".join(out)


def _marks(line: str) -> str:
    return line[: len(line) - len(line.lstrip(">"))]


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")


def _payload(node: Message, body: _Body | None = None) -> bytes:
    """A part's bytes without its transfer encoding; damaged base64 is decoded as far as it goes."""
    raw = node.get_payload()
    encoding = str(node.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64" and isinstance(raw, str):
        content = _NOT_BASE64.sub(b"", raw.encode("ascii", "ignore"))
        try:
            return base64.b64decode(content, validate=True)
        except binascii.Error:
            if body is not None:
                body.problems.append(_not_to_standard("its encoding is damaged"))
            pieces = [piece for piece in content.split(b"=") if len(piece) > 1]
            return b"".join(
                base64.b64decode(p[: len(p) - (len(p) % 4 == 1)] + b"=" * (-len(p) % 4 % 3)) for p in pieces
            )
    try:
        payload = node.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _embedded(node: Message) -> bytes:
    """The bytes of an attached message, also when it was (wrongly) encoded."""
    payload = node.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else payload
    encoding = str(node.get("content-transfer-encoding", "")).strip().lower()
    if isinstance(inner, Message):
        if encoding in ("base64", "quoted-printable") and not inner.keys():
            wrapper = Message()
            wrapper["Content-Transfer-Encoding"] = encoding
            wrapper.set_payload(inner.get_payload())
            return _payload(wrapper)
        try:
            return inner.as_bytes(policy=email.policy.compat32)
        except (ValueError, LookupError, AttributeError, TypeError):
            return str(inner).encode("utf-8", "replace")
    return _payload(node)


def _default_name(kind: str) -> str:
    import mimetypes

    if kind == "message/delivery-status":
        return "delivery-status.txt"
    return f"part{mimetypes.guess_extension(kind) or '.bin'}"


def envelope(message: Message) -> Mail:
    """The headers of a message as people mean them."""
    headers = tuple((key.lower(), decode_header(value)) for key, value in list(message.items())[:400])
    first: dict[str, str] = {}
    for key, value in headers:
        first.setdefault(key, value)
    raw = {key.lower(): value for key, value in reversed(list(message.items())[:400])}
    senders = addresses(raw.get("from")) or addresses(raw.get("sender"))
    replies = addresses(raw.get("reply-to"))
    return Mail(
        sender=senders[0] if senders else Address("", ""),
        reply_to=replies[0] if replies else None,
        to=addresses(raw.get("to")),
        cc=addresses(raw.get("cc")),
        subject=" ".join(first.get("subject", "").split()),
        message_id=first.get("message-id", "").strip(),
        in_reply_to=first.get("in-reply-to", "").strip(),
        references=tuple(re.findall(r"<[^<>\s]{1,500}>", first.get("references", ""))),
        sent_at=_sent_at(first.get("date", "")),
        headers=headers,
    )


def _sent_at(value: str) -> datetime | None:
    try:
        sent = email.utils.parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
