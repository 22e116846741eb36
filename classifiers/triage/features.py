"""A sentence as columns and values: hashed words and character n-grams, the concepts it speaks of, pairs of these."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from zlib import crc32

from classifiers.triage import wording
from classifiers.triage.lexicon import lexicon

N_CONCEPTS = len(lexicon().concepts)
FIRST_CONCEPT = wording.COLUMNS
FIRST_PAIR = FIRST_CONCEPT + N_CONCEPTS
WIDTH = FIRST_PAIR + N_CONCEPTS * (N_CONCEPTS - 1) // 2
_CONCEPT, _PAIR = 0.15, 0.15
_MOST = 40
_PROBE = "Please credit 2.5 hours (EUR 375,00) on INV/2026/00123 by 15.06.2026, zażółć gęślą jaźń!"


def concept_columns(text: str, language: str) -> dict[int, float]:
    """Columns of the concepts in a sentence and of their pairs."""
    found = sorted(lexicon().find(text, language))[:_MOST]
    columns = {FIRST_CONCEPT + number: _CONCEPT for number in found}
    for at, left in enumerate(found):
        for right in found[at + 1 :]:
            columns[FIRST_PAIR + right * (right - 1) // 2 + left] = _PAIR
    return columns


def sentence(text: str, language: str, rarity: list[float]) -> dict[int, float]:
    """Columns and values of a sentence. The n-grams have length one together; `rarity` weighs them."""
    counts = wording.columns(text)
    weighed = {column: (1.0 + 0.5 * (count > 1)) * rarity[column] for column, count in counts.items()}
    norm = sqrt(sum(value * value for value in weighed.values())) or 1.0
    row = {column: value / norm for column, value in weighed.items()}
    row.update(concept_columns(text, language))
    return row


@lru_cache(maxsize=1)
def fingerprint() -> int:
    """A number that changes with the meaning of the columns: a model trained under another one must not be used."""
    return crc32(repr((WIDTH, _CONCEPT, _PAIR, lexicon().terms, sorted(wording.columns(_PROBE).items()))).encode())
