"""The trade's words in eight languages (lexicon.yaml), and finding them in a row's tokens, misread letters included."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from classifiers.order_fields.layout import Token
from classifiers.order_fields.word_sets import word_set

_ARTICLES = word_set(
    "de du la le les l d des of the der die das dem di do da del della dei delle dos van het el los il im"
)
_NUMBER_WORDS = word_set("n no nr num numero number nummer numer nro nbr nos num nbr")
_NUMBER_ENDING = re.compile(r"(?<=[a-z]{4})(?:nummer|nr|numer|number)$")
_SPLIT = re.compile(r"[^a-z0-9#]+")
_STROKES = str.maketrans({"º": "", "ª": "", "°": "", "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "№": "no"})
LONGEST = 7
"""No label has more words than this."""


@cache
def words_of(text: str) -> tuple[str, ...]:
    """A text's words without case, accents, punctuation and articles; every way to write "number" is "no"."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    found: list[str] = []
    for word in _SPLIT.split(plain.replace("#", " # ").replace("°", " ")):
        if word == "#" or word in _NUMBER_WORDS:
            found.append("no")
        elif word and word not in _ARTICLES:
            found.append(_NUMBER_ENDING.sub("no", word))
    return tuple(found)


def key_of(text: str) -> str:
    """The form in which labels are compared: the words run together."""
    return "".join(words_of(text))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label means: its concept, whether it needs support to count, and the languages that use it."""

    concept: str
    is_weak: bool
    languages: frozenset[str]
    words: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a row: tokens `first` to `last` (exclusive) and its meanings, likeliest first."""

    first: int
    last: int
    concepts: tuple[str, ...]
    is_weak: bool
    has_colon: bool
    languages: frozenset[str]
    key: str


Book = dict[str, tuple[Meaning, ...]]


@cache
def _lexicon() -> dict[str, Any]:
    import yaml

    text = resources.files("classifiers.order_fields").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a base loader makes strings only
    return loaded


@cache
def book(section: str) -> Book:
    """The labels of a section (fields, totals, columns, titles, phrases) by their compared form."""
    collected: dict[str, dict[str, tuple[bool, set[str], int]]] = {}

    def add(concept: str, languages: dict[str, Any], is_weak: bool) -> None:
        for language, phrases in languages.items():
            if language == "weak":
                add(concept, phrases, True)
                continue
            for phrase in phrases:
                key = key_of(phrase)
                if not key:
                    continue
                meanings = collected.setdefault(key, {})
                weak, known, words = meanings.get(concept, (is_weak, set(), len(words_of(phrase))))
                meanings[concept] = (weak and is_weak, known | {language}, words)

    for concept, languages in _lexicon()[section].items():
        add(concept, languages, False)
    return {
        key: tuple(Meaning(c, weak, frozenset(known), words) for c, (weak, known, words) in meanings.items())
        for key, meanings in collected.items()
    }


@cache
def wordlist(name: str) -> frozenset[str]:
    """A plain list of the lexicon (legal_forms, public_bodies) in compared form, words kept apart by blanks."""
    return frozenset(" ".join(_plain_words(entry)) for entry in _lexicon()[name])


@cache
def keys(name: str) -> frozenset[str]:
    """A plain list of the lexicon as labels are compared."""
    return frozenset(key_of(entry) for entry in _lexicon()[name])


@cache
def _plain_words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return tuple(w for w in _SPLIT.split(plain) if w)


plain_words = _plain_words


@cache
def _fuzzy_keys(section: str) -> tuple[str, ...]:
    return tuple(key for key in book(section) if len(key) >= 6)


def _near(section: str, key: str) -> str | None:
    """The label that a misread one most likely is: one letter in eight may be wrong."""
    from rapidfuzz import fuzz, process

    if len(key) < 6:
        return None
    found = process.extractOne(key, _fuzzy_keys(section), scorer=fuzz.ratio, score_cutoff=87.0)
    return found[0] if found and abs(len(found[0]) - len(key)) <= 2 else None


@lru_cache(maxsize=8192)
def _misread(section: str, key: str) -> str | None:
    """The label behind a scanned one: digits that stand for letters, or a wrong letter or two."""
    as_letters = key.translate(_LETTERS)
    if as_letters in book(section):
        return as_letters
    return _near(section, key)


_LETTERS = str.maketrans("015", "ols")


def match(text: str, section: str, *, is_scanned: bool = False) -> tuple[Meaning, ...]:
    """The meanings of a whole text as a label, or none."""
    key = key_of(text)
    found = book(section).get(key)
    if found is None and is_scanned:
        near = _misread(section, key)
        found = book(section)[near] if near else None
    return found or ()


def find(tokens: Sequence[Token], section: str, *, first: int = 0, is_scanned: bool = False) -> Label | None:
    """The longest label that begins at token `first`."""
    labels = book(section)
    words: list[str] = []
    best: tuple[int, tuple[Meaning, ...], str] | None = None
    for last in range(first, min(len(tokens), first + LONGEST + 3)):
        own = words_of(tokens[last].text)
        if (
            last > first
            and not own
            and tokens[last].text not in _FILLERS
            and tokens[last].text.casefold() not in _ARTICLES
        ):
            break
        words += own
        if len(words) > LONGEST:
            break
        key = "".join(words)
        meanings = labels.get(key)
        if meanings is None and is_scanned:
            near = _misread(section, key)
            meanings = labels[near] if near else None
        if meanings and own:
            best = (last + 1, meanings, key)
        if tokens[last].text.endswith((":", ";")) and (last > first or own):
            break
    if best is None:
        return None
    last, meanings, key = best
    while (
        last < len(tokens)
        and tokens[last].text.casefold().rstrip(":") in _ARTICLES
        and (last + 1 == len(tokens) or tokens[last].text.endswith(":") or tokens[last + 1].text == ":")
    ):
        last += 1
    has_colon = tokens[last - 1].text.endswith(":") or (last < len(tokens) and tokens[last].text in (":", "："))
    return Label(
        first, last + (1 if last < len(tokens) and tokens[last].text in (":", "：") else 0),
        tuple(m.concept for m in meanings), all(m.is_weak for m in meanings), has_colon,
        frozenset(lang for m in meanings for lang in m.languages), key,
    )  # fmt: skip


_FILLERS = word_set("& ' ( ) - . / : ° – ’")


def contains(text: str, concept: str) -> bool:
    """Whether a text has one of the phrases of a concept (section `phrases`), as whole words."""
    words = _plain_words(text)
    padded = f" {' '.join(words)} "
    return any(f" {phrase} " in padded for phrase in _phrases(concept))


@cache
def _phrases(concept: str) -> tuple[str, ...]:
    return tuple(" ".join(_plain_words(p)) for phrases in _lexicon()["phrases"][concept].values() for p in phrases)


def language_of(labels: Iterable[Label]) -> str:
    """The language whose labels a document uses most, or "" without any; words many languages share count little."""
    votes: Counter[str] = Counter()
    for label in labels:
        for language in label.languages:
            votes[language] += 1 / len(label.languages)  # type: ignore[assignment]
    return votes.most_common(1)[0][0] if votes else ""
