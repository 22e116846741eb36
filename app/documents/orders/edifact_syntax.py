"""UN/EDIFACT syntax (ISO 9735, versions 1 to 4): bytes to messages of segments.

An interchange may lack its envelope or end early; what stands in it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.documents.orders.values import tidy

SEGMENTS_LIMIT = 400_000
_LEAD = 4000  # characters of other text (a mail's, a portal's) that may stand before the interchange

# Character sets of the syntax identifiers (UNB, element 0001).
_CHARSETS = {
    "UNOA": "cp1252", "UNOB": "cp1252", "UNOC": "cp1252", "UNOD": "iso8859-2", "UNOE": "iso8859-5", "UNOF": "iso8859-7",
    "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8", "UNOK": "iso8859-9",
    "UNOL": "iso8859-15", "UNOW": "utf-8", "UNOX": "iso2022_jp_2", "UNOY": "utf-8",
}  # fmt: skip


@dataclass(slots=True)
class Segment:
    """A segment: its tag and its elements, each a list of components; what is missing reads as the empty string."""

    tag: str
    elements: list[list[str]]

    def at(self, element: int, component: int = 0) -> str:
        """A component by its place; elements count from 1 (behind the tag), components from 0."""
        if element > len(self.elements):
            return ""
        components = self.elements[element - 1]
        return tidy(components[component]) if component < len(components) else ""

    def all(self, element: int) -> list[str]:
        """The components of an element, tidied."""
        return [tidy(component) for component in self.raw(element)]

    def raw(self, element: int) -> list[str]:
        """The components of an element as they stand."""
        return self.elements[element - 1] if element <= len(self.elements) else []


@dataclass(slots=True)
class Message:
    """A message of an interchange: its type (ORDERS), version (D:96A) and segments between UNH and UNT."""

    type: str
    version: str = ""
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Interchange:
    """All messages of an interchange, sender and recipient as UNB has them. Not whole: the end is missing."""

    messages: list[Message]
    is_whole: bool
    sender: str = ""
    recipient: str = ""


_OPENING = re.compile(rb"(?:\A|\n)(?=UNA[^\w\r\n].{4}[^\w ]\s*UN[BHG]|UN[BH][^A-Za-z0-9\s][A-Za-z0-9])", re.DOTALL)


def is_edifact(start: bytes) -> bool:
    """Whether these first bytes open an interchange or a bare message."""
    return _OPENING.search(start) is not None


def interchange(content: bytes) -> Interchange:
    """Split bytes into messages."""
    text = decoded(content)
    opening = re.search(r"(?:\A|\n)\s*(?=UNA\W|UN[BH]\W)", text[:_LEAD])
    text = text[opening.end() :] if opening else text
    found = Interchange([], is_whole=False)
    message: Message | None = None
    for segment in _segments(text):
        if segment.tag == "UNB":
            found.sender, found.recipient = segment.at(2), segment.at(3)
        elif segment.tag == "UNH":
            message = Message(segment.at(2).upper(), ":".join(segment.all(2)[1:3]))
            found.messages.append(message)
            found.is_whole = False
        elif segment.tag == "UNT":
            message, found.is_whole = None, True
        elif message is not None:
            message.segments.append(segment)
    return found


def decoded(content: bytes) -> str:
    """Text of an interchange: UTF-8 where the bytes are, else the character set its syntax identifier names."""
    for mark, charset in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(charset, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        match = re.search(rb"UNB.(UNO[A-Z])", content[:400], re.DOTALL)
        charset = _CHARSETS.get(match[1].decode("ascii") if match else "", "cp1252")
        return content.decode(charset if charset != "utf-8" else "cp1252", "replace")


def _segments(text: str) -> list[Segment]:
    text = text.lstrip("\ufeff \t\r\n")
    component, element, release, terminator = ":", "+", "?", "'"
    advice = 9 if text.startswith("UNA") and len(text) >= 9 else 0
    if advice:
        component, element, release, terminator = text[3], text[4], text[6], text[8]
    elif text[:3] in ("UNB", "UNH") and len(text) > 3:
        element = text[3]
    if terminator in "\r\n":
        text, terminator = text.replace("\r\n", "\n").replace("\r", "\n"), "\n"
    else:
        text = unwrapped(text, terminator)
    text = text[advice:]
    release = release.strip()
    found: list[Segment] = []
    for raw in split(text, terminator, release):
        body = raw.strip("\r\n\t ")
        if not body:
            continue
        elements = split(body, element, release)
        tag = elements[0].strip()[:3].upper()
        if not tag.isalnum():
            continue
        found.append(Segment(tag, [components(e, component, release) for e in elements[1:]]))
        if len(found) >= SEGMENTS_LIMIT:
            break
    return found


def unwrapped(text: str, terminator: str) -> str:
    """Without line ends: they stand between segments, or cut lines at a fixed width without regard to them."""
    if "\n" not in text and "\r" not in text:
        return text
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    wrapped = len(rows) > 2 and len({len(row) for row in rows[:-1]}) == 1 and len(rows[0]) >= 60
    if wrapped:
        return "".join(rows)
    return "".join(row if row.rstrip().endswith(terminator) else row + " " for row in rows)


def split(text: str, separator: str, release: str) -> list[str]:
    """Split at a separator that no release character precedes; release characters stay."""
    parts = text.split(separator)
    if not release or release not in text:
        return parts
    joined: list[str] = []
    pending: list[str] = []
    for part in parts:
        pending.append(part)
        if _ends_released(part, release):
            continue
        joined.append(separator.join(pending))
        pending = []
    if pending:
        joined.append(separator.join(pending))
    return joined


def _ends_released(part: str, release: str) -> bool:
    """Whether the separator behind this part is text: an odd number of release characters stands before it."""
    return (len(part) - len(part.rstrip(release))) % 2 == 1


def components(element: str, separator: str, release: str) -> list[str]:
    """The components of an element, release characters resolved."""
    return [_plain(part, release) for part in split(element, separator, release)]


def _plain(text: str, release: str) -> str:
    if release and release in text:
        return re.sub(re.escape(release) + "(.)", r"\1", text, flags=re.DOTALL)
    return text


def joined(components: list[str]) -> str:
    """Free text that a directory's field length cut into components: cut words are put together again.

    A component that fills its field (35 characters up to D.99B, 70 in FTX, 256 and 512 later) goes on in the next.
    """
    text, last = "", 0
    for component in components:
        if component.strip():
            text += component if not text or last in _FIELD_LENGTHS else f" {component}"
            last = len(component)
    return tidy(text)


_FIELD_LENGTHS = frozenset({35, 70, 256, 512})
