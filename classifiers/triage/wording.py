"""Sentences as numbers: words with figures masked, hashed to a fixed table of word and character n-grams.

The hash is CRC-32 of the n-gram's UTF-8 bytes, so the same text gives the same columns on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

COLUMNS = 1 << 15
_TOKEN = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w.-]{1,120}|https?://\S{1,200}|www\.\S{1,200})"
    r"|(?P<date>\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b)"
    r"|(?P<percent>\d{1,3}(?:[.,]\d{1,3})?\s?%)"
    r"|(?P<amount>[€$£]\s?\d[\d.,' \u00a0]{0,15}\d|[€$£]\s?\d"
    r"|\b\d[\d.,']{0,15}\s?(?:[€$£]|eur\b|usd\b|gbp\b|chf\b|pln\b|zł\b|euro?s?\b)"
    r"|\b(?:eur|usd|gbp|chf|pln)\s?\d[\d.,']{0,15})"
    r"|(?P<reference>\b(?=[\w/-]{0,29}\d)(?=[\w/-]{0,29}[a-z_/-])[\w][\w/-]{2,29}\b)"
    r"|(?P<number>\b\d[\d.,']{0,20}\b)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)"
    r"|(?P<mark>[?!])"
)


def tokens(text: str) -> list[str]:
    """Lower-case words without figures: an amount is ¤amount, an invoice number ¤reference, and so on."""
    folded = unicodedata.normalize("NFKC", text[:2000]).casefold()
    found = []
    for match in _TOKEN.finditer(folded):
        kind = match.lastgroup
        found.append(match.group() if kind in ("word", "mark") else f"¤{kind}")
    return found


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[int, ...]:
    """Columns of a word: itself, and its n-grams of 3 to 5 characters with its borders."""
    columns = [crc32(f"w:{word}".encode()) % COLUMNS]
    if word[0] not in "¤?!":
        bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        padded = f"<{bare}>"
        columns += [
            crc32(padded[i : i + n].encode()) % COLUMNS for n in (3, 4, 5) for i in range(max(1, len(padded) - n + 1))
        ]
    return tuple(columns)


def columns(text: str) -> dict[int, float]:
    """Column -> count (words, character n-grams, word pairs) of a sentence."""
    counts: dict[int, float] = {}
    words = tokens(text)
    for word in words:
        for column in _of_word(word):
            counts[column] = counts.get(column, 0.0) + 1.0
    for left, right in pairwise(words):
        column = crc32(f"p:{left} {right}".encode()) % COLUMNS
        counts[column] = counts.get(column, 0.0) + 1.0
    return counts
