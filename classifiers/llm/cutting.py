"""What a model is shown of a document that is too long for it: the matter first, history last, and never silently.

Order: subject, new text, forwarded text, tables (order lines), the rest of documents, signature, quoted history,
disclaimer. What does not fit is left out from there on and said in words. Hidden text is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.reading import Reading

CHARACTERS_PER_TOKEN = 3
"""An estimate on the safe side: European languages take 3 to 4 characters a token, figures and codes about 2 to 3."""

_ORDER = ("subject", "new", "forwarded", "table", "document", "signature", "quoted", "disclaimer")
_WORDS = {
    "subject": "the subject",
    "new": "the new text",
    "forwarded": "the forwarded text",
    "table": "tables",
    "document": "text",
    "signature": "the signature",
    "quoted": "the quoted history",
    "disclaimer": "the disclaimer",
}
_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?;:]\s"), re.compile(r"\s"))
"""Where text may be cut, best first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one part as it is shown: its role (as in the order above), characters there, and its text."""

    role: str
    part: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many of so many characters of one role in one part that are not shown (white space at the ends not counted).

    `where` is the name of an attachment, "" for the message itself.
    """

    role: str
    where: str
    characters: int
    of: int

    @property
    def sentence(self) -> str:
        place = f" of “{self.where}”" if self.where else ""
        if self.characters >= self.of:
            return f"Not shown to the model: {_WORDS[self.role]}{place} ({self.of:,} characters)."
        return f"Not shown to the model: {self.characters:,} of {self.of:,} characters of {_WORDS[self.role]}{place}."


@dataclass(frozen=True, slots=True)
class Cut:
    """What is shown, in order of weight, and what is not."""

    pieces: tuple[Piece, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def tokens(self) -> int:
        """The estimate for all that is shown."""
        return sum(tokens(piece.text) for piece in self.pieces)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was left out, in words for a reviewer."""
        return tuple(one.sentence for one in self.left_out)


def tokens(text: str) -> int:
    """An estimate of how many tokens a text takes."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def cut(reading: Reading, budget: int) -> Cut:
    """What of a reading fits into so many tokens. Deterministic; never over the budget; no word is cut."""
    shown: list[Piece] = []
    missing: dict[tuple[str, str], list[int]] = {}
    left = budget
    ranges = sorted(_ranges(reading), key=lambda one: _ORDER.index(one[0]))  # stable: reading order within a role
    for role, part, start, end in ranges:
        start, end = _trimmed(part.text, start, end)
        if start == end:
            continue
        until = _fit(part.text, start, end, left)
        if until > start:
            shown.append(Piece(role, part.path, start, until, part.text[start:until]))
            left -= tokens(part.text[start:until])
        where = "" if part is reading else part.name or "an attachment"
        counted = missing.setdefault((role, where), [0, 0])
        counted[0] += end - max(start, until)
        counted[1] += end - start
    left_out = (LeftOut(role, where, lost, of) for (role, where), (lost, of) in missing.items() if lost)
    return Cut(tuple(shown), tuple(left_out))


def _ranges(reading: Reading) -> Iterator[tuple[str, Reading, int, int]]:
    for part in reading.walk():
        if part.mail is not None:
            is_root = part is reading
            for segment in part.mail.segments:
                role = segment.role if segment.role in _ORDER else "new"
                if not is_root and role in ("subject", "new", "forwarded"):
                    role = "quoted"  # a mail that hangs on a mail is history
                yield role, part, segment.start, segment.end
            continue
        at = 0
        tables = sorted((t.start, t.end, t.is_hidden) for t in part.tables if t.end > t.start)
        for start, end, is_hidden in tables:
            if start < at:
                continue  # a table within a table
            yield "document", part, at, start
            if not is_hidden:
                yield "table", part, start, end
            at = end
        yield "document", part, at, len(part.text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _fit(text: str, start: int, end: int, budget: int) -> int:
    """Where to stop so that it fits: at the end, else after the last paragraph, line, sentence or word that does."""
    room = max(0, budget) * CHARACTERS_PER_TOKEN
    if end - start <= room:
        return end
    limit = start + room
    for index, mark in enumerate(_BREAKS):
        fits = [m.start() + (1 if index == 2 else 0) for m in mark.finditer(text, start, min(end, limit + 1))]
        fits = [at for at in fits if start < at <= limit]
        enough = start + (room // 2 if index < len(_BREAKS) - 1 else 0)
        if fits and fits[-1] >= enough:
            return _trimmed(text, start, fits[-1])[1]
    return start
