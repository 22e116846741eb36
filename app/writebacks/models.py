"""Tables of write-backs. A trigger (see migrations) refuses a row whose deciding rows are not there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

WRITEBACK_STATES = ("waiting", "leased", "written", "stale", "refused", "failed", "withdrawn")


class WriteBack(Base):
    """The one write of a suggestion version. `key` makes it happen at most once in Odoo."""

    __tablename__ = "write_backs"
    __table_args__ = (
        ForeignKeyConstraint(["suggestion_id", "content_hash"], ["suggestions.id", "suggestions.content_hash"]),
        CheckConstraint("state in ('" + "', '".join(WRITEBACK_STATES) + "')", name="state_known"),
        CheckConstraint("state <> 'written' or receipt is not null", name="written_has_receipt"),
        Index("ix_write_backs_open", "next_at", postgresql_where=text("state in ('waiting', 'leased')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    suggestion_id: Mapped[UUID] = mapped_column(unique=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    """Counts leases, so that it names one."""
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts that failed in a way nobody foresaw."""
    next_at: Mapped[datetime]
    """Not before this: the end of the undo time, of a lease, or of a back-off."""
    receipt: Mapped[dict[str, Any] | None]
    differs: Mapped[list[Any] | None]
    """For a stale write: [{"what", "seen", "now"}]."""
    last_error: Mapped[str] = mapped_column(Text, default="")
    queued_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    handed_to: Mapped[str | None] = mapped_column(String(64))
    """The Odoo database (its uuid) that was given this write to carry out at once, as the person who confirmed there;
    only it may report on it. None: it goes out through the worker alone."""
