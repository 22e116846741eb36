"""What dashboards show, as plain values: figures, tables of figures, and notes on what is missing.

Page, sheet and API put the same values into words; a code names each in all three (docs/dashboards.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from app.errors import NotFound

Cell: TypeAlias = Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` is None where it cannot be told, and `missing` then says why (a code).

    `unit` is count, share (0 to 1), minutes, days, money or cost; money is in `currency`, at the policy's rates. A
    share is `part` of `whole`. `before` is the same over the equally long time before; None where there is no such
    thing. `beside` are further numbers that the line beneath tells.
    """

    code: str
    value: Decimal | None
    unit: str
    part: int | None = None
    whole: int | None = None
    before: Decimal | None = None
    currency: str = ""
    target: Decimal | None = None
    beside: Mapping[str, Decimal | int] = field(default_factory=dict)
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `unit` as of a figure, or hours, seconds, rank, text."""

    code: str
    unit: str = "count"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table. `name` is a name as in Odoo; empty where `key` is a code or a day."""

    key: str
    cells: tuple[Cell, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by something: `by` says what the keys of its lines are (day, age, company, customer, …)."""

    code: str
    by: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    target: Decimal | None = None

    def column(self, code: str) -> int:
        return next(n for n, column in enumerate(self.columns) if column.code == code)

    def total(self, code: str) -> Decimal:
        """The sum of a column of numbers."""
        at = self.column(code)
        return sum((Decimal(line.cells[at] or 0) for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know: a code with its values (`no_rate`, `not_mirrored`, …)."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """One dashboard."""

    code: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()

    def table(self, code: str) -> Table:
        """Raises NotFound when this dashboard has no such table."""
        for table in self.tables:
            if table.code == code:
                return table
        raise NotFound(f"There is no table {code} on this dashboard.")

    def figure(self, code: str) -> Figure:
        """Raises NotFound when this dashboard has no such figure."""
        for figure in self.figures:
            if figure.code == code:
                return figure
        raise NotFound(f"There is no figure {code} on this dashboard.")


@dataclass(frozen=True, slots=True)
class Board:
    """All dashboards of one moment. Amounts of several currencies are in `currency` at the rates of `rates_on`."""

    since: date
    until: date
    customer: str
    company_id: int | None
    made_at: datetime
    currency: str
    rates_on: date | None
    mirrored_at: datetime | None
    sections: tuple[Section, ...]

    def section(self, code: str) -> Section:
        """Raises NotFound when there is no such dashboard."""
        for section in self.sections:
            if section.code == code:
                return section
        raise NotFound(f"There is no dashboard {code}. There are {', '.join(s.code for s in self.sections)}.")


def share(part: int, whole: int) -> Decimal | None:
    """A part of a whole; None of nothing."""
    return Decimal(part) / Decimal(whole) if whole else None


_PLACES = Decimal("0.000001")


def shortened(value: Decimal) -> Decimal:
    """A value with at most six decimals, for whoever reads it as text."""
    exponent = value.as_tuple().exponent
    return value.quantize(_PLACES) if isinstance(exponent, int) and exponent < -6 else value
