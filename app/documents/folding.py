"""Folding and tokens: text made comparable without moving a character, so that offsets stay those of the source."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SPECIAL = {"ß": "s", "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ð": "d", "þ": "t", "ı": "i"}
_QUOTES = dict.fromkeys("‘’‚‛′´`ʼ", "'") | dict.fromkeys("“”„‟″«»", '"')
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_SPACES = dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u2008\ufeff\u200b\u000b\u000c", " ")


class _Folds(dict[int, str]):
    """Each character's folded form, one character for one: lower case, no accents, plain quotes, dashes and spaces."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        lower = char.lower()[:1]
        folded = _QUOTES.get(char) or _DASHES.get(char) or _SPACES.get(char) or _SPECIAL.get(lower)
        if not folded:
            folded = lower if lower.isascii() else (unicodedata.normalize("NFD", lower)[:1] or lower)
        self[code] = folded
        return folded


_FOLDS = _Folds()
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The text in lower case without accents; as long as the source, so offsets are shared."""
    return text.translate(_FOLDS)


def words_of(text: str) -> frozenset[str]:
    """A set of words written as running text, for word lists."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters or digits in folded text and where it stands."""

    word: str
    start: int
    end: int


def tokenize(folded: str) -> list[Token]:
    return [Token(m.group(), m.start(), m.end()) for m in _WORD.finditer(folded)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a lexicon found in a text: its role, characters and first and last token."""

    role: str
    start: int
    end: int
    first: int
    last: int


class Lexicon:
    """Phrases by role, found in tokenised text. `word*` stands for all words that begin so, `*word` for compounds that
    end so (as the first word of a phrase only).

    Of several phrases that begin at one token the longest wins; a token may still carry several roles of that length.
    """

    def __init__(self, phrases: dict[str, str]) -> None:
        """`phrases` maps a role to its phrases, one a line or separated by commas."""
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._prefix: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._suffix: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for role, text in phrases.items():
            for phrase in re.split(r"[,\n]", text):
                words = tuple(re.findall(r"\*?[^\W_]+\*?", fold(phrase)))
                if words:
                    first = words[0]
                    index = (
                        self._prefix if first.endswith("*") else self._suffix if first.startswith("*") else self._exact
                    )
                    index.setdefault(first.strip("*"), []).append((words, role))
        self._prefix_lengths = sorted({len(stem) for stem in self._prefix})
        self._suffix_lengths = sorted({len(stem) for stem in self._suffix})

    def find(self, tokens: list[Token]) -> list[Hit]:
        found: list[Hit] = []
        covered = 0
        for i, token in enumerate(tokens):
            entries = list(self._exact.get(token.word, ()))
            for length in self._prefix_lengths:
                if length > len(token.word):
                    break
                entries += self._prefix.get(token.word[:length], ())
            for length in self._suffix_lengths:
                if length > len(token.word):
                    break
                entries += self._suffix.get(token.word[-length:], ())
            best = 0
            here: list[tuple[int, str]] = []
            for words, role in entries:
                size = len(words)
                if size >= best and self._follows(words, tokens, i):
                    best = max(best, size)
                    here.append((size, role))
            if best and i + best <= covered:
                continue  # "contrato marco": no second word of a phrase counts for itself
            covered = max(covered, i + best)
            for role in sorted({role for size, role in here if size == best}):
                found.append(Hit(role, token.start, tokens[i + best - 1].end, i, i + best - 1))
        return found

    @staticmethod
    def _follows(words: tuple[str, ...], tokens: list[Token], at: int) -> bool:
        if at + len(words) > len(tokens):
            return False
        for offset in range(1, len(words)):
            word, got = words[offset], tokens[at + offset].word
            if not (got.startswith(word[:-1]) if word.endswith("*") else got == word):
                return False
        return True
