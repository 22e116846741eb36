"""Table of what was checked of each mail's sender."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

VERDICTS = ("confirmed", "unconfirmed", "failed", "not_checked")
"""The sender is who they say; nothing says so or otherwise; a check failed; a check waits for the name service."""


class SenderCheck(Base):
    """What was checked of the sender of a mail; one row per document that is a mail."""

    __tablename__ = "sender_checks"
    __table_args__ = (
        CheckConstraint("verdict in ('" + "', '".join(VERDICTS) + "')", name="verdict_known"),
        CheckConstraint("(verdict = 'failed') = (failed <> '{}')", name="failed_says_what"),
        Index("ix_sender_checks_house", "house", text("document_id desc")),
        Index("ix_sender_checks_again", "again_at", postgresql_where=text("again_at is not null")),
        Index("ix_sender_checks_failed", "document_id", postgresql_where=text("failed <> '{}'")),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True, autoincrement=False)
    house: Mapped[str] = mapped_column(Text, default="")
    """The sender's registered domain; at a free mail service the whole address; empty where no sender is named."""
    verdict: Mapped[str] = mapped_column(String(12))
    is_signed: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether a signature of the sender's own house was verified by us."""
    failed: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    """Codes of the checks that failed (see app/senders/checked.py)."""
    signs: Mapped[list[Any]]
    """All that was found: [{"code", "facts"}], the gravest first."""
    checked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=1)
    again_at: Mapped[datetime | None]
    """When to ask the name service again; None: nothing is left to ask."""
