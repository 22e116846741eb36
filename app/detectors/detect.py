"""Every rule over the mirror, once: what is wrong in the books of our companies on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import Ledger
from app.detectors.rules import (
    duplicates,
    expenses,
    hours_again,
    milestones,
    order_value,
    purchase_orders,
    quantities,
    rates,
    retainers,
    taxes,
    unapproved_time,
    unbilled_hours,
    waiting,
)
from app.detectors.thresholds import Thresholds
from app.mirror.models import OdooCompany

RULES: tuple[Callable[[Ledger], Iterable[Discrepancy]], ...] = (
    unbilled_hours.find,
    milestones.find,
    unapproved_time.find,
    rates.find,
    quantities.find,
    order_value.find,
    purchase_orders.find,
    duplicates.find,
    hours_again.find,
    expenses.find,
    taxes.find,
    retainers.find,
    waiting.find,
)


def detect(
    session: Session, *, thresholds: Thresholds, today: date, companies: Sequence[int] | None = None
) -> tuple[Discrepancy, ...]:
    """All discrepancies that the mirror shows on `today`, in the order of their keys; nothing is written.

    `companies` are Odoo's ids, all mirrored ones by default. The same mirror and day give the same result.
    """
    known = {c.id: c for c in session.scalars(select(OdooCompany).order_by(OdooCompany.id))}
    chosen = {k: c for k, c in known.items() if companies is None or k in companies}
    if not chosen:
        return ()
    ledger = Ledger(session, thresholds, today, chosen)
    found: dict[str, Discrepancy] = {}
    for rule in RULES:
        for discrepancy in rule(ledger):
            if thresholds.of(discrepancy.company_id).wants(discrepancy.rule):
                found[discrepancy.key] = discrepancy
    return tuple(found[key] for key in sorted(found))
