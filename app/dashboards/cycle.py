"""The billing cycle, from the mirror of Odoo: from work to invoice, what waits on the way, and what comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.assessments.reconcile import units
from app.dashboards.asked import ABOUT_INVOICE, CASES, INVOICES, Query, Rates, rows
from app.dashboards.targets import Targets
from app.dashboards.values import Column, Figure, Line, Note, Section, Table, share
from app.patterns.asked import Asked

WEEKS = 12
"""So many weeks are drawn at least."""
OLD = 30
"""Days after which unbilled work is called old."""
APPROVAL_AGES = ("under_8", "8_14", "15_30", "over_30")
_ZERO = Decimal(0)

ISSUED = (
    "with issued as (select i.id, i.invoiced_on, greatest(0, i.invoiced_on - "
    "cast(date_trunc('month', max(t.worked_on)) + interval '1 month' - interval '1 day' as date)) as days "
    "from odoo_invoices i join odoo_timesheets t on t.invoice_id = i.id "
    "where i.kind = 'out_invoice' and i.state = 'posted' and i.invoiced_on between :since and :until "
    f"and {INVOICES} group by i.id) "
)
"""SQL: posted invoices with time on them, and the days from the end of the month of their last work."""
BILLED = (
    "from odoo_invoices i where i.kind = 'out_invoice' and i.state = 'posted' "
    f"and i.invoiced_on between :since and :until and {INVOICES} "
)
RAISED = (
    "exists (select from assessments a join cases c on c.id = a.case_id where c.merged_into is null "
    f"and c.kind in ('dispute', 'billing_discrepancy') and {ABOUT_INVOICE})"
)
"""SQL: a dispute or discrepancy is certainly about invoice `i`."""
REWORKED = (
    "from odoo_invoices n join odoo_invoices i on i.id = n.credits_invoice_id where n.kind = 'out_refund' "
    f"and n.state = 'posted' and n.invoiced_on between :since and :until and {INVOICES} "
    "and exists (select from assessments a join cases c on c.id = a.case_id where c.kind = 'dispute' "
    f"and c.merged_into is null and cast(c.opened_at at time zone 'UTC' as date) <= n.invoiced_on and {ABOUT_INVOICE})"
)
"""SQL: credit notes `n` for invoices `i` that a customer had disputed before."""
_NOT_APPROVED = (
    "from odoo_timesheets t join (select company_id, min(worked_on) as since from odoo_timesheets where is_approved "
    "group by 1) a on a.company_id = t.company_id and t.worked_on >= a.since "
    "left join odoo_orders i on i.id = t.order_id "
    "where t.is_approved is false and t.invoice_id is null and t.billable like 'billable%' "
    "and (cast(:company as int) is null or t.company_id = :company) "
    "and (:customer = '' or lower(i.customer_name) = lower(:customer))"
)
APPROVALS = (
    "from cases c cross join lateral (select min(d.at) as at from suggestions s join decisions d "
    "on d.suggestion_id = s.id where s.case_id = c.id and s.state = 'open') f "
    f"where c.state = 'needs_approval' and {CASES}"
)
"""SQL: cases that wait for a second person, since `f.at`."""
APPROVAL_AGE = "width_bucket(extract(epoch from :at - coalesce(f.at, c.updated_at)) / 86400, array[8, 15, 31])"
_UNBILLED_TIME = text(
    "select l.id, i.id as order_id, i.name as order_name, i.customer_name, i.company_id, i.currency, l.unit, "
    "l.unit_price * (1 - l.discount_percent / 100) as price, l.delivered - l.invoiced as left_over, "
    "t.worked_on, sum(t.hours) as hours "
    "from odoo_timesheets t join odoo_order_lines l on l.id = t.order_line_id "
    "join odoo_orders i on i.id = l.order_id and i.state = 'sale' "
    "left join odoo_products p on p.id = l.product_id "
    "left join odoo_invoices v on v.id = t.invoice_id and v.kind = 'out_invoice' and v.state <> 'cancel' "
    "and v.payment_state <> 'reversed' "
    "where v.id is null and l.delivered > l.invoiced and t.hours <> 0 "
    "and (t.billable = 'billable_time' or (t.billable = '' and p.service_policy = 'delivered_timesheet')) "
    f"and {INVOICES} group by l.id, i.id, t.worked_on order by l.id, t.worked_on desc"
)
_UNBILLED_OTHER = text(
    "select l.id, i.id as order_id, i.name as order_name, i.customer_name, i.company_id, i.currency, "
    "(l.delivered - l.invoiced) * l.unit_price * (1 - l.discount_percent / 100) as amount, "
    "(select max(m.reached_on) from odoo_milestones m where m.order_line_id = l.id and m.is_reached) as since "
    "from odoo_order_lines l join odoo_orders i on i.id = l.order_id and i.state = 'sale' "
    "join odoo_products p on p.id = l.product_id "
    "where p.service_policy in ('delivered_milestones', 'delivered_manual') and l.delivered > l.invoiced "
    f"and not l.is_expense and {INVOICES}"
)


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Work on one order line that no invoice carries. `since` is the first day of it, None where it has none."""

    order_id: int
    order: str
    customer: str
    company_id: int
    amount: Decimal
    currency: str
    hours: Decimal | None
    since: date | None
    old: Decimal
    """Of the amount: older than `OLD` days."""


def section(session: Session, query: Query, rates: Rates, targets: Targets) -> Section:
    """The billing cycle dashboard."""
    has = rows(
        session, "select exists (select from odoo_invoices), exists (select from odoo_timesheets), "
        "exists (select from odoo_timesheets where is_approved), "
        "exists (select from odoo_invoices where kind = 'out_invoice' and state = 'posted')", query,
    )[0]  # fmt: skip
    notes = []
    if not has[0] or not has[1]:
        notes.append(Note("not_mirrored", {"what": "invoices" if not has[0] else "timesheets"}))
    if has[1] and not has[2]:
        notes.append(Note("no_approvals"))
    work = unbilled(session, query)
    return Section(
        "cycle",
        (
            *_issued(session, query, targets),
            *_work(work, rates, session, query),
            *_trouble(session, query, rates),
        ),
        (
            _weeks(session, query, targets),
            _by_company(session, work, rates, query),
            _approval(session, query),
            _by_kind(session, query),
        ),
        tuple(notes),
    )  # fmt: skip


def _issued(session: Session, query: Query, targets: Targets) -> tuple[Figure, ...]:
    sql = ISSUED + (
        "select count(*), cast(percentile_cont(0.5) within group (order by days) as numeric), "
        "cast(percentile_cont(0.9) within group (order by days) as numeric), count(*) filter (where days <= :target) "
        "from issued"
    )
    count, median, most, within = rows(session, sql, query, target=targets.issue_within_days)[0]
    was, median_was, _, within_was = rows(session, sql, query.before(), target=targets.issue_within_days)[0]
    missing = "" if count else "no_time_on_invoices"
    return (
        Figure(
            "cycle_time", median, "days", whole=count, before=median_was, target=Decimal(targets.issue_within_days),
            beside={"nine_of_ten": most} if most is not None else {}, missing=missing,
        ),
        Figure(
            "issued_in_time", share(within, count), "share", within, count, share(within_was, was),
            target=targets.issued_in_time, beside={"days": targets.issue_within_days}, missing=missing,
        ),
    )  # fmt: skip


def unbilled(session: Session, query: Query) -> list[Unbilled]:
    """Work of confirmed orders that no invoice carries, by order line, largest first by its number.

    Time counts from its newest day back, up to what Odoo has as delivered and not invoiced: older time was billed by
    hand. Milestones and manual quantities count as Odoo has them.
    """
    today, found = query.values["today"], list[Unbilled]()
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_UNBILLED_TIME, query.values):
        lines[row.id].append(row)
    for entries in lines.values():
        first = entries[0]
        factor = units.per_hour(first.unit) or (Decimal(1), Decimal(1))
        allowed = first.left_over * factor[0] / factor[1]
        hours, old, since = _ZERO, _ZERO, None
        for entry in entries:
            taken = min(entry.hours, allowed - hours)
            if taken <= 0:
                break
            hours += taken
            old += taken if (today - entry.worked_on).days > OLD else _ZERO
            since = entry.worked_on
        rate = first.price * factor[1] / factor[0]
        if hours and rate:
            found.append(
                Unbilled(
                    first.order_id, first.order_name, first.customer_name, first.company_id, hours * rate,
                    first.currency, hours, since, old * rate,
                )
            )  # fmt: skip
    for row in session.execute(_UNBILLED_OTHER, query.values):
        is_old = row.since is not None and (today - row.since).days > OLD
        if row.amount > 0:
            found.append(
                Unbilled(
                    row.order_id, row.order_name, row.customer_name, row.company_id, row.amount, row.currency, None,
                    row.since, row.amount if is_old else _ZERO,
                )
            )  # fmt: skip
    return sorted(found, key=lambda u: (-u.amount, u.order_id))


def _drafts(session: Session, query: Query) -> Sequence[Any]:
    return rows(
        session, "select i.company_id, i.currency, count(*), sum(i.net) from odoo_invoices i "
        f"where i.kind = 'out_invoice' and i.state = 'draft' and {INVOICES} group by 1, 2", query,
    )  # fmt: skip


def _work(work: Sequence[Unbilled], rates: Rates, session: Session, query: Query) -> tuple[Figure, ...]:
    whole = sum((rates.own(u.amount, u.currency) for u in work), _ZERO)
    old = sum((rates.own(u.old, u.currency) for u in work), _ZERO)
    drafts = sum((rates.own(r[3], r[1]) for r in _drafts(session, query)), _ZERO)
    return (
        Figure(
            "unbilled", rates.rounded(whole), "money", currency=rates.currency,
            beside={"old": rates.rounded(old), "drafts": rates.rounded(drafts)},
        ),
    )  # fmt: skip


def _trouble(session: Session, query: Query, rates: Rates) -> tuple[Figure, ...]:
    billed = f"select count(*) filter (where {RAISED}), count(*) {BILLED}"
    part, whole = rows(session, billed, query)[0]
    part_was, whole_was = rows(session, billed, query.before())[0]
    credits = f"select n.currency, count(distinct i.id), sum(n.net) {REWORKED} group by 1"
    found, earlier = rows(session, credits, query), rows(session, credits, query.before())
    amount = sum((rates.own(r[2], r[0]) for r in found), _ZERO)
    return (
        Figure(
            "exceptions", share(part, whole), "share", part, whole, share(part_was, whole_was),
            missing="" if whole else "no_invoices",
        ),
        Figure(
            "reworked", Decimal(sum(r[1] for r in found)), "count", before=Decimal(sum(r[1] for r in earlier)),
            currency=rates.currency, beside={"credited": rates.rounded(amount)},
        ),
    )  # fmt: skip


def in_weeks(query: Query) -> Query:
    """The same in whole weeks, at least `WEEKS` to the last day asked for."""
    asked = query.asked
    since = min(asked.since, asked.until - timedelta(days=7 * WEEKS - 1))
    since -= timedelta(days=since.weekday())
    return Query(Asked(since, asked.until, asked.customer, asked.company_id), query.at)


def _weeks(session: Session, query: Query, targets: Targets) -> Table:
    """By week of the invoice's date."""
    percentile = "cast(percentile_cont({}) within group (order by days) as numeric)"
    found = rows(
        session, ISSUED + "select cast(date_trunc('week', invoiced_on) as date), count(*), "
        f"{percentile.format(0.5)}, {percentile.format(0.1)}, {percentile.format(0.9)} from issued "
        "group by 1 order by 1", in_weeks(query),
    )  # fmt: skip
    columns = (Column("median", "days"), Column("low", "days"), Column("high", "days"), Column("invoices"))
    lines = tuple(Line(r[0].isoformat(), (r[2], r[3], r[4], r[1])) for r in found)
    return Table("cycle_weeks", "week", columns, lines, Decimal(targets.issue_within_days))


def _approval(session: Session, query: Query) -> Table:
    """Time that nobody approved, by its age; and cases that wait for a second person, since the first confirmed."""
    hours = [_ZERO] * len(APPROVAL_AGES)
    cases = [0] * len(APPROVAL_AGES)
    for age, total in rows(
        session, "select width_bucket(cast(:today as date) - t.worked_on, array[8, 15, 31]), sum(t.hours) "
        f"{_NOT_APPROVED} group by 1", query,
    ):  # fmt: skip
        hours[age] += total
    for age, count in rows(session, f"select {APPROVAL_AGE} as age, count(*) {APPROVALS} group by 1", query):
        cases[age] += count
    lines = tuple(Line(key, (hours[n], cases[n])) for n, key in enumerate(APPROVAL_AGES))
    return Table("approval", "approval_age", (Column("hours", "hours"), Column("cases")), lines)


def _by_company(session: Session, work: Sequence[Unbilled], rates: Rates, query: Query) -> Table:
    names = {r[0]: r[1] for r in rows(session, "select id, name from odoo_companies", query)}
    amounts: dict[int, list[Decimal]] = defaultdict(lambda: [_ZERO, _ZERO, _ZERO])
    for one in work:
        amounts[one.company_id][0] += rates.own(one.amount, one.currency)
        amounts[one.company_id][1] += rates.own(one.old, one.currency)
    for company, currency, _, net in _drafts(session, query):
        amounts[company][2] += rates.own(net, currency)
    columns = tuple(Column(c, "money", rates.currency) for c in ("unbilled", "old", "drafts"))
    ranked = sorted(amounts.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return Table(
        "unbilled", "company", columns,
        tuple(Line(str(k), tuple(map(rates.rounded, v)), name=names.get(k, f"{k}")) for k, v in ranked),
    )  # fmt: skip


def _by_kind(session: Session, query: Query) -> Table:
    """Invoices of this time with an exception, by what it is about."""
    found = rows(
        session, "with billed as materialized (select i.id, i.customer_name, i.company_id " + BILLED + ") "
        "select c.reason, count(distinct i.id) from billed i "
        f"join assessments a on {ABOUT_INVOICE} join cases c on c.id = a.case_id and c.merged_into is null "
        "and c.kind in ('dispute', 'billing_discrepancy') where c.reason is not null "
        "group by 1 order by 2 desc, 1", query,
    )  # fmt: skip
    return Table("exception_reasons", "reason", (Column("invoices"),), tuple(Line(r[0], (r[1],)) for r in found))
