"""Tables of suggestions. A trigger (see migrations) keeps a suggestion's content as it was frozen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

RISKS = ("advisory", "operational", "financial", "tax_sensitive", "contract_sensitive")
SUGGESTION_STATES = ("open", "confirmed", "rejected", "superseded", "written", "stale", "refused", "undone")


class Suggestion(Base):
    """One proposed change, whole and frozen: an edit makes a new version with its own hash and its own decisions."""

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("id", "content_hash"),
        CheckConstraint("risk in ('" + "', '".join(RISKS) + "')", name="risk_known"),
        CheckConstraint("state in ('" + "', '".join(SUGGESTION_STATES) + "')", name="state_known"),
        CheckConstraint("approvals_required >= 1", name="needs_a_person"),
        CheckConstraint("(amount is null) or (currency is not null)", name="amount_has_currency"),
        Index("ix_suggestions_case", "case_id"),
        Index("ix_suggestions_target", "target_model", "target_id", postgresql_where=text("state <> 'superseded'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("suggestions.id"))
    rank: Mapped[int] = mapped_column(default=0)
    target_model: Mapped[str] = mapped_column(String(80), default="")
    target_id: Mapped[int | None] = mapped_column(BigInteger)
    target_name: Mapped[str] = mapped_column(Text, default="")
    company_id: Mapped[int | None]
    before: Mapped[list[Any]]
    """Rows to show: [{"what", "now", "after", "unit"}]."""
    command: Mapped[dict[str, Any]]
    """What is sent to Odoo: kind, record, values, expected."""
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    risk: Mapped[str] = mapped_column(String(20))
    because: Mapped[str] = mapped_column(Text)
    effect: Mapped[str] = mapped_column(Text)
    """One line beneath the button: what confirming does."""
    evidence: Mapped[list[Any]]
    approvals_required: Mapped[int] = mapped_column(default=1)
    rule: Mapped[str] = mapped_column(String(40))
    policy_hash: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """None: proposed by software. Otherwise the person who edited it."""
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="open")
