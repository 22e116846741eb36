"""Calendar dates as people write them in eight languages, with the year of the message where none is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH_NAMES = (
    "january jan januar janner janv janvier enero ene januari gennaio gen janeiro stycznia styczen sty",
    "february feb februar fevr fevrier febrero februari febbraio fevereiro fev lutego luty lut",
    "march mar marz mrz mars marzo maart mrt marco marca marzec",
    "april apr avril avr abril abr aprile kwietnia kwiecien kwi",
    "may mai mayo mei maggio mag maio maja maj",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze",
    "july jul juli juil juillet julio luglio lug julho lipca lipiec lip",
    "august aug aout agosto ago augustus sierpnia sierpien sie",
    "september sep sept septembre septiembre setiembre settembre set setembro wrzesnia wrzesien wrz",
    "october oct okt oktober octobre octubre ottobre ott outubro out pazdziernika pazdziernik paz",
    "november nov novembre noviembre novembro listopada listopad lis",
    "december dec dez dezember decembre diciembre dic dicembre dezembro grudnia grudzien gru",
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

_ISO = r"(?P<iso_y>(?:19|20)\d\d)(?P<iso_sep>[-/.])(?P<iso_m>\d{1,2})(?P=iso_sep)(?P<iso_d>\d{1,2})(?!\d)"
_COMPACT = r"(?P<c_y>20\d\d)(?P<c_m>0[1-9]|1[0-2])(?P<c_d>0[1-9]|[12]\d|3[01])(?!\d)"
_NUMERIC = (
    r"(?P<n_a>\d{1,2})(?P<n_sep>\s?[./-]\s?)(?P<n_b>\d{1,2})"
    r"(?:(?P=n_sep)(?P<n_y>(?:19|20)\d\d|\d\d)(?!\d)|(?P<n_dot>\.)(?!\d)|(?P<n_bare>(?![\d./-]\d|\d)))"
)
_DAY_MONTH = (
    rf"(?P<t_d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°|ª|o|a)?(?:\s|-)(?:of |de |d')?(?P<t_m>{_MONTH})\b\.?"
    r"(?:[ ,-]{1,2}(?:de |del |of )?(?P<t_y>(?:19|20)\d\d)(?!\d))?"
)
_MONTH_DAY = (
    rf"\b(?P<u_m>{_MONTH})\b\.? (?P<u_d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d|\d)(?:,? (?P<u_y>(?:19|20)\d\d)(?!\d))?"
)
_DATE = re.compile(rf"(?<![\w/.-])(?:{_ISO}|{_COMPACT}|{_DAY_MONTH}|{_NUMERIC}|{_MONTH_DAY})")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text: characters and value. `has_year` tells whether the year is written."""

    start: int
    end: int
    value: date
    has_year: bool = True


def is_day_first(folded: str, language: str, utc_offset_hours: float | None) -> bool:
    """Whether 03/04/2026 means 3 April: what the text's other dates show, else language and the sender's time zone."""
    votes = 0
    for match in _DATE.finditer(folded):
        if match.group("n_a") and match.group("n_sep").strip() == "/":
            first, second = int(match.group("n_a")), int(match.group("n_b"))
            votes += (first > 12 >= second) - (second > 12 >= first)
    if votes:
        return votes > 0
    return not (language in ("en", "") and utc_offset_hours is not None and -10 <= utc_offset_hours <= -4)


def dates(folded: str, day_first: bool, around: date | None) -> Iterator[FoundDate]:
    """All dates of a folded text in order. Without a written year the one that comes nearest to `around` is taken."""
    for match in _DATE.finditer(folded):
        found = _read(match, day_first, around)
        if found:
            yield found


def _read(match: re.Match[str], day_first: bool, around: date | None) -> FoundDate | None:
    groups = match.groupdict()
    year: int | None = None
    if groups["iso_y"]:
        year, month, day = int(groups["iso_y"]), int(groups["iso_m"]), int(groups["iso_d"])
    elif groups["c_y"]:
        year, month, day = int(groups["c_y"]), int(groups["c_m"]), int(groups["c_d"])
    elif groups["t_d"]:
        day, month = int(groups["t_d"]), MONTHS[groups["t_m"]]
        year = int(groups["t_y"]) if groups["t_y"] else None
    elif groups["u_d"]:
        day, month = int(groups["u_d"]), MONTHS[groups["u_m"]]
        year = int(groups["u_y"]) if groups["u_y"] else None
    else:
        separator = groups["n_sep"].strip()
        if not groups["n_y"] and (separator == "-" or (separator == "." and not groups["n_dot"])):
            return None  # 10-12 is a range, 4.5 a number
        day, month = int(groups["n_a"]), int(groups["n_b"])
        if (separator == "/" and not day_first and day <= 12) or (month > 12 >= day):
            day, month = month, day
        if groups["n_y"]:
            year = int(groups["n_y"])
            year += 2000 if year < 100 else 0
    value = _date(year, month, day, around)
    end = match.end() - (1 if groups["n_dot"] and groups["n_sep"].strip() != "." else 0)
    return FoundDate(match.start(), end, value, year is not None) if value else None


def _date(year: int | None, month: int, day: int, around: date | None) -> date | None:
    if year is None and around is None:
        return None
    try:
        if year is not None:
            return date(year, month, day) if 1990 <= year <= 2100 else None
        assert around is not None
        years = range(around.year - 1, around.year + 2)
        options = [option for y in years if (option := _valid(y, month, day))]
        return min(options, key=lambda d: (abs(d - around), d < around), default=None)
    except (ValueError, OverflowError):
        return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def within(value: date, start: date, days: int) -> bool:
    """Whether a date lies on or after `start` and at most so many days later."""
    return start <= value <= start + timedelta(days=days)
