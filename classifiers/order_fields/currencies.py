"""Currencies as orders print them: ISO 4217 codes, signs, and what a bare dollar or krone means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from classifiers.order_fields.word_sets import word_set

CODES = word_set(
    "AED AFN AOA ARS AUD AZN BBD BDT BGN BHD BOB BRL BSD BWP BYN CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP "
    "ETB EUR FJD GBP GHS GTQ HKD HNL HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KHR KRW KWD KZT LBP LKR LYD "
    "MAD MDL MKD MMK MNT MUR MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PEN PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SEK SGD THB TND TRY TTD TWD TZS UAH UGX USD UYU VES VND XAF XCD XOF ZAR ZMW"
)
"""ISO 4217 without those that are English words in capitals (ALL, TOP, CUP and their like)."""

SYMBOLS: dict[str, str] = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "₪": "ILS", "₩": "KRW", "₽": "RUB", "₴": "UAH",
    "ZŁ": "PLN", "zł": "PLN", "KČ": "CZK", "Kč": "CZK", "R$": "BRL", "US$": "USD", "U$S": "USD", "CA$": "CAD",
    "C$": "CAD", "A$": "AUD", "AU$": "AUD", "S$": "SGD", "SG$": "SGD", "NZ$": "NZD", "HK$": "HKD", "MX$": "MXN",
    "$": "$", "FR.": "CHF", "Fr.": "CHF", "SFR": "CHF", "Sfr": "CHF", "RS.": "INR", "Rs.": "INR", "RS": "INR",
    "KR": "kr", "kr": "kr", "kr.": "kr", "KR.": "kr", "FT": "HUF", "Ft": "HUF",
}  # fmt: skip

WORDS: dict[str, str] = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "pound sterling": "GBP", "pounds sterling": "GBP", "sterling": "GBP",
    "us dollar": "USD", "us dollars": "USD", "u.s. dollars": "USD", "dollar": "$", "dollars": "$", "złoty": "PLN",
    "złotych": "PLN", "swiss franc": "CHF", "swiss francs": "CHF", "schweizer franken": "CHF", "indian rupees": "INR",
    "danish kroner": "DKK", "norwegian kroner": "NOK", "swedish kronor": "SEK", "australian dollars": "AUD",
    "canadian dollars": "CAD", "singapore dollars": "SGD", "pln": "PLN", "reais": "BRL", "real": "BRL",
}  # fmt: skip

# Which dollar or krone a document of this country means: words of addresses, registers and taxes.
_COUNTRIES = (
    ("AUD", re.compile(r"\b(australia|abn|acn|nsw \d{4}|vic \d{4}|qld \d{4}|pty)\b", re.IGNORECASE)),
    ("CAD", re.compile(r"\b(canada|gst/hst|hst|qst|tps|tvq|[a-z]\d[a-z] \d[a-z]\d)\b", re.IGNORECASE)),
    ("SGD", re.compile(r"\b(singapore|pte)\b", re.IGNORECASE)),
    ("NZD", re.compile(r"\b(new zealand|nzbn)\b", re.IGNORECASE)),
    ("HKD", re.compile(r"\bhong kong\b", re.IGNORECASE)),
    ("MXN", re.compile(r"\b(m[ée]xico|rfc)\b", re.IGNORECASE)),
    ("DKK", re.compile(r"\b(denmark|danmark|cvr|aps|a/s)\b", re.IGNORECASE)),
    ("NOK", re.compile(r"\b(norway|norge|org\.? ?nr|foretaksregisteret)\b", re.IGNORECASE)),
    ("SEK", re.compile(r"\b(sweden|sverige|aktiebolag)\b", re.IGNORECASE)),
)
_DOLLARS = {"AUD", "CAD", "SGD", "NZD", "HKD", "MXN"}


def code_of(sign: str) -> str:
    """The code for a code, a sign or a word; "$" and "kr" stay as they are; "" for anything else."""
    text = sign.strip().strip("().,:;")
    if text.upper() in CODES:
        return text.upper()
    return SYMBOLS.get(text) or SYMBOLS.get(text.upper()) or SYMBOLS.get(f"{text}.") or WORDS.get(text.casefold(), "")


def settle(signs: Iterable[str], text: str) -> str:
    """The currency that most signs name, a bare dollar or krone taken as that of the document's country."""
    counted = Counter(code for sign in signs if (code := code_of(sign)))
    if not counted:
        return ""
    winner = counted.most_common(1)[0][0]
    if winner not in ("$", "kr"):
        return winner
    codes = [code for code in counted if code not in ("$", "kr")]
    kin = _DOLLARS | {"USD"} if winner == "$" else {"DKK", "NOK", "SEK", "ISK"}
    for code in codes:
        if code in kin:
            return code
    for code, pattern in _COUNTRIES:
        if code in kin and pattern.search(text[:20_000]):
            return code
    return "USD" if winner == "$" else ""
