"""Customers' rules for the text of invoices: the firm's default, and what a customer has differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.errors import NotFound
from app.mirror.models import OdooCustomer
from app.narratives.models import FIRM, NarrativeRules
from app.narratives.profile import Profile

NAMES = tuple(f.name for f in fields(Profile))
"""The rules' names, as columns, options and JSON keys."""


def profile_of(session: Session, customer_id: int) -> Profile:
    """What holds for a customer: the defaults, then the firm's rules, then the customer's own."""
    profile = Profile()
    for key in (FIRM, customer_id):
        row = session.get(NarrativeRules, key)
        if row is not None:
            profile = profile.with_values(values_of(row))
    return profile


def values_of(row: NarrativeRules) -> dict[str, Any]:
    """What a row says, None left out."""
    return {name: value for name in NAMES if (value := getattr(row, name)) is not None}


def every(session: Session) -> Sequence[NarrativeRules]:
    """All rows, the firm's first, then by customer's name."""
    query = select(NarrativeRules).order_by(NarrativeRules.customer_id != FIRM, NarrativeRules.customer_name)
    return session.scalars(query).all()


def customer(session: Session, name: str) -> OdooCustomer:
    """The customer of Odoo (a commercial entity) by its id or name; part of a name is enough where one fits.

    Raises:
        NotFound: None fits, or several do.
    """
    entities = select(OdooCustomer).where(OdooCustomer.customer_id == OdooCustomer.id)
    wanted = name.strip()
    if wanted.isdecimal():
        found = session.scalars(entities.where(OdooCustomer.id == int(wanted))).all()
    else:
        found = session.scalars(entities.where(OdooCustomer.name == wanted)).all()
        pattern = f"%{wanted.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
        found = found or session.scalars(
            entities.where(OdooCustomer.name.ilike(pattern)).order_by(OdooCustomer.name).limit(6)
        ).all()  # fmt: skip
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            f"No customer in the mirror of Odoo is called “{wanted}”. Bring it up to date: countersign mirror"
        )
    raise NotFound(
        f"“{wanted}” fits several customers: {', '.join(c.name for c in found[:5])}. Say which, by name or id."
    )


def put(
    session: Session, customer_id: int, customer_name: str, values: Mapping[str, Any], *, by: str, at: datetime
) -> Profile:
    """Say what a customer (or the firm, `FIRM`) wants; what is not among `values` stays, None takes a rule back.

    Returns what holds from now on.

    Raises:
        Refused: A value that is none of its choices, or does not go with the others.
    """
    row = session.get(NarrativeRules, customer_id, with_for_update=True)
    if row is None:
        row = NarrativeRules(customer_id=customer_id, **dict.fromkeys(NAMES))
        session.add(row)
    row.customer_name, row.set_by, row.set_at = customer_name, by, at
    for name in NAMES:
        if name in values:
            value = values[name]
            setattr(row, name, list(value) if isinstance(value, list | tuple) else value)
    with session.no_autoflush:
        base = Profile()
        firm = session.get(NarrativeRules, FIRM) if customer_id != FIRM else None
        if firm is not None:
            base = base.with_values(values_of(firm))
        profile = base.with_values(values_of(row))
        if customer_id == FIRM:  # what a customer has differently must still go with it
            for other in session.scalars(select(NarrativeRules).where(NarrativeRules.customer_id != FIRM)):
                profile.with_values(values_of(other))
    session.flush()
    trail.record(
        session, "narrative.rules_set", actor=by, at=at, customer=customer_id,
        rules={name: list(v) if isinstance(v, tuple) else v for name, v in values.items()},
    )  # fmt: skip
    return profile


def remove(session: Session, customer_id: int, *, by: str, at: datetime) -> None:
    """Forget what a customer (or the firm) has differently.

    Raises:
        NotFound: Nothing was said for it.
    """
    row = session.get(NarrativeRules, customer_id, with_for_update=True)
    if row is None:
        raise NotFound("There are no rules of its own for this customer: the firm's hold.")
    session.delete(row)
    session.flush()
    trail.record(session, "narrative.rules_removed", actor=by, at=at, customer=customer_id)
