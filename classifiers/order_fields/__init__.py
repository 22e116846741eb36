"""Orders read from a page, a scan, a table or a mail, and how an order becomes the guideline's fields."""

from classifiers.order_fields.read import read_order

__all__ = ["read_order"]
