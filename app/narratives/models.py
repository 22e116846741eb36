"""Tables of the texts of draft invoices: customers' rules, and which draft has which case."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

FIRM = 0
"""Stands for every customer in place of a customer's id: Odoo has no partner 0."""
NARRATIVE_STATES = ("open", "ended")


class NarrativeRules(Base):
    """What a customer (or the firm, `customer_id` 0) wants of the text of an invoice; None where nothing is said."""

    __tablename__ = "narrative_rules"
    __table_args__ = (
        CheckConstraint("max_length is null or max_length between 80 and 2000", name="length_fits"),
        CheckConstraint("customer_id >= 0", name="customer_known"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    customer_name: Mapped[str] = mapped_column(Text, default="")
    po_number: Mapped[str | None] = mapped_column(String(10))
    staff_names: Mapped[bool | None]
    group_by: Mapped[str | None] = mapped_column(String(10))
    max_length: Mapped[int | None]
    forbidden_words: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    tone: Mapped[str | None] = mapped_column(String(10))
    length: Mapped[str | None] = mapped_column(String(10))
    per: Mapped[str | None] = mapped_column(String(10))
    language: Mapped[str | None] = mapped_column(String(2))
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]


class Narrative(Base):
    """The text proposed for a draft invoice of Odoo: one case for one draft, however often it is drafted.

    `fingerprint` changes when anything does that the reviewer would read or Odoo would be guarded by. `foot` is the
    text last proposed for the foot, so that the next one takes its place. `ended`: no draft any more, or nothing to
    propose.
    """

    __tablename__ = "narratives"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(NARRATIVE_STATES) + "')", name="state_known"),
        Index("ix_narratives_case_id", "case_id"),
    )

    invoice_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    company_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    foot: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(Text, default="")
    """What the draft is called."""
    net: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    lines: Mapped[int] = mapped_column(default=0)
    clean_lines: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    """Lines with a text of which nothing was held back, shortened or translated, by their ids in Odoo."""
    held_back: Mapped[int] = mapped_column(default=0)
    without_text: Mapped[int] = mapped_column(default=0)
    """Lines that get no text, for a reason that the reviewer reads."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    drafted_at: Mapped[datetime]
