"""What a document is and does: a new order, a change, a cancellation; does it ask for a confirmation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.documents.order import OrderFunction
from app.documents.orders.confirmation import asks_for_confirmation
from classifiers.order_fields import labels
from classifiers.order_fields.layout import Canvas, Row, Token, range_of
from classifiers.order_fields.word_sets import word_set

_TITLE_WORDS = 9


@dataclass(frozen=True, slots=True)
class Words:
    """Words that say something about a document, and where they stand."""

    concept: str
    row: int
    start: int
    end: int
    weight: float


def titles(canvas: Canvas) -> list[Words]:
    """What the document calls itself: short lines near the top, larger or apart, in order of weight."""
    found: list[Words] = []
    heights = sorted(t.height for row in canvas.rows[:150] for t in row.tokens)
    usual = max(1.0, heights[len(heights) // 2]) if heights else 1.0
    for number, row in enumerate(canvas.rows[:60]):
        if row.block > 0 and canvas.is_paged:
            break
        page = canvas.heights.get(row.page, 0.0)
        if page and row.top > 0.6 * page:
            break
        for phrase in row.phrases:
            if len(phrase.tokens) > _TITLE_WORDS:
                continue
            size = max(t.height for t in phrase.tokens) / usual
            weight = 1.0 + 2.0 * max(0.0, size - 1.15) + (0.5 if phrase.text.isupper() else 0.0) - 0.02 * number
            other = labels.find(phrase.tokens, "titles", is_scanned=canvas.is_scanned)
            order = labels.find(phrase.tokens, "fields", is_scanned=canvas.is_scanned)
            is_order = order is not None and bool({"order_title", "order_number"} & set(order.concepts))
            span = range_of(phrase.tokens)
            if (
                other is not None
                and not other.has_colon
                and other.last >= len(phrase.tokens) - 3
                and not (is_order and order is not None and order.last > other.last)
            ):
                found.append(Words("other", number, *span, weight))
            elif is_order:
                found.append(Words("order", number, *span, weight))
    return sorted(found, key=lambda w: -w.weight)


def function_of(canvas: Canvas, first_line_row: int) -> tuple[OrderFunction, tuple[int, int] | None]:
    """Whether the order is new, changed or cancelled, and the words that say so."""
    for concept, function in (("cancels", OrderFunction.CANCELLATION), ("changes", OrderFunction.CHANGE)):
        for number, row in enumerate(canvas.rows[: max(first_line_row, 14)]):
            for tokens in (part for phrase in row.phrases for part in _parts(phrase.tokens)):
                text = " ".join(t.text for t in tokens)
                if not labels.contains(text, concept):
                    continue
                if concept == "changes" and _is_attribute_of_line(text):
                    continue
                if _is_title_like(row, text, number, canvas) or _is_said_of_order(text, concept):
                    return function, range_of(tokens)
    for row in canvas.rows[:20]:
        for phrase in row.phrases:
            if _REVISED.search(phrase.text) and any(m in labels.plain_words(phrase.text) for m in _ORDER_WORDS):
                return OrderFunction.CHANGE, range_of(phrase.tokens)
    return OrderFunction.NEW, None


def _parts(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """A line parted at its dashes: a letterhead and the title in one."""
    cuts = [i for i, t in enumerate(tokens) if t.text in ("—", "–", "|", "·", "•") and 0 < i < len(tokens) - 1]
    return [tuple(tokens[a:b]) for a, b in zip([0, *(c + 1 for c in cuts)], [*cuts, len(tokens)], strict=True)]


_REVISED = re.compile(
    r"\b(?:revision|rev\.?|revisión|revisie|revisione|révision|revisão|rewizja)\s*(?:no\.?|nr\.?|n°)?\s*0?[1-9]\d?\b",
    re.IGNORECASE,
)


def _is_attribute_of_line(text: str) -> bool:
    """Words such as "changed by": a longer phrase that says "changed" and names no order is no title."""
    found = {labels.key_of(word) for word in text.split()} & labels.keys("revised_words")
    words = labels.plain_words(text)
    return bool(found) and not set(words) & _ORDER_WORDS and len(words) > 1


def _is_title_like(row: Row, text: str, number: int, canvas: Canvas) -> bool:
    if len(text.split()) > _TITLE_WORDS or (row.block > 0 and canvas.is_paged):
        return False
    label = labels.match(text.rstrip(":"), "fields")
    if any(m.concept in ("notes", "other_number", "other_date") for m in label):
        return False
    named, _, value = text.rpartition(":")
    if not named or not value.strip():
        return True
    is_number = any(c in "123456789" for c in value)
    return is_number and any(m.concept in ("order_title", "order_number") for m in labels.match(named, "fields"))


def _is_said_of_order(text: str, concept: str) -> bool:
    """A sentence that cancels or changes the order itself, not one about the right to do so."""
    words = set(labels.plain_words(text))
    if words & _CONDITIONS:
        return False
    return bool(words & _ORDER_WORDS) and concept == "cancels" and bool(words & _WE)


_CONDITIONS = word_set(
    "may right if unless without case reserve reserves reserved falls wenn droit si puede derecho recht indien "
    "diritto pode direito prawo cannot policy mogen mag kunnen durfen konnen pouvons peut podemos possiamo puo mozemy"
)
_ORDER_WORDS = word_set(
    "order purchase po bestellung bestelling bestelschein auftrag commande pedido orden order bestelling "
    "opdracht ordine encomenda zamowienie zamowienia inkooporder"
)
_WE = word_set(
    "we hereby our wir hiermit unsere unseren nous notre anulamos nuestro nuestra wij onze hierbij annulliamo "
    "nostro nossa anulamos anulujemy nasze naszego cancelamos withdraw storniert cancelled"
)


def confirmation(text: str, rows: Iterable[Row]) -> tuple[int, int] | None:
    """Where the document asks for a confirmation or a signed copy, unless it says that none is needed."""
    lines = list(rows)
    for at, row in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) and lines[at + 1].block == row.block else None
        for phrase in row.phrases:
            said = phrase.text
            if len(said) < 6:
                continue
            whole = said
            if following is not None:
                below = [p for p in following.phrases if abs(p.x0 - phrase.x0) < 2 * phrase.height]
                whole = f"{said} {below[0].text}" if below else said
            if labels.contains(whole, "needs_no_confirmation"):
                continue
            found = asks_for_confirmation(whole)
            if (found and found[0] < len(said)) or labels.contains(said, "signs"):
                return range_of(phrase.tokens)
    return None
