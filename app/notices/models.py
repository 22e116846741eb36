"""Tables of what people wish to hear of by mail, and of what they were told."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

TOPICS = ("approval", "question", "answer", "assigned", "alarm", "attention")
"""What a notice can be about: a step that needs this person's yes, a question to them, an answer to theirs, a case
given to them, a suspected fraud, a case of theirs that the machine cannot go on with."""


class NoticeWish(Base):
    """What a person chose to hear of by mail. No row: what is usual in their roles."""

    __tablename__ = "notice_wishes"
    __table_args__ = (
        CheckConstraint("digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' or digest_at = ''", name="digest_at_a_time"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topics: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    digest_at: Mapped[str] = mapped_column(String(5))
    """HH:MM in the person's time zone; empty: no digest."""
    is_digest_on_weekends: Mapped[bool]


class Notice(Base):
    """Something that one person is told once, with others of the same minute in one mail."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("topic in ('" + "', '".join(TOPICS) + "')", name="topic_known"),
        Index("uq_notices_once", "user_id", "topic", "about", unique=True),
        Index("ix_notices_untold", "user_id", postgresql_where=text("told_at is null and dropped_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    topic: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(80))
    """What exactly, so that it is told once: a step's id, a question's number, an event's."""
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    noticed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    """It was settled, or too old, before it could be told."""


class DigestSent(Base):
    """A person's digest of a day."""

    __tablename__ = "digests_sent"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]


class NoticeRefusal(Base):
    """A mail to one of our people that was refused for good, until one goes through again."""

    __tablename__ = "notice_refusals"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    at: Mapped[datetime]
    says: Mapped[str] = mapped_column(Text)
