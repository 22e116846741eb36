"""Add the billing contact a customer names. Undone by archiving the contact; a company's own name is never changed."""

from __future__ import annotations

import re

from app.firm import FREE_MAIL
from app.odoo.commands import Change, OperationKind
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


def propose(situation: Situation) -> list[Proposal]:
    """For a change of contact by a certain customer who writes one new address of their own domain."""
    customer, mail, record = situation.books.customer(), situation.reading.mail, record_of(situation)
    if situation.reason != "contact_change" or customer is None or mail is None or record is None:
        return []
    own = mail.sender.domain
    if own in FREE_MAIL:
        return []  # everybody has an address there
    text = situation.reading.segment_text("subject", "new")
    known = {customer.email.casefold(), mail.sender.email.casefold()}
    named = {a.casefold() for a in _ADDRESS.findall(text) if a.casefold().endswith("@" + own)} - known
    if len(named) != 1:
        return []
    address = named.pop()
    return [
        Proposal(
            kind="update_billing_contact", target_name=customer.name, risk="operational", rank=3,
            shown=(Shown("Invoice contact", customer.email or "(empty)", f"{address} added"),),
            because=f"{customer.name} names {address} for invoices, from its own domain.",
            effect=f"Adds {address} as invoice contact of {customer.name}; nothing is removed.",
            change=Change(
                OperationKind.UPDATE_BILLING_CONTACT, record.company_id, "res.partner", customer.id,
                values={"new_contact": True, "name": address.partition("@")[0], "email": address},
                expected={"name": customer.name, "active": True},
            ),
            evidence=({"quote": address},),
        )
    ]  # fmt: skip
