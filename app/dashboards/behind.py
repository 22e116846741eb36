"""What is behind a number: the cases, invoices or unbilled work that it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.dashboards import cycle, operations, receivables
from app.dashboards.asked import ABOUT_INVOICE, CASES, Query, rows
from app.dashboards.cycle import Unbilled
from app.errors import NotFound

MOST = 500


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case behind a number."""

    id: int
    title: str
    kind: str | None
    reading: str | None
    reason: str | None
    customer: str
    opened_at: datetime
    state: str
    at_stake: Decimal | None
    currency: str | None

    @property
    def is_own_draft(self) -> bool:
        """Whether it holds a text of ours and no message."""
        return self.kind is None and self.reading is not None


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """An invoice behind a number. `days` are from the end of the month of the work to the invoice, where asked for;
    `case_id` is the newest case about it."""

    id: int
    name: str
    kind: str
    customer: str
    invoiced_on: date | None
    due_on: date | None
    gross: Decimal
    open_amount: Decimal
    currency: str
    payment_state: str
    case_id: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """`sort` is cases, invoices or work; `total` counts all, of which `MOST` are listed."""

    sort: str
    total: int
    cases: tuple[ListedCase, ...] = ()
    invoices: tuple[ListedInvoice, ...] = ()
    work: tuple[Unbilled, ...] = ()


_IN_QUEUE = f"select c.id {operations.QUEUE}"
_STEPS = operations.STEPS + "select distinct case_id from step where (:key = '' or kind = :key)"
_READ = operations.READ + "select case_id from read where "
_OF_A_CASE = "exists (select from cases c where c.id = k.case_id)"
CASES_BEHIND: Mapping[str, str] = {
    "waiting": _IN_QUEUE,
    "queue": f"{_IN_QUEUE} and {operations.AGE} = :number",
    "inflow": f"select c.id {operations.INFLOW} and (:key = '' or "
    "cast(date_trunc(:by, c.opened_at at time zone 'UTC') as date) = cast(nullif(:key, '') as date)) "
    f"and (:also = '' or {operations.SORT} = :also)",
    "first_decision": operations.FIRST + "select case_id from first",
    "in_time": operations.PROMISED + "select id from answered where on_day is not null or deadline < :today",
    "steps": _STEPS,
    "unchanged": f"{_STEPS} and outcome = 'unchanged'",
    "overridden": f"{_STEPS} and outcome <> 'unchanged'",
    "rejected": f"{_STEPS} and outcome = 'rejected'",
    "calibration": f"{_READ} bin = :number",
    "right_when_sure": f"{_READ} reading = 'Sure'",
    "attention": f"select c.id from cases c where c.state = 'needs_attention' and {CASES}",
    "failed_steps": "select distinct c.id from case_steps t join cases c on c.id = t.case_id "
    f"where t.state = 'failed' and t.stage = :key and {CASES}",
    "failed_writes": "select distinct c.id from write_backs w join suggestions s on s.id = w.suggestion_id "
    f"join cases c on c.id = s.case_id where w.state = :key and {CASES} and ((s.state <> 'superseded' "
    "and c.state not in ('done', 'closed')) or (w.queued_at >= :from_at and w.queued_at < :to_at))",
    "cost_per_case": f"select distinct k.case_id {operations.CALLS} and {_OF_A_CASE}",
    "cost": f"select distinct k.case_id {operations.CALLS} and {_OF_A_CASE} and k.purpose || '|' || k.model = :key",
    "unanswered": f"select distinct k.case_id {operations.CALLS} and {_OF_A_CASE} and k.outcome = :key",
    "approval": f"select c.id {cycle.APPROVALS} and {cycle.APPROVAL_AGE} = :number",
    "promises": receivables.PROMISES + "select id from kept",
}
INVOICES_BEHIND: Mapping[str, str] = {
    "cycle_time": cycle.ISSUED + "select id, days from issued",
    "issued_in_time": cycle.ISSUED + "select id, days from issued where days > :target",
    "cycle_weeks": cycle.ISSUED
    + "select id, days from issued where date_trunc('week', invoiced_on) = cast(nullif(:key, '') as date)",
    "exceptions": f"select i.id, null {cycle.BILLED} and {cycle.RAISED}",
    "exception_reasons": f"select i.id, null {cycle.BILLED} and exists (select from assessments a "
    "join cases c on c.id = a.case_id where c.merged_into is null and c.reason = :key "
    f"and c.kind in ('dispute', 'billing_discrepancy') and {ABOUT_INVOICE})",
    "reworked": f"select distinct i.id, null {cycle.REWORKED}",
    "open": f"select i.id, null {receivables.OPEN}",
    "overdue": f"select i.id, null {receivables.OPEN} and {receivables.BUCKET} > 0",
    "ageing": f"select i.id, null {receivables.OPEN} and {receivables.BUCKET} = :number",
    "status": f"select i.id, null {receivables.STATUS} and i.payment_state = :key",
    "revenue": f"select i.id, null {receivables.REVENUE} and cast(i.customer_id as text) = :key",
}
"""Ids of invoices, and the days of each where the number is about days."""
WORK_BEHIND = ("unbilled",)
_NUMBERS: Mapping[str, Sequence[str]] = {
    "queue": operations.AGES, "approval": cycle.APPROVAL_AGES, "ageing": receivables.BUCKETS,
    "calibration": tuple(str(n) for n in range(10)),
}  # fmt: skip
_BEGINS_EARLIER = frozenset({"cycle_weeks"})


def is_known(what: str) -> bool:
    """Whether a number has a list behind it."""
    return what in CASES_BEHIND or what in INVOICES_BEHIND or what in WORK_BEHIND


def behind(
    session: Session, query: Query, what: str, key: str = "", *, also: str = "", within_days: int = 0
) -> Listing:  # fmt: skip
    """What a figure counts, or with `key` a line of a table; `also` narrows a line to one of its columns.

    `within_days` is the target that "issued in time" is measured by.

    Raises:
        NotFound: There is no such number, or it has no such line.
    """
    if what in WORK_BEHIND:
        work = [u for u in cycle.unbilled(session, query) if not key or str(u.company_id) == key]
        return Listing("work", len(work), work=tuple(work[:MOST]))
    values = {"key": key, "also": also, **_more(what, key), "target": within_days}
    values["by"] = operations.bucket(query.asked.since, query.asked.until)
    values["waiting"] = list(operations.WAITING)
    if what in CASES_BEHIND:
        return _cases(session, query, CASES_BEHIND[what], values)
    if what in INVOICES_BEHIND:
        longer = cycle.in_weeks(query) if what in _BEGINS_EARLIER else query
        return _invoices(session, longer, INVOICES_BEHIND[what], values)
    raise NotFound("There is nothing behind such a number. Go back to the dashboards and choose one.")


def _more(what: str, key: str) -> dict[str, Any]:
    if what in ("inflow", "cycle_weeks") and key:
        try:
            date.fromisoformat(key)
        except ValueError:
            raise NotFound("There is no such day on this chart. Go back to the dashboards and choose a bar.") from None
    known = _NUMBERS.get(what)
    if known is None:
        return {"number": 0}
    if key not in known:
        raise NotFound("There is no such line in this table. Go back to the dashboards and choose one.")
    return {"number": known.index(key)}


def _cases(session: Session, query: Query, ids: str, values: Mapping[str, Any]) -> Listing:
    wanted = sorted((row[0] for row in rows(session, ids, query, **values)), reverse=True)
    found = rows(
        session, "select c.id, c.title, c.kind, c.reading, c.reason, c.customer_name, c.opened_at, c.state, "
        "c.at_stake, c.currency from cases c where c.id = any(:ids) order by c.opened_at desc, c.id desc", query,
        ids=wanted[:MOST],
    )  # fmt: skip
    return Listing("cases", len(wanted), cases=tuple(ListedCase(*row) for row in found))


def _invoices(session: Session, query: Query, ids: str, values: Mapping[str, Any]) -> Listing:
    days = {row[0]: row[1] for row in rows(session, ids, query, **values)}
    wanted = sorted(days, key=lambda n: (-(days[n] or 0), -n))[:MOST]
    found = rows(
        session, "select i.id, i.name, i.kind, i.customer_name as customer, i.invoiced_on, i.due_on, i.gross, "
        "i.open_amount, i.currency, i.payment_state, (select max(a.case_id) from assessments a "
        f"join cases c on c.id = a.case_id where c.merged_into is null and {ABOUT_INVOICE}) as case_id "
        "from odoo_invoices i where i.id = any(:ids)", query,
        ids=wanted,
    )  # fmt: skip
    listed = [ListedInvoice(**row._mapping, days=days[row.id]) for row in found]
    listed.sort(key=lambda one: (-(one.days or 0), one.due_on or date.max, one.id))
    return Listing("invoices", len(days), invoices=tuple(listed))
