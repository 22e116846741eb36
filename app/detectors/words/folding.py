"""Text without case and accents, so that words compare."""

from __future__ import annotations

import re
import unicodedata

_STROKES = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "’": "'", "–": "-", "—": "-", "\xa0": " "}
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case, no accents, plain hyphens and blanks. Length may differ from the source's."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_STROKES)


def words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text)))
