"""The charts of a dashboard in their order; which table is drawn how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.dashboards.values import Section, Table
from app.review import board_bars, board_columns, board_plots, board_tables
from app.review.board_drawing import Chart, Link

_DRAWN: Mapping[str, Callable[[Table, Link], Chart]] = {
    "inflow": board_columns.inflow, "queue": board_bars.queue, "calibration": board_plots.calibration,
    "steps": board_tables.steps, "readers": board_tables.readers, "failures": board_tables.failures,
    "cost": board_tables.cost, "cycle_weeks": board_plots.weeks, "unbilled": board_bars.unbilled,
    "approval": board_bars.approval, "exception_reasons": board_bars.exceptions, "ageing": board_columns.ageing,
    "status": board_bars.status, "outstanding": board_bars.outstanding, "revenue": board_bars.revenue,
    "reasons": board_bars.reasons, "pairs": board_tables.heat,
}  # fmt: skip
_BENEATH = {"steps": "readers"}
"""Tables that stand in one frame, the second beneath the first."""


def charts(section: Section, link: Link) -> list[Chart]:
    """The charts of a dashboard; those without anything to show say so in a sentence."""
    drawn = {table.code: _DRAWN[table.code](table, link) for table in section.tables}
    for first, second in _BENEATH.items():
        if first in drawn and second in drawn:
            drawn[first] = replace(drawn[first], beneath=drawn.pop(second))
    return list(drawn.values())
