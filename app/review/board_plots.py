"""Charts of dashboards with two axes: days by week, and what was said against what came true."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from app.dashboards.values import Cell, Line, Table
from app.patterns.shares import FEWEST
from app.review import board_words, figures
from app.review.board_drawing import FLOOR, HEIGHT, LEFT, TOP, Chart, Link, Mark, Rect, grid_of, plain, px, scale
from app.review.languages import _, ngettext


def weeks(table: Table, link: Link) -> Chart:
    """The median by week, between the tenth and the nine tenths; weeks without an invoice are gaps in time."""
    base = plain(table, link, "", "wide", "line")
    if not table.lines:
        sentence = _("No invoice of these weeks carries hours.")
        return Chart(base.id, base.title, sentence, "table", "wide", (0, 0), base.table)
    first = date.fromisoformat(table.lines[0].key)
    last = date.fromisoformat(table.lines[-1].key)
    weeks = max(1, (last - first).days // 7)
    top, values = scale(max(Decimal(line.cells[2] or 0) for line in table.lines))
    per = Decimal(FLOOR - TOP) / top
    right = 716

    def x(line: Line) -> Decimal:
        return LEFT + 10 + Decimal((date.fromisoformat(line.key) - first).days // 7) / weeks * (right - LEFT - 10)

    def y(value: Cell) -> Decimal:
        return FLOOR - Decimal(value or 0) * per

    upper = [f"{px(x(line))} {px(y(line.cells[2]))}" for line in table.lines]
    lower = [f"{px(x(line))} {px(y(line.cells[1]))}" for line in reversed(table.lines)]
    middle = [f"{px(x(line))} {px(y(line.cells[0]))}" for line in table.lines]
    target = px(FLOOR - min(table.target or top, top) * per)
    marks = tuple(
        Mark(
            "", "", _("%(week)s: median %(days)s days", week=board_words.label(table, line),
                      days=board_words.days(Decimal(line.cells[0] or 0))),
            link("cycle_weeks", line.key, ""), (), ("0", "0"), ("0", "0"),
            Rect("", px(x(line) - 12), px(y(line.cells[0]) - 12), "24", "24"),
            circle=(px(x(line)), px(y(line.cells[0])), "3.6"),
        )
        for line in table.lines
    )  # fmt: skip
    every = -(-len(table.lines) // 8)
    beneath = tuple((px(x(line)), _week(line)) for n, line in enumerate(table.lines) if n % every == 0)
    newest = table.lines[-1]
    sentence = _(
        "In the last week the median was %(median)s days, and one in ten invoices took more than %(most)s.",
        median=board_words.days(Decimal(newest.cells[0] or 0)), most=board_words.days(Decimal(newest.cells[2] or 0)),
    )  # fmt: skip
    return Chart(
        base.id, base.title, sentence, "line", "wide", (780, HEIGHT), base.table, marks,
        (("c1", _("median")), ("band", _("8 of 10 invoices")), ("target", _("target"))), grid_of(values, per), beneath,
        (
            ("band", f"M{'L'.join([*upper, *lower])}Z"), ("target", f"M{LEFT} {target}H{right}"),
            ("line", f"M{'L'.join(middle)}"),
        ),
        (
            (str(right + 12), px(y(newest.cells[0]) + 4), "value", board_words.days(Decimal(newest.cells[0] or 0))),
        ),
    )  # fmt: skip


def _week(line: Line) -> str:
    day = date.fromisoformat(line.key)
    return _("%(day)s %(month)s", day=day.day, month=figures.short_month(day))


_PLOT_LEFT, _PLOT_TOP, _PLOT_RIGHT, _PLOT_FLOOR = 46, 10, 356, 322


def calibration(table: Table, link: Link) -> Chart:
    """What was said of readings against what came true: on the dashed line it is as said."""
    base = plain(table, link, "", "narrow", "scatter")
    if not table.lines:
        sentence = _("No case that was read was decided in this time.")
        return Chart(base.id, base.title, sentence, "table", "narrow", (0, 0), base.table)
    points = [
        (line, Decimal(line.cells[0] or 0) * 100, Decimal(line.cells[1] or 0) * 100, int(line.cells[4] or 0))
        for line in table.lines
    ]
    lowest = min(min(said, right) for _line, said, right, _n in points)
    low = min(Decimal(40), (lowest / 20).to_integral_value(ROUND_FLOOR) * 20)
    per_x = Decimal(_PLOT_RIGHT - _PLOT_LEFT) / (100 - low)
    per_y = Decimal(_PLOT_FLOOR - _PLOT_TOP) / (100 - low)

    def at(said: Decimal, right: Decimal) -> tuple[str, str]:
        return px(_PLOT_LEFT + (said - low) * per_x), px(_PLOT_FLOOR - (max(low, right) - low) * per_y)

    most = max(n for *_rest, n in points)
    marks = []
    for line, said, right, number in points:
        x, y = at(said, right)
        _x, top = at(said, Decimal(line.cells[3] or 0) * 100)
        _x, bottom = at(said, Decimal(line.cells[2] or 0) * 100)
        radius = Decimal(4) + Decimal(5) * (Decimal(number) / most)
        says = ngettext(
            "Said %(said)s of 100: %(right)s of 100 were right, in %(num)s case",
            "Said %(said)s of 100: %(right)s of 100 were right, in %(num)s cases", number, said=figures.whole(said),
            right=figures.whole(right),
        )  # fmt: skip
        marks.append(
            Mark(
                "", "", says, link("calibration", line.key, ""), (), ("0", "0"), ("0", "0"),
                Rect("", px(Decimal(x) - 12), px(Decimal(y) - 12), "24", "24"), circle=(x, y, px(radius)),
                whisker=f"M{x} {bottom}V{top}",
            )
        )  # fmt: skip
    ticks = [low + n * 20 for n in range(int((100 - low) / 20) + 1)]
    words = [(str(_PLOT_LEFT - 7), px(Decimal(at(low, t)[1]) + 4), "end", figures.whole(t)) for t in ticks]
    words += [(at(t, low)[0], "339", "middle", figures.whole(t)) for t in ticks]
    words.append(("201", "358", "middle", _("said to be right, of 100; upwards: were right")))
    lines = "".join(
        f"M{_PLOT_LEFT} {at(low, t)[1]}H{_PLOT_RIGHT}M{at(t, low)[0]} {_PLOT_FLOOR}V{_PLOT_TOP}" for t in ticks
    )
    five = 5 * per_x, 5 * per_y
    band = (
        f"M{_PLOT_LEFT} {px(_PLOT_FLOOR - five[1])}L{px(_PLOT_RIGHT - five[0])} {_PLOT_TOP}H{_PLOT_RIGHT}"
        f"V{px(_PLOT_TOP + five[1])}L{px(_PLOT_LEFT + five[0])} {_PLOT_FLOOR}H{_PLOT_LEFT}Z"
    )
    paths = (
        ("band", band), ("grid", lines), ("target", f"M{_PLOT_LEFT} {_PLOT_FLOOR}L{_PLOT_RIGHT} {_PLOT_TOP}"),
    )  # fmt: skip
    return Chart(
        base.id, base.title, _calibration_sentence(table), "scatter", "narrow", (366, 366), base.table,
        tuple(marks), (("target", _("exactly as said")), ("band", _("within 5 points"))), (), (), paths, tuple(words),
    )  # fmt: skip


def _calibration_sentence(table: Table) -> str:
    """Whether what was said held. Of few cases much is chance: only what lies beyond its range is called off."""
    counted = [
        tuple(Decimal(value or 0) * 100 for value in line.cells[:4])
        for line in table.lines
        if int(line.cells[4] or 0) >= FEWEST
    ]
    if not counted:
        return _("Too few decided cases to say.")
    off = [(abs(right - said), said, right) for said, right, low, high in counted if not low <= said <= high]
    if off:
        _by, said, right = max(off)
        return _(
            "Not quite: said %(said)s of 100, %(right)s were right. A bigger dot stands for more cases.",
            said=figures.whole(said), right=figures.whole(right),
        )  # fmt: skip
    furthest = max(abs(right - said) for said, right, *_range in counted).to_integral_value(ROUND_CEILING)
    if furthest <= 5:
        return _("Yes, within %(points)s points. A bigger dot stands for more cases.", points=furthest)
    return _("Nothing says otherwise: what was said lies within every range. A bigger dot stands for more cases.")
