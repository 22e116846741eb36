"""Amounts, dates and times as the screen writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app.decisions.approval_matrix import Policy
from app.money import Money

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SOON = timedelta(days=3)


def number(amount: Money) -> str:
    """An amount without its currency, in the currency's decimals; a minus sign, not a hyphen."""
    return f"{amount.rounded().amount:,f}".replace("-", "−")


def quantity(value: Decimal) -> str:
    """A quantity, two decimals at least."""
    exponent = value.normalize().as_tuple().exponent
    return f"{value:,.{max(2, -exponent if isinstance(exponent, int) else 2)}f}".replace("-", "−")


def day(value: date, today: date) -> str:
    """`Fri 27 Nov`; with the year when it is not this one."""
    text = f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"
    return text if value.year == today.year else f"{text} {value.year}"


def day_word(value: date, today: date) -> str:
    """A day as people say it: today, tomorrow, else `Fri 27 Nov`."""
    return {0: "today", 1: "tomorrow"}.get((value - today).days, day(value, today))


def moment(value: datetime, today: date) -> str:
    """`Fri 20 Nov, 09:12 UTC`."""
    at = value.astimezone(UTC)
    return f"{day(at.date(), today)}, {at:%H:%M} UTC"


def time(value: datetime) -> str:
    """`09:12 UTC`."""
    return f"{value.astimezone(UTC):%H:%M} UTC"


def waiting(since: datetime, at: datetime) -> str:
    """How long something has been here, in one unit: `2 h`, `1 day`."""
    minutes = max(0, int((at - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    days = minutes // (24 * 60)
    return f"{days} day" if days == 1 else f"{days} days"


def short(text: str, most: int = 150) -> str:
    """Text cut at a word; never used for amounts and references."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    cut = flat[:most].rsplit(" ", 1)[0].rstrip(",;:.")
    return f"{cut} …"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The company's currency and the day's rates, as the policy states them."""

    currency: str
    rates: dict[str, Decimal]
    rates_on: date | None

    @classmethod
    def of(cls, policy: Policy) -> Exchange:
        content = policy.content
        stated = str(content.get("rates_on") or "")
        return cls(
            content["currency"], {c: Decimal(str(r)) for c, r in content.get("rates", {}).items()},
            date.fromisoformat(stated) if stated else None,
        )  # fmt: skip

    def in_company(self, amount: Money) -> Money | None:
        """The amount in the company's currency; None without a rate."""
        if amount.currency == self.currency:
            return amount
        rate = self.rates.get(amount.currency)
        return Money(amount.amount * rate, self.currency) if rate is not None else None

    def about(self, amount: Money) -> str:
        """`≈ 15,824 EUR` for an amount of another currency; empty for the company's own, or without a rate."""
        own = self.in_company(amount)
        return "" if own is None or amount.currency == self.currency else f"≈ {own.amount:,.0f} {own.currency}"
