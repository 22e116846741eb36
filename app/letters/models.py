"""The table of letters: replies that leave by mail, each at most once by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

LETTER_STATES = (
    "waiting",  # confirmed; something it needs is not there yet (`because` says what)
    "sending",  # handed to the server for outgoing mail, whose answer is not known yet
    "sent",
    "uncertain",  # the server may have it, or not: a person looks and says
    "refused",  # it cannot leave; `because` says why
    "bounced",  # it left and came back
    "withdrawn",  # taken back before it left
)


class Letter(Base):
    """A confirmed reply on its way by mail. Its `message_id` is always the same, however often it is tried."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(LETTER_STATES) + "')", name="state_known"),
        CheckConstraint(
            "state not in ('sent', 'bounced') or (sent_at is not null and document_id is not null)",
            name="sent_is_kept",
        ),
        CheckConstraint("state <> 'sending' or document_id is not null", name="kept_before_it_leaves"),
        Index("ix_letters_case_id", "case_id"),
        Index("ix_letters_document_id", "document_id"),
        Index("ix_letters_to_copy", "sent_at", postgresql_where=text("copy_wanted and copied_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("suggestions.id"), unique=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    message_id: Mapped[str] = mapped_column(String(500), unique=True)
    """As it stands in the mail, in angle brackets."""
    sender: Mapped[str] = mapped_column(String(254))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(String(320)))
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    because: Mapped[str] = mapped_column(Text, default="")
    """Why it waits, cannot leave, or may have left, in words that say what to do."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often it was handed to a server."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    """The mail itself, kept before it is handed over; a document of the case once it was sent."""
    made_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    """When it was last handed over."""
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the server said when it took it."""
    settled_by: Mapped[str] = mapped_column(String(300), default="")
    """Who said that an uncertain one had left, or is to leave again; empty: nobody had to."""
    copy_wanted: Mapped[bool] = mapped_column(default=False)
    copied_at: Mapped[datetime | None]
    """When a copy was put into the mailbox's folder of sent mail."""
    bounced_at: Mapped[datetime | None]
    bounced_because: Mapped[str] = mapped_column(Text, default="")
    """What the server of the recipient said."""
