"""From when to when an order holds: labelled dates, or a range in a sentence about the work."""

from __future__ import annotations

from datetime import date

from classifiers.order_fields import dates, labels
from classifiers.order_fields.fact import Fact
from classifiers.order_fields.layout import Canvas, covering
from classifiers.order_fields.pairing import Pair, Pairs
from classifiers.order_fields.word_sets import word_set

_UNTIL = word_set("to until till through thru bis au t/m tot al ate até do a hasta - – — and et und fino")
_FROM = word_set(
    "from between von vom ab du dal desde de od van entre period zeitraum laufzeit periode période periodo okres"
)


def validity(
    canvas: Canvas, pairs: Pairs, body_rows: frozenset[int], month_first: bool
) -> tuple[Fact | None, Fact | None]:
    """The first and the last day, as far as they are said; of days said with lines the latest counts."""
    first: Fact | None = None
    last: Fact | None = None
    for pair in sorted(pairs.of("valid_from", "valid_until", "period"), key=lambda p: (p.how == "sentence", p.row)):
        if pair.how == "sentence" and (pair.row in body_rows or not _is_about_work(canvas, pair)):
            continue
        text = " ".join(t.text for t in pair.value)
        found = dates.find(text, is_month_first=month_first, is_compact_allowed=True)
        if not found:
            continue
        if len(found) > 1 and found[1].on >= found[0].on:
            first = first or Fact(found[0].on, covering(pair.value, found[0].start, found[0].end), row=pair.row)
            last = last or Fact(found[1].on, covering(pair.value, found[1].start, found[1].end), row=pair.row)
        elif pair.concept == "valid_from":
            first = first or Fact(found[0].on, pair.value, row=pair.row)
        elif last is None or (last.row in body_rows and pair.row in body_rows and found[0].on > last.value):
            last = Fact(found[0].on, pair.value, row=pair.row)
    if first is None and last is None:
        first, last = _range_in_text(canvas, body_rows, month_first)
    if first and last and isinstance(first.value, date) and isinstance(last.value, date) and first.value > last.value:
        first = None
    return first, last


def _is_about_work(canvas: Canvas, pair: Pair) -> bool:
    """Whether a sentence speaks of the order or its work, not of an insurance, a mailbox or a law."""
    words = " ".join(labels.plain_words(canvas.rows[pair.row].text))
    return any(f" {stem}" in f" {words}" for stem in labels.wordlist("work_words"))


def _range_in_text(canvas: Canvas, body_rows: frozenset[int], month_first: bool) -> tuple[Fact | None, Fact | None]:
    """ "from 1 June 2026 to 31 May 2027" in a sentence."""
    for number, row in enumerate(canvas.rows):
        if number in body_rows:
            continue
        for phrase in row.phrases:
            found = dates.find(phrase.text, is_month_first=month_first)
            if len(found) < 2:
                continue
            between = phrase.text[found[0].end : found[1].start].casefold().split()
            before = phrase.text[: found[0].start].casefold().split()
            if (
                len(between) <= 3
                and between
                and between[0] in _UNTIL
                and found[0].on < found[1].on
                and (not before or before[-1].strip(":,(") in _FROM)
            ):
                return (
                    Fact(found[0].on, covering(phrase.tokens, found[0].start, found[0].end), row=number),
                    Fact(found[1].on, covering(phrase.tokens, found[1].start, found[1].end), row=number),
                )
    return None, None
