"""Receivables, from the mirror of Odoo: what is open and how old, what came in, and how well it is collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy.orm import Session

from app.dashboards.asked import ABOUT_INVOICE, CASES, INVOICES, Query, Rates, rows
from app.dashboards.targets import Targets
from app.dashboards.values import Column, Figure, Line, Note, Section, Table, share

SALES_DAYS = 90
"""Days of sales that days sales outstanding rest on."""
PROMISE_DAYS = 14
"""A promise without a day is due so many days after it was made."""
PROMISE_GRACE = 3
"""Days that a payment may take to arrive."""
BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")
"""Days overdue."""
STATUSES = ("not_paid", "partial", "in_payment", "paid", "reversed", "blocked", "invoicing_legacy")
MONTHS = 6
"""So many months of days sales outstanding are shown."""
CUSTOMERS = 10
"""So many customers are listed by revenue; the others are one line."""
_ZERO = Decimal(0)

OPEN = f"from odoo_invoices i where i.kind = 'out_invoice' and i.state = 'posted' and i.open_amount > 0 and {INVOICES} "
BUCKET = "width_bucket(cast(:today as date) - coalesce(i.due_on, i.invoiced_on), array[1, 31, 61, 91])"
DISPUTED = (
    "exists (select from assessments a join cases c on c.id = a.case_id where c.kind = 'dispute' "
    f"and c.merged_into is null and c.state not in ('done', 'closed') and {ABOUT_INVOICE})"
)
"""SQL: an open dispute is certainly about invoice `i`."""
STATUS = (
    "from odoo_invoices i where i.kind = 'out_invoice' and i.state = 'posted' "
    f"and i.invoiced_on between :since and :until and {INVOICES} "
)
REVENUE = (
    "from odoo_invoices i where i.kind in ('out_invoice', 'out_refund') and i.state = 'posted' "
    f"and i.invoiced_on > cast(:until as date) - interval '1 year' and i.invoiced_on <= :until and {INVOICES} "
)
_STANDINGS = (
    "with day as (select unnest(cast(:days as date[])) as day), bill as materialized (select i.id, i.currency, "
    "i.gross, i.invoiced_on, i.due_on, i.kind from odoo_invoices i where i.kind in ('out_invoice', 'out_refund') "
    f"and i.state = 'posted' and i.payment_state <> 'invoicing_legacy' and {INVOICES}) "
    "select 'owed', d.day, b.currency, sum(b.gross), sum(b.gross) filter (where b.due_on < d.day) from day d "
    "join bill b on b.invoiced_on <= d.day and b.kind = 'out_invoice' group by 2, 3 union all "
    "select 'settled', d.day, b.currency, sum(p.amount), sum(p.amount) filter (where b.due_on < d.day) from day d "
    "join odoo_payments p on p.settled_on <= d.day join bill b on b.id = p.invoice_id and b.invoiced_on <= d.day "
    "and b.kind = 'out_invoice' group by 2, 3 union all "
    "select 'sales', d.day, b.currency, sum(case b.kind when 'out_refund' then -b.gross else b.gross end), null "
    f"from day d join bill b on b.invoiced_on > d.day - {SALES_DAYS} and b.invoiced_on <= d.day group by 2, 3"
)
_COLLECTED = (
    "select p.currency, sum(p.amount) from odoo_payments p join odoo_invoices i on i.id = p.invoice_id "
    "and i.kind = 'out_invoice' where p.credit_note_id is null and p.settled_on between :since and :until "
    f"and {INVOICES} group by 1"
)
PROMISES = (
    "with promise as (select c.id, c.opened_at, c.at_stake, coalesce((select cast(s.command #>> "
    "'{odoo,values,due_on}' as date) from suggestions s where s.case_id = c.id and s.kind = 'schedule_activity' "
    "and s.state in ('confirmed', 'written') order by s.version desc limit 1), "
    f"cast(c.opened_at at time zone 'UTC' as date) + {PROMISE_DAYS}) as due_on "
    f"from cases c where c.reason = 'promise_to_pay' and c.merged_into is null and {CASES}), "
    "about as (select p.id, i.id as invoice_id, i.gross, "
    "coalesce((select sum(y.amount) from odoo_payments y where y.invoice_id = i.id "
    f"and y.settled_on <= p.due_on + {PROMISE_GRACE}), 0) as settled, "
    "coalesce((select sum(y.amount) from odoo_payments y where y.invoice_id = i.id and y.credit_note_id is null "
    "and y.settled_on >= cast(p.opened_at at time zone 'UTC' as date) "
    f"and y.settled_on <= p.due_on + {PROMISE_GRACE}), 0) as paid "
    "from promise p join assessments a on a.case_id = p.id and a.is_current "
    "cross join lateral jsonb_array_elements(a.matches) m "
    "join odoo_invoices i on i.id = cast(m -> 'record' ->> 'id' as bigint) "
    "where m ->> 'what' = 'invoice' and cast(m ->> 'is_certain' as boolean)), "
    "kept as (select p.id, p.due_on, bool_and(b.settled >= b.gross) or "
    "coalesce(sum(b.paid) >= p.at_stake, false) as is_kept from promise p join about b on b.id = p.id "
    f"where p.due_on between :since and :until and p.due_on + {PROMISE_GRACE} < :today "
    "group by p.id, p.due_on, p.at_stake) "
)
"""SQL: promises to pay that fell due in the time asked for, and whether the payment came."""


def section(session: Session, query: Query, rates: Rates, targets: Targets) -> Section:
    """The receivables dashboard."""
    has_invoices, has_payments = rows(
        session, "select exists (select from odoo_invoices), exists (select from odoo_payments)", query
    )[0]
    notes = []
    if not has_invoices:
        notes.append(Note("not_mirrored", {"what": "invoices"}))
    elif not has_payments:
        notes.append(Note("not_mirrored", {"what": "payments"}))
    ageing = _ageing(session, query, rates)
    standings = _standings(session, query, rates, [*_months(query), _last(query.before())])
    return Section(
        "receivables",
        (
            _open(ageing, rates), _overdue(ageing, rates), _outstanding(query, standings),
            _effectiveness(session, query, rates, targets, standings, has_payments=has_payments),
            _promises(session, query),
        ),
        (
            ageing, _status(session, query, rates), _by_month(query, standings, rates),
            _revenue(session, query, rates),
        ),
        tuple(notes),
    )  # fmt: skip


def _own(found: Sequence[Any], rates: Rates, at: int = 1) -> Decimal:
    return sum((rates.own(row[at], row[0]) for row in found), _ZERO)


def _ageing(session: Session, query: Query, rates: Rates) -> Table:
    found = rows(
        session, f"select {BUCKET} as bucket, i.currency, count(*), sum(i.open_amount), "
        f"coalesce(sum(i.open_amount) filter (where {DISPUTED}), 0) {OPEN} group by 1, 2", query,
    )  # fmt: skip
    counts = [0] * len(BUCKETS)
    amounts = [[_ZERO, _ZERO] for _ in BUCKETS]
    for number, currency, count, amount, disputed in found:
        counts[number] += count
        amounts[number][0] += rates.own(amount, currency)
        amounts[number][1] += rates.own(disputed, currency)
    columns = (
        Column("open", "money", rates.currency), Column("disputed", "money", rates.currency), Column("invoices")
    )  # fmt: skip
    lines = tuple(
        Line(key, (rates.rounded(amounts[n][0]), rates.rounded(amounts[n][1]), counts[n]))
        for n, key in enumerate(BUCKETS)
    )
    return Table("ageing", "overdue", columns, lines)


def _open(ageing: Table, rates: Rates) -> Figure:
    return Figure(
        "open", ageing.total("open"), "money", whole=int(ageing.total("invoices")), currency=rates.currency,
        beside={"disputed": ageing.total("disputed")},
    )  # fmt: skip


def _overdue(ageing: Table, rates: Rates) -> Figure:
    late = ageing.lines[1:]
    return Figure(
        "overdue", sum((Decimal(line.cells[0] or 0) for line in late), _ZERO), "money",
        whole=sum(int(line.cells[2] or 0) for line in late), currency=rates.currency,
        beside={"disputed": sum((Decimal(line.cells[1] or 0) for line in late), _ZERO)},
    )  # fmt: skip


@dataclass
class _Standing:
    """What was owed at the end of a day, what of it was overdue, and the sales of the days to it."""

    owed: Decimal = _ZERO
    overdue: Decimal = _ZERO
    sales: Decimal = _ZERO

    @property
    def days(self) -> Decimal | None:
        """Days of sales that are outstanding; None without sales."""
        return self.owed / self.sales * SALES_DAYS if self.sales > 0 else None


def _standings(session: Session, query: Query, rates: Rates, days: Iterable[date]) -> dict[date, _Standing]:
    """The same for several days, in one pass."""
    wanted = sorted(set(days))
    found = {day: _Standing() for day in wanted}
    for what, day, currency, amount, overdue in rows(session, _STANDINGS, query, days=wanted):
        standing = found[day]
        if what == "sales":
            standing.sales += rates.own(amount, currency)
        else:
            sign = 1 if what == "owed" else -1
            standing.owed += sign * rates.own(amount, currency)
            standing.overdue += sign * rates.own(overdue, currency)
    return found


def _last(query: Query) -> date:
    """The last day asked for, at most today."""
    return min(query.asked.until, cast(date, query.values["today"]))


def _months(query: Query) -> list[date]:
    """The ends of the last months, and the last day; the earliest first."""
    days = [_last(query)]
    for _ in range(MONTHS - 1):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def _outstanding(query: Query, standings: Mapping[date, _Standing]) -> Figure:
    """Days sales outstanding: what was owed on the last day, by the sales a day of the 90 days to it."""
    found = standings[_last(query)].days
    return Figure(
        "sales_outstanding", found, "days", before=standings[_last(query.before())].days, beside={"days": SALES_DAYS},
        missing="" if found is not None else "no_sales",
    )  # fmt: skip


def _by_month(query: Query, standings: Mapping[date, _Standing], rates: Rates) -> Table:
    """Days sales outstanding at the ends of the last months, and on the last day asked for."""
    lines = []
    for day in _months(query):
        found = standings[day]
        if found.days is not None:
            lines.append(Line(day.isoformat(), (found.days, rates.rounded(found.owed), rates.rounded(found.sales))))
    columns = (
        Column("dso", "days"), Column("owed", "money", rates.currency), Column("sales", "money", rates.currency)
    )  # fmt: skip
    return Table("outstanding", "on", columns, tuple(lines))


def _effectiveness(
    session: Session, query: Query, rates: Rates, targets: Targets, standings: Mapping[date, _Standing], *,
    has_payments: bool,
) -> Figure:  # fmt: skip
    """Collection effectiveness: what came in, of that and what was overdue at the end."""

    def of(one: Query) -> tuple[Decimal, Decimal]:
        came = _own(rows(session, _COLLECTED, one), rates)
        return came, came + max(_ZERO, standings[_last(one)].overdue)

    came, due = of(query)
    was, was_due = of(query.before())
    missing = "not_mirrored" if not has_payments else "" if due else "none"
    return Figure(
        "effectiveness", came / due if due and not missing else None, "share",
        before=was / was_due if was_due and not missing else None, currency=rates.currency,
        target=targets.collection_effectiveness, beside={"collected": rates.rounded(came)}, missing=missing,
    )  # fmt: skip


def _promises(session: Session, query: Query) -> Figure:
    sql = PROMISES + "select count(*) filter (where is_kept), count(*) from kept"
    kept, whole = rows(session, sql, query)[0]
    earlier = rows(session, sql, query.before())[0]
    return Figure(
        "promises", share(kept, whole), "share", kept, whole, share(*earlier), missing="" if whole else "none"
    )


def _status(session: Session, query: Query, rates: Rates) -> Table:
    found = rows(
        session, f"select i.payment_state, i.currency, count(*), sum(i.gross), sum(i.open_amount) {STATUS} "
        "group by 1, 2", query,
    )  # fmt: skip
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, list[Decimal]] = defaultdict(lambda: [_ZERO, _ZERO])
    for status, currency, count, gross, owed in found:
        counts[status] += count
        amounts[status][0] += rates.own(gross, currency)
        amounts[status][1] += rates.own(owed, currency)
    columns = (Column("invoices"), Column("gross", "money", rates.currency), Column("open", "money", rates.currency))
    lines = tuple(
        Line(s, (counts[s], *map(rates.rounded, amounts[s])))
        for s in sorted(counts, key=lambda s: STATUSES.index(s) if s in STATUSES else 99)
    )
    return Table("status", "payment_state", columns, lines)


def _revenue(session: Session, query: Query, rates: Rates) -> Table:
    """Net of credit notes, in the twelve months to the last day; the largest, and all others as one."""
    found = rows(
        session, "select i.customer_id, max(i.customer_name), i.currency, "
        f"sum(case i.kind when 'out_refund' then -i.net else i.net end) {REVENUE} group by 1, 3", query,
    )  # fmt: skip
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    names: dict[int, str] = {}
    for customer, name, currency, net in found:
        amounts[customer] += rates.own(net, currency)
        names[customer] = name
    whole = sum(amounts.values(), _ZERO)
    ranked = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown, rest = ranked[:CUSTOMERS], ranked[CUSTOMERS:]
    lines = [
        Line(str(customer), (rates.rounded(net), net / whole if whole > 0 else None), name=names[customer])
        for customer, net in shown
    ]
    if rest:
        others = sum((net for _, net in rest), _ZERO)
        lines.append(Line("others", (rates.rounded(others), others / whole if whole > 0 else None)))
    columns = (Column("net", "money", rates.currency), Column("share", "share"))
    return Table("revenue", "customer", columns, tuple(lines))
