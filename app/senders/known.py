"""What is known around a mail: customers' domains and our own, our people, and earlier mails of the same house."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseDocument
from app.documents.models import Arrival
from app.documents.reading import Mail
from app.firm import FREE_MAIL, Firm
from app.mailboxes.models import Mailbox
from app.mailboxes.taking import PUT_TOGETHER, SOURCE
from app.mirror.models import OdooCustomer
from app.senders.check import Around, Before, name_key
from app.senders.domains import alike, has_mixed_letters, house, registered
from app.senders.earlier import LOOKED_BACK, domain_of, is_from
from app.senders.models import SenderCheck
from app.users.models import User
from app.vocabulary import Kind

LATEST = 50
"""Mails of a house that are looked back for whether it signs."""
KEPT_SECONDS = 300.0
_EXCHANGE = (".office365.com", ".outlook.com")
"""Servers that write a message anew when it is read."""


@dataclass(frozen=True, slots=True)
class Houses:
    """Registered domains of customers with the customer's name, our own, and the names of our people."""

    customers: dict[str, str]
    ours: frozenset[str]
    people: frozenset[str]


class KnownHouses:
    """The houses of one database, asked for anew after five minutes. Threads may share it."""

    def __init__(self, firm: Firm | None) -> None:
        self._own = frozenset(registered(domain) for domain in firm.domains) if firm else frozenset[str]()
        self._kept: tuple[float, Houses] | None = None
        self._lock = Lock()

    def of(self, session: Session) -> Houses:
        with self._lock:
            if self._kept is not None and time.monotonic() - self._kept[0] < KEPT_SECONDS:
                return self._kept[1]
        found = _houses(session, self._own)
        with self._lock:
            self._kept = (time.monotonic(), found)
        return found


def _houses(session: Session, own: frozenset[str]) -> Houses:
    people = session.execute(select(User.name, User.email).where(User.is_active)).all()
    boxes = session.execute(select(Mailbox.address)).scalars()
    ours = {*own, *(registered(a.rpartition("@")[2]) for a in [*boxes, *(email for _, email in people)])}
    ours -= {"", *FREE_MAIL}
    settled = (
        select(domain_of(), func.max(Case.customer_name))
        .where(_recent(session))
        .where(Case.customer_id.is_not(None), Case.state == "done", Case.kind != Kind.SECURITY_ALERT, Case.sender != "")
        .group_by(domain_of())
    )
    customers = {registered(domain): str(name) for domain, name in session.execute(settled) if domain}
    written = func.substring(func.lower(OdooCustomer.email), "@([a-z0-9.-]+)")
    contacts = (
        select(written, func.max(OdooCustomer.name)).where(OdooCustomer.email != "").group_by(literal_column("1"))
    )
    customers |= {registered(domain): str(name) for domain, name in session.execute(contacts) if domain}
    return Houses(
        {domain: name for domain, name in customers.items() if domain and domain not in (*ours, *FREE_MAIL)},
        frozenset(ours), frozenset(key for name, _ in people if (key := name_key(name))),
    )  # fmt: skip


def around(session: Session, document_id: int, mail: Mail, houses: Houses, *, at: datetime) -> Around:
    """What is known around this mail. `at` is now, for a mail whose arrival is not known."""
    arrivals = session.execute(
        select(Arrival.source, Arrival.arrived_at, Arrival.source_key)
        .where(Arrival.document_id == document_id)
        .order_by(Arrival.id)
    ).all()
    by_mailbox = next((arrival for arrival in arrivals if arrival.source.startswith(SOURCE)), None)
    is_ours = by_mailbox is not None and by_mailbox.source_key.endswith(PUT_TOGETHER)
    way = _way(session, by_mailbox.source.removeprefix(SOURCE), is_ours) if by_mailbox is not None else _Way()
    reply = mail.reply_to.email if mail.reply_to is not None else ""
    return Around(
        arrived_at=arrivals[0].arrived_at if arrivals else at,
        customers=houses.customers, ours=houses.ours, people=houses.people,
        before=_before(session, document_id, mail, houses),
        reply_is_known=bool(reply) and house(reply) != house(mail.sender.email) and _is_settled(session, house(reply)),
        trusted=way.trusted, as_sent=way.hands_on_as_sent,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Way:
    """What of the mailbox that a mail came by bears on it."""

    trusted: str = ""
    hands_on_as_sent: bool = False


def _way(session: Session, mailbox: str, is_put_together: bool) -> _Way:
    """`hands_on_as_sent`: its server keeps a message byte for byte, so that a signature that breaks says something."""
    row = session.execute(
        select(Mailbox.kind, Mailbox.settings).where(Mailbox.name == mailbox)
    ).one_or_none()  # fmt: skip
    if row is None:
        return _Way()
    host = str(row.settings.get("host") or "").casefold()
    is_exchange = row.kind == "graph" or host.endswith(_EXCHANGE)
    return _Way(str(row.settings.get("trusted_results") or ""), not is_exchange and not is_put_together)


def _before(session: Session, document_id: int, mail: Mail, houses: Houses) -> Before:
    whose = house(mail.sender.email) if mail.sender.domain else ""
    if not whose:
        return Before()
    rows = session.execute(
        select(SenderCheck.is_signed, SenderCheck.verdict)
        .where(SenderCheck.house == whose, SenderCheck.document_id < document_id)
        .order_by(SenderCheck.document_id.desc())
        .limit(LATEST)
    ).all()
    came_before = bool(rows) or (
        session.execute(
            select(Case.id)
            .join(CaseDocument, CaseDocument.case_id == Case.id)
            .where(_recent(session), is_from(whose), CaseDocument.document_id < document_id)
            .limit(1)
        ).first()
        is not None
    )
    return Before(
        came_before, came_before and _seems_another(mail, houses) and _is_settled(session, whose),
        signed=sum(is_signed for is_signed, _ in rows),
        unsigned=sum(not is_signed and verdict != "not_checked" for is_signed, verdict in rows),
    )  # fmt: skip


def _seems_another(mail: Mail, houses: Houses) -> bool:
    """Whether it matters that a person has settled a case of this sender: their names resemble somebody's."""
    own = registered(mail.sender.domain)
    if own in houses.ours or own in houses.customers:
        return False
    return (
        name_key(mail.sender.name) in houses.people
        or has_mixed_letters(mail.sender.domain)
        or alike(mail.sender.domain, [*houses.ours, *houses.customers]) is not None
    )


def _is_settled(session: Session, whose: str) -> bool:
    """Whether a person has settled a case that came from this house, and it was no fraud."""
    settled = select(Case.id).where(
        _recent(session), is_from(whose), Case.state == "done", Case.kind != Kind.SECURITY_ALERT
    )
    return session.execute(settled.limit(1)).first() is not None


def _recent(session: Session) -> ColumnElement[bool]:
    newest = session.execute(select(func.max(Case.id))).scalar_one() or 0
    return Case.id > newest - LOOKED_BACK
