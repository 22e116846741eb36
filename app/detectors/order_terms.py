"""Terms of customers' orders as their papers state them, beside the sales order they are attached to in Odoo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.detectors.models import OrderPaperTerms
from app.mirror.models import OdooOrderPaper


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """What an order document says. `value` is its net value or not-to-exceed; what it does not state is None or "".

    `problem` says why nothing could be read; a paper that is no order document has no terms and no problem.
    """

    po_number: str = ""
    value: Decimal | None = None
    currency: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    problem: str = ""


def unread(session: Session) -> Sequence[OdooOrderPaper]:
    """Papers that were not read yet as they are now; a changed file has another checksum."""
    known = OrderPaperTerms.checksum == OdooOrderPaper.checksum
    chosen = (
        select(OdooOrderPaper)
        .outerjoin(OrderPaperTerms, (OrderPaperTerms.paper_id == OdooOrderPaper.id) & known)
        .where(OrderPaperTerms.paper_id.is_(None))
        .order_by(OdooOrderPaper.id)
    )
    return session.scalars(chosen).all()


def keep(session: Session, paper: OdooOrderPaper, terms: PaperTerms, *, at: datetime) -> None:
    """Put what a paper says in the place of what was known of it. A value without a currency is not kept."""
    row = session.get(OrderPaperTerms, paper.id) or OrderPaperTerms(paper_id=paper.id)
    row.checksum, row.order_id, row.read_at = paper.checksum, paper.order_id, at
    row.po_number, row.problem = terms.po_number, terms.problem
    row.value = terms.value if terms.currency else None
    row.currency = terms.currency or None
    row.valid_from, row.valid_until = terms.valid_from, terms.valid_until
    session.add(row)


def forget_gone(session: Session) -> None:
    """Drop the terms of papers that are no longer attached in Odoo."""
    session.execute(delete(OrderPaperTerms).where(OrderPaperTerms.paper_id.not_in(select(OdooOrderPaper.id))))
