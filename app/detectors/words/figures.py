"""Amounts and counts as people write them: 20,000.00 / 20.000,00 / 20 000 / 20k; "two nights"."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = r"\d{1,3}(?:[ '.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "zl": "PLN"}
_CURRENCY = r"[A-Z]{3}\b|€|£|\$|zł|[Ee]uros?\b"
AMOUNT = re.compile(
    rf"(?:(?P<before>{_CURRENCY})\s?)?(?<![\w.,])(?P<number>{_DIGITS})(?P<thousands>\s?k\b|\s?TEUR\b)?(?:,-|\.-)?"
    rf"(?:\s?(?P<after>{_CURRENCY}))?"
)
_COUNTS = (
    "one a an ein eine einen einer un une una uno uma een jeden jedna jedno",
    "two zwei deux dos twee due dwa dwie duas dois",
    "three drei trois tres drie tre trzy",
    "four vier quatre cuatro quattro cztery quatro",
    "five funf cinq cinco vijf cinque piec",
    "six sechs seis zes sei szesc",
    "seven sieben sept siete zeven sette siedem sete",
)
_COUNT_OF = {word: number for number, line in enumerate(_COUNTS, 1) for word in line.split()}


def amount_in(text: str, start: int = 0, end: int | None = None) -> tuple[Decimal, str] | None:
    """The first amount in a stretch of text with its currency ("" where none is written)."""
    for match in AMOUNT.finditer(text, start, len(text) if end is None else end):
        value = number(match["number"])
        if value is None:
            continue
        if match["thousands"]:
            value *= 1000
        sign = (match["before"] or match["after"] or "").strip()
        currency = (
            "EUR"
            if (match["thousands"] or "").strip() == "TEUR" or sign.casefold().startswith("euro")
            else _SIGNS.get(sign, sign)
        )
        return value, currency
    return None


def number(written: str) -> Decimal | None:
    """A figure as Decimal: the last separator before one or two digits at the end is the decimal sign."""
    plain = re.sub(r"[ ']", "", written)
    decimals = re.search(r"[.,](\d{1,2})$", plain)
    whole = plain[: decimals.start()] if decimals else plain
    digits = re.sub(r"[.,]", "", whole)
    if not digits.isdigit():
        return None
    return Decimal(digits + ("." + decimals[1] if decimals else ""))


def count_in(folded: str, unit: str) -> int | None:
    """The number before a unit given as a regular expression: "two nights", "3 Nächte" (folded)."""
    match = re.search(rf"(?<![\w.,])(\d{{1,3}}|[a-z]+)\s*(?:x\s*)?(?:{unit})", folded)
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else _COUNT_OF.get(match[1])
