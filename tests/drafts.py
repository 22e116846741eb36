"""A draft invoice with two lines, in the sandbox Odoo."""

from __future__ import annotations

from typing import Any

from tests.house import House

HAFENWERK, STERNECKER = 10, 11
"""Drafts of the sandbox: 30 hours on line 26, 28 hours on line 29."""
FIRST = 26


def lines_of(text: str) -> list[str]:
    """A text's lines, with plain blanks."""
    return text.replace("\u00a0", " ").splitlines()


def name_of_line(house: House, line_id: int) -> list[str]:
    """How a line of a draft reads in Odoo."""
    return lines_of(house.odoo.books.get("account.move.line", line_id)["name"])


def remark(house: House, timesheet_id: int, text: str) -> None:
    """A colleague words a timesheet anew."""
    house.odoo.books.write("account.analytic.line", timesheet_id, {"name": text})


def with_two_lines(house: House) -> int:
    """The draft of Hafenwerk with its timesheet 15 (8 hours) billed on a second line; returns that line's id."""
    books = house.odoo.books
    ordered = _copy(house, "sale.order.line", 1, name="Yard reporting: consulting", product_uom_qty=40.0,
                    invoice_lines=[])  # fmt: skip
    books.write("sale.order", 1, {"order_line": [1, ordered]})
    line = _copy(house, "account.move.line", FIRST, quantity=8.0, price_subtotal=1200.0, price_total=1428.0,
                 name="Yard reporting", sale_line_ids=[ordered])  # fmt: skip
    books.write("sale.order.line", ordered, {"invoice_lines": [line]})
    books.write("account.move", HAFENWERK, {"invoice_line_ids": [*books.get("account.move", HAFENWERK)[
        "invoice_line_ids"], line]})  # fmt: skip
    books.write("account.move.line", FIRST, {"quantity": 22.0, "price_subtotal": 3300.0, "price_total": 3927.0})
    books.write("account.analytic.line", 15, {"so_line": ordered})
    return line


def _copy(house: House, model: str, record_id: int, **changes: Any) -> int:
    books = house.odoo.books
    record = {k: v for k, v in books.get(model, record_id).items() if k not in ("id", "write_date", "create_date")}
    return int(books.add(model, record | changes)["id"])
