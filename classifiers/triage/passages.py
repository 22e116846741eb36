"""A reading cut into sentences, each with its zone: where it stands decides how much it says.

Zones: subject, new (what the sender wrote), forwarded (what the sender passes on), quoted (history, attached mails),
attachment (documents; a letter that came without a mail around it is new text). What a structured answer to an invoice
says in words counts as new. Signatures, disclaimers, hidden text and raw structured files carry nothing to classify and
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.reading import Reading

ZONES = ("subject", "new", "forwarded", "quoted", "attachment")
_MOST = {"subject": 2, "new": 100, "forwarded": 60, "quoted": 40, "attachment": 60}
_LONGEST = 400
_MOST_CHARACTERS = 40_000
_END = re.compile(r"[.!?…]+[\"'”»)]{0,2}\s+|\n{2,}|\s{4,}|\t+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:nr|no|num|núm|inv|ref|art|ca|bzw|zzgl|inkl|ggf|evtl|usw|tel|dr|mr|mrs|ms|prof|hr|fr|sig|sra?|vs|ns|spett|egr|att|approx|incl|excl|"
    r"resp|p|s|z|b|d|h|c|e|i|m|n|o|u|st|abs|pos|ex|faktura|fact|fra|zam|szt|godz|ust|pkt|t|j|kl|dhr|mevr|mw|max|min|mio|co|ltd|inc)|\d)\.\s$",
    re.IGNORECASE,
)
_QUOTE_MARK = re.compile(r"^[>|\s]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: its zone, the path of its part, its character range there, and its text on one line."""

    zone: str
    part: str
    start: int
    end: int
    text: str


def passages(reading: Reading) -> tuple[Passage, ...]:
    """The sentences of a message and its attachments in reading order, bounded in number and length."""
    found: list[Passage] = []
    counts = dict.fromkeys(ZONES, 0)
    for zone, part, start, end in _ranges(reading):
        for first, last in _sentences(part.text, start, min(end, start + _MOST_CHARACTERS)):
            if counts[zone] >= _MOST[zone]:
                break
            text = " ".join(_QUOTE_MARK.sub("", part.text[first:last]).split())
            if any(c.isalnum() for c in text):
                counts[zone] += 1
                found.append(Passage(zone, part.path, first, last, text))
    return tuple(found)


def _ranges(reading: Reading) -> Iterator[tuple[str, Reading, int, int]]:
    for part in reading.walk():
        if part.mail is not None:
            is_root = part.path == reading.path
            for segment in part.mail.segments:
                if segment.role in ("signature", "disclaimer"):
                    continue
                zone = segment.role if is_root and segment.role in ZONES else "quoted"
                yield zone, part, segment.start, segment.end
        elif part.invoice_answer is not None:
            for name, start, end in part.invoice_answer.spans:
                if name in ("reasons", "notes"):
                    yield "new", part, start, end
        elif part.form in ("pdf", "image", "sheet", "word", "text"):
            yield "new" if part is reading else "attachment", part, 0, len(part.text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at full stops, blank lines and wide gaps, and at line ends where the line is no wrapped sentence."""
    for line_start, line_end in _lines(text, start, end):
        at = line_start
        for mark in _END.finditer(text, line_start, line_end):
            if "." in mark.group() and _ABBREVIATION.search(text, max(at, mark.start() - 12), mark.start() + 2):
                continue
            if mark.end() - at > 2:
                yield from _bounded(at, mark.end())
                at = mark.end()
        if at < line_end:
            yield from _bounded(at, line_end)


def _bounded(start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        yield start, start + _LONGEST
        start += _LONGEST
    yield start, end


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Paragraphs: a line of prose that was wrapped belongs together with the next one."""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        while stop < end:
            line_length = stop - max(text.rfind("\n", at, stop) + 1, at)
            follows = text[stop + 1 : stop + 80].lstrip("> ")
            if (
                line_length < 45
                or not follows
                or follows[0] in "\n-*•"
                or not (follows[0].islower() or line_length >= 62)
            ):
                break
            next_stop = text.find("\n", stop + 1, end)
            stop = end if next_stop < 0 else next_stop
        yield at, stop
        at = stop + 1
