"""What is written in the sources and known from the records, in the forms that a claim is compared by.

A figure that can be read in two ways ("1.234") is read as its text writes numbers. A bare "500" in a claim is found
only where a source has 500 as a number of its own, not inside 1.500, A-500-B or a date; and "500 EUR" not where the
source says 500 hours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from app.assessments.claims.facts import Facts, facts_of
from app.assessments.claims.units import bears, multiplied, written_at
from app.documents.counted import is_part_of_a_number, number_words
from app.documents.folding import fold, words_of
from app.documents.reading import Evidence, Reading
from app.documents.written_dates import MONTHS, dates, is_day_first
from app.documents.written_numbers import NUMBER, decimal_mark, numbers, parse

LONGEST = 200_000
"""Characters of one source that are looked at: time stays bounded."""
LONGEST_CLAIM = 2_000

CURRENCY_WORDS = {
    "€": {"EUR"}, "eur": {"EUR"}, "euro": {"EUR"}, "euros": {"EUR"}, "teur": {"EUR"}, "keur": {"EUR"},
    "£": {"GBP"}, "pound": {"GBP"}, "pounds": {"GBP"}, "sterling": {"GBP"}, "pfund": {"GBP"}, "libras": {"GBP"},
    "$": {"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"}, "dollar": {"USD", "AUD", "CAD", "NZD", "SGD", "HKD"},
    "dollars": {"USD", "AUD", "CAD", "NZD", "SGD", "HKD"}, "us$": {"USD"}, "r$": {"BRL"}, "zl": {"PLN"},
    "zloty": {"PLN"}, "zlotych": {"PLN"}, "zlote": {"PLN"}, "sfr": {"CHF"}, "fr": {"CHF"}, "franken": {"CHF"},
    "francs": {"CHF"}, "kc": {"CZK"}, "ft": {"HUF"}, "lei": {"RON"}, "kr": {"SEK", "NOK", "DKK", "ISK"},
    "¥": {"JPY", "CNY"}, "₺": {"TRY"}, "₹": {"INR"}, "₪": {"ILS"}, "₽": {"RUB"}, "₴": {"UAH"},
}  # fmt: skip
"""The currencies that a folded sign or word may mean."""
CODES = words_of(
    """
    EUR USD GBP CHF PLN SEK NOK DKK ISK CZK HUF RON BGN AUD CAD NZD SGD HKD BRL MXN JPY CNY TRY INR ILS RUB UAH AED SAR
    ZAR KRW THB
    """
)
_CURRENCY = re.compile(r"[€£$¥₺₹₪₽₴]|(?:us|r)\$|[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+")
_SPACED = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text that claims may rest on. `around` is the day of the message, for dates without a year.

    `has_columns`: figures side by side on a page may stand a single blank apart, so "2 150,00" is also 2 and 150.00.
    """

    part: str
    text: str
    language: str = ""
    around: date | None = None
    has_columns: bool = False
    utc_offset_hours: float | None = None


def sources_of(reading: Reading) -> tuple[SourceText, ...]:
    """What people see of a document, part by part; hidden text bears no claim."""
    sent = next((part.mail.sent_at for part in reading.walk() if part.mail and part.mail.sent_at), None)
    offset = sent.utcoffset() if sent else None
    hours = offset.total_seconds() / 3600 if offset is not None else None
    return tuple(
        SourceText(
            part.path,
            part.text,
            part.language or reading.language,
            sent.date() if sent else None,
            bool(part.pages or part.tables),
            hours,
        )
        for part in reading.walk()
    )


def _envelope(reading: Reading) -> Facts:
    """Names, addresses and the day of sending of all mails in a document, and the names of its files."""
    mails = [part.mail for part in reading.walk() if part.mail]
    people = [a for m in mails for a in (m.sender, m.reply_to, *m.to, *m.cc) if a]
    return facts_of(
        [(person.name, person.email) for person in people],
        [mail.sent_at for mail in mails],
        [part.name for part in reading.walk()],
    )


_Key = TypeVar("_Key")
_Places = dict[_Key, tuple[int, int]]


class Ground:
    """Sources and facts, ready to be asked whether they bear a value. Places are given in the sources only."""

    def __init__(
        self,
        sources: Iterable[SourceText],
        facts: Facts = Facts(),
        envelope: Facts = Facts(),
    ) -> None:
        self._envelope = envelope
        facts = facts.and_also(envelope)
        known = [_Known(source) for source in sources]
        books = _Known(SourceText("", "\n".join(facts.texts), "en"))
        self._sources: Sequence[_Known] = known
        self._books = books
        self._facts = facts
        self.languages = tuple(dict.fromkeys(s.source.language for s in known if s.source.language))

    @classmethod
    def of(cls, reading: Reading, facts: Facts = Facts()) -> Ground:
        """What a document says, its envelope (who wrote to whom and when), and what is known besides."""
        return cls(sources_of(reading), facts, _envelope(reading))

    def of_the_source(self) -> Ground:
        """The same without records and without the day of sending: what an extracted value must stand in."""
        ground = Ground((), Facts(texts=self._envelope.texts))
        ground._sources = self._sources
        return ground

    def number(self, value: Decimal, *, is_negative: bool = False, units: Collection[str] = ()) -> Found | None:
        """A figure without its sign; with one, where a source writes it so. `units` is what it is said to count."""
        for known in self._sources:
            places = (known.negatives if is_negative else known.numbers).get(abs(value), ())
            place = next((one for one in places if known.counts(*one, units)), None)
            if place:
                return Found(known.evidence(*place))
        if is_negative:
            return None
        in_books = any(self._books.counts(*place, units) for place in self._books.numbers.get(abs(value), ()))
        return Found() if in_books or abs(value) in self._facts.numbers else None

    def day(self, value: date) -> Found | None:
        for known in self._sources:
            if value in known.days:
                return Found(known.evidence(*known.days[value]))
        return Found() if value in self._facts.dates or value in self._books.days else None

    def day_of_any_year(self, month: int, day: int) -> Found | None:
        for known in self._sources:
            for value, place in known.days.items():
                if (value.month, value.day) == (month, day):
                    return Found(known.evidence(*place))
            if (month, day) in known.yearless:
                return Found(known.evidence(*known.yearless[month, day]))
        every = (*self._facts.dates, *self._books.days)
        return Found() if any((d.month, d.day) == (month, day) for d in every) else None

    def month(self, year: int | None, month: int) -> Found | None:
        for known in self._sources:
            for value, place in known.days.items():
                if value.month == month and year in (None, value.year):
                    return Found(known.evidence(*place))
            if (year, month) in known.months:
                return Found(known.evidence(*known.months[year, month]))
        every = (*self._facts.dates, *self._books.days)
        has_day = any(d.month == month and year in (None, d.year) for d in every)
        return Found() if has_day or (year, month) in self._books.months else None

    def literal(self, text: str, *, units: Collection[str] = ()) -> Found | None:
        """The words as they stand, but for case, accents and blanks, and not as a part of longer words or figures.

        `units` is what a figure is said to count.
        """
        words = fold(text).split() if len(text) <= LONGEST_CLAIM else []
        if not words:  # nothing, or nothing that is seen
            return None
        pattern = r"\s+".join(re.escape(word) for word in words)
        is_number = _is_plain_number(" ".join(words))
        return self._find(_bounded(pattern, words[0][0], words[-1][-1]), is_number=is_number, units=units)

    def words(self, text: str) -> Found | None:
        """The words in their order, whatever stands between them ("Nordlicht GmbH" in "Nordlicht, GmbH")."""
        words = _WORD.findall(fold(text[:LONGEST_CLAIM]))
        if not words:
            return None
        pattern = r"[\W_]{1,3}".join(re.escape(word) for word in words)
        return self._find(_bounded(pattern, words[0][0], words[-1][-1]), is_number=len(words) == 1)

    def reference(self, text: str, *, units: Collection[str] = ()) -> Found | None:
        """A number of a document, whatever separates its parts and however many zeros lead them.

        `units` is what a figure is said to count: then it is looked for as it stands.
        """
        if units:
            return self.literal(text, units=units)
        found = self.literal(text)
        pattern = None if found else _reference_pattern(text)
        return found or (self._find(pattern, is_number=False) if pattern else None)

    def currency(self, codes: Iterable[str]) -> Found | None:
        """Any of these ISO codes, written as code, sign or word."""
        wanted = set(codes)
        for known in self._sources:
            for code in sorted(wanted & known.currencies.keys()):
                return Found(known.evidence(*known.currencies[code]))
        return Found() if wanted & (self._facts.currencies | self._books.currencies.keys()) else None

    def _find(self, pattern: str, *, is_number: bool, units: Collection[str] = ()) -> Found | None:
        compiled = re.compile(pattern)
        for known in (*self._sources, self._books):
            for match in compiled.finditer(known.folded):
                if is_number and not known.source.has_columns and known.is_in_a_spaced_number(*match.span()):
                    continue
                if is_number and known.is_multiplied(match.end()):
                    continue
                if not known.counts(*match.span(), units):
                    continue
                return Found() if known is self._books else Found(known.evidence(*match.span()))
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a value stands; no evidence means: in the records."""

    evidence: Evidence | None = None


class _Known:
    """One source, indexed when first asked."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text[:LONGEST]

    def evidence(self, start: int, end: int) -> Evidence:
        return Evidence(self.source.part, start, end, self.text[start:end])

    def counts(self, start: int, end: int, units: Collection[str]) -> bool:
        """Whether the figure here may count this."""
        return not units or bears(written_at(self.folded, start, end), units)

    def is_multiplied(self, end: int) -> bool:
        """Whether the figure that ends here is the 1.5 of 1.5 million."""
        factor, _, is_ambiguous = multiplied(self.folded, end)
        return factor != 1 and not is_ambiguous

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def numbers(self) -> dict[Decimal, list[tuple[int, int]]]:
        found: dict[Decimal, list[tuple[int, int]]] = {}
        for value, start, end in self._figures():
            found.setdefault(value, []).append((start, end))
        small = number_words(self.source.language)
        for match in _WORD.finditer(self.folded):
            if match.group() in small and not is_part_of_a_number(self.folded, *match.span()):
                found.setdefault(Decimal(small[match.group()]), []).append(match.span())
        return found

    @cached_property
    def _mark(self) -> str:
        """The decimal mark of the text, in which dates ("28.09.") have no say."""
        day_first = is_day_first(self.folded, self.source.language, self.source.utc_offset_hours)
        text = list(self.text)
        for day in dates(self.folded, day_first, date(2024, 1, 1)):
            text[day.start : day.end] = " " * (day.end - day.start)
        return decimal_mark("".join(text), self.source.language)

    @cached_property
    def negatives(self) -> dict[Decimal, list[tuple[int, int]]]:
        mark = self._mark
        found: dict[Decimal, list[tuple[int, int]]] = {}
        for number in numbers(self.text, mark):
            if number.is_negative:
                found.setdefault(number.value, []).append((number.start, number.end))
        return found

    def _figures(self) -> Iterator[tuple[Decimal, int, int]]:
        mark = self._mark
        days = self._dated[2]
        at = 0
        years = [m.span() for m in MONTH_AND_YEAR.finditer(self.folded) if m.group("name") and m.group("year")]
        for number in numbers(self.text, mark):
            while at < len(days) and days[at][1] <= number.start:
                at += 1
            if at < len(days) and days[at][0] <= number.start and number.end <= days[at][1]:
                continue  # the 27 of 27.11.2026 is no figure
            if any(start <= number.start and number.end <= end for start, end in years):
                continue  # nor is the 2026 of November 2026
            factor, end, is_ambiguous = multiplied(self.folded, number.end)
            if factor == 1 or is_ambiguous:
                yield number.value, number.start, number.end
            if factor != 1:
                yield number.value * factor, number.start, end
            if self.source.has_columns and " " in fold(self.text[number.start : number.end]):
                for piece in _SPACED.finditer(self.folded, number.start, number.end):
                    parsed = parse(piece.group(), mark)
                    if parsed:
                        yield parsed[0], *piece.span()

    def is_in_a_spaced_number(self, start: int, end: int) -> bool:
        """Whether this is the "234,50" of "1 234,50"."""
        return any(s <= start and end <= e and (s, e) != (start, end) for s, e in self._spaced)

    @cached_property
    def _spaced(self) -> list[tuple[int, int]]:
        return [m.span("number") for m in NUMBER.finditer(self.text) if " " in fold(m.group("number"))]

    @cached_property
    def _dated(self) -> tuple[_Places[date], _Places[tuple[int, int]], list[tuple[int, int]]]:
        """Days, (month, day) without a year, and the ranges that hold no figure besides a date."""
        day_first = is_day_first(self.folded, self.source.language, self.source.utc_offset_hours)
        days: dict[date, tuple[int, int]] = {}
        yearless: dict[tuple[int, int], tuple[int, int]] = {}
        certain: list[tuple[int, int]] = []
        for found in dates(self.folded, day_first, self.source.around or date(2024, 1, 1)):
            if not found.has_year:
                yearless.setdefault((found.value.month, found.value.day), (found.start, found.end))
            if found.has_year or self.source.around:
                days.setdefault(found.value, (found.start, found.end))
            if found.has_year or any(c.isalpha() for c in self.folded[found.start : found.end]):
                certain.append((found.start, found.end))  # "12.5." may end a sentence
        return days, yearless, certain

    @property
    def days(self) -> dict[date, tuple[int, int]]:
        return self._dated[0]

    @property
    def yearless(self) -> dict[tuple[int, int], tuple[int, int]]:
        return self._dated[1]

    @cached_property
    def months(self) -> dict[tuple[int | None, int], tuple[int, int]]:
        """(year or None, month) of months that are named without a day ("November 2026", "11/2026")."""
        found: dict[tuple[int | None, int], tuple[int, int]] = {}
        for match in MONTH_AND_YEAR.finditer(self.folded):
            month = MONTHS[match.group("name")] if match.group("name") else int(match.group("number"))
            year = match.group("year") or match.group("year_after")
            found.setdefault((int(year) if year else None, month), match.span())
            found.setdefault((None, month), match.span())
        return found

    @cached_property
    def currencies(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for match in _CURRENCY.finditer(self.folded):
            written = self.text[match.start() : match.end()]
            codes = {written} if written in CODES else CURRENCY_WORDS.get(match.group(), set())
            for code in codes:
                found.setdefault(code, match.span())
        return found


_NAMES = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
MONTH_AND_YEAR = re.compile(
    rf"(?<!\w)(?P<name>{_NAMES})(?!\w)(?:\.? ?(?:de |del |of |')?(?P<year>(?:19|20)\d\d)(?![\w]|[.,/-]\d))?"
    r"|(?<![\w./,-])(?P<number>0?[1-9]|1[0-2])[/.](?P<year_after>20\d\d)(?![\w]|[.,/-]\d)"
)


def _bounded(pattern: str, first: str, last: str) -> str:
    """A pattern that begins and ends where words, figures and references do."""
    left = r"(?<!\w)(?<!\d[./_:,'-])" if first.isnumeric() else r"(?<!\w)" if first.isalnum() else ""
    if first.isnumeric():
        left += r"(?<!\w[/_-])"
    right = r"(?!\w)(?![/_:'-]\w|[.,]\d)" if last.isnumeric() else r"(?!\w)" if last.isalnum() else ""
    return left + pattern + right


def _is_plain_number(folded: str) -> bool:
    return not any(c.isalpha() for c in folded)


_FEWEST_DIGITS = 6
"""From so many digits on a number of a document may be written with other separators, or with none."""
FEWEST_ALONE = 8
"""And without any letter from here: "100-200" does not bear 100200."""
_PART = re.compile(r"[^\W\d_]+|\d+")


def _reference_pattern(text: str) -> str | None:
    """How a reference may be written elsewhere; None for what is too short or is a plain figure."""
    folded = fold(text.strip())
    parts = list(_PART.finditer(folded))
    digits = sum(len(p.group()) for p in parts if p.group()[0].isdigit())
    has_letters = any(not p.group()[0].isdigit() for p in parts)
    rest = _PART.sub("", folded)
    if (
        not digits
        or not folded[0].isalnum()
        or len(folded) > 60
        or set(rest) - set(" ./_-#:")
        or not (has_letters or digits >= FEWEST_ALONE)
    ):
        return None
    if not has_letters and set(rest) & set(".,"):
        return None
    is_long = digits >= _FEWEST_DIGITS
    pattern, before = "", None
    for part in parts:
        word = part.group()
        if before is not None:
            both_digits = word[0].isdigit() and before.group()[-1].isdigit()
            pattern += r"[\s/_-]{1,2}" if both_digits and not is_long else r"[\s./_#:-]{0,2}"
            if both_digits and not has_letters:
                pattern = pattern.removesuffix(r"[\s./_#:-]{0,2}") + r"[\s/_-]{0,2}"
        if word[0].isdigit() and is_long and len(word) >= _FEWEST_DIGITS:
            pattern += "[ /_-]?".join(word)
        elif word[0].isdigit() and has_letters:
            pattern += "0*" + (word.lstrip("0") or "0")
        else:
            pattern += re.escape(word)
        before = part
    starts_with_digit = parts[0].group()[0].isdigit()
    left = r"(?<!\w)(?<!\d[./_:,-])" if starts_with_digit else r"(?<!\w)"
    right = r"(?!\w)(?![/_:-]\w|[.,]\d)" if parts[-1].group()[-1].isdigit() else r"(?!\w)"
    return left + pattern + right
