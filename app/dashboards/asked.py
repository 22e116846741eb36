"""What dashboards are asked for, and the values that every query of theirs takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.decisions.approval_matrix import Policy
from app.money import Money
from app.patterns.asked import Asked

DAYS = 30
"""What is shown when nothing is asked for: this many days to today."""


def day_of(at: datetime) -> date:
    """The day it is at a moment: of UTC, as are the days asked for, whoever reads."""
    return at.astimezone(UTC).date()


def until_today(
    today: date, *, since: date | None = None, until: date | None = None, customer: str = "",
    company_id: int | None = None,
) -> Asked:  # fmt: skip
    """What is not said: to today, from 29 days before the last.

    Raises:
        Malformed: The days are the wrong way round or too far apart.
    """
    last = until or today
    return Asked(since or last - timedelta(days=DAYS - 1), last, customer.strip(), company_id)


def time_before(asked: Asked) -> Asked:
    """The equally long time that ends the day before."""
    days = (asked.until - asked.since).days + 1
    first = asked.since - timedelta(days=days)
    return Asked(first, asked.since - timedelta(days=1), asked.customer, asked.company_id)


@dataclass
class Rates:
    """The company's currency and the policy's rates; remembers which currencies had none."""

    currency: str
    rates: dict[str, Decimal]
    rates_on: date | None
    unknown: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, policy: Policy) -> Rates:
        stated = str(policy.content.get("rates_on") or "")
        return cls(
            policy.content["currency"],
            {c: Decimal(str(r)) for c, r in policy.content.get("rates", {}).items()},
            date.fromisoformat(stated) if stated else None,
        )

    def own(self, amount: Decimal | None, currency: str | None) -> Decimal:
        """An amount in the company's currency; nothing, and remembered, without a rate."""
        if not amount or not currency:
            return Decimal(0)
        if currency == self.currency:
            return amount
        rate = self.rates.get(currency)
        if rate is None:
            self.unknown.add(currency)
            return Decimal(0)
        return amount * rate

    def rounded(self, amount: Decimal) -> Decimal:
        return Money(amount, self.currency).rounded().amount


@dataclass(frozen=True, slots=True)
class Query:
    """One time, customer and company as the values of a query, at one moment."""

    asked: Asked
    at: datetime

    @property
    def values(self) -> dict[str, Any]:
        return {
            "since": self.asked.since, "until": self.asked.until,
            "from_at": datetime.combine(self.asked.since, time(), UTC),
            "to_at": datetime.combine(self.asked.until + timedelta(days=1), time(), UTC),
            "company": self.asked.company_id, "customer": self.asked.customer, "at": self.at,
            "is_narrowed": self.asked.company_id is not None or bool(self.asked.customer),
            "today": day_of(self.at),
        }  # fmt: skip

    def before(self) -> Query:
        return Query(time_before(self.asked), self.at)


def rows(session: Session, sql: str, query: Query, **more: Any) -> Sequence[Any]:
    """What a query gives for this time, customer and company."""
    return session.execute(text(sql), {**query.values, **more}).all()


CASES = (
    "(cast(:company as int) is null or c.company_id = :company) "
    "and (:customer = '' or lower(trim(c.customer_name)) = lower(:customer))"
)
"""SQL: case `c` is of the company and customer asked for."""
INVOICES = (
    "(cast(:company as int) is null or i.company_id = :company) "
    "and (:customer = '' or lower(i.customer_name) = lower(:customer))"
)
"""SQL: invoice or order `i` is of the company and customer asked for."""
ABOUT_INVOICE = (
    "a.is_current and a.matches @> jsonb_build_array(jsonb_build_object('record', jsonb_build_object('id', i.id))) "
    "and jsonb_path_exists(a.matches, '$[*] ? (@.what == \"invoice\" && @.is_certain == true && @.record.id == $id)', "
    "jsonb_build_object('id', i.id))"
)
"""SQL: assessment `a` names invoice `i` for certain. The index is asked for the number alone, which is rare."""
