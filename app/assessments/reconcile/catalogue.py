"""Which product in Odoo a line of an order means. A very unlike one is never chosen."""

from __future__ import annotations

from app.assessments.findings import Books
from app.documents.order import Order, OrderLine
from app.odoo.records import Product

_ALIKE = 60.0
"""Token-set similarity (0 to 100) from which words count as meaning the same."""


def product_for(line: OrderLine, books: Books) -> Product | None:
    """The product whose name, or whose wording on this customer's earlier orders, is most like the line's; or None."""
    from rapidfuzz import fuzz

    words = line.description.casefold()
    if not words.strip():
        return None
    wordings: dict[int, list[str]] = {p.id: [p.name.casefold()] for p in books.products}
    for known in books.order_lines:
        if known.product_id in wordings:
            wordings[known.product_id].append(known.description.casefold())

    def likeness(product: Product) -> float:
        return max(float(fuzz.token_set_ratio(words, wording)) for wording in wordings[product.id])

    best = max(books.products, key=lambda p: (likeness(p), -p.id), default=None)
    return best if best is not None and likeness(best) >= _ALIKE else None


def without_product(order: Order, books: Books) -> list[OrderLine]:
    """The lines for which no product fits; none where no products were read."""
    if not books.products:
        return []
    return [line for line in order.lines if not line.is_cancelled and product_for(line, books) is None]
