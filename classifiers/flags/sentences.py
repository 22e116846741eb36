"""What a sentence says of the flags and of what is asked for: features of a sentence, and the linear model over them.

Columns: hashed words and character n-grams (`classifiers.triage.wording`), then the concepts of `concepts.yaml` and the
times that the sentence sets, then pairs of these. The heads are independent of each other, except "ask:…", which are
the classes of one choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from typing import TYPE_CHECKING, Any
from zlib import crc32

from classifiers.flags.limits import KINDS, limits
from classifiers.triage import wording
from classifiers.triage.lexicon import Lexicon, fold

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_CONCEPT, _PAIR = 0.4, 0.2
_MOST_CONCEPTS = 16
_PROBE = "Please credit 2.5 hours (EUR 375,00) on RE/2026/00123 by 15.06.2026, zażółć gęślą jaźń!"


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The concepts the flags turn on, read once."""
    import yaml

    text = (files("classifiers.flags") / "concepts.yaml").read_text(encoding="utf-8")
    return Lexicon(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of the columns that have one: concepts, then kinds of times set."""
    return (*lexicon().concepts, *KINDS)


@lru_cache(maxsize=64)
def number_of(name: str) -> int:
    """A concept's number."""
    return names().index(name)


@lru_cache(maxsize=1)
def fingerprint() -> int:
    """A number that changes with the meaning of the columns: a model trained under another one must not be used."""
    return crc32(repr((names(), width(), sorted(wording.columns(_PROBE).items()))).encode())


def width() -> int:
    """Number of columns."""
    count = len(names())
    return wording.COLUMNS + count + count * (count - 1) // 2


def concepts(text: str, language: str) -> frozenset[int]:
    """Numbers (into `names`) of what a sentence speaks of."""
    first = len(lexicon().concepts)
    masked = " ".join("0" if any(c.isdigit() for c in word) else word for word in text.split())
    return lexicon().find(masked, language) | {first + kind for kind in limits(fold(text), language)}


def sets_a_time(found: frozenset[int]) -> bool:
    """Whether any of a sentence's concepts is a time that it may set; an amount of time ("5 hours") is none."""
    return any(len(lexicon().concepts) <= number < len(names()) - 1 for number in found)


def columns(text: str, found: frozenset[int], rarity: Sequence[float]) -> dict[int, float]:
    """Columns and values of a sentence: n-grams of length one together, then its concepts and their pairs."""
    counts = wording.columns(text)
    weighed = {column: (1.0 + 0.5 * (count > 1)) * rarity[column] for column, count in counts.items()}
    norm = sqrt(sum(value * value for value in weighed.values())) or 1.0
    row = {column: value / norm for column, value in weighed.items()}
    first_pair = wording.COLUMNS + len(names())
    listed = sorted(found)[:_MOST_CONCEPTS]
    for at, left in enumerate(listed):
        row[wording.COLUMNS + left] = _CONCEPT
        for right in listed[at + 1 :]:
            row[first_pair + right * (right - 1) // 2 + left] = _PAIR
    return row


class Heads:
    """The trained heads: log-odds of each for each sentence."""

    def __init__(self, arrays: Mapping[str, Array], heads: Sequence[str]) -> None:
        self.heads = tuple(heads)
        self._weights = arrays["weights"]
        self._scale = arrays["scale"].astype("float64")
        self._bias = arrays["bias"].astype("float64")
        self._rarity: list[float] = arrays["rarity"].astype("float64").tolist()

    def scores(self, texts: Sequence[str], found: Sequence[frozenset[int]]) -> Array:
        """One row for each sentence, one column for each head."""
        import numpy as np

        rows = [columns(text, concepts, self._rarity) for text, concepts in zip(texts, found, strict=True)]
        if not rows:
            return np.zeros((0, len(self.heads)))
        sizes = [len(row) for row in rows]
        at = np.fromiter((column for row in rows for column in row), dtype=np.int64, count=sum(sizes))
        values = np.fromiter((value for row in rows for value in row.values()), dtype=np.float32, count=sum(sizes))
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        weighed = self._weights[at].astype(np.float32) * values[:, None]
        scores: Array = np.add.reduceat(weighed, starts, axis=0) * self._scale + self._bias
        return scores
