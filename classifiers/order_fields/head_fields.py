"""The fields of an order's head: number, dates, references, currency and payment terms, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.documents.order import OrderFunction
from classifiers.order_fields import dates, labels, references
from classifiers.order_fields.fact import Fact
from classifiers.order_fields.kinds import sentence
from classifiers.order_fields.layout import Canvas, Row, Token, covering, text_of
from classifiers.order_fields.pairing import Pair, Pairs
from classifiers.order_fields.tables import Lines
from classifiers.order_fields.terms import find_terms, is_terms
from classifiers.order_fields.validity import validity
from classifiers.order_fields.word_sets import word_set

_HOW = {"inline": 1.0, "right": 0.8, "below": 0.6, "sentence": -2.0}
_CONNECTORS = word_set(
    "vom du del de van of dated z dnia von d.d. dd. dd / | · , - – issued date am le fecha data datum"
)


@dataclass(slots=True)
class Head:
    """What an order's head states."""

    number: Fact | None = None
    issued_on: Fact | None = None
    changed_on: Fact | None = None
    valid_from: Fact | None = None
    valid_until: Fact | None = None
    payment_terms: Fact | None = None
    references: list[Fact] = field(default_factory=list)
    currency_signs: list[Token] = field(default_factory=list)


def head_of(canvas: Canvas, pairs: Pairs, lines: Lines, function: OrderFunction, month_first: bool) -> Head:
    """Read the head of a document whose lines are known."""
    first_line_row, body_rows = lines.first_row, lines.body_rows
    head = Head()
    head.number = _number(canvas, pairs, first_line_row)
    number = str(head.number.value) if head.number else ""
    head.references = _references(pairs, number, body_rows)
    head.issued_on = _issued_on(canvas, pairs, head.number, first_line_row, month_first)
    head.changed_on = _dated(pairs, ("change_date",), month_first)
    if function is not OrderFunction.NEW and head.changed_on is None:
        head.changed_on = _beside_revision(canvas, month_first)
    head.valid_from, head.valid_until = validity(canvas, pairs, body_rows, month_first)
    head.payment_terms = _terms(canvas, pairs, first_line_row)
    head.currency_signs = [t for p in pairs.of("currency") for t in p.value]
    return head


# order number


def _number(canvas: Canvas, pairs: Pairs, first_line_row: int) -> Fact | None:
    others = {_squeezed(references.text_of(p.value)) for p in pairs.of("quote", "contract", "project", "other_number")}
    found: list[Fact] = []
    squeezed_text = _squeezed(canvas.text)
    label_starts = {t.start for p in pairs.of("order_title") for t in p.label_tokens}
    title_rows = {n for n, row in enumerate(canvas.rows[:60]) for p in row.phrases if _is_order_title(p.tokens, canvas)}
    for pair in pairs.of("order_number", "order_title", "our_reference", "bare_number"):
        text = references.text_of(pair.value)
        if not text:
            continue
        score = {"order_number": 10.0, "order_title": 7.5, "our_reference": 4.0, "bare_number": 2.5}[
            pair.concept
        ] + _HOW[pair.how]
        if pair.concept == "bare_number" and title_rows & set(range(pair.row - 3, pair.row + 1)):
            score += 4.5
        if pair.label.key in labels.keys("document_numbers"):
            score -= 4.0
        if pair.row > first_line_row:
            score -= 2.5
        digits = sum(c.isdigit() for c in text)
        score += 0.4 * min(3, squeezed_text.count(_squeezed(text)) - 1) - (3.0 if digits < 2 else 0.0)
        if _squeezed(text) in others:
            score -= 3.0
        if pair.concept == "order_title" and pair.label.has_colon:
            score += 0.5
        if pair.how in ("right", "below") and any(t.start in label_starts for t in pair.value):
            score += 1.2  # "OC 26-471" below "Pedido": the letters belong to the number
        found.append(Fact(text, pair.value, score, pair.row))
    found += _before_dates(pairs)
    return max(found, key=lambda f: (f.score, -f.row), default=None)


def _before_dates(pairs: Pairs) -> Iterable[Fact]:
    """What stands before the date below "PO/Date"."""
    for pair in pairs.of("order_date"):
        if pair.value_phrase is None or not any("/" in t.text for t in pair.label_tokens):
            continue
        tokens = pair.value_phrase.tokens
        before = references.take([t for t in tokens if t.x1 <= pair.value[0].x0])
        if before and before[0] is tokens[0]:
            yield Fact(references.text_of(before), before, 7.0, pair.value_row)


def _is_order_title(tokens: Sequence[Token], canvas: Canvas) -> bool:
    label = labels.find(tokens, "fields", is_scanned=canvas.is_scanned)
    return label is not None and "order_title" in label.concepts and len(tokens) <= label.last + 3


def _squeezed(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()


def _references(pairs: Pairs, number: str, body_rows: frozenset[int]) -> list[Fact]:
    """Quotations, contracts and projects; a project in a line's words is what the line is about."""
    found: list[Fact] = []
    for pair in pairs.of("quote", "contract", "project"):
        text = references.text_of(pair.value)
        if pair.concept == "project" and pair.row in body_rows and not pair.label.has_colon:
            continue
        if not text or _squeezed(text) == _squeezed(number) or (pair.how == "sentence" and pair.concept == "project"):
            continue
        if any(_squeezed(text) == _squeezed(str(f.value)) for f in found):
            continue
        found.append(Fact(text, pair.value, row=pair.row))
    return found[:12]


# dates


def _date_of(tokens: Sequence[Token], month_first: bool) -> dates.Found | None:
    text = " ".join(t.text for t in tokens)
    found = dates.find(text, is_month_first=month_first, is_compact_allowed=True)
    return found[0] if found else None


def _dated(pairs: Pairs, concepts: tuple[str, ...], month_first: bool) -> Fact | None:
    for pair in pairs.of(*concepts):
        found = _date_of(pair.value, month_first)
        if found:
            return Fact(found.on, pair.value, row=pair.row)
    return None


def _issued_on(
    canvas: Canvas, pairs: Pairs, number: Fact | None, first_line_row: int, month_first: bool
) -> Fact | None:
    found: list[Fact] = []
    taken = {
        t.start
        for p in pairs.of("delivery_date", "other_date", "valid_from", "valid_until", "period", "change_date")
        for t in p.value
    }
    for pair in pairs.of("order_date"):
        on = _date_of(pair.value, month_first)
        if on is None:
            continue
        score = (6.0 if pair.label.is_weak else 10.0) + _HOW[pair.how]
        score -= 3.0 if pair.row > first_line_row else 0.0
        if pair.label.is_weak and _follows_other_number(canvas, pairs, pair):
            score -= 4.0
        found.append(Fact(on.on, pair.value, score, pair.row))
    if number is not None:
        behind = _behind_number(canvas, number, month_first)
        if behind is not None:
            found.append(behind)
    if not found:
        found += _standing_alone(canvas, first_line_row, month_first, taken)
    return max(found, key=lambda f: (f.score, -f.row), default=None)


def _follows_other_number(canvas: Canvas, pairs: Pairs, pair: Pair) -> bool:
    """Whether a bare "date" stands behind a quotation's or contract's number in its row, and so is its date."""
    first = pair.label_tokens[0]
    return any(
        p.row == pair.row and p.value and 0 <= first.x0 - p.value[-1].x1 < 30 and p.how == "inline"
        for p in pairs.of("quote", "contract")
    )


def _behind_number(canvas: Canvas, number: Fact, month_first: bool) -> Fact | None:
    """The date right behind the order's number: "N. OF/26 del 18/06/2026", "4700221846 / 29.06.2026"."""
    row = canvas.rows[number.row]
    for candidate in canvas.rows[number.row : number.row + 4]:
        tokens = candidate.tokens
        at = next((i for i, t in enumerate(tokens) if t.start == number.tokens[-1].start), None)
        if at is None:
            continue
        rest = tokens[at + 1 : at + 9]
        text = " ".join(t.text for t in rest)
        found = dates.find(text, is_month_first=month_first)
        if not found:
            return None
        between = text[: found[0].start].split()
        if len(between) <= 2 and all(
            w.casefold().strip(".:,()") in _CONNECTORS or not w.strip(".:,()") for w in between
        ):
            gap = rest[len(between)].x0 - number.tokens[-1].x1
            if gap < 8 * max(row.height, 6.0):
                return Fact(found[0].on, covering(rest, found[0].start, found[0].end), 8.0, number.row)
        return None
    return None


def _standing_alone(canvas: Canvas, first_line_row: int, month_first: bool, taken: set[int]) -> list[Fact]:
    """A date that stands alone near the top, or behind a place: a letter's date."""
    found: list[Fact] = []
    for number, row in enumerate(canvas.rows[: min(first_line_row + 1, 45)]):
        for phrase in row.phrases:
            if any(t.start in taken for t in phrase.tokens):
                continue
            for part in _pieces(phrase.tokens):
                text = " ".join(t.text for t in part)
                on = dates.find(text, is_month_first=month_first)
                if len(on) != 1:
                    continue
                rest = (text[: on[0].start] + text[on[0].end :]).strip(" .,;:r")
                if len(rest) <= 30 and not any(c.isdigit() for c in rest) and len(rest.split()) <= 3:
                    score = 3.0 - 0.02 * number - 0.3 * len(rest.split())
                    found.append(Fact(on[0].on, covering(part, on[0].start, on[0].end), score, number))
    return found


def _pieces(tokens: Sequence[Token]) -> Iterable[tuple[Token, ...]]:
    start = 0
    for i, token in enumerate(tokens):
        if token.text in ("·", "•", "|"):
            yield tuple(tokens[start:i])
            start = i + 1
    if start < len(tokens):
        yield tuple(tokens[start:])


def _beside_revision(canvas: Canvas, month_first: bool) -> Fact | None:
    """The date beside "Rev. 02" or "Amendment 3": that of the change."""
    for number, row in enumerate(canvas.rows[:30]):
        for phrase in row.phrases:
            words = labels.plain_words(phrase.text)
            if not set(words[:3]) & _REVISION:
                continue
            on = dates.find(phrase.text, is_month_first=month_first)
            if on:
                return Fact(on[0].on, covering(phrase.tokens, on[0].start, on[0].end), row=number)
    return None


_REVISION = word_set(
    "rev revision version amendment change modification nachtrag avenant revisie revisione revisao wersja "
    "aneks modificacion versione versie anderung adenda aditamento wijziging"
)


# payment terms


def _terms(canvas: Canvas, pairs: Pairs, first_line_row: int) -> Fact | None:
    found: list[Fact] = []
    for pair in pairs.of("payment_terms"):
        tokens = sentence(_with_next_lines(canvas, pair))
        text = text_of(tokens).strip(" .;:,·|-–")
        if not text or len(text) > 160 or not _may_be_terms(text, pair, canvas):
            continue
        score = 6.0 + _HOW[pair.how] + (2.0 if is_terms(text) else 0.0)
        score += 1.0 if len(pair.label.key) > 8 else 0.0
        found.append(Fact(text, tokens, score, pair.row))
    if not any(f.score >= 7.0 for f in found):
        alone = _unlabelled_terms(canvas, first_line_row)
        if alone is not None:
            found.append(alone)
    return max(found, key=lambda f: (f.score, -f.row), default=None)


def _may_be_terms(text: str, pair: Pair, canvas: Canvas) -> bool:
    if is_terms(text):
        return True
    if dates.find(text) or labels.match(text, "fields"):
        return False
    words = text.split()
    return not pair.label.is_weak and len(words) <= 10 and len(pair.label.key) > 7 and any(c.isalpha() for c in text)


def _with_next_lines(canvas: Canvas, pair: Pair) -> tuple[Token, ...]:
    """Terms that are wrapped in a narrow box, or at a line's end."""
    tokens = pair.value
    phrase = pair.value_phrase
    if phrase is None or tokens[-1] is not phrase.tokens[-1]:
        return tokens
    rows = canvas.rows
    bottom = phrase.bottom
    for number in range(pair.value_row + 1, min(len(rows), pair.value_row + 3)):
        row = rows[number]
        if row.is_grid or row.block != rows[pair.value_row].block or row.top - bottom > 0.75 * max(phrase.height, 6.0):
            break
        following = next(
            (
                p
                for p in row.phrases
                if abs(p.x0 - tokens[0].x0) < 0.4 * phrase.height
                or (pair.how == "inline" and abs(p.x0 - phrase.x0) < 0.4 * phrase.height)
            ),
            None,
        )
        if following is None or _opens_anew(following.tokens, canvas):
            break
        is_close = row.top - bottom < 0.6 * max(phrase.height, 6.0)
        is_boxed = pair.how == "right" and is_close and not _is_over(pair, row)
        is_wrapped = is_boxed or following.text[:1].islower()
        is_wrapped = is_wrapped or (len(tokens) <= 2 and not is_terms(text_of(tokens)))
        if not is_wrapped or tokens[-1].text.endswith((".", ";")) or dates.find(following.text):
            break
        if pair.how == "right" and _is_over(pair, row):
            break
        if not canvas.is_paged and len(tokens) > 3:
            break
        tokens = (*tokens, *following.tokens)
        bottom = following.bottom
    return tokens


def _is_over(pair: Pair, row: Row) -> bool:
    """Whether something stands in a row below a label, other than the rest of the label itself."""
    left, right = pair.label_tokens[0].x0, pair.label_tokens[-1].x1
    below = [p for p in row.phrases if p.x0 < right and p.x1 > left]
    label = " ".join(t.text for t in pair.label_tokens)
    return any(all(m.concept != pair.concept for m in labels.match(f"{label} {p.text}", "fields")) for p in below)


def _opens_anew(tokens: Sequence[Token], canvas: Canvas) -> bool:
    label = labels.find(tokens, "fields", is_scanned=canvas.is_scanned)
    return label is not None and (not label.is_weak or label.has_colon)


def _unlabelled_terms(canvas: Canvas, first_line_row: int) -> Fact | None:
    for number, row in enumerate(canvas.rows):
        for phrase in row.phrases:
            for part in _pieces(phrase.tokens):
                text = text_of(part).strip(" .;:,")
                if len(part) <= 9 and find_terms(text) == text:
                    return Fact(text, part, 4.0 if number < first_line_row else 3.0, number)
    for number, row in enumerate(canvas.rows):
        for phrase in row.phrases:
            found = find_terms(phrase.text)
            if found:
                start = phrase.text.index(found)
                tokens = covering(phrase.tokens, start, start + len(found))
                return Fact(found, tokens, 2.0, number)
    return None
