"""Why a record in Odoo is as it is: what was written to it from here, who decided it, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.decisions.models import Decision
from app.mirror.models import OdooCustomer, OdooInvoice, OdooOrder
from app.suggestions.models import Suggestion
from app.users.models import User
from app.writebacks.models import WriteBack

MOST_RECORDS, MOST_CHANGES = 20, 200
SENT = ("written", "undone", "confirmed", "stale", "refused")
"""States of suggestions of which something was sent to Odoo, or is about to be."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of Odoo, by the name people know it by."""

    model: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Who decided, in which role, when, and under which rule of which policy."""

    name: str
    email: str
    role: str
    verdict: str
    at: datetime
    rule: str
    policy_hash: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """A change that was sent to Odoo, with who decided it and what became of it."""

    suggestion: Suggestion
    case: Case
    decisions: tuple[Decided, ...]
    write: WriteBack | None


def records(session: Session, called: str) -> tuple[Record, ...]:
    """The records that people may mean: an invoice, order or customer by name, number or reference of the mirror.

    A draft has no number: it is found by its order's name or the customer's reference. MODEL,ID names one for sure.
    """
    wanted = called.strip()
    model, _, number = wanted.partition(",")
    if number.strip().isdecimal() and "." in model and len(number) < 19:
        return (Record(model.strip(), int(number), wanted),)
    if not wanted:
        return ()
    found: list[Record] = []
    invoices = select(OdooInvoice.id, OdooInvoice.name, OdooInvoice.origin).where(
        or_(OdooInvoice.name == wanted, OdooInvoice.reference == wanted, OdooInvoice.origin == wanted)
    )
    for record_id, name, origin in session.execute(invoices.order_by(OdooInvoice.id.desc()).limit(MOST_RECORDS)):
        found.append(Record("account.move", record_id, name if name not in ("", "/") else origin))
    orders = select(OdooOrder.id, OdooOrder.name).where(
        or_(OdooOrder.name == wanted, OdooOrder.customer_reference == wanted)
    )
    for record_id, name in session.execute(orders.order_by(OdooOrder.id.desc()).limit(MOST_RECORDS)):
        found.append(Record("sale.order", record_id, name))
    customers = select(OdooCustomer.id, OdooCustomer.name).where(OdooCustomer.name == wanted)
    for record_id, name in session.execute(customers.order_by(OdooCustomer.id).limit(MOST_RECORDS)):
        found.append(Record("res.partner", record_id, name))
    return tuple(found[:MOST_RECORDS])


def changes(session: Session, of: Sequence[Record]) -> tuple[ChangeMade, ...]:
    """What was sent to these records, or made them, the newest first."""
    if not of:
        return ()
    sent_to = or_(*(and_(Suggestion.target_model == r.model, Suggestion.target_id == r.id) for r in of))
    made = or_(*(WriteBack.receipt.contains({"model": r.model, "id": r.id}) for r in of))
    query = (
        select(Suggestion, Case, WriteBack)
        .join(Case, Case.id == Suggestion.case_id)
        .outerjoin(WriteBack, WriteBack.suggestion_id == Suggestion.id)
        .where(Suggestion.state.in_(SENT))
        .order_by(Suggestion.made_at.desc())
        .limit(MOST_CHANGES)
    )
    rows = {row[0].id: row for which in (sent_to, made) for row in session.execute(query.where(which))}
    newest = sorted(rows.values(), key=lambda row: row[0].made_at, reverse=True)[:MOST_CHANGES]
    decided = _decisions(session, [suggestion for suggestion, _, _ in newest])
    return tuple(ChangeMade(s, case, tuple(decided.get(str(s.id), ())), write) for s, case, write in newest)


def _decisions(session: Session, suggestions: Sequence[Suggestion]) -> dict[str, list[Decided]]:
    rows = session.execute(
        select(Decision, User.name, User.email)
        .join(User, User.id == Decision.by_user_id)
        .where(Decision.suggestion_id.in_([s.id for s in suggestions]))
        .order_by(Decision.at)
    ).all()
    found: dict[str, list[Decided]] = {}
    for d, name, email in rows:
        found.setdefault(str(d.suggestion_id), []).append(
            Decided(name, email, d.as_role, d.verdict, d.at, d.rule, d.policy_hash, d.note)
        )
    return found
