"""Reference numbers as people write them: letters, digits and marks, sometimes in two or three pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifiers.order_fields import dates, layout
from classifiers.order_fields.currencies import CODES
from classifiers.order_fields.layout import Token
from classifiers.order_fields.word_sets import word_set

_PIECE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9/._\-–+&]{0,39}$")
_PREFIX = re.compile(r"^[A-Z]{1,6}(?:[-/][A-Z]{1,5}){0,2}[-/.]?$")
_AMOUNT = re.compile(r"^\d{1,3}(?:[.,' ]\d{3})*[.,]\d{2}$|^\d+%$")
_HOUR = re.compile(r"^\d{1,2}:\d{2}")
_MARKS = re.compile(r"^[-–/.]$")
_STRIP = "#()[]{}\"'“”„«»‚‘’*:;,."
_NOT_PREFIXES = word_set(
    "N NO NR NUM DU DE VOM DEL DATED DATE OF FROM TO AND UND ET EN Y E I THE ON FOR AT BY IN REV VER V"
)
_UNITS = re.compile(r"^\d+(?:st|nd|rd|th|x|h|d|%)$", re.IGNORECASE)


def bare(text: str) -> str:
    """A token without the punctuation around it."""
    return text.strip(_STRIP)


def is_reference(text: str) -> bool:
    """Whether a token can be a reference by itself: it has a digit and is no date, amount or ordinal."""
    piece = bare(text)
    return (
        bool(_PIECE.match(piece))
        and any(c.isdigit() for c in piece)
        and not _AMOUNT.match(piece)
        and not _HOUR.match(piece)
        and not _UNITS.match(piece)
        and not dates.find(piece)
    )


def take(tokens: Sequence[Token], *, least: int = 2) -> tuple[Token, ...]:
    """The reference at the beginning of some tokens, or nothing; `least` letters and digits at least."""
    at = 0
    while at < len(tokens) and (_MARKS.match(tokens[at].text) or not bare(tokens[at].text)):
        at += 1
    first = at
    while (
        at < len(tokens) and at - first < 2
        and _PREFIX.match(bare(tokens[at].text)) and bare(tokens[at].text) not in _NOT_PREFIXES
        and not tokens[at].text.endswith("#")
        and at + 1 < len(tokens) and not tokens[at].text.endswith((",", ":", ";"))
    ):  # fmt: skip
        at += 1
    if at >= len(tokens) or not is_reference(tokens[at].text):
        if first < len(tokens) and is_reference(tokens[first].text):
            at = first
        else:
            return ()
    if any(bare(t.text).upper() in CODES for t in tokens[first:at]):
        first = at
    last = at + 1
    while last < len(tokens) and last - at < 5 and _goes_on(tokens, at, last):
        last += 1
    taken = tuple(tokens[first:last])
    if sum(c.isalnum() for t in taken for c in t.text) < least:
        return ()
    return taken


def _goes_on(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether a token continues the reference before it: "MT 66 / 2026", "45 00 12", "P2601 88-00"."""
    before, token = tokens[at - 1], tokens[at]
    if before.text.endswith((",", ";", ":", ".", ")")):
        return False
    text = bare(token.text)
    if (
        dates.find(" ".join(t.text for t in tokens[at : at + 5])[:24])
        and dates.find(" ".join(t.text for t in tokens[at : at + 5])[:24])[0].start <= 1
    ):
        return False
    if _MARKS.match(token.text):
        return (
            at + 1 < len(tokens)
            and bool(_PIECE.match(bare(tokens[at + 1].text)))
            and is_reference(tokens[at + 1].text)
            and not _has_date(tokens[at + 1 : at + 5])
        )
    if before.text[-1] in "-/–" or text[:1] in "-/":
        return bool(_PIECE.match(text.lstrip("-/")))
    letter = (before.x1 - before.x0) / max(1, len(before.text))
    if token.x0 - before.x1 > 4.0 * max(letter, 1.0):
        return False
    return text.isdigit() and bare(before.text).isdigit() and len(text) <= 4 and len(bare(before.text)) <= 4


def _has_date(tokens: Sequence[Token]) -> bool:
    text = " ".join(t.text for t in tokens)[:30]
    found = dates.find(text)
    return bool(found) and found[0].start <= 1


def text_of(tokens: Sequence[Token]) -> str:
    """A reference's text: pieces that touch are joined, others keep one blank; punctuation around it goes."""
    return layout.text_of(tokens).strip(_STRIP + " -–")
