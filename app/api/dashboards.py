"""The dashboards' figures: the same as on the page, unrounded, as decimal text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.api.keys import MayRead
from app.api.problems import responses
from app.clock import now
from app.dashboards.asked import day_of, until_today
from app.dashboards.board import board, require_role
from app.dashboards.values import Board, Cell, Column, Figure, Line, Section, Table, shortened

router = APIRouter(prefix="/dashboards", tags=["dashboards"])

Number = Annotated[str | None, Field(description="Decimal text; none where it cannot be told.")]


class DashboardFigure(BaseModel):
    """One figure. docs/dashboards.md has the formula of every code."""

    code: str
    value: Number
    unit: str = Field(description="count, share (0 to 1), minutes, days, money or cost.")
    currency: str = Field(description="Of money, the company's own, at the policy's rates; else empty.")
    part: int | None = Field(description="A share is part of whole.")
    whole: int | None
    before: Number = Field(description="The same over the equally long time before.")
    target: Number
    beside: dict[str, str] = Field(description="Further numbers, by code.")
    missing: str = Field(description="Why there is no value, as a code; else empty.")


class DashboardColumn(BaseModel):
    """A column of a table."""

    code: str
    unit: str
    currency: str


class DashboardLine(BaseModel):
    """A line of a table; cells in the order of its columns, numbers as decimal text."""

    key: str
    name: str
    cells: list[str | None]


class DashboardTable(BaseModel):
    """Figures by something."""

    code: str
    by: str = Field(description="What the keys of its lines are.")
    columns: list[DashboardColumn]
    lines: list[DashboardLine]
    target: Number


class DashboardNote(BaseModel):
    """What a reader must know, as a code with its values."""

    code: str
    values: dict[str, str]


class DashboardSection(BaseModel):
    """One dashboard: operations, cycle, receivables or patterns."""

    code: str
    figures: list[DashboardFigure]
    tables: list[DashboardTable]
    notes: list[DashboardNote]


class Dashboards(BaseModel):
    """All dashboards as of one moment."""

    since: date = Field(alias="from")
    to: date
    customer: str
    company_id: int | None
    made_at: datetime
    currency: str
    rates_on: date | None
    mirrored_at: datetime | None = Field(description="When the mirror of Odoo was last found up to date; none: never.")
    sections: list[DashboardSection]


@router.get("", operation_id="readDashboards", response_model=Dashboards, responses=responses(401, 403, 422, 503))
def read_dashboards(
    request: Request,
    caller: MayRead,
    since: Annotated[date | None, Query(alias="from", description="First day (UTC); 30 days back without it.")] = None,
    to: Annotated[date | None, Query(description="Last day; today without it.")] = None,
    customer: Annotated[str, Query(max_length=300, description="A customer's name as in Odoo.")] = "",
    company: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="One of our companies, by its id in Odoo.")
    ] = None,
) -> dict[str, Any]:
    """Every figure of the dashboards. For reviewers, controllers, policy owners and auditors."""
    require_role(caller)
    at = now()
    asked = until_today(day_of(at), since=since, until=to, customer=customer, company_id=company)
    with request.app.state.database.snapshot() as session:
        return _board(board(session, asked, request.app.state.policy, at=at))


def _board(found: Board) -> dict[str, Any]:
    return {
        "from": found.since, "to": found.until, "customer": found.customer, "company_id": found.company_id,
        "made_at": found.made_at, "currency": found.currency, "rates_on": found.rates_on,
        "mirrored_at": found.mirrored_at, "sections": [_section(s) for s in found.sections],
    }  # fmt: skip


def _section(section: Section) -> dict[str, Any]:
    return {
        "code": section.code, "figures": [_figure(f) for f in section.figures],
        "tables": [_table(t) for t in section.tables],
        "notes": [{"code": n.code, "values": dict(n.values)} for n in section.notes],
    }  # fmt: skip


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "code": figure.code, "value": _text(figure.value), "unit": figure.unit, "currency": figure.currency,
        "part": figure.part, "whole": figure.whole, "before": _text(figure.before), "target": _text(figure.target),
        "beside": {name: _text(value) or "" for name, value in figure.beside.items()}, "missing": figure.missing,
    }  # fmt: skip


def _table(table: Table) -> dict[str, Any]:
    return {
        "code": table.code, "by": table.by, "columns": [_column(c) for c in table.columns],
        "lines": [_line(line) for line in table.lines], "target": _text(table.target),
    }  # fmt: skip


def _column(column: Column) -> dict[str, str]:
    return {"code": column.code, "unit": column.unit, "currency": column.currency}


def _line(line: Line) -> dict[str, Any]:
    return {"key": line.key, "name": line.name, "cells": [_text(cell) for cell in line.cells]}


def _text(value: Cell) -> str | None:
    """A number as decimal text, at most six places; text as it is."""
    return value if value is None or isinstance(value, str) else f"{shortened(Decimal(value)):f}"
