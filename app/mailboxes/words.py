"""What a server said, as it may stand in a sentence of ours."""

from __future__ import annotations

_LONGEST = 200


def said(given: object) -> str:
    """A server's words on one line, without control characters, cut short; an error's own words, or its name."""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    if isinstance(given, BaseException):
        text = getattr(given, "strerror", None) or text or type(given).__name__
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return (clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…").rstrip(".")
