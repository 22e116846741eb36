"""A customer's order with what a person put right of it: its lines, number, currency, total and terms. Pure.

Lines are kept as plain values in the guidelines' notation, what is not stated left out, with `as_read`: which line of
the document, from 1, a line goes back to. One that a person added has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.assessments.results import Assessment
from app.documents.order import Order, OrderFunction, OrderLine

Row = Mapping[str, Any]
CELLS = ("description", "quantity", "unit", "unit_price", "amount")
"""What a person may type over of a line."""
_FIGURES = ("quantity", "unit_price", "amount")
_DAYS = ("starts_on", "ends_on")


def rows(assessment: Assessment) -> list[dict[str, Any]]:
    """The lines of the order as they stand now, a person's word before what was read."""
    correction = assessment.corrections.get("lines")
    if correction is not None:
        return [dict(row) for row in correction.value or ()]
    return read_rows(assessment)


def read_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """The lines as the document has them."""
    lines = assessment.order.lines if assessment.order else ()
    return [_row(line, place) for place, line in enumerate(lines, 1)]


def _row(line: OrderLine, place: int) -> dict[str, Any]:
    values = {
        "number": line.number, "description": line.description, "unit": line.unit,
        **{name: _text(getattr(line, name)) for name in _FIGURES},
        **{name: _day(getattr(line, name)) for name in _DAYS},
        "is_amount_derived": line.is_amount_derived, "is_cancelled": line.is_cancelled, "as_read": place,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def says_the_same(one: Row, other: Row) -> bool:
    """Whether two lines say the same: 36 is 36.00, and what is not stated is empty."""
    return not any(differs(one, other, name) for name in CELLS)


def differs(one: Row, other: Row, name: str) -> bool:
    """Whether two lines say something else in this of `CELLS`."""
    if name in _FIGURES:
        return _as_figure(one.get(name)) != _as_figure(other.get(name))
    return bool(one.get(name, "") != other.get(name, ""))


def fingerprint(lines: Sequence[Row]) -> str:
    """Tells one set of lines from another: a page that was opened on other lines is not carried out on these."""
    return hashlib.sha256(json.dumps(list(lines), sort_keys=True).encode()).hexdigest()[:16]


def of(assessment: Assessment) -> Order | None:
    """The order as a person left it; as it was read where nobody put anything right."""
    order = assessment.order
    if order is None:
        return None
    if "lines" in assessment.corrections:
        order = replace(order, lines=tuple(_line(row) for row in rows(assessment)))
    said = {name: c.value for name, c in assessment.corrections.items()}
    return replace(order, **_of_the_whole(order, said))


def _of_the_whole(order: Order, said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, name in (("po_number", "number"), ("currency", "currency"), ("payment_terms", "payment_terms")):
        if field in said:
            found[name] = str(said[field] or "")
    for field in ("valid_from", "valid_until"):
        if field in said:
            found[field] = _as_day(said[field])
    if "po_date" in said and (order.function is OrderFunction.NEW or order.changed_on is None):
        found["issued_on"] = _as_day(said["po_date"])
    if "amount_total" in said:
        is_gross = order.total_net is None and order.total_gross is not None
        found["total_gross" if is_gross else "total_net"] = _as_figure(said["amount_total"])
    return found


def _line(row: Row) -> OrderLine:
    return OrderLine(
        number=str(row.get("number", "")), description=str(row.get("description", "")), unit=str(row.get("unit", "")),
        quantity=_as_figure(row.get("quantity")), unit_price=_as_figure(row.get("unit_price")),
        amount=_as_figure(row.get("amount")), starts_on=_as_day(row.get("starts_on")),
        ends_on=_as_day(row.get("ends_on")), is_amount_derived=bool(row.get("is_amount_derived")),
        is_cancelled=bool(row.get("is_cancelled")),
    )  # fmt: skip


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _as_figure(text: Any) -> Decimal | None:
    return Decimal(str(text)) if text not in (None, "") else None


def _as_day(text: Any) -> date | None:
    return date.fromisoformat(str(text)) if text else None
