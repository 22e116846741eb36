"""A sentence's figures, dates, references, currencies and names, each looked for; the first not found is the reason.

What is not a figure and begins no name is wording, and wording is free. German writes every noun large: there a name
is looked for after a form of address and before a legal form, in other languages wherever a large letter is not that
of a sentence's first word or of the trade's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.assessments.claims.ground import (
    CODES,
    CURRENCY_WORDS,
    FEWEST_ALONE,
    LONGEST_CLAIM,
    MONTH_AND_YEAR,
    Found,
    Ground,
)
from app.assessments.claims.units import claimed_at, multiplied
from app.documents.counted import number_words_of_any
from app.documents.folding import fold, words_of
from app.documents.reading import Evidence
from app.documents.written_dates import MONTHS, dates
from app.documents.written_numbers import decimal_mark, numbers

_CHUNK = re.compile(r"\S+")
_OUTSIDE = "#()[]{}<>\"'“”„«»‘’.,;:!?…%‰€$£*=+~|"
_SIGN = re.compile(r"[€£$¥₺₹₪₽₴]")
_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(r"[.!?:;•\n]\s*[\"'“”„«»(\[-]*\s*$")
_ADDRESS = re.compile(
    r"\b(?:herrn?|frau|dr|prof|firma|mr|mrs|ms|madame|monsieur|mme|senor|senora|pan|pani)\.?\s+$", re.IGNORECASE
)
_LEGAL_FORMS = words_of("gmbh ag kg ohg ug se ev eg ltd llc inc plc sa sas sarl bv nv spa srl lda oy ab as")
_CERTAIN_FORMS = words_of("gmbh ohg ltd llc inc plc sarl srl bv lda")
"""Those that are no other word: a name before one is a name in small letters too."""
_OWN_WORDS = words_of(
    """
    i a an the this that these those it its he she they we you there here and or but if when while because since as
    at by for from in of on to with without no not none all any some each both either neither after before until
    within once please thank thanks regarding according also however therefore instead otherwise only still yet
    following attached enclosed asked asks says said wants wanted requests contests claims disputes
    their his her our your another nothing
    customer client sender recipient supplier buyer invoice invoices order orders purchase sales credit note notes
    payment payments remittance statement milestone retainer timesheet timesheets project contract quote quotation
    quantity rate rates hours days amount amounts total totals net gross tax line lines deadline message mail email
    reply attachment document documents account bank finance accounting billing time approval approved
    po vat iban bic pdf id ok odoo e-mail faq cc re fw
    """
)
"""Words of the trade and openers of sentences, which name nobody."""
_DAYS = (
    "monday montag lundi lunes maandag lunedi segunda poniedzialek",
    "tuesday dienstag mardi martes dinsdag martedi terca wtorek",
    "wednesday mittwoch mercredi miercoles woensdag mercoledi quarta sroda",
    "thursday donnerstag jeudi jueves donderdag giovedi quinta czwartek",
    "friday freitag vendredi viernes vrijdag venerdi sexta piatek",
    "saturday samstag samedi sabado zaterdag sabato sabado sobota",
    "sunday sonntag dimanche domingo zondag domenica domingo niedziela",
)

_LARGE = re.compile(
    r"(?:thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|dozens?"
    r"|\w*(?:zwan|vier|funf|sech|sieb|acht|neun)zig|\w*dreiss?ig|\w{3,}(?:hundert|tausend)"
    r"|hundert\w*|tausend\w*|millionen|dutzend"
    r"|(?:tr|quar|cinqu|soix)ante?|trente|cents?|mille|douzaine"
    r"|veinti\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|doscient\w+|mil|docena"
    r"|\w{2,}tig|honderd|duizend|dozijn|vent(?:uno|idue|itre|iquattro|icinque|isei|isette|otto|inove)"
    r"|\w{3,}anta|cento|duecento|dozzina"
    r"|trinta|quarenta|cinquenta|sessenta|oitenta|noventa|cem|duzentos|milhares|duzia"
    r"|\w{3,}dziesci|\w{4,}dziesiat|sto|dwiescie"
    r"|(?:trzy|cztery|piec|szesc|siedem|osiem|dziewiec)(?:sta|set)|tysiac\w*|tysiec\w*",
)
"""Larger numbers in words, folded, in eight languages: which of them a word is does not matter, it must stand there."""


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """Why a sentence does not stand: `reason` is date, number, reference, currency, name or length."""

    reason: str
    what: str


def check(sentence: str, ground: Ground, language: str = "en") -> tuple[Evidence, ...] | Ungrounded:
    """Where the sentence's figures and names stand (none for those of records only), or what of it is ungrounded.

    `language` is that of the sentence: it says how its numbers are written.
    """
    if len(sentence) > LONGEST_CLAIM:
        return Ungrounded("length", f"{len(sentence)} characters")
    whole = ground.literal(sentence)
    if whole:
        return (whole.evidence,) if whole.evidence else ()
    reading = _Sentence(sentence, ground, language)
    reading.read_dates()
    reading.read_months()
    reading.read_numbers()
    reading.read_chunks()
    reading.read_number_words()
    reading.read_currencies()
    reading.read_names()
    return reading.failure or tuple(dict.fromkeys(reading.evidence))


class _Sentence:
    def __init__(self, text: str, ground: Ground, language: str) -> None:
        self.text, self.ground, self.language = text, ground, language
        self.folded = fold(text)
        self.is_seen = [False] * len(text)
        self.evidence: list[Evidence] = []
        self.failure: Ungrounded | None = None

    def _settle(self, found: Found | None, reason: str, start: int, end: int) -> None:
        if found is None:
            self.failure = self.failure or Ungrounded(reason, self.text[start:end].strip())
            return
        self.is_seen[start:end] = [True] * (end - start)
        if found.evidence:
            self.evidence.append(found.evidence)

    def read_dates(self) -> None:
        for day in dates(self.folded, True, date(2024, 1, 1)):
            written = self.text[day.start : day.end]
            month, number = day.value.month, day.value.day
            found = self.ground.day(day.value) if day.has_year else self.ground.day_of_any_year(month, number)
            if found is None and not day.has_year and not any(c.isalpha() for c in written):
                continue  # "12.5." ends a sentence: a figure, which is looked at next
            self._settle(found or self.ground.literal(written), "date", day.start, day.end)

    def read_months(self) -> None:
        for match in MONTH_AND_YEAR.finditer(self.folded):
            start, end = match.span()
            name, year = match.group("name"), match.group("year") or match.group("year_after")
            if self.is_seen[start] or (name and not year and not self._names_a_month(start, end)):
                continue
            month = MONTHS[name] if name else int(match.group("number"))
            found = self.ground.month(int(year) if year else None, month)
            if found is None and not name:
                continue  # 11/2026 may be a reference: the chunk is looked at
            self._settle(found or self.ground.literal(self.text[start:end]), "date", start, end)

    def _names_a_month(self, start: int, end: int) -> bool:
        return end - start > 3 and (self.text[start].isupper() and not self._begins(start))

    def read_numbers(self) -> None:
        mark = decimal_mark("", self.language)
        for number in numbers(self.text, mark):
            if any(self.is_seen[number.start : number.end]):
                continue
            sign = self.text[number.start - 1 : number.start] if number.is_negative else ""
            factor, end, _ = multiplied(self.folded, number.end)
            units = claimed_at(self.folded, number.start, end)
            found = self.ground.number(number.value * factor, is_negative=bool(sign.strip()), units=units)
            if found or factor != 1:
                self._settle(found, "number", number.start, end)

    def read_chunks(self) -> None:
        """Every character that counts must have been found: in a chunk of its own, as it stands or as a reference."""
        for chunk in _CHUNK.finditer(self.text):
            start, end = _trimmed(self.text, *chunk.span())
            written = self.text[start:end]
            loose = any(self.text[i].isnumeric() and not self.is_seen[i] for i in range(start, end))
            is_address = "@" in written or "://" in written
            if not (loose or is_address):
                continue
            self._settle(self._as_it_stands(written, start, end), _sort_of(written), start, end)

    def _as_it_stands(self, written: str, start: int, end: int) -> Found | None:
        """A bare figure was looked for as a number: as mere characters it is a day, a year or part of a reference."""
        units = claimed_at(self.folded, start, end) if not any(c.isalpha() for c in written) else ()
        if not written.isdigit():
            return self.ground.reference(written, units=units)
        if self.text[start - 1 : start] == "#":
            return self.ground.literal(f"#{written}")
        return self.ground.reference(written) if len(written) >= FEWEST_ALONE and not units else None

    def read_number_words(self) -> None:
        """Small ones by their value, in whichever language; larger ones and those of several words as they stand."""
        small = number_words_of_any(self.language)
        run: list[re.Match[str]] = []
        for match in [*_PLAIN_WORD.finditer(self.folded), None]:
            is_next = match is not None and (match.group() in small or _LARGE.fullmatch(match.group()))
            if run and (not is_next or match is None or self.folded[run[-1].end() : match.start()] not in (" ", "-")):
                self._settle_words(run, small)
                run = []
            if match is not None and is_next and not self.is_seen[match.start()]:
                run.append(match)

    def _settle_words(self, run: list[re.Match[str]], small: dict[str, int]) -> None:
        start, end = run[0].start(), run[-1].end()
        found = self.ground.literal(self.text[start:end])
        if found is None and len(run) == 1 and run[0].group() in small:
            units = claimed_at(self.folded, start, end)
            found = self.ground.number(Decimal(small[run[0].group()]), units=units)
        self._settle(found, "number", start, end)

    def read_currencies(self) -> None:
        for match in _SIGN.finditer(self.text):
            codes = CURRENCY_WORDS.get(fold(match.group()), set())
            self._settle(self.ground.currency(codes), "currency", *match.span())
        for match in _PLAIN_WORD.finditer(self.text):
            if match.group() in CODES:
                self._settle(self.ground.currency({match.group()}), "currency", *match.span())

    def read_names(self) -> None:
        for start, end in self._names():
            found = self.ground.words(self.text[start:end])
            if found is None:
                turned = self.text[start:end].split()
                found = self.ground.words(" ".join([turned[-1], *turned[:-1]])) if len(turned) > 1 else None
            self._settle(found, "name", start, end)

    def _names(self) -> Iterator[tuple[int, int]]:
        run: tuple[int, int] | None = None
        for match in _WORD.finditer(self.text):
            start, end = match.span()
            between = self.text[run[1] : start] if run else ""
            if run and (not self._is_name_word(start, end) or between not in (" ", ", ", " & ", "\u00a0")):
                yield run
                run = None
            if self._is_name_word(start, end):
                run = (run[0], end) if run else (start, end)
        if run:
            yield run

    def _is_name_word(self, start: int, end: int) -> bool:
        word = self.text[start:end]
        folded = self.folded[start:end]
        if any(self.is_seen[start:end]) or folded in _OWN_WORDS:
            return False
        if not any(c.isupper() for c in word):
            follows = _WORD.match(self.text, end + 1)
            return follows is not None and fold(follows.group()) in _CERTAIN_FORMS
        if self.language == "de" and not any(c.isupper() for c in word[1:]):
            follows = _WORD.match(self.text, end + 1)
            is_before_form = follows is not None and fold(follows.group()) in _LEGAL_FORMS
            return is_before_form or _ADDRESS.search(self.text[:start]) is not None
        if self.language != "en" and self._begins(start) and not any(c.isupper() for c in word[1:]):
            return False
        return not self._is_weekday_of_a_source(folded)

    def _is_weekday_of_a_source(self, word: str) -> bool:
        """The name of a weekday that a source names too, in whichever language."""
        names = next((row.split() for row in _DAYS if word in row.split()), [])
        return any(self.ground.words(name) for name in names)

    def _begins(self, start: int) -> bool:
        before = self.text[:start]
        return not before.strip(" \"'“”„«»([-\u00a0") or bool(_END.search(before))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _OUTSIDE:
        start += 1
    while end > start and text[end - 1] in _OUTSIDE:
        end -= 1
    return start, end


def _sort_of(written: str) -> str:
    return "reference" if any(c.isalpha() or c in "@/_-" for c in written[1:]) else "number"
