"""Is a part an order at all? An invoice copy, a remittance or a timesheet has tables and order numbers too."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.documents.reading import Reading
from classifiers.order_fields import labels, purpose
from classifiers.order_fields.columns import FIGURES, headings
from classifiers.order_fields.layout import Canvas
from classifiers.order_fields.pairing import Pairs
from classifiers.order_fields.sources import canvas_of

_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a part looks like an order, from 0 to 1, and what speaks for and against it."""

    score: float
    because: tuple[str, ...]


def is_order_document(part: Reading) -> bool:
    """Whether a part is an order, a change or a cancellation of one."""
    return order_likeness(part).score >= _SURE


def order_likeness(part: Reading) -> Likeness:
    """Weigh a part's title, labels and table. A parsed structured order is one for certain."""
    if part.order is not None or any(child.order is not None for child in part.attachments if child.form == "xml"):
        return Likeness(1.0, ("it carries a structured order",))
    if not part.text.strip():
        return Likeness(0.0, ("it has no text",))
    canvas = canvas_of(part)
    if not canvas.rows:
        return Likeness(0.0, ("it has no text",))
    return _weigh(canvas)


def _weigh(canvas: Canvas) -> Likeness:
    because: list[str] = []
    found = purpose.titles(canvas)
    order = max((w.weight for w in found if w.concept == "order"), default=0.0)
    other = max((w.weight for w in found if w.concept == "other"), default=0.0)
    z = -1.6
    if order:
        z += 1.0 + min(1.6, 0.8 * order)
        because.append("titled or headed as an order")
    if other:
        z -= 1.4 + min(1.8, 0.9 * other) + (1.6 if other > order else 0.0)
        because.append("titled as something else")
    function, said = purpose.function_of(canvas, 14)
    if said is not None:
        z += 1.3
        because.append(f"it says that it is a {function}")
    pairs = Pairs(canvas)
    concepts = {p.concept for p in pairs.pairs if p.how != "sentence"}
    if "order_number" in concepts or "order_title" in concepts:
        z += 1.0
        because.append("an order number under its label")
    if "order_date" in concepts:
        z += 0.3
    if "supplier" in concepts:
        z += 0.7
        because.append("names a supplier")
    if concepts & {"buyer", "bill_to", "ship_to"}:
        z += 0.3
    if concepts & {"quote", "valid_until", "period"}:
        z += 0.3
    if {p.label.key for p in pairs.of("other_number")} & labels.keys("invoice_numbers"):
        z -= 1.6
        because.append("an invoice number under its label")
    tables = [h for h in headings(canvas) if len(h.roles & FIGURES) >= 2]
    if tables:
        z += 0.8
        because.append("a table of lines with quantity and money")
    return Likeness(1 / (1 + math.exp(-z)), tuple(because))
