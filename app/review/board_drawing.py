"""What charts of dashboards are made of: shapes with places as text, tables, axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from app.dashboards.values import Line, Table
from app.review import board_words, figures

Link = Callable[[str, str, str], str]
"""The address of what is behind a line of a table: table, key, column; empty where there is nothing."""
ZERO = Decimal(0)
LEFT, TOP, FLOOR, HEIGHT = 64, 18, 226, 256
"""Where the axes of charts with columns stand."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of a class."""

    colour: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn that can be read and, with `href`, followed: `says` is the whole for those who do not see it."""

    label: str
    value: str
    says: str
    href: str
    rects: tuple[Rect, ...]
    label_at: tuple[str, str]
    value_at: tuple[str, str]
    reach: Rect
    hatched: Rect | None = None
    circle: tuple[str, str, str] | None = None
    whisker: str = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table; `level` 1 to 3 tints it."""

    text: str
    href: str = ""
    level: int = 0
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """A table's head, (word, whether numbers stand beneath), and its rows."""

    head: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[TableCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table. `sort` is columns, bars, line, scatter, table or heat; `width` as in the style sheet."""

    id: str
    title: str
    sentence: str
    sort: str
    width: str
    size: tuple[int, int]
    table: Rows
    marks: tuple[Mark, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    """(class, word); the classes target, band and hatch are drawn as what they stand for."""
    grid: tuple[tuple[str, str], ...] = ()
    """(y, word) of lines across."""
    columns: tuple[tuple[str, str], ...] = ()
    """(x, word) beneath."""
    paths: tuple[tuple[str, str], ...] = ()
    """(class, path)."""
    words: tuple[tuple[str, str, str, str], ...] = ()
    """(x, y, class, text) beside the marks."""
    beneath: Chart | None = None
    """Another table in the same frame."""


def has_something(line: Line) -> bool:
    """Whether any number of a line is not nothing."""
    return any(line.cells)


def table_of(table: Table, link: Link, *, is_linked: Callable[[Line], bool] = has_something) -> Rows:
    """A table's head and rows in words; lines without anything behind them lead nowhere."""
    head = [(board_words.row_head(table), False)]
    head += [(board_words.head(table, c), c.unit != "reject_reason") for c in table.columns]
    lines = []
    for line in table.lines:
        href = link(table.code, line.key, "") if is_linked(line) else ""
        cells = [TableCell(board_words.label(table, line), href, is_number=False)]
        for column, value in zip(table.columns, line.cells, strict=True):
            text = board_words.written(column, value)
            href = link(table.code, line.key, column.code) if value else ""
            cells.append(TableCell(text, href, is_number=column.unit != "reject_reason"))
        lines.append(tuple(cells))
    return Rows(tuple(head), tuple(lines))


def plain(table: Table, link: Link, sentence: str, width: str = "wide", sort: str = "table") -> Chart:
    """A chart that is its table."""
    return Chart(
        table.code, board_words.TABLE_TITLES[table.code], sentence, sort, width, (0, 0), table_of(table, link)
    )  # fmt: skip


def scale(top: Decimal, steps: int = 4) -> tuple[Decimal, list[Decimal]]:
    """The highest value of an axis, and the values of its lines."""
    if top <= 0:
        return Decimal(1), [ZERO]
    raw = top / steps
    power = Decimal(10) ** raw.adjusted()
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= raw)
    step = max(step, Decimal(1))
    count = int((top / step).to_integral_value(ROUND_CEILING))
    return step * count, [step * n for n in range(count + 1)]


def grid_of(values: Sequence[Decimal], per: Decimal) -> tuple[tuple[str, str], ...]:
    """Lines across a chart with columns, of so many pixels per unit."""
    return tuple((px(FLOOR - value * per), figures.thousands(value)) for value in values)


def cut(text: str, most: int) -> str:
    """A label cut to so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def px(value: Decimal) -> str:
    """A place, to a tenth of a pixel."""
    return f"{value:.1f}"
