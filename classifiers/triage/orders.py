"""The orders of a message, read from the layout of its parts where they did not come as data."""

from __future__ import annotations

from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm

_FORMS = ("mail", "pdf", "image", "sheet", "word", "text")


def read_orders(reading: Reading, firm: Firm | None = None) -> dict[str, Order]:
    """What could be an order, by the path of its part. Whether it is one, `papers.order_documents` decides."""
    from classifiers.order_fields import read_order

    found: dict[str, Order] = {}
    for part in reading.walk():
        is_candidate = part.form in _FORMS and part.order is None and (part.mail is None or part is reading)
        if is_candidate and (order := read_order(part, firm)) is not None:
            found[part.path] = order
    return found
