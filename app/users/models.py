"""Tables of people and machines."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

ROLES = ("reviewer", "project_manager", "controller", "policy_owner", "automation", "auditor", "administrator")


class User(Base):
    """A person (or, for automation, a machine's owner). Nobody is deleted: decisions name them."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    teams: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list, server_default="{}")
    """Names of the teams whose cases are theirs too. A team is its people: it exists while somebody is in it."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A machine's key: only its SHA-256 is kept. `scopes` limit it, `user_id` says on whose behalf it acts."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")


class OdooPerson(Base):
    """A user of an Odoo database who is one of our people: linked by an administrator, never by a request's claim."""

    __tablename__ = "odoo_people"
    __table_args__ = (UniqueConstraint("database", "uid"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    database: Mapped[str] = mapped_column(String(64))
    """Odoo's `database.uuid`."""
    uid: Mapped[int]
    login: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime]


class OdooVisitor(Base):
    """A user of an Odoo database who called and is linked to nobody here: an administrator may link them."""

    __tablename__ = "odoo_visitors"

    database: Mapped[str] = mapped_column(String(64), primary_key=True)
    uid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class OdooToken(Base):
    """A token of Odoo that a decision was taken with: it is good for that one, and kept until it ends by itself."""

    __tablename__ = "odoo_tokens"
    __table_args__ = (Index("ix_odoo_tokens_expires_at", "expires_at"),)

    database: Mapped[str] = mapped_column(String(64), primary_key=True)
    jti: Mapped[str] = mapped_column(String(80), primary_key=True)
    expires_at: Mapped[datetime]


class SpentToken(Base):
    """A sign-in link that was used, or a session that was signed out of: good for nothing, until it expires."""

    __tablename__ = "spent_tokens"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]


class PersonalSettings(Base):
    """What a person set for themselves; empty: as the browser or the installation says."""

    __tablename__ = "personal_settings"
    __table_args__ = (CheckConstraint("undo_seconds in (5, 10, 20, 60)", name="undo_seconds_known"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(5))
    formats: Mapped[str] = mapped_column(String(10))
    time_zone: Mapped[str] = mapped_column(String(64))
    theme: Mapped[str] = mapped_column(String(10))
    single_keys: Mapped[bool]
    undo_seconds: Mapped[int | None]
    """How long a confirmation can be undone; None: as the installation says."""
