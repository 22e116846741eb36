"""ANSI ASC X12 syntax: bytes to transaction sets of segments, whatever the delimiters.

The ISA segment is of fixed width and names the delimiters by its own characters; files without an envelope, with
trimmed ISA fields or one segment a line are read too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from app.documents.orders.values import calendar_day, day, tidy

SEGMENTS_LIMIT = 400_000
_ISA_ELEMENTS = 16
_ISA_LENGTH = 200  # of a fixed width of 106, with room for fields that were not kept to theirs


@dataclass(slots=True)
class Segment:
    """A segment and its elements; what is missing reads as the empty string."""

    tag: str
    elements: list[str]

    def at(self, element: int) -> str:
        """An element by its reference number (BEG03 is 3), tidied."""
        return tidy(self.elements[element - 1]) if element <= len(self.elements) else ""

    def pairs(self, first: int) -> list[tuple[str, str]]:
        """Qualifier and value pairs from an element on, as product numbers stand in PO1."""
        pairs = [(self.at(n), self.at(n + 1)) for n in range(first, len(self.elements) + 1, 2)]
        return [(qualifier, value) for qualifier, value in pairs if value]


@dataclass(slots=True)
class TransactionSet:
    """A transaction set: its identifier (850), version (004010) and segments between ST and SE."""

    type: str
    version: str = ""
    segments: list[Segment] = field(default_factory=list)
    component: str = ">"


@dataclass(slots=True)
class Interchange:
    """All transaction sets of an interchange. Not whole: the end is missing."""

    sets: list[TransactionSet]
    is_whole: bool


_LEAD = 4000  # characters of other text (a mail's, a portal's) that may stand before the interchange
_OPENING = (
    r"(?:\A|\n)[ \t]*(?=ISA[^A-Za-z0-9 ]\d\d[^A-Za-z0-9 ]|GS[^\w\s][A-Z]{2}[^\w\s]|ST[^\w\s]\d{3}[^\w\s]\w{1,9}\W)"
)


def is_x12(start: bytes) -> bool:
    """Whether these first bytes open an interchange, a functional group or a bare transaction set."""
    return re.search(_OPENING, start.decode("latin-1")) is not None


def interchange(content: bytes) -> Interchange:
    """Split bytes into transaction sets."""
    text = _decoded(content).replace("\r\n", "\n").lstrip("\ufeff \t\r\n")
    opening = re.search(_OPENING, text[:_LEAD])
    text = text[opening.end() :] if opening else text
    element, component, terminator = _delimiters(text)
    found = Interchange([], is_whole=False)
    current: TransactionSet | None = None
    version = ""
    rows = text.split(terminator, SEGMENTS_LIMIT)[:SEGMENTS_LIMIT]
    for row in rows:
        parts = row.strip("\r\n\t \x1a").split(element)
        tag = parts[0].strip().upper()
        if tag == "ST":
            current = TransactionSet(tidy(parts[1]) if len(parts) > 1 else "", version, component=component)
            found.sets.append(current)
            found.is_whole = False
        elif tag == "SE":
            current, found.is_whole = None, True
        elif tag == "GS":
            version = tidy(parts[8]) if len(parts) > 8 else ""
        elif current is not None and 2 <= len(tag) <= 3 and tag.isalnum():
            current.segments.append(Segment(tag, [_unbroken(part) for part in parts[1:]]))
    return found


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiters(text: str) -> tuple[str, str, str]:
    """The element separator, the component separator and the segment terminator."""
    element = text[3:4] if text.startswith("ISA") else text[2:3]
    if text.startswith("ISA"):
        at = _behind_isa15(text, element)
        if at:
            first, second = text[at : at + 1], text[at + 1 : at + 2]
            if second == "\n" and _ends_lines(text, at + 2, first):
                return element, ">", first
            if _opens_group(text, at + 2, element) and not second.isalnum():
                return element, first, "\n" if second in ("\r", "\n") else second
            if _opens_group(text, at + 1, element):  # ISA16 was left out
                return element, ">", "\n" if first in ("\r", "\n") else first
    return element, ">", _terminator(text, element)


def _behind_isa15(text: str, element: str) -> int:
    """Where ISA16 starts: behind the sixteenth separator; 0 if the segment has fewer."""
    at = 0
    for _ in range(_ISA_ELEMENTS):
        at = text.find(element, at) + 1
        if at == 0 or at > _ISA_LENGTH:
            return 0
    return at


def _opens_group(text: str, at: int, element: str) -> bool:
    rest = text[at : at + 40].lstrip()
    return rest.startswith((f"GS{element}", f"ST{element}", f"TA1{element}", f"ISB{element}", f"IEA{element}"))


def _ends_lines(text: str, at: int, terminator: str) -> bool:
    """Whether the next line ends with this character: then it closes segments, and ISA16 was left out."""
    end = text.find("\n", at)
    return end > at and text[at:end].rstrip().endswith(terminator)


def _terminator(text: str, element: str) -> str:
    """The character before the second segment of a file without an envelope."""
    inner = re.search(r"\s*(?:GS|ST|BEG|BCH|BAK|G50)" + re.escape(element), text[4:2000])
    closing = text[4 + inner.start() - 1] if inner and inner.start() else ""
    if closing and not closing.isalnum() and closing not in (element, " "):
        return closing
    return "\n" if "\n" in text else "~"


def _unbroken(text: str) -> str:
    """An element without the line ends that a file of fixed width puts into it."""
    return text.replace("\r", "").replace("\n", "") if "\n" in text or "\r" in text else text


def x12_day(text: str) -> date | None:
    """A date of element 373: CCYYMMDD; up to version 003070 YYMMDD."""
    if re.fullmatch(r"\d{6}", text, re.ASCII):
        return calendar_day(text[:2], text[2:4], text[4:])
    return day(text)
