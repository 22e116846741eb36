"""What stands around a place in a passage: words of a lexicon in its sentence, and other candidates."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.folding import Hit, Lexicon
from classifiers.message_fields.source import Passage

_CLAUSE = re.compile(r",(?!\d)|[;()]| - ")
REACH = 600
"""Characters to each side that a sentence may reach: text without full stops stays cheap."""


@dataclass(frozen=True)
class Near:
    """A word near a place: its side, how many tokens and clause marks away, whether another candidate is between."""

    hit: Hit
    is_before: bool
    distance: int
    is_blocked: bool
    clauses: int = 0


class Context:
    """A passage with a lexicon's hits and the starts of its candidates, looked up by place."""

    def __init__(self, passage: Passage, lexicon: Lexicon, starts: Sequence[int] = ()) -> None:
        self.passage = passage
        self.hits = lexicon.find(passage.tokens)
        self._hit_starts = [h.start for h in self.hits]
        self._starts = sorted(starts)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence around a place, at most `REACH` characters to each side."""
        low, high = self.passage.sentence_at(start)
        return max(low, start - REACH), min(max(high, end), end + REACH)

    def within(self, low: int, high: int) -> Sequence[Hit]:
        """The hits that begin in a range."""
        return self.hits[bisect_left(self._hit_starts, low) : bisect_left(self._hit_starts, high)]

    def is_between(self, low: int, high: int) -> bool:
        """Whether another candidate begins in a range."""
        return bisect_left(self._starts, low) < bisect_left(self._starts, high)

    def near(self, start: int, end: int) -> Iterator[Near]:
        """The hits in the sentence of a place, with side and distance; those that overlap it are left out."""
        low, high = self.sentence(start, end)
        first = bisect_left(self.passage.tokens, start, key=lambda t: t.start)
        last = bisect_left(self.passage.tokens, end, key=lambda t: t.start)
        for hit in self.within(low, high):
            if hit.end <= start:
                between = self.passage.folded[hit.end : start].rstrip().removesuffix("(")
                clauses = len(_CLAUSE.findall(between))
                yield Near(hit, True, first - hit.last - 1, self.is_between(hit.end, start), clauses)
            elif hit.start >= end and hit.end <= high:
                between = self.passage.folded[end : hit.start].lstrip().removeprefix(")")
                clauses = len(_CLAUSE.findall(between))
                yield Near(hit, False, hit.first - last, self.is_between(end, hit.start), clauses)

    def sentence_before(self, start: int) -> Sequence[Hit]:
        """The hits in the sentence before that of a place."""
        low = self.passage.sentence_at(start)[0]
        if not low:
            return ()
        return self.within(max(self.passage.sentence_at(low - 1)[0], low - REACH), low)

    def sentence_after(self, end: int) -> Sequence[Hit]:
        """The hits in the sentence after that of a place."""
        high = self.passage.sentence_at(end)[1]
        if high >= len(self.passage.folded):
            return ()
        return self.within(high, min(self.passage.sentence_at(high)[1], high + REACH))


def token_index(passage: Passage, position: int) -> int:
    """The index of the first token that begins at or after a place."""
    return bisect_left(passage.tokens, position, key=lambda t: t.start)
