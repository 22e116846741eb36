"""Builders of the trade's things for tests: people, cases, proposals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.cases.intake import take_in
from app.cases.models import Case
from app.decisions import approval_matrix
from app.decisions.approval_matrix import Policy
from app.money import Money
from app.odoo.commands import Change, OperationKind
from app.sources.incoming import Incoming
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, Shown
from app.users import access
from app.users.access import Caller

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def an_arrival(content: bytes = b"Subject: hello\n\nhello", *, name: str = "mail.eml", key: str = "k1") -> Incoming:
    return Incoming(content, name, "upload", key, NOW)


def a_person(session: Session, name: str = "Ines", *roles: str) -> Caller:
    user = access.add_user(
        session, email=f"{name.casefold()}@firm.example", name=name, roles=roles or ("reviewer",), at=NOW, by="test"
    )
    return Caller(user.id, user.email, user.name, tuple(user.roles))


def a_case(session: Session, *, content: bytes = b"Subject: hello\n\nhello", state: str = "to_decide") -> Case:
    taken = take_in(session, an_arrival(content, key=str(hash(content))))
    case = session.get_one(Case, taken.case_id)
    case.state = state
    case.attention = "Open the original, and enter what matters by hand." if state == "needs_attention" else ""
    session.flush()
    return case


def a_credit(amount: str = "300.00", *, currency: str = "EUR", invoice_id: int = 76) -> Proposal:
    return Proposal(
        kind="draft_credit_note", target_name="INV/2026/00012", risk="financial",
        amount=Money(Decimal(amount), currency),
        shown=(Shown("Hours", "42.00", "40.00"),), because="2 hours have no approval.", effect="Drafts a credit.",
        change=Change(
            OperationKind.DRAFT_CREDIT_NOTE, 1, "account.move", invoice_id,
            values={"reason": "2 hours", "lines": [{"line_id": 5, "quantity": "2"}]}, expected={"state": "posted"},
        ),
    )  # fmt: skip


def a_reference(number: str = "PO-7") -> Proposal:
    return Proposal(
        kind="set_customer_reference", target_name="S00012", risk="operational",
        shown=(Shown("Customer reference", "(empty)", number),), because="The customer says so.", effect="Writes it.",
        change=Change(
            OperationKind.SET_CUSTOMER_REFERENCE, 1, "sale.order", 12, values={"reference": number},
            expected={"client_order_ref": None},
        ),
    )  # fmt: skip


def a_suggestion(session: Session, case: Case, proposal: Proposal | None = None) -> Suggestion:
    return freeze(session, case.id, proposal or a_reference(), the_policy(), at=NOW)


def the_policy() -> Policy:
    return approval_matrix.load()
