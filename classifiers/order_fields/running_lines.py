"""Order lines without a table's heading: "12 half day x 570.00 = 6,840.00" under, beside or behind a description."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifiers.order_fields import dates, labels, references
from classifiers.order_fields.arithmetic import fits
from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.layout import Canvas, Phrase, Row, Token
from classifiers.order_fields.names import form_end
from classifiers.order_fields.total_rows import total_label
from classifiers.order_fields.word_sets import word_set

_TIMES = word_set("* - / = @ a at ext ext. je of per po por pro tegen x zu × à –")
_LEADING = re.compile(r"^(?:\d{1,4}(?:\.\d{1,3})*[.):]?|[-•*–·]|[a-z]\))$")
_ABOVE = 4
"""Rows of words above the figures that may be a line's description."""


_Triple = tuple[Figure, Figure, Figure | None]


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A row in which quantity x price = amount holds, and the words of its own."""

    row: int
    quantity: Figure
    price: Figure
    amount: Figure | None
    own: tuple[Token, ...]
    above: tuple[int, ...]
    below: tuple[int, ...] = ()


def running_lines(canvas: Canvas, rows: Sequence[int], notation: Notation) -> list[DraftLine]:
    """Lines recognised by arithmetic alone in the given rows."""
    anchors: list[_Anchor] = []
    waiting: list[int] = []
    for number in rows:
        row = canvas.rows[number]
        if waiting and row.block != canvas.rows[waiting[-1]].block:
            waiting = []
        found = [f for f in figures(row.tokens, notation, canvas.is_scanned) if not f.is_percent]
        triple: _Triple | None = _triple(row, found) or _pair(row, found)
        if triple is None or total_label(row, canvas.is_scanned) is not None:
            waiting.append(number)
            continue
        quantity, price, amount = triple
        own = _own_words(row, quantity, price, amount)
        anchors.append(_Anchor(number, quantity, price, amount, own, tuple(waiting[-_ABOVE:])))
        waiting = []
    if not anchors:
        return []
    following = [a.above for a in anchors[1:]] + [tuple(waiting[:_ABOVE])]
    anchors = [replace(a, below=below) for a, below in zip(anchors, following, strict=True)]
    is_above = sum(1 for a in anchors if not a.own or _stands_apart(canvas.rows[a.row], a)) * 2 > len(anchors)
    drafts = [_draft(canvas, anchor, is_above) for anchor in anchors]
    return drafts if drafts[0].description else []


def _triple(row: Row, found: list[Figure]) -> _Triple | None:
    """Three figures of a row, in its order, of which the third is the product of the others."""
    if not 3 <= len(found) <= 9:
        return None
    for k in range(len(found) - 1, 1, -1):
        for i in range(k - 1):
            for j in range(i + 1, k):
                quantity, price, amount = found[i], found[j], found[k]
                if not amount.value or not fits(quantity.value, price.value, amount.value):
                    continue
                if quantity.value == 1 and not (
                    price.decimals or price.currency or price.value >= 100 or _has_times(row, quantity, price)
                ):
                    continue
                if price.value == 1 and quantity.value != 1:
                    continue
                return quantity, price, amount
    return None


def _pair(row: Row, found: list[Figure]) -> _Triple | None:
    """Quantity and price with a sign of multiplication between them and no amount: "12 hours @ 95.00"."""
    for quantity, price in itertools.pairwise(found):
        between = [t.text.casefold() for t in row.tokens if quantity.end <= t.start < price.start]
        if price.decimals and len(between) <= 4 and between and between[-1] in _STRONG_TIMES and quantity.value > 0:
            return quantity, price, None
    return None


_STRONG_TIMES = frozenset({"x", "×", "@", "à"})


def _has_times(row: Row, quantity: Figure, price: Figure) -> bool:
    return any(t.text.casefold() in _TIMES for t in row.tokens if quantity.end <= t.start < price.start)


def _own_words(row: Row, quantity: Figure, price: Figure, amount: Figure | None) -> tuple[Token, ...]:
    """The words of the figures' row that may describe the line: before the quantity, else between the figures."""
    tokens = row.tokens
    before = [t for t in tokens if t.x1 <= quantity.x0 + 0.5]
    if _has_words(before):
        return tuple(before)
    unit = _unit(row, quantity, price)
    between = [t for t in tokens if quantity.x1 <= t.x0 + 0.5 and t.x1 <= price.x0 + 0.5 and t not in unit]
    between = _without_times(between)
    if _has_words(between):
        return tuple(between)
    if amount is None:
        return ()
    behind = [t for t in tokens if t.x0 >= price.x1 and t.x1 <= amount.x0 and t.text.casefold() not in _TIMES]
    return tuple(behind) if _has_words(behind) and len(behind) >= 2 else ()


def _without_times(words: Sequence[Token]) -> list[Token]:
    """Words without signs of multiplication at either end."""
    out = list(words)
    while out and out[0].text.casefold() in _TIMES:
        out = out[1:]
    while out and out[-1].text.casefold() in _TIMES:
        out = out[:-1]
    return out


def _between(row: Row, quantity: Figure, price: Figure) -> list[Token]:
    """The words between two figures of a row, signs of multiplication left out."""
    return [
        t for t in row.tokens
        if quantity.x1 <= t.x0 + 0.5 and t.x1 <= price.x0 + 0.5 and t.text.casefold() not in _TIMES
        and any(c.isalpha() for c in t.text)
    ]  # fmt: skip


def _unit(row: Row, quantity: Figure, price: Figure) -> tuple[Token, ...]:
    """The unit behind a quantity: a known one, or the few words that stand close to it apart from others."""
    words = _between(row, quantity, price)
    units = labels.wordlist("units")
    for count in (2, 1):
        if " ".join(w for t in words[:count] for w in labels.plain_words(t.text)) in units:
            return tuple(words[:count])
    phrase = _phrase_of(row, quantity.tokens[-1])
    close = [t for t in words if phrase is not None and t in phrase.tokens]
    if close and len(close) <= 2 and len(words) > len(close):
        return tuple(close)
    return tuple(words) if len(words) <= 3 and len(close) == len(words) else ()


def _stands_apart(row: Row, anchor: _Anchor) -> bool:
    """Whether the words before the quantity are another phrase, far from it: perhaps of another column of the page."""
    if not anchor.own or anchor.own[-1].x1 > anchor.quantity.x0:
        return False
    phrase = _phrase_of(row, anchor.quantity.tokens[0])
    return phrase is not None and phrase.tokens[0] is anchor.quantity.tokens[0] and bool(anchor.above)


def _phrase_of(row: Row, token: Token) -> Phrase | None:
    return next((p for p in row.phrases if token in p.tokens), None)


def _has_words(tokens: Sequence[Token]) -> bool:
    return any(sum(c.isalpha() for c in t.text) >= 2 for t in tokens)


def _draft(canvas: Canvas, anchor: _Anchor, is_above: bool) -> DraftLine:
    row = canvas.rows[anchor.row]
    quantity, price, amount = anchor.quantity, anchor.price, anchor.amount
    line = DraftLine(quantity=quantity, unit_price=price, amount=amount, rows=[anchor.row])
    if quantity.unit:
        line.unit, line.unit_text = (quantity.tokens[-1],), quantity.unit
    else:
        unit = _unit(row, quantity, price)
        line.unit, line.unit_text = unit, " ".join(t.text for t in unit)
    above = _above(canvas, row, anchor, line) if is_above or not anchor.own else []
    if above and (not anchor.own or _stands_apart(row, anchor)):
        line.description = above
    else:
        line.rows = [anchor.row]
        line.description = _trimmed(anchor.own, line)
        _run_on(canvas, row, anchor, line)
    return line


def _run_on(canvas: Canvas, row: Row, anchor: _Anchor, line: DraftLine) -> None:
    """Take the rows right below that go on with the description: close, without figures, with its left edge."""
    if not line.description:
        return
    left, bottom, height = line.description[0].x0, row.bottom, max(row.height, 6.0)
    for number in anchor.below:
        here = canvas.rows[number]
        phrase = here.phrases[0]
        if len(here.phrases) > 1 or abs(phrase.x0 - left) > 0.5 * height or here.top - bottom > 0.75 * height:
            return
        if _is_total(here, canvas) or labels.find(phrase.tokens, "fields", is_scanned=canvas.is_scanned) is not None:
            return
        line.description += phrase.tokens
        line.rows.append(number)
        bottom = here.bottom


def _above(canvas: Canvas, row: Row, anchor: _Anchor, line: DraftLine) -> list[Token]:
    """The phrases right above the figures, back to a gap, a label, a total or a line number; the rightmost of a row."""
    taken: list[tuple[int, Phrase]] = []
    top, height = row.top, max(row.height, 6.0)
    for number in reversed(anchor.above):
        here = canvas.rows[number]
        phrases = [p for p in here.phrases if p.x0 < (anchor.amount or anchor.price).x1]
        if not phrases:
            continue
        phrase = phrases[-1]
        if taken and not _LEADING.match(phrase.tokens[0].text) and _is_beside(here, phrase, taken[-1][1], height):
            continue
        if top - phrase.bottom > 1.35 * height or _is_total(here, canvas):
            break
        label = labels.find(phrase.tokens, "fields", is_scanned=canvas.is_scanned)
        if label is not None and (
            label.has_colon or label.last >= len(phrase.tokens) or _is_of_the_head(label, phrase.tokens)
        ):
            break
        taken.append((number, phrase))
        top = phrase.top
        if _LEADING.match(phrase.tokens[0].text) or (len(phrases) > 1 and _LEADING.match(phrases[-2].text)):
            break
    taken.reverse()
    line.rows = [*(n for n, _ in taken), *line.rows]
    return _trimmed([t for _, phrase in taken for t in phrase.tokens], line)


def _is_beside(row: Row, phrase: Phrase, below: Phrase, height: float) -> bool:
    """Whether a phrase belongs to another column of the page than the one below it."""
    if abs(phrase.x0 - below.x0) <= 2.5 * height:
        return False
    return phrase.x1 < below.x0 - 2 * height or (len(row.phrases) == 1 and phrase.x0 < below.x0 - 4 * height)


def _is_of_the_head(label: labels.Label, tokens: Sequence[Token]) -> bool:
    """Whether a label and what follows it are a field of the order's head: a number, a date, a company."""
    rest = tokens[label.last :]
    concepts = set(label.concepts)
    if concepts & {"order_title", "order_number"}:
        return bool(rest) and references.is_reference(rest[0].text)
    if concepts & {"supplier", "buyer"}:
        return form_end(rest) > 0
    return "order_date" in concepts and bool(dates.find(" ".join(t.text for t in rest[:4])))


def _is_total(row: Row, canvas: Canvas) -> bool:
    tokens = row.tokens[1:] if _LEADING.match(row.tokens[0].text) else row.tokens
    return any(c.isdigit() for t in tokens for c in t.text) and total_label(row, canvas.is_scanned) is not None


def _trimmed(tokens: Sequence[Token], line: DraftLine) -> list[Token]:
    """Words without the line number or bullet in front."""
    out = list(tokens)
    if out and _LEADING.match(out[0].text) and len(out) > 1:
        if out[0].text[0].isdigit():
            line.number = (out[0],)
        out = out[1:]
    while out and out[-1].text in _TIMES | {":", "|", ","}:
        out = out[:-1]
    return out
