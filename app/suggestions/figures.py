"""How figures, lines and guards are written in proposals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.money import Money
from app.odoo.commands import Json
from app.odoo.records import InvoiceLine, SalesOrderLine

EMPTY = "(empty)"
"""An empty value is written out, so that nobody takes it for a gap in the page."""


def plain(value: Decimal) -> str:
    """A decimal for Odoo: no exponent, no thousands, no trailing zeros."""
    text = f"{value.normalize():f}"
    return "0" if text == "-0" else text


def quantity(value: Decimal) -> str:
    """A quantity for people, two decimals at least: 42.00, 7.125."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{value:,.{decimals}f}"


def amount(value: Money) -> str:
    """An amount for people with its currency: 14,700.00 EUR."""
    return str(value)


def or_empty(text: str | None) -> str:
    return text or EMPTY


def lines_guard(lines: Sequence[InvoiceLine | SalesOrderLine]) -> list[Json]:
    """The lines as the reviewer saw them, for Odoo to compare before it writes."""
    return [
        {
            "id": line.id, "name": line.description or None, "quantity": plain(line.quantity),
            "price_unit": plain(line.unit_price.amount), "tax_ids": sorted(line.tax_ids),
        }
        for line in sorted(lines, key=lambda line: line.id)
    ]  # fmt: skip
