"""The trade's concepts in a sentence, whatever its language: `concepts.yaml` matched word by word in linear time.

Words are compared without accents and case. A term is one or more words; "stem*" matches a word's beginning, "*stem"
its end, "*stem*" anywhere, and "_" stands for up to three words. English terms count in every language, except words
of up to three letters, which mean something else elsewhere ("po", "no"); an upper-case PO is an order everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from zlib import crc32

_WORD = re.compile(r"[^\W_]+")
_TABLE = str.maketrans({"ł": "l", "Ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_GAP = -1
_WIDEST_GAP = 3
PO = "¤po"


def fold(text: str) -> str:
    """Case and accents taken away."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_TABLE))
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Folded words of a sentence; an upper-case PO becomes a word of its own."""
    marked = re.sub(r"\bP\.?O\.?(?=\W|$)", " ¤po ", text)
    return [w if w != "po¤" else PO for w in _marked(marked)]


def _marked(text: str) -> list[str]:
    found = []
    for piece in text.split("¤po"):
        found += [m.group() for m in _WORD.finditer(fold(piece))] + [PO]
    return found[:-1]


class Lexicon:
    """Terms by language, ready for matching."""

    def __init__(self, terms: dict[str, dict[str, str]]) -> None:
        self.concepts: tuple[str, ...] = tuple(terms)
        self.terms = crc32(repr(terms).encode())
        """A number that changes with any term."""
        self._patterns: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._prefix: dict[str, int] = {}
        self._suffix: dict[str, int] = {}
        self._infix: dict[str, int] = {}
        self._terms: dict[int, list[tuple[int, str, tuple[int, ...]]]] = defaultdict(list)
        for index, by_language in enumerate(terms.values()):
            for language, listed in by_language.items():
                for term in listed.split(","):
                    self._add(index, language, term.strip())
        self._of_word = lru_cache(maxsize=50_000)(self._match_word)

    def _add(self, concept: int, language: str, term: str) -> None:
        pieces = [piece for part in term.split() for piece in _pieces(part)]
        if not pieces:
            return
        ids = [_GAP if piece == "_" else self._pattern(piece) for piece in pieces]
        short = language == "en" and len(pieces) == 1 and len(pieces[0].strip("*")) <= 3
        scope = "en-only" if short else language
        self._terms[ids[0]].append((concept, scope, tuple(ids[1:])))
        if term == "po":
            self._terms[self._pattern(PO)].append((concept, "en", ()))

    def _pattern(self, piece: str) -> int:
        if piece not in self._patterns:
            number = self._patterns[piece] = len(self._patterns)
            bare = piece.strip("*")
            if piece.startswith("*") and piece.endswith("*"):
                self._infix[bare] = number
            elif piece.startswith("*"):
                self._suffix[bare] = number
            elif piece.endswith("*"):
                self._prefix[bare] = number
            else:
                self._exact[bare] = number
        return self._patterns[piece]

    def _match_word(self, word: str) -> tuple[int, ...]:
        found = []
        if word in self._exact:
            found.append(self._exact[word])
        for cut in range(1, min(len(word), 24) + 1):
            if (number := self._prefix.get(word[:cut])) is not None:
                found.append(number)
            if (number := self._suffix.get(word[-cut:])) is not None:
                found.append(number)
        found += [number for bare, number in self._infix.items() if bare in word]
        return tuple(found)

    def find(self, text: str, language: str = "") -> frozenset[int]:
        """The numbers of the concepts that a sentence speaks of. Without a language, every language's terms count."""
        matched = [self._of_word(word) for word in words(text)]
        found: set[int] = set()
        for at, numbers in enumerate(matched):
            for number in numbers:
                for concept, scope, rest in self._terms.get(number, ()):
                    if concept in found or not _speaks(scope, language):
                        continue
                    if not rest or _follows(matched, at + 1, rest):
                        found.add(concept)
        return frozenset(found)


def _pieces(part: str) -> list[str]:
    """A term's part cut like text is: "d'heures" is two words; the stars stay at the outer ends."""
    if part == "_":
        return ["_"]
    cut = [m.group() for m in _WORD.finditer(fold(part))]
    if cut and part.startswith("*"):
        cut[0] = "*" + cut[0]
    if cut and part.endswith("*"):
        cut[-1] += "*"
    return cut


def _speaks(scope: str, language: str) -> bool:
    if not language:
        return True
    return scope in (language, "en") or (scope == "en-only" and language == "en")


def _follows(matched: list[tuple[int, ...]], at: int, rest: tuple[int, ...]) -> bool:
    """Whether the rest of a term stands at a place, its gaps filled greedily with the nearest word that fits."""
    position, reach = at, 0
    for number in rest:
        if number == _GAP:
            reach = _WIDEST_GAP
            continue
        window = range(position, min(position + reach + 1, len(matched)))
        position = next((i + 1 for i in window if number in matched[i]), -1)
        if position < 0:
            return False
        reach = 0
    return True


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The product's lexicon, read once."""
    import yaml

    text = (files("classifiers.triage") / "concepts.yaml").read_text(encoding="utf-8")
    return Lexicon(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe
