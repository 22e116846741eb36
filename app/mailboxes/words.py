"""What a server said, as it may stand in a sentence of ours."""

from __future__ import annotations

import base64

_LONGEST = 200


def said(given: object) -> str:
    """A server's words on one line, without control characters, cut short; an error's own words, or its name."""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    if isinstance(given, BaseException):
        text = getattr(given, "strerror", None) or text or type(given).__name__
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return (clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…").rstrip(".")


def without(text: str, user: str, secret: str) -> str:
    """A server's words without what we signed in with, plain, quoted, or as it goes over the wire: some repeat the line
    that they did not understand. To be asked before anything else is done to the words."""
    if not secret:
        return text
    for plain in (f"\0{user}\0{secret}", f"user={user}\x01auth=Bearer {secret}\x01\x01", secret):
        quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
        for sent in (base64.b64encode(plain.encode()).decode(), quoted, plain):
            text = text.replace(sent, "…")
    return text
