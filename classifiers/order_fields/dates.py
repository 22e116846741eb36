"""Dates in the eight languages and the usual notations, found in running text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan januar jaenner janner janvier janv enero ene januari gennaio gen janeiro stycznia styczen sty",
        "february feb februar fevrier fevr fev febrero februari febbraio fevereiro lutego luty lut",
        "march mar marz maerz mrz mars marzo maart mrt marco marca marzec",
        "april apr avril avr abril abr aprile kwietnia kwiecien kwi",
        "may mai mayo mei maggio mag maio maja maj",
        "june jun juni juin junio giugno giu junho czerwca czerwiec cze",
        "july jul juli juillet juil julio luglio lug julho lipca lipiec lip",
        "august aug aout agosto ago augustus sierpnia sierpien sie",
        "september sep sept septembre septiembre setiembre settembre set setembro wrzesnia wrzesien wrz",
        "october oct oktober okt octobre octubre ottobre ott outubro out pazdziernika pazdziernik paz",
        "november nov novembre noviembre novembro listopada listopad lis",
        "december dec dezember dez decembre diciembre dic dicembre dezembro grudnia grudzien gru",
    ),
    1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number

_ISO = re.compile(r"(?<![\d.,/-])(20\d\d|19\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d-])")
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d-]|[.,/]\d)")
_DAY_FIRST = re.compile(
    r"(?<![\d.,/-])(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[\s-]{0,2}(?:of |de |d')?[\s./-]{0,2}"
    r"([^\W\d_]{3,12})\.?,?[\s'/-]{0,2}"
    r"(?:de |del |of )?\s?((?:19|20)\d\d|'?\d\d)(?!\d|[.,:]\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,9})\.?[\s-]{0,2}(\d{1,2})(?:st|nd|rd|th)?,?[\s-]{0,2}((?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A date and its character range in the text it was found in."""

    on: date
    start: int
    end: int


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l"))
    return "".join(c for c in folded if not unicodedata.combining(c))


def month(name: str) -> int | None:
    """The number of a month's name or abbreviation in any of the eight languages."""
    return _MONTHS.get(_plain(name))


def _year(text: str) -> int:
    number = int(text.lstrip("'"))
    return number if number >= 100 else 2000 + number


def _build(year: int, number: int, day: int) -> date | None:
    try:
        built = date(year, number, day)
    except ValueError:
        return None
    return built if 1990 <= year <= 2079 else None


def find(text: str, *, is_month_first: bool = False, is_compact_allowed: bool = False) -> list[Found]:
    """The dates in a text, left to right. `is_month_first` settles what 07/08/2026 leaves open."""
    found: list[Found] = []
    for item in _candidates(text, is_month_first, is_compact_allowed):
        if all(item.end <= f.start or item.start >= f.end for f in found):
            found.append(item)
    return sorted(found, key=lambda f: f.start)


def _candidates(text: str, is_month_first: bool, is_compact_allowed: bool) -> Iterator[Found]:
    for m in _ISO.finditer(text):
        if on := _build(int(m[1]), int(m[3]), int(m[4])):
            yield Found(on, m.start(), m.end())
    for m in _DAY_FIRST.finditer(text):
        number = month(m[2])
        if number and (on := _build(_year(m[3]), number, int(m[1]))):
            yield Found(on, m.start(), m.end())
    for m in _MONTH_FIRST.finditer(text):
        number = month(m[1])
        if number and (on := _build(_year(m[3]), number, int(m[2]))):
            yield Found(on, m.start(), m.end())
    for m in _NUMERIC.finditer(text):
        first, second = int(m[1]), int(m[3])
        if len(m[4]) == 2 and m[2] == "-" and first > 31:
            continue
        day, number = (second, first) if (is_month_first and first <= 12) or second > 12 else (first, second)
        if on := _build(_year(m[4]), number, day):
            yield Found(on, m.start(), m.end())
    if is_compact_allowed:
        for m in _COMPACT.finditer(text):
            if on := _build(int(m[1]), int(m[2]), int(m[3])):
                yield Found(on, m.start(), m.end())


_US = re.compile(r"\b(?:USA|U\.S\.A\.|United States|[A-Z][a-z]+,? [A-Z]{2},? \d{5}(?:-\d{4})?)\b")


def is_month_first(text: str, language: str) -> bool:
    """Whether 07/08/2026 is the eighth of July: the document's own dates decide, else its country."""
    day_first = month_first = 0
    for m in _NUMERIC.finditer(text):
        first, second = int(m[1]), int(m[3])
        day_first += first > 12 >= second
        month_first += second > 12 >= first and m[2] == "/"
    if day_first != month_first:
        return month_first > day_first
    return language in ("", "en") and bool(_US.search(text))
