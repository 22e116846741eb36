"""Single values of Odoo's JSON: False for empty, floats for numbers, `[id, name]` or an id for a many2one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.errors import Malformed
from app.money import Money, minor_unit
from app.odoo.gateway import Row


def money(value: Any, currency: str) -> Money:
    """An Odoo monetary float, exact to the currency's minor unit."""
    return Money(decimal(value).quantize(minor_unit(currency), rounding=ROUND_HALF_UP), currency)


def price(value: Any, currency: str) -> Money:
    """A unit price: up to six decimals (Odoo's "Product Price" precision is free), never fewer than the currency's."""
    exact = quantity(value)
    unit = minor_unit(currency)
    return Money(exact if exact.as_tuple().exponent < unit.as_tuple().exponent else exact.quantize(unit), currency)  # type: ignore[operator]


def quantity(value: Any) -> Decimal:
    """A quantity, number of hours or percentage: at most six decimals, no trailing zeros (42, 7.5)."""
    stripped = decimal(value).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).normalize()
    return stripped.quantize(Decimal(1)) if stripped == stripped.to_integral() else stripped


def decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Malformed(f"Odoo sent {value!r} where a number belongs.", value=value)
    return Decimal(str(value))


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None


def link(value: Any) -> int | None:
    if isinstance(value, list | tuple):
        value = value[0] if value else False
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def must(row: Row, field: str) -> int:
    found = link(row[field])
    if found is None:
        raise Malformed(f"Record {row['id']} from Odoo has no {field}.", record_id=row["id"], field=field)
    return found


def name_of(value: Any) -> str:
    return value[1] if isinstance(value, list | tuple) and len(value) == 2 else ""


def moment(value: Any) -> datetime:
    """One of Odoo's datetimes, which are UTC and say so nowhere; with microseconds where the addon gives them."""
    if not isinstance(value, str):
        raise Malformed(f"Odoo sent {value!r} where a moment belongs.", value=value)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
