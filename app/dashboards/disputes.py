"""Dispute patterns in short: the whole report stands on its own page (app/patterns)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from app.dashboards.asked import Query, Rates
from app.dashboards.values import Column, Figure, Line, Section, Table, share
from app.patterns.counting import Counted, Group, count
from app.patterns.telling import name_of

_CUSTOMERS, _REASONS = 8, 6
_ZERO = Decimal(0)


def section(session: Session, query: Query, rates: Rates) -> Section:
    """The dispute dashboard: why customers dispute, how it ends, and who disputes what."""
    counted, before = count(session, query.asked), count(session, query.before().asked)
    whole, was = counted.whole, before.whole
    return Section(
        "patterns",
        (
            Figure(
                "disputes", Decimal(whole.disputes), "count", before=Decimal(was.disputes), currency=rates.currency,
                beside={"open": whole.open, "contested": rates.rounded(_contested(whole, rates))},
            ),
            Figure(
                "credited", share(whole.credited, whole.ended), "share", whole.credited, whole.ended,
                share(was.credited, was.ended), missing="" if whole.ended else "none",
            ),
            Figure(
                "disputed_invoices", share(whole.disputed or 0, whole.invoices or 0), "share", whole.disputed or 0,
                whole.invoices or 0, share(was.disputed or 0, was.invoices or 0),
                missing="" if whole.invoices else "no_invoices",
            ),
            Figure(
                "half_ended", Decimal(whole.half_within) if whole.half_within is not None else None, "days",
                whole=whole.ended, before=Decimal(was.half_within) if was.half_within is not None else None,
                beside={"nine_of_ten": whole.most_within} if whole.most_within is not None else {},
                missing="" if whole.half_within is not None else "none",
            ),
        ),
        (_reasons(counted, rates), _pairs(counted)),
    )  # fmt: skip


def _contested(group: Group, rates: Rates) -> Decimal:
    return sum((rates.own(s.contested, s.currency) for s in group.sums), _ZERO)


def _reasons(counted: Counted, rates: Rates) -> Table:
    columns = (
        Column("disputes"), Column("credited"), Column("upheld"), Column("withdrawn"), Column("open"),
        Column("contested", "money", rates.currency),
    )  # fmt: skip
    lines = tuple(
        Line(g.key, (g.disputes, g.credited, g.upheld, g.withdrawn, g.open, rates.rounded(_contested(g, rates))))
        for g in counted.groups["reason"]
        if g.disputes
    )
    return Table("reasons", "reason", columns, lines)


def _pairs(counted: Counted) -> Table:
    """Who disputes what: the customers with most disputes, by the commonest reasons."""
    customers = [g for g in counted.groups["customer"] if g.key and g.disputes][:_CUSTOMERS]
    reasons = [g.key for g in counted.groups["reason"] if g.key and g.disputes][:_REASONS]
    lines = tuple(
        Line(
            c.key, tuple(counted.pairs.get((c.key, reason), 0) for reason in reasons),
            name=name_of(counted, "customer", c.key),
        )
        for c in customers
    )  # fmt: skip
    return Table("pairs", "dispute_customer", tuple(map(Column, reasons)), lines)
