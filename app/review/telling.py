"""Sentences that other stages made in English, in the reader's language.

What a rule found, what a step does, why a case is here: these stand in the database as English sentences, because the
trail must say for good what was said. The catalogue knows the patterns they were made from ("Drafts a credit of
%(amount)s …", marked `told`), so that a page can say them in another language with the same amounts and names. What is
recognised only in part, or not at all, stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from app.review import figures, wording
from app.review.languages import SOURCE, catalogue, gettext, reader

MARK = "told"
"""The comment in the catalogue on patterns of other stages."""
_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN = re.compile(r"(?<=[.?!”]) (?=[A-Z“0-9])")
_MOST_SENTENCES, _SHORTEST = 12, 5


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with places for what varies: `literal` is its longest fixed part, looked for first."""

    literal: str
    matches: re.Pattern[str]
    translation: str


def told(text: str) -> str:
    """The text with every sentence of ours that is known in the reader's language."""
    who = reader()
    if who.language == SOURCE or not text or len(text) > 4000:
        return text
    return _told(text, who.language, who.formats)


@lru_cache(maxsize=4096)
def _told(text: str, language: str, formats: str) -> str:
    whole = _one(text, language)
    if whole is not None:
        return whole
    return "\n".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: str) -> str:
    """Sentence by sentence, the longest run that a pattern fits first."""
    parts = _BETWEEN.split(line)
    if len(parts) > _MOST_SENTENCES:
        return line
    said, at = [], 0
    while at < len(parts):
        for end in range(len(parts), at, -1):
            found = _one(" ".join(parts[at:end]), language)
            if found is not None:
                said.append(found)
                at = end
                break
        else:
            said.append(parts[at])
            at += 1
    return " ".join(said)


def _one(sentence: str, language: str) -> str | None:
    """A sentence that is known as it is, or whose pattern is known; None otherwise."""
    found = gettext(sentence)
    if found != sentence:
        return found
    for pattern in _patterns(language):
        if pattern.literal in sentence:
            match = pattern.matches.fullmatch(sentence)
            if match is not None:
                return pattern.translation % {name: _filled(value) for name, value in match.groupdict().items()}
    return None


def _filled(value: str) -> str:
    """What stood in a sentence's place: a figure as the reader writes it, a word of ours translated, else as it is."""
    as_figure = figures.as_read(value)
    if as_figure != value:
        return as_figure
    if gettext(value) != value:
        return gettext(value)
    capital = wording.capital(value)
    return wording.within(gettext(capital)) if capital != value and gettext(capital) != capital else value


@cache
def _patterns(language: str) -> tuple[Pattern, ...]:
    """The patterns of a catalogue, the most telling first."""
    found = []
    for message in catalogue(language):
        if MARK in message.auto_comments and isinstance(message.id, str) and message.string and "%(" in message.id:
            pieces = _PLACE.split(message.id)
            fixed, names = pieces[::2], pieces[1::2]
            seen: set[str] = set()
            source = re.escape(fixed[0].replace("%%", "%"))
            for name, after in zip(names, fixed[1:], strict=True):
                source += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
                source += re.escape(after.replace("%%", "%"))
                seen.add(name)
            literal = max((piece.replace("%%", "%") for piece in fixed), key=len)
            if len(literal.strip()) < _SHORTEST:
                continue  # it would fit anything
            found.append(Pattern(literal, re.compile(source, re.DOTALL), str(message.string)))
    return tuple(sorted(found, key=lambda pattern: -len(pattern.literal)))
