"""Header values as people mean them: encoded words, raw bytes, broken quoting, file names in three notations."""

from __future__ import annotations

import base64
import binascii
import email.utils
import re
import urllib.parse
from email.header import Header
from email.message import Message
from typing import Any

from app.documents.characters import clean, decode
from app.documents.reading import Address

_LONGEST = 20_000
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN = re.compile(r"(\?=)\s{1,20}(=\?)")
_MOST_ADDRESSES = 300


def decode_header(value: Any) -> str:
    """A header's value as clean text on one line, whatever it was encoded in."""
    text = str(value)[:_LONGEST] if not isinstance(value, Header) else _raw(value)
    text = _BETWEEN.sub(r"\1\2", _unraw(text))
    return " ".join(clean(_decode_words(text)).split())


def addresses(value: Any) -> tuple[Address, ...]:
    """The addresses of a header; an entry without an @ keeps its text as the name."""
    if value is None:
        return ()
    text = _BETWEEN.sub(r"\1\2", _unraw(_raw(value) if isinstance(value, Header) else str(value)[:_LONGEST]))
    text = " ".join(text.split())
    found = []
    for entry in _split(text)[:_MOST_ADDRESSES]:
        found.append(_address(entry))
    return tuple(address for address in found if address.email or address.name)


def filename(node: Message) -> str:
    """The name a part was given (RFC 2231, encoded words or raw bytes), without folders; "" if none."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        value = _parameter(node.get(header), parameter)
        if value:
            return re.split(r"[\\/]", decode_header(value))[-1].strip(" \"'")[:200]
    return ""


def _parameter(value: Any, name: str) -> str:
    if value is None:
        return ""
    text = _unraw(_raw(value) if isinstance(value, Header) else str(value)[:_LONGEST])
    pieces: dict[int, tuple[str, bool]] = {}
    pattern = rf";\s*{name}(?:\*(\d{{1,3}}))?(\*)?\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\r\n]*))"
    for match in re.finditer(pattern, text, re.I):
        piece = re.sub(r"\\(.)", r"\1", match[3]) if match[3] is not None else match[4].strip()
        pieces.setdefault(int(match[1] or 0), (piece, bool(match[2])))
    if not pieces:
        return ""
    charset = "utf-8"
    out = []
    for i in sorted(pieces):
        piece, is_extended = pieces[i]
        if is_extended:
            if i == 0 and piece.count("'") >= 2:
                charset, _, piece = piece.split("'", 2)
            piece = decode(urllib.parse.unquote_to_bytes(piece), charset)
        out.append(piece)
    return "".join(out)


def _raw(value: Header) -> str:
    """compat32 wraps unencoded bytes in a Header of charset unknown-8bit; the bytes are what we want."""
    return "".join(
        chunk.decode("ascii", "surrogateescape") if isinstance(chunk, bytes) else str(chunk)
        for chunk, _ in ((c, n) for c, n in value._chunks)  # type: ignore[attr-defined]
    )[:_LONGEST]


def _unraw(text: str) -> str:
    """Bytes that stood unencoded in the header, read in the charset that fits."""
    if text.isascii():
        return text
    try:
        return decode(text.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return text


def _decode_words(text: str) -> str:
    out: list[str] = []
    position = 0
    pending = b""
    pending_charset = ""
    for match in _ENCODED.finditer(text):
        charset = match[1].split("*")[0].lower()
        between = text[position : match.start()]
        content = _word_bytes(match[2].lower(), match[3])
        if pending and (between or charset != pending_charset):
            out.append(decode(pending, pending_charset))
            pending = b""
        out.append(between)
        pending, pending_charset = pending + content, charset  # a letter may be cut between two words
        position = match.end()
    if pending:
        out.append(decode(pending, pending_charset))
    out.append(text[position:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding == "b":
        padded = text + "=" * (-len(text) % 4)
        try:
            return base64.b64decode(padded)
        except (binascii.Error, ValueError):
            return text.encode("utf-8", "replace")
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)


def _split(text: str) -> list[str]:
    """Entries of an address list: at commas and semicolons outside quotes, angle brackets and comments."""
    out: list[str] = []
    start = 0
    quoted = False
    depth = 0
    i = 0
    while i < len(text):
        c = text[i]
        if c == "\\":
            i += 2
            continue
        if c == '"':
            quoted = not quoted
        elif not quoted:
            if c in "<(":
                depth += 1
            elif c in ">)":
                depth = max(0, depth - 1)
            elif c in ",;" and depth == 0:
                out.append(text[start:i])
                start = i + 1
        i += 1
    out.append(text[start:])
    return [entry.strip() for entry in out if entry.strip()]


def _address(entry: str) -> Address:
    match = re.search(r"<\s*([^<>]{0,320}?)\s*>\s*$", entry)
    if match:
        name, mail = entry[: match.start()], match[1]
    elif "@" in entry:
        name, mail = email.utils.parseaddr(entry)
        if not mail:
            found = re.search(r"[^\s<>\"(),;:]{1,100}@[^\s<>\"(),;:]{1,200}", entry)
            mail = found.group() if found else ""
            name = entry.replace(mail, "")
    else:
        name, mail = entry, ""
    group = re.match(r"[\w -]{1,60}:\s*", name) if not match else None
    if group and not mail:
        name = name[group.end() :]
    name = re.sub(r"\\(.)", r"\1", name.strip().strip("\"'"))
    return Address(" ".join(clean(_decode_words(name)).split()).strip("\"' "), clean(mail).strip().strip("'\""))
