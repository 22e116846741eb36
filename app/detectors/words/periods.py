"""Which months a line of text names: "March 2026", "im August", "08/2026", "2026-08", "01.08.2026 - 31.08.2026"."""

from __future__ import annotations

import calendar
import re
from datetime import date
from itertools import pairwise

from app.detectors.words.folding import fold

_NAMES = (
    "january jan januar jaenner janner janvier enero ene januari gennaio janeiro stycznia styczen styczniu",
    "february feb februar fevrier febrero februari febbraio fevereiro lutego luty lutym",
    "march mar marz mrz mars marzo maart mrt marco marca marzec marcu",
    "april apr avril abril aprile kwietnia kwiecien kwietniu",
    "may mai mayo mei maggio maio maja maj maju",
    "june jun juni juin junio giugno junho czerwca czerwiec czerwcu",
    "july jul juli juil juillet julio luglio julho lipca lipiec lipcu",
    "august aug aout agosto augustus sierpnia sierpien sierpniu",
    "september sep sept septembre septiembre setiembre settembre setembro wrzesnia wrzesien wrzesniu",
    "october oct okt oktober octobre octubre ottobre outubro pazdziernika pazdziernik pazdzierniku",
    "november nov novembre noviembre novembro listopada listopad listopadzie",
    "december dec dez dezember decembre diciembre dicembre dezembro grudnia grudzien grudniu",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_UNSURE = frozenset({"mar", "mars", "may", "marca", "jan", "ene", "marco", "maja"})
"""Words of other meaning or names of people: they name a month only beside a year or a day."""
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WORDS = re.compile(
    rf"(?<![\w-])(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s(?:de\s|of\s)?)?(?P<name>{_NAME})(?!\w)\.?"
    r"(?:[\s,/'-]{1,2}(?:(?:de|del|of|d)[\s'])?(?P<year>20\d\d|'?\d\d(?!\d|[.,:]\d)))?"
)
_DATE = re.compile(
    r"(?<![\d./-])(?:(?P<y>20\d\d)-(?P<m>\d\d)(?:-(?P<d>\d\d))?|"
    r"(?:\d{1,2}[./-])?(?P<m2>\d{1,2})[./-](?P<y2>20\d\d))(?![\d/-])"
)
Month = tuple[int, int]


def month_of(day: date) -> Month:
    return day.year, day.month


def first_day(month: Month) -> date:
    return date(month[0], month[1], 1)


def last_day(month: Month) -> date:
    return date(month[0], month[1], calendar.monthrange(*month)[1])


def months_between(first: Month, last: Month) -> frozenset[Month]:
    """All months from `first` to `last`; more than a year apart they are no period."""
    count = (last[0] - first[0]) * 12 + last[1] - first[1]
    if not 0 <= count <= 12:
        return frozenset({first, last})
    return frozenset(((first[0] * 12 + first[1] - 1 + n) // 12, (first[1] - 1 + n) % 12 + 1) for n in range(count + 1))


def months_in(text: str, *, near: date | None = None) -> frozenset[Month]:
    """The months a text names. One without a year is the latest such month that began by `near`.

    Two months joined by a dash or "to" stand for those between them as well.
    """
    folded = fold(text)
    found: list[tuple[int, int, Month]] = []
    for match in _WORDS.finditer(folded):
        name, year = match["name"], match["year"]
        if name in _UNSURE and not year and not match["day"]:
            continue
        number = _MONTHS[name]
        if year:
            full = int(year.lstrip("'"))
            found.append((match.start(), match.end(), (full if full > 99 else 2000 + full, number)))
        elif near is not None:
            found.append((match.start(), match.end(), (near.year - (number > near.month), number)))
    for match in _DATE.finditer(folded):
        year, number = int(match["y"] or match["y2"]), int(match["m"] or match["m2"])
        if 1 <= number <= 12:
            found.append((match.start(), match.end(), (year, number)))
    found.sort()
    months = {month for *_, month in found}
    for (_, end, first), (start, _, last) in pairwise(found):
        if re.fullmatch(r"\s*(?:-|to|until|bis|au|a|al|tot|do|ate|t/m)\s*(?:\d{1,2}\.?\s*)?", folded[end:start]):
            months |= months_between(first, last)
    return frozenset(months)


def in_words(month: Month) -> str:
    return f"{calendar.month_name[month[1]]} {month[0]}"
