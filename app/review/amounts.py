"""Leaving amounts of money out of a text, for people whom the policy does not show them to. Quantities stay."""

from __future__ import annotations

import re

from app.review.languages import _

_CURRENCY = (
    r"(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|NOK|DKK|PLN|CZK|€|\$|£|¥|Euros?|euros?|Dollars?|dollars?|Pfund|Franken)"
)
_NUMBER = r"\d(?:[\d.,’'\u00a0\u202f ]*\d)?"
_UNIT = r"(?:h|hrs?|hours?|Stunden?|Std|heures?|days?|Tagen?|Tage|jours?|%|percent|Prozent|pour|pcs?|Stück)"
_AMOUNT = re.compile(
    rf"(?<![\w])[-−]?{_CURRENCY}\s?[-−]?{_NUMBER}|(?<![\w/.-])[-−]?{_NUMBER}\s?(?:,[-–]+)?\s?{_CURRENCY}(?![\w])"
)
_CENTS = re.compile(rf"(?<![\w/.,-])\d[\d.,’'\u00a0\u202f]*[.,]\d\d(?![\d\w])(?!\s?{_UNIT}\b)(?![./-]\d)")
"""A number with exactly two decimals is taken for money where no unit of time or quantity follows."""


def without_amounts(text: str) -> str:
    """The text with a word in place of each amount."""
    word = _("[amount]")
    return _CENTS.sub(word, _AMOUNT.sub(word, text))


def ranges(text: str) -> list[tuple[int, int]]:
    """Character ranges of the amounts in a text, in order, without overlaps."""
    found = sorted([m.span() for m in _AMOUNT.finditer(text)] + [m.span() for m in _CENTS.finditer(text)])
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
