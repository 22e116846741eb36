"""A line of an order while it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from classifiers.order_fields.figures import Figure
from classifiers.order_fields.layout import Token


@dataclass(slots=True)
class DraftLine:
    """A line of an order as it is put together: its figures, its words, and where they stand."""

    number: tuple[Token, ...] = ()
    description: list[Token] = field(default_factory=list)
    quantity: Figure | None = None
    unit: tuple[Token, ...] = ()
    unit_text: str = ""
    unit_price: Figure | None = None
    price_per: Decimal | None = None
    discount: Figure | None = None
    amount: Figure | None = None
    gross: Figure | None = None
    spare: list[Figure] = field(default_factory=list)
    by_column: dict[int, Figure] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    is_cancelled: bool = False

    def tokens(self) -> list[Token]:
        """All tokens the line rests on."""
        figures_of = [f for f in (self.quantity, self.unit_price, self.amount, self.discount, self.gross) if f]
        return [*self.number, *self.description, *self.unit, *(t for f in figures_of for t in f.tokens)]
