"""Numbers that can name a document: where they begin and end, without dates, amounts, addresses and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.folding import fold, words_of
from app.documents.written_dates import dates
from classifiers.message_fields.reference_words import REFERENCE_WORDS
from classifiers.message_fields.source import Passage

_CODE = re.compile(r"(?<![\w@])(?:[^\W_]+[-/._]){0,6}[^\W_]+(?![\w@])")
_SPACED_DIGITS = re.compile(r"(?<![\w.,/-])\d{2,6}(?: \d{2,6}){1,5}(?![\w%]|[.,]\d| ?[€£$])")
_MASK = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{1,120}|(?:https?://|www\.)[^\s<>\"]{1,300}|<[^<>\s]{1,200}>"
    r"|\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
    r"|(?<![\w/-])(?:\+\d{1,3}[ /-]?|\(0)[\d() /-]{6,20}\d|(?<![\w/-])0\d{1,4}[ /]\d{2,}(?:[ /-]\d{2,}){0,4}"
)
_STOP_ACRONYMS = words_of(
    "PO NR NO OR IN AT BY ON IS TO OF AND THE VAT TVA IVA BTW USD EUR GBP CHF AUD CAD NZD SGD PLN SEK NOK DKK JPY "
    "BRL MXN HUF CZK RON"
    " IBAN BIC TEL FAX KW QTY POS HRB HRA ABN GST UST USt RCS KVK NIF CIF NIP PT STD HT TTC PM AM BT RE FY EX OC BC "
    "BDC ODA BACS ACH"
    " NET TOTAL UID HUR DAY EA PCE MNT PLZ INV FV FT RG AG DE FR UK US IE IT ES PL NL SEPA"
)
_LABELS = frozenset(
    word.strip()
    for role in ("invoice", "order", "none")
    for word in REFERENCE_WORDS[role].replace("\n", ",").split(",")
)
_NOT_CODE = re.compile(
    r"(?:19|20)\d\d(?:[-/](?:0?[1-9]|1[0-2]))?|\d{1,3}|\d[\d.,]*[.,][\d.,]*|\d{1,2}(?:st|nd|rd|th|er|h|x|k|d|pm|am)"
    r"|\d{1,2}/\d{1,2}|\d{1,3}-\d{1,3}|[A-Za-z]{1,3}\d?|\d{1,3}(?:[- ][A-Za-z]{2,12})+|\d{1,4}[a-zA-Z]{1,4}|\d+ 000"
    r"|[^\W\d_]{4,}\d{1,2}|[Ff][Yy][-/]?\d\d(?:\d\d)?|[Hh][12]|[Qq][1-4][-/]?(?:20)?\d\d|[KkCc][Ww][-/]?\d{1,2}"
)
_DRAFT = re.compile(r"draft|entwurf|brouillon|borrador|concept|bozza|rascunho|szkic", re.IGNORECASE)


@dataclass(frozen=True)
class Code:
    start: int
    end: int
    text: str


def codes(passage: Passage) -> Iterator[Code]:
    text = passage.text
    masked = bytearray(len(text) + 1)
    for match in _MASK.finditer(text):
        masked[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for day in dates(passage.folded, passage.day_first, passage.around):
        masked[day.start : day.end] = b"\2" * (day.end - day.start)
    taken = 0
    for start, end in _merge(text):
        if start < taken or any(masked[start:end]):
            continue
        start, end, code = _with_acronym(text, start, end)
        if _is_code(code):
            taken = end
            yield Code(start, end, code)


def _merge(text: str) -> Iterator[tuple[int, int]]:
    """Codes and digit groups in order; a digit group set apart by blanks (4700 55 81 02) counts as one."""
    spaced = [(m.start(), m.end()) for m in _SPACED_DIGITS.finditer(text)]
    at = 0
    for match in _CODE.finditer(text):
        while at < len(spaced) and spaced[at][1] <= match.start():
            at += 1
        if at < len(spaced) and spaced[at][0] <= match.start() < spaced[at][1]:
            if match.start() == spaced[at][0] and match.end() <= spaced[at][1]:
                yield spaced[at]
            continue
        if any(c.isdigit() for c in match.group()):
            yield match.start(), match.end()


def _with_acronym(text: str, start: int, end: int) -> tuple[int, int, str]:
    """SOW 14, EC 2026/2214: capitals before a number that belong to it."""
    before = re.search(r"(?<![\w/-])([A-Z]{2,5}) $", text[max(0, start - 7) : start])
    number = text[start:end]
    is_year_or_figure = re.fullmatch(r"(?:19|20)\d\d|\d+[.,][\d.,]+", number)
    if (
        before
        and number[0].isdigit()
        and not is_year_or_figure
        and before.group(1) not in _STOP_ACRONYMS
        and fold(before.group(1)) not in _LABELS
    ):
        start -= len(before.group(1)) + 1
    return start, end, text[start:end]


def _is_code(code: str) -> bool:
    return (
        2 <= len(code) <= 40
        and not _NOT_CODE.fullmatch(code)
        and any(c.isdigit() for c in code)
        and not _DRAFT.search(code)
    )
