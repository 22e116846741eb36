"""What comes first in the queue, and why, in one line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from app.money import Money
from app.vocabulary import Flag, Kind

_BY_KIND = {
    Kind.SECURITY_ALERT: (60, "somebody may be after our money"),
    Kind.DISPUTE: (30, "a customer contests an invoice"),
    Kind.CUSTOMER_PO: (25, "an order waits to be entered"),
    Kind.BILLING_DISCREPANCY: (25, "our own billing does not add up"),
    Kind.PAYMENT_NOTICE: (15, "a payment waits to be applied"),
    Kind.BILLING_REQUEST: (15, "a customer waits for an answer"),
    Kind.NO_ACTION: (0, "nothing seems to be asked"),
}
_BY_FLAG = {
    Flag.LEGAL_THREAT: (20, "a lawyer or court is mentioned"),
    Flag.PAYMENT_HELD: (12, "payment is held"),
    Flag.PROMPT_INJECTION: (5, "it holds text aimed at software"),
}
_AMOUNTS = ((100_000, 20), (20_000, 15), (5_000, 10), (1_000, 5))


@dataclass(frozen=True, slots=True)
class Priority:
    """A rank from 0 to 100 (higher comes first) and the reasons in words."""

    rank: int
    because: str


def rank(kind: Kind, *, flags: Collection[str], at_stake: Money | None, deadline: date | None, today: date) -> Priority:
    """Rank a case. Amounts of different currencies are compared by their number: this sorts, it decides nothing."""
    points, because = _BY_KIND[kind]
    reasons = [because]
    for flag, (more, why) in _BY_FLAG.items():
        if flag in flags:
            points += more
            reasons.append(why)
    if at_stake is not None:
        more = next((p for limit, p in _AMOUNTS if at_stake.amount >= limit), 0)
        if more:
            points += more
            reasons.append(f"{at_stake} is at stake")
    if deadline is not None:
        days = (deadline - today).days
        if days < 0:
            points += 25
            reasons.append(f"the answer was due on {deadline.isoformat()}")
        elif days <= 7:
            points += 20 - 2 * days
            reasons.append(f"an answer is due on {deadline.isoformat()}")
    text = ", ".join(reasons)
    return Priority(min(points, 100), text[0].upper() + text[1:] + ".")
