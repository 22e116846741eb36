"""Parties named in sentences: "issued by Example Ltd ("Client") to Sample Inc.", "between Example and Sample"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from classifiers.order_fields import labels
from classifiers.order_fields.layout import Canvas, Token
from classifiers.order_fields.names import SMALL, Name, form_end, name_in
from classifiers.order_fields.word_sets import word_set

_BY = word_set("by von durch par por door da przez")
_TO = word_set("to an à a aan do with")


def said_parties(canvas: Canvas) -> Iterator[tuple[Name, int, str]]:
    """Parties named in a sentence: "issued by Example Ltd, 3 High Street ("Client") to Sample Inc. ("Consultant")"."""
    run: list[tuple[Token, int]] = []
    for number, row in enumerate(canvas.rows[:60]):
        both = between(row.tokens)
        if both is not None:
            yield both[0], number, "buyer"
            yield both[1], number, "supplier"
    for number, row in enumerate(canvas.rows[:200]):
        is_prose = len(row.phrases) == 1 and len(row.tokens) >= 7
        if is_prose:
            run += [(t, number) for t in row.tokens]
        if (not is_prose or number + 1 == len(canvas.rows[:200])) and run:
            yield from _said_in(run)
            run = []


_BETWEEN = word_set("between entre zwischen tussen tra fra pomiedzy miedzy")
_AND = word_set("and et und y en e i a oraz")


def between(tokens: Sequence[Token]) -> tuple[Name, Name] | None:
    """The two names of "Between Example Group and Sample Ltd"; the first is the one that issues."""
    if not tokens or tokens[0].text.casefold() not in _BETWEEN:
        return None
    for i in range(2, min(len(tokens), 10)):
        if tokens[i].text in _AND and i + 1 < len(tokens):
            first, second = name_in(tokens[1:i]), name_in(tokens[i + 1 :])
            if first is not None and second is not None:
                return first, second
    return None


def _said_in(run: Sequence[tuple[Token, int]]) -> Iterator[tuple[Name, int, str]]:
    tokens = [t for t, _ in run]
    at = 0
    while at < len(tokens):
        end = form_end(tokens[at : at + 9]) if tokens[at].text[:1].isupper() else 0
        inner = tokens[at : at + end]
        is_name = end and all(
            (t.text[:1].isupper() or t.text.casefold() in SMALL)
            and (t is inner[-1] or not t.text.endswith((",", ";", ":", ")")))
            for t in inner
        )
        if not is_name:
            at += 1
            continue
        name = name_in(inner)
        role = _role_of(tokens, at, at + end)
        if name is not None and role:
            yield name, run[at][1], role
        at += end


def _role_of(tokens: Sequence[Token], first: int, last: int) -> str:
    """What a sentence says of a name: a word in brackets behind it, or "by" and "to" before it."""
    for token in tokens[last : last + 20]:
        text = token.text
        if text.startswith(("(", "“", '"', "„", "«")) or text.endswith((")", ").", "),")):
            for meaning in labels.match(text.strip('()“”"„«».,;'), "fields"):
                if meaning.concept in ("buyer", "supplier"):
                    return meaning.concept
        if text.endswith(".") and token.text[:1].islower():
            break
    before = tokens[first - 1].text.casefold() if first else ""
    return "buyer" if before in _BY else "supplier" if before in _TO else ""
