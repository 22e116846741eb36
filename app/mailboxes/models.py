"""Tables of mailboxes, of how far each folder was read, and of every message that was taken out of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

KINDS = ("imap", "maildir", "graph", "gmail", "inbound")
FETCHED = ("imap", "maildir", "graph", "gmail")
"""Kinds whose mail we go and get; into the others it is pushed."""
STATES = ("active", "paused")
OUTCOMES = ("taken_in", "came_again", "refused")
"""What became of a message: a new case, one that was here before, or none: it is larger than what we keep."""


class Mailbox(Base):
    """A mailbox: how it is reached, what its mail is by default, and how it goes with it."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        CheckConstraint("kind in ('" + "', '".join(KINDS) + "')", name="kind_known"),
        CheckConstraint("state in ('" + "', '".join(STATES) + "')", name="state_known"),
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9-]{0,39}$'", name="name_is_short"),
        Index(
            "uq_mailboxes_default_for_sending", "is_default_for_sending", unique=True,
            postgresql_where=text("is_default_for_sending"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """Its short name: in `arrivals.source` as "mailbox:NAME", in commands and in logs."""
    kind: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(254))
    """The address that customers write to, and that replies come from."""
    display_name: Mapped[str] = mapped_column(String(200), default="")
    settings: Mapped[dict[str, Any]]
    """How it is reached: a `Reached` as JSON (see app/mailboxes/reached.py). No secret stands here."""
    secret: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """Passwords and tokens, sealed (see app/mailboxes/sealed.py); empty where none is needed."""
    company_id: Mapped[int | None]
    """Whose mail this is, by the company's id in Odoo: what its cases are booked under until they are matched."""
    language: Mapped[str] = mapped_column(String(2), default="")
    """The language of replies where a message's own is not known."""
    team: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(10), default="active")
    is_default_for_sending: Mapped[bool] = mapped_column(default=False)
    """Replies on cases that came in another way, and notices, go out from here; at most one."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """Its process starts anew when this moves."""

    seen_at: Mapped[datetime | None]
    """When its server last answered."""
    failing_since: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it cannot be read just now, in words that say what to do; empty when it can."""
    failures: Mapped[int] = mapped_column(BigInteger, default=0)
    last_message_at: Mapped[datetime | None]
    """When the last message was taken in."""
    last_lag_seconds: Mapped[float | None]
    """Seconds between the server's receipt of that message and its being stored here."""
    taken_in: Mapped[int] = mapped_column(BigInteger, default=0)
    came_again: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0)


class MailboxFolder(Base):
    """How far a folder was read. A folder whose UIDVALIDITY changed is another folder."""

    __tablename__ = "mailbox_folders"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(500), primary_key=True)
    validity: Mapped[str] = mapped_column(String(200))
    """UIDVALIDITY, or whatever else names the server's present numbering."""
    read_to: Mapped[str] = mapped_column(String(2000), default="")
    """The last key that was read in order (a UID, a delta link); empty: from the beginning."""


class MailboxMessage(Base):
    """A message in a mailbox's folder that was stored, and whether it was moved since."""

    __tablename__ = "mailbox_messages"
    __table_args__ = (
        CheckConstraint("outcome in ('" + "', '".join(OUTCOMES) + "')", name="outcome_known"),
        Index("ix_mailbox_messages_to_move", "mailbox_id", "folder", postgresql_where=text("filed_at is null")),
        Index("ix_mailbox_messages_document_id", "document_id"),
    )

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(500), primary_key=True)
    validity: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    """The server's key of the message: UID, file name, id."""
    outcome: Mapped[str] = mapped_column(String(12))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    stored_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    """When it was moved to its folder (or, where nothing is moved, marked); None: that is still to be done."""


class Backfill(Base):
    """Old mail that is taken in beside the new, no faster than asked for; `done` of `total` so far."""

    __tablename__ = "mailbox_backfills"
    __table_args__ = (CheckConstraint("per_minute between 1 and 6000", name="throttled"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"), index=True)
    folder: Mapped[str] = mapped_column(String(500))
    since: Mapped[date]
    per_minute: Mapped[int]
    validity: Mapped[str] = mapped_column(String(200), default="")
    read_to: Mapped[str] = mapped_column(String(2000), default="")
    total: Mapped[int | None]
    """How many messages there are; None until the server was asked."""
    done: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[str] = mapped_column(String(300))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it ended before everything was read; empty when it did not."""
