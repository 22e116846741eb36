"""What earlier cases say of who a message comes from: for telling a sender who is known from one who only looks so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.senders.domains import alike, house, is_ending, registered
from app.vocabulary import Kind

LOOKED_BACK = 50_000
"""How many cases back are looked at."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender's domain (at a free mail service the whole address), and what is known of it and of the customer.

    `earlier` counts earlier cases from there that were no security alerts, `first_at` is when the first came.
    `usual` are the domains that the customer's earlier cases came from, the most frequent first, each with how often;
    `alike` is the known domain that this one resembles without being it.
    """

    domain: str
    reply_to: str
    earlier: int
    first_at: datetime | None
    usual: tuple[tuple[str, int], ...]
    alike: str


def of(session: Session, case: Case, *, reply_to: str, customers: Sequence[int]) -> Sender | None:
    """What is known; None for a case without a sender. `customers` are the customers it may be about, by Odoo's id."""
    address = case.sender.casefold()
    domain = house(address)
    if not domain:
        return None
    recent = Case.id.between(case.id - LOOKED_BACK, case.id - 1)
    is_alert = Case.kind == Kind.SECURITY_ALERT
    earlier, first_at = session.execute(
        select(func.count(), func.min(Case.opened_at)).where(recent, is_from(domain), is_alert.is_not(True))
    ).one()
    usual: tuple[tuple[str, int], ...] = ()
    if customers:
        rows = session.execute(
            select(domain_of(), func.count())
            .where(Case.customer_id.in_(customers), Case.id != case.id, Case.sender != "", is_alert.is_not(True))
            .group_by(domain_of())
            .order_by(func.count().desc())
            .limit(4)
        )
        usual = tuple((str(name), int(count)) for name, count in rows if name)
    known = [name for name, _count in usual]
    if not known and not earlier:
        known = _recent_domains(session, case)
    like = alike(domain, [registered(name) for name in known])
    return Sender(
        domain, house(reply_to) if reply_to else "", int(earlier), first_at, usual, like.known if like else ""
    )


def is_from(whose: str) -> ColumnElement[bool]:
    """Whether a case came from this house (see `domains.house`)."""
    if "@" in whose:
        return func.lower(Case.sender) == whose
    if is_ending(whose):
        return domain_of() == whose  # what is below it is others'
    return or_(domain_of() == whose, domain_of().endswith(f".{whose}", autoescape=True))


def domain_of() -> ColumnElement[str]:
    """The domain of a case's sender."""
    return func.split_part(func.lower(Case.sender), literal_column("'@'"), literal_column("2"))


def _recent_domains(session: Session, case: Case) -> list[str]:
    rows = session.execute(
        select(domain_of())
        .where(Case.id.between(case.id - 5_000, case.id - 1), Case.sender != "", Case.kind != Kind.SECURITY_ALERT)
        .distinct()
        .limit(500)
    ).scalars()
    return [name for name in rows if name]
