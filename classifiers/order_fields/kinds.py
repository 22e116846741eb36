"""The kinds of values that labels promise, and whether some tokens are one: a reference, a date, terms, a company."""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifiers.order_fields import dates, references
from classifiers.order_fields.currencies import code_of
from classifiers.order_fields.layout import Token, covering, spaced
from classifiers.order_fields.word_sets import word_set

REFERENCES = word_set("bare_number contract order_number order_title other_number our_reference project quote")
DATES = word_set("change_date delivery_date order_date other_date period valid_from valid_until")
PARTIES = frozenset({"supplier", "buyer", "bill_to", "ship_to"})
_LEAD_IN = word_set(
    "on the of from dated am vom le du el del de il op van per em no na dnia z den to a ist is lautet est es e "
    ": - – = no. nr. n° nº"
)
_SENTENCE_END = re.compile(r"[.;!?]$")
_ABBREVIATION = re.compile(
    r"^(?:(?:[^\W\d_]\.)+|(?:no|nr|nº|n°|ref|réf|art|abs|inc|ltd|co|st|str|z|d|h|p|tel|num|núm|ca|bzw|zzgl|inkl|exkl|m|dr|mr|mrs|pag|gg|dd|ff|r|sp|o|j)\.)$",
    re.I,
)


def fit(
    concept: str, tokens: Sequence[Token], *, at_once: bool, is_shared: bool, is_month_first: bool
) -> tuple[Token, ...]:
    """The tokens that are a value of a concept's kind, or nothing.

    `at_once`: it must come first, as behind a label in a sentence. `is_shared`: two labels joined by a mark share the
    value, "Number/Date", so that another kind may stand before it.
    """
    if concept in REFERENCES:
        return _reference(tokens, is_shared, least=3 if concept in ("order_title", "other_number") else 2)
    if concept in DATES:
        is_period = concept in ("period", "valid_from")
        return _date(tokens, at_once=at_once, is_shared=is_shared, is_period=is_period, is_month_first=is_month_first)
    if concept == "currency":
        is_currency = bool(code_of(tokens[0].text) or code_of(spaced(tokens[:2])))
        return tuple(tokens[:3]) if is_currency else ()
    if concept == "payment_terms":
        return sentence(tokens)
    return tuple(tokens)


def _reference(tokens: Sequence[Token], is_shared: bool, *, least: int) -> tuple[Token, ...]:
    for first in range(min(len(tokens), 8)):
        found = references.take(tokens[first:], least=least)
        if found:
            return found
        lead = tokens[first].text.casefold().strip(":.")
        if lead and not is_shared and lead not in _LEAD_IN:
            return ()
    return ()


def _date(
    tokens: Sequence[Token], *, at_once: bool, is_shared: bool, is_period: bool, is_month_first: bool
) -> tuple[Token, ...]:
    text = spaced(tokens[:14])
    found = dates.find(text, is_month_first=is_month_first, is_compact_allowed=not at_once)
    if not found:
        return ()
    before = text[: found[0].start].split()
    limit = 1 if at_once else (8 if is_shared or is_period else 3)
    if len(before) > limit or (at_once and before and before[0].casefold() not in _LEAD_IN):
        return ()
    end = found[1].end if is_period and len(found) > 1 else found[0].end
    return covering(tokens, found[0].start, end)


def is_abbreviation(text: str) -> bool:
    """Whether a point belongs to the word and ends no sentence."""
    return bool(_ABBREVIATION.match(text))


def sentence(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens up to the end of a sentence, or to a mark that parts fields."""
    for i, token in enumerate(tokens[:-1]):
        is_end = _SENTENCE_END.search(token.text) and not is_abbreviation(token.text)
        if is_end and (tokens[i + 1].text[:1].isupper() or token.text[-1] in ";!?"):
            return tuple(tokens[: i + 1])
        if i and token.text in ("·", "•", "|"):
            return tuple(tokens[:i])
    return tuple(tokens)
