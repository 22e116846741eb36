"""The fields of an order that is attached or pasted, through the one place that turns orders into fields."""

from __future__ import annotations

from app.assessments.results import FieldValue
from app.documents.order import Order
from app.documents.reading import Reading
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.source import Source

_TAKEN = (
    "customer_name",
    "po_number",
    "po_date",
    "valid_from",
    "valid_until",
    "order_refs",
    "currency",
    "amount_total",
    "payment_terms",
    "lines",
)
_FROM_MAIL_TEXT = ("lines", "amount_total", "payment_terms", "po_date", "valid_from", "valid_until", "currency")
"""What a pasted order is trusted for: names and numbers are read from the whole mail, where words tell whose."""


def order_fields(source: Source, order: Order | None) -> dict[str, FieldValue]:
    """What the order document says; nothing if there is none or the message is not about an order.

    `order` may be given by the caller, who read it already; its part is found by its spans.
    """
    if KIND_OF.get(source.reason) is not Kind.CUSTOMER_PO or source.reason == "po_reference":
        return {}
    from classifiers.order_fields import read_order
    from classifiers.order_fields.as_fields import as_fields

    ranked: list[tuple[int, dict[str, FieldValue]]] = []
    for part in source.reading.walk():
        if order is not None and _belongs(order, part):
            found: Order | None = order
        else:
            found = part.order or (None if order is not None else read_order(part, source.firm))
        if found is None:
            continue
        fields = {name: value for name, value in as_fields(found, part).items() if name in _TAKEN}
        if "po_number" not in fields and "lines" not in fields:
            continue
        if part.mail is not None:
            fields = {name: value for name, value in fields.items() if name in _FROM_MAIL_TEXT and "lines" in fields}
        ranked.append((2 if part.order is not None else 1 if part.mail is None else 0, fields))
    merged: dict[str, FieldValue] = {}
    for _, fields in sorted(ranked, key=lambda r: -r[0]):
        merged |= {name: value for name, value in fields.items() if name not in merged}
    return merged


def _belongs(order: Order, part: Reading) -> bool:
    """Whether an order was read from this part: what its spans point at stands there."""
    if part.order is order:
        return True
    for name, start, end in order.spans:
        if name == "number":
            return "".join(part.text[start:end].split()) == "".join(order.number.split())
    for line in order.lines:
        for name, start, end in line.spans:
            if name == "description":
                return "".join(part.text[start:end].split()) == "".join(line.description.split())
    return False
