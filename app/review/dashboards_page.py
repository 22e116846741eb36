"""The dashboards as a page, as the lists behind their numbers, and as sheets to take along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.assessments.findings import RecordRef
from app.clock import now
from app.dashboards import behind as listing
from app.dashboards import board as boards
from app.dashboards.asked import Query, day_of, time_before, until_today
from app.dashboards.sheets import CSV_TYPE, XLSX_TYPE, Sheet, as_csv, as_xlsx
from app.dashboards.targets import Targets
from app.dashboards.values import Board, Figure, Line, Section, Table
from app.errors import NotFound
from app.money import Money
from app.patterns.asked import Asked
from app.patterns.report import companies
from app.review import areas, board_words, figures, odoo_links, reported, wording
from app.review.board_charts import charts
from app.review.languages import _
from app.review.sessions import SignedIn
from app.review.shell import page, shell

router = APIRouter()
_TABLES_BEHIND = {
    "inflow": "inflow", "queue": "queue", "calibration": "calibration", "steps": "steps", "cost": "cost",
    "cycle_weeks": "cycle_weeks", "approval": "approval", "unbilled": "unbilled",
    "exception_reasons": "exception_reasons", "ageing": "ageing", "status": "status", "revenue": "revenue",
}  # fmt: skip
_FIGURES_BEHIND = {"sales_outstanding": "open", "effectiveness": "overdue"}
"""Figures whose list is that of another one."""
_NOT_SHOWN = ("rejected",)
"""Figures that stand beneath another one on the page, and by themselves in sheets and the API."""
_LIST_THE_PART = ("unchanged", "overridden", "rejected", "exceptions")
"""Shares whose list holds the part, not the whole."""
_TO_PATTERNS = ("disputes", "credited", "disputed_invoices", "half_ended")
_STAND_ON = {
    "cycle": (
        "cycle_time", "issued_in_time", "cycle_weeks", "exceptions", "exception_reasons", "reworked", "unbilled",
        "approval",
    ),
    "receivables": ("open", "overdue", "ageing", "status", "revenue", "promises"),
}  # fmt: skip
"""Numbers that do not stand on the operations dashboard."""


@router.get("/dashboards")
def dashboards(request: Request, visit: SignedIn) -> HTMLResponse:
    """All dashboards, for the time, company and customer that the address asks for."""
    areas.require(visit.person, "dashboards")
    at = now()
    asked = until_today(day_of(at), **reported.given(request))
    with request.app.state.database.snapshot() as session:
        found = boards.board(session, asked, request.app.state.policy, at=at)
        context = {
            "board": found, "asked": asked, "query": reported.query(asked), "words_of": board_words,
            "sections": [_section(section, asked) for section in found.sections],
            "companies": companies(session), "customers": boards.customers(session),
            "ranges": _ranges(asked, day_of(at)),
        }  # fmt: skip
    with request.app.state.database.transaction() as session:
        return page(request, "dashboards.html", context, around=shell(session, request, visit, at=at))


@router.get("/dashboards/behind")
def behind(request: Request, visit: SignedIn) -> HTMLResponse:
    """The cases, invoices or work behind one number."""
    areas.require(visit.person, "dashboards")
    at = now()
    asked = until_today(day_of(at), **reported.given(request))
    what, key, also = (reported.one(request, name) for name in ("what", "key", "also"))
    if not listing.is_known(what):
        raise NotFound(_("There is nothing behind such a number. Go back to the dashboards and choose one."))
    policy = request.app.state.policy
    with request.app.state.database.snapshot() as session:
        within = Targets.of(policy.content).issue_within_days
        found = listing.behind(session, Query(asked, at), what, key, also=also, within_days=within)
        names = dict(companies(session))
    base = request.app.state.settings.odoo_url
    context = {
        "found": found, "most": listing.MOST, "title": _title(what), "line": _line(what, key, names),
        "period": "" if what in _NOW else board_words.period(asked.since, asked.until), "asked": asked,
        "company": names.get(asked.company_id, "") if asked.company_id is not None else "",
        "back": f"/dashboards?{reported.query(asked)}#{_section_of(what)}",
        "odoo": lambda model, number: odoo_links.link(base, RecordRef(model, number, "")),
        "money": lambda amount, currency: Money(amount, currency),
        "status": lambda code: board_words.key_word("payment_state", code),
        "what_of": lambda case: wording.sort_of(case),
    }  # fmt: skip
    with request.app.state.database.transaction() as session:
        return page(request, "dashboards_behind.html", context, around=shell(session, request, visit, at=at))


_NOW = ("waiting", "queue", "attention", "open", "overdue", "ageing", "unbilled", "approval", "failed_steps")
"""Numbers that hold now, whatever time is asked for."""


@router.get("/dashboards.csv")
def sheet_csv(request: Request, visit: SignedIn) -> Response:
    """Every figure as one CSV table, numbers unrounded and with a point."""
    found = _board(request, visit)
    return _attachment(as_csv(_sheets(found)), CSV_TYPE, found, "csv")


@router.get("/dashboards.xlsx")
def sheet_xlsx(request: Request, visit: SignedIn) -> Response:
    """Every figure as a workbook, a sheet for each table."""
    found = _board(request, visit)
    return _attachment(as_xlsx(_sheets(found)), XLSX_TYPE, found, "xlsx")


def _board(request: Request, visit: SignedIn) -> Board:
    areas.require(visit.person, "dashboards")
    at = now()
    asked = until_today(day_of(at), **reported.given(request))
    with request.app.state.database.snapshot() as session:
        return boards.board(session, asked, request.app.state.policy, at=at)


def _attachment(content: bytes, media_type: str, found: Board, ending: str) -> Response:
    name = f"countersign-{found.since.isoformat()}-{found.until.isoformat()}.{ending}"
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _sheets(found: Board) -> list[Sheet]:
    """Figures first, then every table, in the reader's words; numbers stay numbers."""
    head = (
        _("Dashboard"), _("Figure"), _("Value"), _("Unit"), _("Part"), _("Of"), _("Before"), _("Target"), _("Note"),
    )  # fmt: skip
    lines: list[tuple[Any, ...]] = []
    for section in found.sections:
        title = board_words.SECTION_TITLES[section.code]
        for figure in section.figures:
            shown = board_words.shown(figure)
            lines.append(
                (
                    title, shown.title, figure.value, figure.currency or board_words.unit_word(figure.unit),
                    figure.part, figure.whole, figure.before, figure.target, shown.beneath,
                )
            )  # fmt: skip
    sheets = [Sheet("figures", _("Figures"), _about(found), head, tuple(lines))]
    for section in found.sections:
        for table in section.tables:
            sheets.append(_sheet(table))
    return sheets


def _sheet(table: Table) -> Sheet:
    head = (board_words.row_head(table), *(board_words.head(table, c) for c in table.columns))
    lines = tuple(
        (
            board_words.label(table, line),
            *(
                board_words.written(column, value) if isinstance(value, str) else value
                for column, value in zip(table.columns, line.cells, strict=True)
            ),
        )
        for line in table.lines
    )
    return Sheet(table.code, board_words.TABLE_TITLES[table.code], "", head, lines)


def _about(found: Board) -> str:
    """What the sheet is of: time, customer, currency, when it was made."""
    parts = [board_words.period(found.since, found.until)]
    if found.customer:
        parts.append(found.customer)
    parts.append(_rates(found))
    parts.append(_("made %(moment)s", moment=figures.moment(found.made_at, found.made_at.date())))
    return "; ".join(parts)


def _rates(found: Board) -> str:
    if found.rates_on is None:
        return found.currency
    return _("%(currency)s at the rates of %(day)s", currency=found.currency, day=figures.full_day(found.rates_on))


def _section(section: Section, asked: Asked) -> dict[str, Any]:
    drawn = charts(section, lambda table, key, column: _line_link(asked, table, key, column))
    return {
        "code": section.code, "title": board_words.SECTION_TITLES[section.code],
        "figures": [(board_words.shown(f), _figure_link(asked, f))
                    for f in section.figures if f.code not in _NOT_SHOWN],
        "charts": drawn, "notes": board_words.notes(section),
    }  # fmt: skip


def _figure_link(asked: Asked, figure: Figure) -> str:
    """What is behind a figure; empty where there is nothing."""
    if figure.code in _TO_PATTERNS:
        return "/patterns?" + reported.query(asked)
    what = _FIGURES_BEHIND.get(figure.code, figure.code)
    if not listing.is_known(what) or figure.value is None:
        return ""
    is_empty = figure.value == 0 if figure.unit in ("count", "money") else figure.whole == 0
    if figure.code in _LIST_THE_PART:
        is_empty = not figure.part
    if figure.code == "issued_in_time":  # lists those that were late
        is_empty = figure.part == figure.whole
    return "" if is_empty else f"/dashboards/behind?{reported.query(asked, what=what)}"


def _line_link(asked: Asked, table: str, key: str, column: str) -> str:
    """Behind a line of a table; `column` narrows it where the list can be narrowed."""
    if table in ("reasons", "pairs"):
        if column:
            return ""
        by = "reason" if table == "reasons" else "customer"
        return "/patterns/disputes?" + reported.query(asked, by=by, key=key)
    if table == "failures":
        return "" if column else _failure_link(asked, key)
    if table == "inflow":
        also = {"also": column} if column and column != "all" else {}
        return f"/dashboards/behind?{reported.query(asked, what='inflow', key=key, **also)}"
    if column or table not in _TABLES_BEHIND or key == "others":
        return ""
    if table == "approval":
        return f"/dashboards/behind?{reported.query(asked, what='approval', key=key)}"
    return f"/dashboards/behind?{reported.query(asked, what=_TABLES_BEHIND[table], key=key)}"


def _failure_link(asked: Asked, key: str) -> str:
    sort, _colon, code = key.partition(":")
    what = {"step": "failed_steps", "write": "failed_writes", "model": "unanswered"}[sort]
    return f"/dashboards/behind?{reported.query(asked, what=what, key=code)}"


def _title(what: str) -> str:
    known = {
        "failed_steps": _("What failed"), "failed_writes": _("What failed"), "unanswered": _("What failed"),
        "issued_in_time": _("Issued late"),
    }  # fmt: skip
    if what in known:
        return known[what]
    return (board_words.FIGURE_TITLES if what in board_words.FIGURE_TITLES else board_words.TABLE_TITLES)[what]


def _line(what: str, key: str, names: dict[int, str]) -> str:
    """The line of a table that the list is of, in words."""
    if not key:
        return ""
    by = {
        "queue": "age", "approval": "approval_age", "ageing": "overdue", "status": "payment_state", "steps": "step",
        "unchanged": "step", "calibration": "bin", "exception_reasons": "reason", "inflow": "day",
        "cycle_weeks": "week", "failed_steps": "step_stage", "failed_writes": "write_state",
        "unanswered": "model_outcome",
    }.get(what, "")  # fmt: skip
    if what == "unbilled":
        return names.get(int(key), "") if key.isdigit() else ""
    if what in ("revenue", "cost"):
        return key.replace("|", ", ") if what == "cost" else ""
    sort = {"step_stage": "step", "write_state": "write", "model_outcome": "model"}.get(by)
    if sort:
        return board_words.key_word("failure", f"{sort}:{key}")
    return board_words.label(Table("", by, (), ()), Line(key, ()))


def _section_of(what: str) -> str:
    """The dashboard that a number stands on."""
    return next((section for section, numbers in _STAND_ON.items() if what in numbers), "operations")


def _ranges(asked: Asked, today: date) -> list[tuple[str, str, bool]]:
    """Times that are often asked for: (words, address, whether it is the one shown)."""
    begin = today.replace(day=1)
    last = time_before(Asked(begin, begin)).until
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    often: Iterable[tuple[str, Asked]] = (
        (_("30 days"), until_today(today)),
        (_("This month"), Asked(begin, today)),
        (_("Last month"), Asked(last.replace(day=1), last)),
        (_("This quarter"), Asked(quarter, today)),
        (_("12 months"), Asked.until_today(today)),
    )
    return [
        (
            words,
            "/dashboards?" + reported.query(Asked(one.since, one.until, asked.customer, asked.company_id)),
            (one.since, one.until) == (asked.since, asked.until),
        )
        for words, one in often
    ]
