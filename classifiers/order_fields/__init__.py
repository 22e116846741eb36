"""Orders read from a page, a scan, a table or a mail, and how an order becomes the guideline's fields."""

from classifiers.order_fields.document import Likeness, is_order_document, order_likeness
from classifiers.order_fields.read import read_order

__all__ = ["Likeness", "is_order_document", "order_likeness", "read_order"]
