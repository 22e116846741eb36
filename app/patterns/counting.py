"""The counts of a report, as values. What counts as what is said in `queries`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.models import OPEN_STATES
from app.errors import Malformed
from app.patterns import queries
from app.patterns.asked import Asked
from app.patterns.contracts import contracts


@dataclass(frozen=True, slots=True)
class Sums:
    """Amounts of a group in one currency.

    `contested` is what cases state as at stake, in `disputes` of them; `credited` is net. `settled` and `granted` are
    the same two for those `ended` that state an amount: what share of it was given.
    """

    currency: str
    disputes: int
    contested: Decimal
    credited: Decimal
    ended: int
    settled: Decimal
    granted: Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """Disputes with something in common. `half_within` and `most_within` are days in which 5 and 9 of 10 ended.

    `invoices` are those dated in the time asked for, `disputed` how many of them any dispute is about; None where
    invoices cannot be told apart that way.
    """

    key: str
    disputes: int = 0
    credited: int = 0
    upheld: int = 0
    withdrawn: int = 0
    open: int = 0
    half_within: int | None = None
    most_within: int | None = None
    sums: tuple[Sums, ...] = ()
    invoices: int | None = None
    disputed: int | None = None

    @property
    def ended(self) -> int:
        return self.disputes - self.open


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything counted; `groups` by dimension, largest first (months in their order)."""

    asked: Asked
    whole: Group
    groups: dict[str, tuple[Group, ...]]
    pairs: dict[tuple[str, str], int]
    """(customer, reason) → disputes."""
    misread: int
    """Cases left out because they ended as read wrongly."""
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """Names of customers and project managers by (dimension, key), as in Odoo."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of a group."""

    case_id: int
    title: str
    reason: str
    customer: str
    outcome: str
    days: int | None
    contested: Decimal | None
    currency: str | None
    opened_on: date


def count(session: Session, asked: Asked) -> Counted:
    """Count what was asked for."""
    sums: dict[tuple[str, str], list[Sums]] = {}
    counts: list[Row[Any]] = []
    shares: dict[tuple[str, str], tuple[int, int]] = {}
    pairs: dict[tuple[str, str], int] = {}
    names: dict[tuple[str, str], str] = {}
    misread = 0
    for row in session.execute(queries.EVERYTHING, _values(session, asked)):
        place = (row.by, row.key or "")
        if row.what == "count":
            counts.append(row)
        elif row.what == "sums":
            contested, credited, settled, granted = row.amounts
            stated, ended = row.numbers
            sums.setdefault(place, []).append(Sums(row.second, stated, contested, credited, ended, settled, granted))
        elif row.what == "share":
            shares[place] = (row.numbers[0], row.numbers[1])
        elif row.what == "pair":
            pairs[row.key, row.second or ""] = row.numbers[0]
        elif row.what == "name":
            names[place] = row.second or ""
        else:
            misread = row.numbers[0]
    groups: dict[str, list[Group]] = {name: [] for name in ("", *queries.DIMENSIONS)}
    for row in counts:
        place = (row.by, row.key or "")
        share = shares.pop(place, (0, 0)) if row.by in ("", *queries.SHARED) else (None, None)
        groups[row.by].append(_group(row, sums.get(place, []), share))
    for (by, key), (invoices, disputed) in shares.items():
        groups[by].append(Group(key, invoices=invoices, disputed=disputed))
    whole = groups.pop("")[0]
    ordered = {by: tuple(sorted(found, key=_order(by))) for by, found in groups.items()}
    return Counted(asked, whole, ordered, pairs, misread, names)


def disputes(session: Session, asked: Asked, by: str, key: str, *, limit: int = 500) -> list[Dispute]:
    """The disputes of one group, newest first."""
    if by not in queries.DIMENSIONS:
        raise Malformed(f"Disputes are grouped by one of {', '.join(queries.DIMENSIONS)}, not by {by!r}.")
    values = _values(session, asked) | {"key": key, "most": limit, "with_invoices": False}
    rows = session.execute(queries.LISTED[by], values)
    return [
        Dispute(
            row.id, row.title, row.reason or "", row.customer_name, row.outcome, row.days, row.at_stake, row.currency,
            row.opened_at.astimezone(UTC).date(),
        )
        for row in rows
    ]  # fmt: skip


def customers(session: Session, asked: Asked) -> list[str]:
    """Names of all customers with a dispute in this time."""
    return [row.name for row in session.execute(queries.CUSTOMERS, _values(session, asked)) if row.name]


def group_name(session: Session, by: str, key: str) -> dict[tuple[str, str], str]:
    """The name of a customer or manager alone, as `Counted.names` has it."""
    query = queries.GROUP_NAMES.get(by)
    name = session.execute(query, {"key": key}).scalar() if query is not None else None
    return {(by, key): name or (key.removeprefix("name:") if by == "customer" else "")}


def _group(row: Row[Any], sums: list[Sums], share: tuple[int | None, int | None]) -> Group:
    disputes, credited, upheld, withdrawn, still_open, half_within, most_within = row.numbers
    ranked = tuple(sorted(sums, key=lambda s: (-s.disputes, s.currency)))
    return Group(
        row.key or "", disputes, credited, upheld, withdrawn, still_open, half_within, most_within, ranked, *share
    )


def _order(by: str) -> Callable[[Group], Any]:
    if by == "month":
        return lambda group: group.key
    return lambda group: (not group.key, -group.disputes, -(group.disputed or 0), group.key)


def _values(session: Session, asked: Asked) -> dict[str, Any]:
    orders = contracts(session)
    midnight = datetime.combine(asked.since, time(), UTC)
    return {
        "order_ids": list(orders.order_ids), "contracts": list(orders.types), "from_at": midnight,
        "to_at": datetime.combine(asked.until + timedelta(days=1), time(), UTC), "since": asked.since,
        "until": asked.until, "open": list(OPEN_STATES), "withdrawn": queries.WITHDRAWN, "company": asked.company_id,
        "customer": asked.customer, "with_invoices": True,
    }  # fmt: skip
