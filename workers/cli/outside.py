"""Text from outside, made harmless for a terminal: it may neither move the cursor nor turn what stands beside it."""

from __future__ import annotations

import unicodedata


def harmless(text: str) -> str:
    """The text without control and direction characters; line ends and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def escaped(text: str) -> str:
    """The same, for a place where Rich reads markup."""
    from rich.markup import escape

    return escape(harmless(text))
