"""Tables of decisions. Append-only: a trigger (see migrations) refuses change and removal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Decision(Base):
    """A person's verdict on exactly the content they saw (the hash says so)."""

    __tablename__ = "decisions"
    __table_args__ = (
        ForeignKeyConstraint(["suggestion_id", "content_hash"], ["suggestions.id", "suggestions.content_hash"]),
        CheckConstraint("verdict in ('confirm', 'reject')", name="verdict_known"),
        Index(
            "uq_decisions_one_confirmation_each",
            "suggestion_id",
            "by_user_id",
            unique=True,
            postgresql_where=text("verdict = 'confirm'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    suggestion_id: Mapped[UUID] = mapped_column(index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(10))
    by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    as_role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    reason_code: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[str] = mapped_column(String(40))
    policy_hash: Mapped[str] = mapped_column(String(64))
