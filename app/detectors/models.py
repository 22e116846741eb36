"""Tables of detections and of the terms read from customers' order documents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

DETECTION_STATES = ("open", "fixed")


class Detection(Base):
    """A discrepancy that was raised, under its key: it opens one case, however often it is found.

    `fixed` when a later run over a whole mirror did not find it any more; found again, it is open again.
    """

    __tablename__ = "detections"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(DETECTION_STATES) + "')", name="state_known"),
        CheckConstraint("(amount is null) or (currency is not null)", name="amount_has_currency"),
        Index("ix_detections_case_id", "case_id"),
    )

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    rule: Mapped[str] = mapped_column(String(80))
    company_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    """The document that tells it as it was found last."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="open")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    fixed_at: Mapped[datetime | None]


class OrderPaperTerms(Base):
    """What a document attached to a sales order says of the customer's order: Odoo has no place for it.

    `value` is the order's net value or not-to-exceed; `problem` says why nothing could be read.
    """

    __tablename__ = "order_paper_terms"
    __table_args__ = (
        CheckConstraint("(value is null) or (currency is not null)", name="value_has_currency"),
        Index("ix_order_paper_terms_order_id", "order_id"),
    )

    paper_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The attachment's id in Odoo (odoo_order_papers)."""
    checksum: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[int] = mapped_column(BigInteger)
    po_number: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    read_at: Mapped[datetime]
