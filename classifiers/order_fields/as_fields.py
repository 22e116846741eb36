"""An order as the guideline's fields, each with its evidence. One place, whatever the order was read from.

The names in `Order.spans` and `OrderLine.spans` that carry evidence are the attributes' own: function, number,
issued_on, changed_on, valid_from, valid_until, buyer.name, currency, total_net, total_gross, payment_terms, references
(one span for each), asks_for_confirmation, language; on lines description, quantity, unit, unit_price, amount.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.assessments.results import FieldValue
from app.documents.order import Order, OrderFunction, OrderLine
from app.documents.reading import Evidence, Reading
from app.vocabulary import RequestedAction

_EVIDENCE_LIMIT = 400  # boxes drawn for one field: a screen is not helped by more


def as_fields(order: Order, part: Reading) -> dict[str, FieldValue]:
    """The fields an order states, in the guideline's notation. What has no span in `part` is left out.

    `po_date` of a change or cancellation is the change's own date where it states one. `amount_total` is the total
    without tax, or the one total there is. Lines are dictionaries of decimal text; they keep the order's sequence.
    """
    places = _places(order.spans)
    fields: dict[str, FieldValue] = {}

    def put(field: str, value: Any, *names: str) -> None:
        evidence = _evidence(part, [span for name in names for span in places.get(name, ())])
        if value not in (None, "", []) and evidence:
            fields[field] = FieldValue(value, evidence)

    put("customer_name", order.buyer.name, "buyer.name")
    put("po_number", order.number, "number")
    if order.function is not OrderFunction.NEW and order.changed_on and "changed_on" in places:
        put("po_date", order.changed_on.isoformat(), "changed_on")
    elif order.issued_on:
        put("po_date", order.issued_on.isoformat(), "issued_on")
    for name in ("valid_from", "valid_until"):
        day = getattr(order, name)
        put(name, day.isoformat() if day else None, name)
    references = [r for r in dict.fromkeys(order.references) if r != order.number]
    put("order_refs", references, "references")
    put("currency", order.currency, "currency")
    total = "total_net" if order.total_net is not None else "total_gross"
    put("amount_total", _text(getattr(order, total)), total)
    put("payment_terms", order.payment_terms, "payment_terms")
    lines = [(line, spans) for line in order.lines if (spans := _line_spans(line))]
    put_lines = [row for line, _ in lines if (row := _row(line))]
    if put_lines:
        evidence = _evidence(part, [span for _, spans in lines for span in spans])
        fields["lines"] = FieldValue(put_lines, evidence)
    put("language", order.language, "language")
    action = _requested_action(order)
    why = "asks_for_confirmation" if action is RequestedAction.CONFIRM_ORDER else "function"
    put("requested_action", action.value, *((why,) if why in places else ("function", "number")))
    return fields


def _requested_action(order: Order) -> RequestedAction:
    """Changes and cancellations are to be taken into the books; a new order may ask for its confirmation."""
    if order.function is not OrderFunction.NEW:
        return RequestedAction.UPDATE_RECORD
    return RequestedAction.CONFIRM_ORDER if order.asks_for_confirmation else RequestedAction.NONE


def _row(line: OrderLine) -> dict[str, str]:
    row = {
        "description": line.description,
        "quantity": _text(line.quantity),
        "unit": line.unit,
        "unit_price": _text(line.unit_price),
        "amount": "" if line.is_amount_derived else _text(line.amount),
    }
    return {name: value for name, value in row.items() if value}


def _line_spans(line: OrderLine) -> list[tuple[int, int]]:
    """One range over a line's cells if they stand close together, else a range a cell."""
    spans = [(start, end) for name, start, end in line.spans if name != "number"]
    if not spans:
        return []
    low, high = min(s for s, _ in spans), max(e for _, e in spans)
    written = sum(end - start for start, end in spans)
    return [(low, high)] if high - low <= 2 * written + 40 else spans


def _places(spans: tuple[tuple[str, int, int], ...]) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for name, start, end in spans:
        places.setdefault(name, []).append((start, end))
    return places


def _evidence(part: Reading, spans: list[tuple[int, int]]) -> tuple[Evidence, ...]:
    show: Callable[[int, int], Evidence] = part.evidence
    return tuple(show(start, end) for start, end in spans[:_EVIDENCE_LIMIT] if start < end)


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")
