"""Charts of dashboards that are columns: what came in, and how old open invoices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.dashboards.values import Line, Table
from app.review import board_words, figures
from app.review.board_drawing import (
    FLOOR,
    HEIGHT,
    LEFT,
    TOP,
    ZERO,
    Chart,
    Link,
    Mark,
    Rect,
    grid_of,
    px,
    scale,
    table_of,
)
from app.review.languages import _, ngettext

_INFLOW = (
    ("c1", ("customer_po",)), ("c6", ("dispute",)), ("c3", ("billing_discrepancy",)),
    ("c2", ("payment_notice", "billing_request")), ("c7", ("security_alert",)), ("c4", ("draft", "unread")),
    ("c5", ("no_action",)),
)  # fmt: skip
"""Parts of the columns from the floor up: class of the style sheet and the kinds in it. A kind keeps its colour."""


def inflow(table: Table, link: Link) -> Chart:
    present = [(colour, kinds) for colour, kinds in _INFLOW if any(k in _codes(table) for k in kinds)]
    totals = [(line, int(line.cells[-1] or 0)) for line in table.lines]
    tallest = max((n for _line, n in totals), default=0)
    top, values = scale(Decimal(tallest))
    per = Decimal(FLOOR - TOP) / top
    marks, beneath = [], []
    width_all = 780
    pitch = Decimal(width_all - LEFT) / max(1, len(table.lines))
    width = min(Decimal(34), pitch * Decimal("0.72"))
    every = -(-len(table.lines) // 16)
    for number, (line, count) in enumerate(totals):
        x = LEFT + pitch * number + (pitch - width) / 2
        floor, rects, parts = Decimal(FLOOR), [], []
        for colour, kinds in present:
            amount = sum(int(line.cells[table.column(k)] or 0) for k in kinds if k in _codes(table))
            if amount:
                height = amount * per
                rects.append(Rect(colour, px(x), px(floor - height), px(width), px(max(Decimal(1), height - 1))))
                parts.append(f"{_kinds(kinds)} {figures.count(amount)}")
                floor -= height
        middle = x + width / 2
        name = board_words.label(table, line)
        if number % every == 0:
            beneath.append((px(middle), _short(table, line)))
        says = ngettext("%(num)s case, %(day)s", "%(num)s cases, %(day)s", count, day=name)
        marks.append(
            Mark(
                "", figures.count(count) if count and width > 14 else "",
                f"{says}: {', '.join(parts)}" if parts else says,
                link("inflow", line.key, "") if count else "", tuple(rects), ("0", "0"), (px(middle), px(floor - 5)),
                Rect("", px(x), str(TOP), px(width), str(FLOOR - TOP)),
            )
        )  # fmt: skip
    return Chart(
        "inflow", _inflow_title(table), _inflow_sentence(table, totals), "columns", "wide", (width_all, HEIGHT),
        table_of(table, link), marks=tuple(marks),
        legend=tuple((colour, _kinds(kinds)) for colour, kinds in present), grid=grid_of(values, per),
        columns=tuple(beneath),
    )  # fmt: skip


def _codes(table: Table) -> set[str]:
    return {column.code for column in table.columns}


def _kinds(kinds: Sequence[str]) -> str:
    names = {
        ("payment_notice", "billing_request"): _("Payments, requests"), ("draft", "unread"): _("Texts, not read yet"),
        ("customer_po",): _("Customer POs"), ("dispute",): _("Disputes"),
        ("billing_discrepancy",): _("Found in Odoo"), ("security_alert",): _("Security"),
        ("no_action",): _("No action"),
    }  # fmt: skip
    return names[tuple(kinds)]


def _inflow_title(table: Table) -> str:
    titles = {"day": _("Cases in, by day"), "week": _("Cases in, by week"), "month": _("Cases in, by month")}
    return titles[table.by]


def _inflow_sentence(table: Table, totals: Sequence[tuple[Line, int]]) -> str:
    numbers = [n for _line, n in totals]
    if not any(numbers):
        return _("No case came in.")
    line, most = max(totals, key=lambda pair: pair[1])
    values = {"low": figures.count(min(numbers)), "high": figures.count(most), "day": board_words.label(table, line)}
    if table.by == "day":
        said = _("%(low)s to %(high)s a day; most on %(day)s.", **values)
    elif table.by == "week":
        said = _("%(low)s to %(high)s a week; most in the week of %(day)s.", **values)
    else:
        said = _("%(low)s to %(high)s a month; most in %(day)s.", **values)
    return said.replace("..", ".")  # a short month may end in one


def _short(table: Table, line: Line) -> str:
    """A label beneath a column."""
    day = date.fromisoformat(line.key)
    if table.by == "month":
        return f"{figures.short_month(day)} {day:%y}"
    if table.by == "week" or day.day == 1 or line is table.lines[0]:
        return _("%(day)s %(month)s", day=day.day, month=figures.short_month(day))
    return str(day.day)


def ageing(table: Table, link: Link) -> Chart:
    currency = table.columns[0].currency
    amounts = [(line, Decimal(line.cells[0] or 0), Decimal(line.cells[1] or 0)) for line in table.lines]
    top, values = scale(max((a for _line, a, _d in amounts), default=ZERO))
    per = Decimal(FLOOR - TOP) / top
    pitch, width = Decimal(780 - LEFT) / len(amounts), Decimal(92)
    marks, beneath = [], []
    for number, (line, amount, disputed) in enumerate(amounts):
        x = LEFT + pitch * number + (pitch - width) / 2
        height = amount * per
        colour = ("c1", "c3", "c3", "c6", "c6")[number]
        rects = (Rect(colour, px(x), px(FLOOR - height), px(width), px(height)),) if amount else ()
        part = min(disputed, amount) * per
        hatched = Rect("", px(x), px(FLOOR - part), px(width), px(part)) if disputed > 0 else None
        value = figures.thousands(amount)
        if disputed > 0:
            value = _("%(amount)s · %(disputed)s disputed", amount=value, disputed=figures.thousands(disputed))
        name = board_words.label(table, line)
        beneath.append((px(x + width / 2), name))
        marks.append(
            Mark(
                "", value if amount else "", f"{name}: {value} {currency}",
                link("ageing", line.key, "") if amount else "", rects, ("0", "0"),
                (px(x + width / 2), px(FLOOR - height - 6)),
                Rect("", px(x), px(min(Decimal(FLOOR - 24), FLOOR - height)), px(width),
                     px(max(Decimal(24), height))), hatched,
            )
        )  # fmt: skip
    legend = [("c1", _("not due")), ("c3", _("overdue")), ("c6", _("over 60 days"))]
    if any(m.hatched for m in marks):
        legend.append(("hatch", _("part that is disputed")))
    return Chart(
        "ageing", f"{board_words.TABLE_TITLES['ageing']}, {currency}", _ageing_sentence(amounts, currency), "columns",
        "wide", (780, HEIGHT), table_of(table, link), marks=tuple(marks), legend=tuple(legend),
        grid=grid_of(values, per), columns=tuple(beneath),
    )  # fmt: skip


def _ageing_sentence(amounts: Sequence[tuple[Line, Decimal, Decimal]], currency: str) -> str:
    late = sum((a for _line, a, _d in amounts[1:]), ZERO)
    disputed = sum((d for _line, _a, d in amounts[1:]), ZERO)
    if not sum(a for _line, a, _d in amounts):
        return _("No invoice is open.")
    if not late:
        return _("Nothing is overdue.")
    if not disputed:
        return _("%(late)s are overdue; none of it is disputed.", late=board_words.money(late, currency))
    return _(
        "%(late)s are overdue; %(disputed)s of them are disputed, so %(rest)s are simply late.",
        late=board_words.money(late, currency), disputed=board_words.money(disputed, currency),
        rest=board_words.money(late - disputed, currency),
    )  # fmt: skip
