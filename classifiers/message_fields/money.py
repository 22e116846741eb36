"""Amounts of money in a message: every figure that reads like one, with the currency written beside or over it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from app.documents.folding import Token, fold, words_of
from app.documents.written_dates import dates
from app.documents.written_numbers import Number, numbers, parse
from classifiers.message_fields.source import NO_FACTS, Passage, Source
from classifiers.message_fields.tables import column_label, first_cell, row_label

MOST_FIGURES = 3_000
"""Figures that are looked at in one passage."""
CODES = words_of(
    "EUR USD GBP CHF PLN SEK NOK DKK CZK HUF RON BGN ISK TRY AUD CAD NZD SGD HKD JPY CNY INR BRL MXN ZAR AED SAR ILS "
    "KRW THB MYR IDR PHP VND CLP COP"
    " ARS PEN UAH RUB MAD TND EGP NGN KES QAR KWD BHD OMR RSD"
)
_SYMBOLS = {
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "can$": "CAD", "nz$": "NZD", "s$": "SGD",
    "sg$": "SGD", "hk$": "HKD", "r$": "BRL", "mx$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "zl": "PLN",
    "kc": "CZK", "ft": "HUF", "₺": "TRY", "₹": "INR", "₪": "ILS", "₽": "RUB", "₴": "UAH", "lei": "RON",
    "sfr": "CHF", "fr": "CHF", "eur": "EUR", "euro": "EUR", "euros": "EUR", "eu": "EUR", "gbp": "GBP",
    "pounds": "GBP", "pound": "GBP", "sterling": "GBP", "dollars": "USD", "dollar": "USD", "zlotych": "PLN",
    "zloty": "PLN", "zlote": "PLN", "franken": "CHF", "francs": "CHF", "dolares": "USD", "dolar": "USD",
    "libras": "GBP", "pond": "GBP", "pfund": "GBP", "sterline": "GBP", "teur": "EUR", "tsd eur": "EUR", "kr": "kr",
    "¥": "JPY",
}  # fmt: skip
_THOUSANDS = {"teur", "tsd eur", "keur"}
_CURRENCY = r"(?:us|au?|ca?n?|nz|sg?|hk|r|mx)?\$|[€£¥₺₹₪₽₴]"
_BEFORE = re.compile(rf"(?:({_CURRENCY})|(?<![^\W\d_])([a-z]{{3}}|sfr|fr|kr|eu|euros?))[.:]?\s?$")
_AFTER = re.compile(
    rf"(k(?![^\W_])|k(?=€|\$|£| ?eur\b))?\s?(?:({_CURRENCY})|([a-z]{{2,8}}(?: eur)?)(?![^\W_]))?(?:,-|,--|-)?"
)
_UNITS_AFTER = re.compile(
    r"\s?(?:%|prozent|percent|per cent|pour cent|por ciento|procent|per cento|por cento|°|(?:k?m|km|miles?|meilen|kg"
    r"|mb|gb|dpi|px)\b"
    r"|(?:h|hrs?|hur|c62|pce|ea|hours?|std|stunden?|heures?|horas?|uur|uren|ore|ora|godz\w*|pt|tage?n?|days?|jours?|dias?|dagen|dag"
    r"|giorn[oi]|dni|dzien|j|d|gg|weeks?|wochen?|months?|monate?"
    r"|mois|semaines?|meses|weken|maanden|settimane|mesi|semanas|tygodni\w*|miesi\w*|minutes?|minuten|min|st|nd|rd|th"
    r"|units?|stk|stuck|pieces?|pcs|seats?|tickets?|users?|licen\w+"
    r"|unidades|stuks|pezzi|szt\w*|personentage?|manntage?|mandays?|nights?|nacht\w*|nuits?|noches|notti|noites"
    r"|people|lines?|rows?|zeilen|lignes|lineas|regels|righe|linhas)\b)"
)
_NOT_MONEY_BEFORE = re.compile(
    r"(?:\b(?:clause|section|sec|art|article|artikel|articulo|artigo|articolo|schedule|annex|anlage|anhang|ziffer"
    r"|ziff|abs|absatz|para|paragraph|page|seite|seiten|line|lines|zeile|pos|position"
    r"|poste|ligne|linea|regel|riga|linha|pozycja|poz|item|items|no|nr|num|number|n|version|v|phase|stage|lot|step"
    r"|part|teil|chapter|kw|week|code|rule|room|floor|tel|phone|fax|iban|vat|ust|id|ust-idnr|ref"
    r"|ticket|case|msa|sow|cr|po|vendor|kreditor|account|kostenstelle|clausula|punkt|pkt|ust|lid|comma|win|odoo"
    r"|release|build|invoices?|rechnung|facture|factura|factuur|fattura|fatura|faktura|faktury)|§+|#)[\s.:°º]{0,2}$"
)


@dataclass(frozen=True)
class Amount:
    """An amount as written: value in major units, currency ("" if none stands beside it), how sure it is money.

    `mark` is currency (a sign or code stands beside it), column (in its heading), figure (two decimals or grouped, no
    currency), or bare (a whole number that only its words make money).
    """

    passage: Passage
    start: int
    end: int
    value: Decimal
    currency: str
    mark: str
    is_rounded: bool = False
    is_negative: bool = False


def amounts(source: Source) -> list[Amount]:
    """All amounts of a message in reading order."""
    found = [amount for passage in source.passages if passage.zone not in NO_FACTS for amount in _of_passage(passage)]
    return _dollars(found)


def _of_passage(passage: Passage) -> Iterator[Amount]:
    text, folded = passage.text, passage.folded
    taken = [(d.start, d.end) for d in dates(folded, passage.day_first, passage.around)]
    taken += [(m.start(), m.end()) for m in _CODES_AND_ADDRESSES.finditer(text)]
    taken.sort()
    at = 0
    for number in islice(numbers(text, passage.decimal_mark), MOST_FIGURES):
        while at < len(taken) and taken[at][1] <= number.start:
            at += 1
        if at < len(taken) and taken[at][0] < number.end:
            continue
        amount = _read(passage, number, text, folded)
        if amount:
            yield amount


_CODES_AND_ADDRESSES = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{1,120}|(?:https?://|www\.)\S{1,300}|\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: "
    r"?[A-Z0-9]{1,3})?\b"
    r"|(?<![\w/-])(?:\+\d{1,3}[ /-]?|\(0)[\d() /-]{6,20}\d|(?<![\w/.,-])0\d{1,4}[ /]\d{2,}(?:[ /-]\d{2,}){0,4}"
    r"|(?<![\w.])\d{2,6}(?: \d{2,6}){2,5}(?![\w%]|[.,]\d| ?[€£$])(?<!\d 000)|\b\d{1,2}:\d\d\b"
    r"|(?<![\d.,])\d{1,3}(?:\.\d{1,3}){2,4}(?![\d,])(?!\s?(?:€|EUR|£|\$))"
)


def _read(passage: Passage, number: Number, text: str, folded: str) -> Amount | None:
    before = _BEFORE.search(folded, max(0, number.start - 8), number.start)
    after = _AFTER.match(folded, number.end)
    currency, thousands, start, end = "", False, number.start, number.end
    if before:
        sign, code = before.group(1), before.group(2)
        currency = _SYMBOLS.get(sign, "") if sign else _code(code, text[before.start(2) : before.end(2)])
        if currency:
            start = before.start()
    if after:
        thousands = bool(after.group(1))
        sign, code = after.group(2), after.group(3)
        beside = (
            _SYMBOLS.get(sign, "") if sign else _code(code or "", text[after.start(3) : after.end(3)] if code else "")
        )
        if beside and (not currency or beside == currency):
            if not currency:
                currency, end = beside, after.end(2) if sign else after.end(3)
            thousands = thousands or (code or "") in _THOUSANDS
        elif thousands:
            end = after.end(1)
    if not currency and number.start and text[number.start - 1].isalpha():
        return None  # INV10458
    value = number.value
    written = text[number.start : number.end]
    if currency and number.decimals == 3:
        value = _grouped(written) or value
    if thousands:
        value *= 1000
    mark = "currency"
    if not currency:
        if _UNITS_AFTER.match(folded, number.end) or _NOT_MONEY_BEFORE.search(
            folded[max(0, number.start - 14) : number.start]
        ):
            return None
        if (
            thousands
            or number.decimals in ((1, 2) if passage.part.form == "sheet" else (2,))
            or (number.is_grouped and number.decimals == 0)
        ):
            mark = "figure"
        elif number.decimals == 3 and _grouped(written):
            value, mark = _grouped(written) or value, "figure"
        elif number.decimals in (0, 1) and value >= 10:
            mark = "bare"
        else:
            return None
        label = column_label(passage, number.start) + first_cell(passage, number.start)
        if not currency and (mark == "figure" or number.decimals) and passage.currency:
            currency, mark = passage.currency, "column"
        for token in label:
            heading = _SYMBOLS.get(token.word, "") or (token.word.upper() if token.word.upper() in CODES else "")
            if heading and heading != "kr" and token.word not in ("fr", "ft", "eu"):
                currency, mark = heading, "column"
        if mark != "column" and (
            _is_count(label or row_label(passage, number.start)) or _looks_like_code(written, number)
        ):
            return None
    if value <= 0 and not currency:
        return None
    return Amount(passage, start, end, value, currency, mark, thousands, number.is_negative)


_COUNTED = words_of(
    "hours hour hrs h hur days day units qty quantity stunden std tage pt menge anzahl heures jours qte quantite horas "
    "dias cantidad ud uren dagen aantal ore giorni quantita qta"
    " quantidade godziny godz dni ilosc booked approved used status version hits tickets"
)


def _is_count(label: list[Token]) -> bool:
    """Whether a heading or label says that its figures are no money."""
    return any(t.word in _COUNTED for t in label) and not any(t.word.upper() in CODES for t in label)


def _looks_like_code(written: str, number: Number) -> bool:
    digits = sum(c.isdigit() for c in written)
    return (written.startswith("0") and len(written) > 1 and written[1].isdigit()) or (
        digits >= 7 and not number.is_grouped and not number.decimals
    )


def _grouped(written: str) -> Decimal | None:
    """1.234 or 1,234 read as thousands: money has no third decimal in practice."""
    for mark, other in ((".", ","), (",", ".")):
        if mark in written and other not in written:
            parsed = parse(written, other)
            return parsed[0] if parsed and parsed[1] == 0 else None
    return None


def _code(word: str, written: str) -> str:
    """The currency that a word names: an ISO code in capitals, or a currency's name."""
    if word.upper() in CODES and (written.isupper() or word in ("eur", "gbp", "usd", "chf", "pln", "aud", "sgd")):
        return word.upper()
    return _SYMBOLS.get(word, "") if len(word) > 1 or word in _SYMBOLS else ""


def _dollars(found: list[Amount]) -> list[Amount]:
    """A bare $ means the dollar that the message names elsewhere by its code, else the US dollar; kr likewise."""
    named = Counter(
        a.currency for a in found if a.currency in ("USD", "AUD", "CAD", "NZD", "SGD", "HKD") and _is_named(a)
    )
    crowns = Counter(a.currency for a in found if a.currency in ("SEK", "NOK", "DKK"))
    dollar = named.most_common(1)[0][0] if named else "USD"
    crown = crowns.most_common(1)[0][0] if crowns else ""
    fixed = []
    for amount in found:
        currency = amount.currency
        if currency == "USD" and not _is_named(amount):
            currency = dollar
        elif currency == "kr":
            currency = crown or _crown_of(amount.passage)
        fixed.append(amount if currency == amount.currency else _with_currency(amount, currency))
    return fixed


def _is_named(amount: Amount) -> bool:
    written = fold(amount.passage.text[amount.start : amount.end])
    return any(c.isalpha() for c in written)


def _crown_of(passage: Passage) -> str:
    return {"sv": "SEK", "no": "NOK", "nb": "NOK", "nn": "NOK", "da": "DKK"}.get(passage.language, "")


def _with_currency(amount: Amount, currency: str) -> Amount:
    return Amount(
        amount.passage,
        amount.start,
        amount.end,
        amount.value,
        currency,
        amount.mark,
        amount.is_rounded,
        amount.is_negative,
    )
