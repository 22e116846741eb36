"""Sets of small words written as text, so that they stay readable."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text parted by white space."""
    return frozenset(text.split())
