"""What a message says, clause by clause, as flags and requested action look at it: cut, understood and scored once.

A clause is a sentence or an independent part of one. Zones are those of `classifiers.triage.passages`; the notes inside
a buyer's structured answer to an invoice count as attachment text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents.reading import Evidence, Reading
from app.vocabulary import Flag
from classifiers.flags.injection import addressed_to_software
from classifiers.flags.sentences import Heads, concepts
from classifiers.triage.passages import Passage, passages

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_CUT = re.compile(
    r"(?<=[\d.,]{4}[.!?])\s(?=[A-ZÄÖÜÉÀŁŚÇ])|;\s|(?<=\d[.])\s(?=[A-ZÄÖÜ][a-zäöü]{2,20}\s[a-zäöü])|\s[-–—]\s(?=[a-zà-ž])"
)
_COMMA = re.compile(
    r",\s+|:\s+|\s[-–—]\s+|\s\(|\)\s"
    r"|(?<=\w)\s(?=(?:and|so|but|und|aber|denn|et|mais|donc|y|pero|e|ma|mas|maar|en|dus|i|ale|więc)\s)"
)
_MOST_CLAUSES = 240
_PART_WORDS = 3
_MOST_NOTES = 40
HEADS_OF_PARTS = (Flag.PAYMENT_HELD.value,)
"""Heads that listen to parts of clauses: who refuses to pay often says so beside a request."""
_LITTLE = 25
"""A mail with fewer new words than this lets what it passes on speak."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its zone, the passage it stands in, its text, the numbers of its concepts; or a part of a long one."""

    zone: str
    passage: Passage
    text: str
    concepts: frozenset[int]
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """All clauses of a message and the score of each head for each (log-odds, heads in `heads.heads`' order)."""

    reading: Reading
    clauses: tuple[Clause, ...]
    scores: Array
    heads: tuple[str, ...]

    @property
    def new_words(self) -> int:
        """Words that the sender wrote anew."""
        return sum(len(c.text.split()) for c in self.clauses if c.zone == "new" and not c.is_part)

    def whole(self, *zones: str) -> list[int]:
        """Numbers of the clauses in some zones, without their parts."""
        return [n for n, clause in enumerate(self.clauses) if clause.zone in zones and not clause.is_part]

    def zones_that_speak(self) -> tuple[str, ...]:
        """The sender's own words; and where they are few, what is forwarded and attached."""
        return ("new", "subject", "forwarded", "attachment") if self.new_words < _LITTLE else ("new", "subject")

    def of(
        self, head: str, zones: Iterable[str], only: Callable[[Clause], bool] | None = None
    ) -> list[tuple[float, int]]:
        """(score, clause number) of the clauses in some zones, highest first; parts speak of held payments only."""
        wanted, column, parts = set(zones), self.heads.index(head), head in HEADS_OF_PARTS
        found = [
            (float(self.scores[number, column]), number)
            for number, clause in enumerate(self.clauses)
            if clause.zone in wanted and (parts or not clause.is_part) and (only is None or only(clause))
        ]
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))

    def evidence(self, number: int) -> Evidence:
        """Where a clause stands."""
        passage = self.clauses[number].passage
        return self.reading.part(passage.part).evidence(passage.start, passage.end)


def clauses_of(reading: Reading, told: Sequence[Evidence] = ()) -> tuple[Clause, ...]:
    """Cut a message into clauses and find their concepts. `told` is what speaks to software: it says nothing to us."""
    found = []
    for passage in (*passages(reading), *_notes(reading)):
        if any(passage.part == e.part and passage.start < e.end and e.start < passage.end for e in told):
            continue
        for text in cut(passage.text):
            found.append(Clause(passage.zone, passage, text, concepts(text, reading.language)))
            if passage.zone in ("new", "subject"):
                for part in parts(text):
                    found.append(Clause(passage.zone, passage, part, concepts(part, reading.language), is_part=True))
        if len(found) >= _MOST_CLAUSES:
            break
    return tuple(found)


def parts(clause: str) -> list[str]:
    """What commas and conjunctions divide a clause into, where that makes more than one part."""
    found = [part for part in _COMMA.split(clause) if part and len(part.split()) >= _PART_WORDS]
    return found if len(found) > 1 else []


def cut(text: str) -> list[str]:
    """A sentence's independent parts."""
    return [piece for piece in _CUT.split(text) if len(piece) > 2] or [text]


def hear(reading: Reading, heads: Heads) -> Heard:
    """Cut, understand and score a message."""
    return score(reading, clauses_of(reading, addressed_to_software(reading, heads)), heads)


def score(reading: Reading, clauses: Sequence[Clause], heads: Heads) -> Heard:
    """Score clauses that are cut already."""
    scores = heads.scores([c.text for c in clauses], [c.concepts for c in clauses])
    return Heard(reading, tuple(clauses), scores, heads.heads)


def _notes(reading: Reading) -> Iterator[Passage]:
    """The free text in structured answers to an invoice: what stands after a name and a colon, if it is a sentence."""
    for part in reading.walk():
        if part.form != "xml" or part.order is not None:
            continue
        at, count = 0, 0
        for line in part.text.split("\n"):
            start, at = at, at + len(line) + 1
            value = line.partition(": ")[2][:400]
            if len(value.split()) >= 4:
                yield Passage("attachment", part.path, start, start + len(line), value)
                count += 1
            if count >= _MOST_NOTES:
                break
