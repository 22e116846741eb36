"""Sentences that other stages made in English, in the reader's language.

What a rule found, what a step does, why a case is here: these stand in the database as English sentences, because the
trail must say for good what was said. The catalogue knows the patterns they were made from ("Drafts a credit of
%(amount)s …", marked `told`), so that a page can say them in another language with the same amounts and names. What is
recognised only in part, or not at all, stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from app.review import figures, wording
from app.review.languages import SOURCE, catalogue, gettext, reader
from app.review.phrases import PHRASES, TAILS

MARK = "told"
"""The comment in the catalogue on patterns of other stages."""
_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN = re.compile(r"(?<=[.?!”]) (?=[A-Z“0-9])")
_MOST_SENTENCES, _SHORTEST, _DEEPEST = 12, 4, 4
_PERHAPS = {"due", "since", "of", "when", "who"}
_MAY_BE_EMPTY = {
    "rest": r"(?:(?: (?:on|for|of|under|by|in|and)\b| \(|[,;] ).*?)?", "on": r"(?: (?:on|for)\b.*?)?",
    "by": r"(?: by\b.*?)?",
}  # fmt: skip
"""Parts that may be missing, and how they begin."""
_WHOLE = {"text", "session", "error", "says", "kept"}
"""Places for whole sentences; elsewhere a sentence does not go on beyond its end."""
_AS_TYPED = {"written"}
"""Places for what a person typed: quoted as it is."""
_TITLE = re.compile(r"(?P<who>.+), (?P<what>[a-z][^:,]+)(?:: (?P<about>.+))?")
_NUMBERS = {"count", "part", "whole", "times", "groups"}
_TAILS = tuple((re.compile(tail), words) for tail, words in TAILS)
_DAYS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"), (re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}"), "%d %b %Y"),
    (re.compile(r"\d{1,2} [A-Z][a-z]{3,} \d{4}"), "%d %B %Y"), (re.compile(r"[A-Z][a-z]+ \d{4}"), "%B %Y"),
)  # fmt: skip
"""How stages write days in their sentences."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with places for what varies: `literal` is its longest fixed part, looked for first."""

    literal: str
    matches: re.Pattern[str]
    translation: str
    is_sentence: bool


def told(text: str) -> str:
    """The text with every sentence of ours that is known in the reader's language."""
    who = reader()
    if who.language == SOURCE or not text or len(text) > 4000:
        return text
    return _told(text, who.language, who.formats)


@lru_cache(maxsize=4096)
def _told(text: str, language: str, formats: str) -> str:
    if gettext(text) != text:
        return gettext(text)
    if figures.as_read(text) != text:
        return figures.as_read(text)
    return "\n".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: str) -> str:
    """Sentence by sentence, the longest run that a pattern fits first."""
    parts = _BETWEEN.split(line)
    if len(parts) > _MOST_SENTENCES:
        return line
    said, at = [], 0
    while at < len(parts):
        for end in range(len(parts), at, -1):
            text = " ".join(parts[at:end])
            found = _clauses(text, language) if end == at + 1 else _one(text, language)
            if found is not None:
                said.append(found)
                at = end
                break
        else:
            said.append(parts[at])
            at += 1
    return " ".join(said)


def _one(text: str, language: str, depth: int = 0) -> str | None:
    """A sentence or phrase that is known as it is, or whose pattern is known; None otherwise."""
    found = gettext(text)
    if found != text:
        return found
    if depth > _DEEPEST:
        return None
    for pattern in _patterns(language):
        if pattern.literal in text and (pattern.is_sentence or text[-1:] != "."):
            match = pattern.matches.fullmatch(text)
            if match is not None and not any(
                _BETWEEN.search(value) for name, value in match.groupdict().items() if name not in _WHOLE
            ):
                values = {
                    name: value if name in _AS_TYPED else _filled(value, language, depth + 1)
                    for name, value in match.groupdict().items()
                }
                return pattern.translation % values
    return None


def _clauses(sentence: str, language: str) -> str | None:
    """A sentence that lists phrases of ours ("Payment is held and a scan is hard to read."), else one that is whole, or
    one phrase; None if it is not known."""
    body = sentence.removesuffix(".")
    title = _continued(body, language)
    if title is not None:
        return title
    body = f"{body[:1].lower()}{body[1:]}"
    found = _split(body, language, 0)
    if found is None:
        whole = _one(sentence, language)
        if whole is not None:
            return whole
        found = _one(body, language)
    return None if found is None else f"{wording.capital(found)}{'.' if sentence.endswith('.') else ''}"


def _continued(body: str, language: str) -> str | None:
    """A word of ours in its frame: "hours or quantity on INV/7", "Acme Ltd, hours or quantity: INV/7"; else None."""
    title = _TITLE.fullmatch(body)
    if title is not None and (named := _words(language).get(title["what"])) is not None:
        colon = gettext("%(what)s: %(name)s").removeprefix("%(what)s").removesuffix("%(name)s")
        about = f"{colon}{title['about']}" if title["about"] else ""
        return f"{title['who']}, {wording.within(named)}{about}"
    word, between, rest = body.partition(" on ")
    known = _words(language).get(word.casefold()) if rest else None
    tail = _tail(f"{between}{rest}", language, 0) if known is not None else None
    return None if known is None or tail is None else f"{known}{tail}"


def _split(text: str, language: str, depth: int) -> str | None:
    """A list of phrases that are all known; None otherwise."""
    for between in ("; ", ", ", " and "):
        if between in text and depth <= _DEEPEST:
            parts = [_listed(part, language, depth + 1) for part in text.split(between)]
            if all(part is not None for part in parts):
                joint = gettext("%(first)s and %(last)s").partition("%(first)s")[2].partition("%(last)s")[0]
                return (joint if between == " and " else between).join(str(part) for part in parts)
    return None


def _listed(text: str, language: str, depth: int) -> str | None:
    """One phrase that is known as it is, a list of them, or one whose pattern is known."""
    known = gettext(text)
    if known != text:
        return known
    return _split(text, language, depth) or _one(text, language, depth)


def _filled(value: str, language: str, depth: int) -> str:
    """What stood in a sentence's place: a figure or day as the reader writes it, words of ours translated, else as it
    is. What may follow a sentence's main part (" on INV/7 (900.00 EUR)") is taken piece by piece."""
    if not value.strip():
        return value
    bare = value.strip()
    if bare != value:
        before, after = value[: len(value) - len(value.lstrip())], value[len(value.rstrip()) :]
        tail = _tail(value, language, depth)
        return tail if tail is not None else f"{before}{_filled(bare, language, depth)}{after}"
    written = _as_written(value)
    if written is not None:
        return written
    tail = _tail(value, language, depth) if value[0] in ",;(" else None
    if tail is not None:
        return tail
    word = _words(language).get(value.casefold())
    if word is not None:
        return wording.within(word) if value[:1].islower() else word
    whole = _listed(value, language, depth)
    if whole is not None:
        return whole
    if _BETWEEN.search(value):
        return _line(value, language) if depth <= _DEEPEST else value
    return figures.figures_in(value)


def _tail(value: str, language: str, depth: int) -> str | None:
    """What follows the main part, if all of it is known: " (2 hours, 300.00 EUR) on INV/7"."""
    said, rest = [], value
    while rest:
        found = next(((match, words) for tail, words in _TAILS if (match := tail.match(rest)) is not None), None)
        if found is None:
            return None
        match, words = found
        said.append(gettext(words) % {n: _filled(v, language, depth + 1) for n, v in match.groupdict().items()})
        rest = rest[match.end() :]
    return "".join(said)


def _as_written(value: str) -> str | None:
    """A figure or a day as the reader writes it; None for other text."""
    figure = figures.as_read(value)
    if figure != value:
        return figure
    for pattern, form in _DAYS:
        if pattern.fullmatch(value):
            try:
                day = datetime.strptime(value, form).date()  # noqa: DTZ007 - a day of the calendar
            except ValueError:
                return None
            return figures.month(day) if form == "%B %Y" else figures.full_day(day)
    return None


@cache
def _words(language: str) -> dict[str, str]:
    """Words of ours by their English in small letters: in the middle of a sentence they have lost their capital."""
    return {
        str(message.id).casefold(): str(message.string)
        for message in catalogue(language)
        if (MARK in message.auto_comments or any(file.endswith("/wording.py") for file, _ in message.locations))
        and message.string
        and isinstance(message.id, str)
        and "%(" not in message.id
    }


def _expression(pattern: str) -> tuple[str, str]:
    """(regular expression, longest fixed part) of a pattern. What may be empty begins as such parts begin."""
    pieces = _PLACE.split(pattern)
    fixed, names = [piece.replace("%%", "%") for piece in pieces[::2]], pieces[1::2]
    source, seen = re.escape(fixed[0]), set[str]()
    for name, after in zip(names, fixed[1:], strict=True):
        usual = r"[\d,.]+" if name in _NUMBERS else ".*?" if name in _PERHAPS else ".+?"
        some = _MAY_BE_EMPTY.get(name, usual)
        source += f"(?P={name})" if name in seen else f"(?P<{name}>{some})"
        source += re.escape(after)
        seen.add(name)
    return source, max(fixed, key=len)


@cache
def _patterns(language: str) -> tuple[Pattern, ...]:
    """The patterns of a catalogue, the most telling first."""
    found = []
    for message in catalogue(language):
        if MARK in message.auto_comments and isinstance(message.id, str) and message.string and "%(" in message.id:
            source, literal = _expression(message.id)
            ends = message.id[-1] in ".?!:”" or any(message.id.endswith(f"%({name})s") for name in _WHOLE)
            fixed = _PLACE.split(message.id)[::2]
            telling = (-len(fixed[0]), -sum(map(len, fixed)))
            if len(literal.strip()) < _SHORTEST and message.id not in PHRASES:
                continue  # it would fit anything
            found.append((telling, Pattern(literal, re.compile(source, re.DOTALL), str(message.string), ends)))
    return tuple(p for _, p in sorted(found, key=lambda pair: pair[0]))
