"""Tables of raw documents, their arrivals and what reading them gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Document(Base):
    """Bytes, kept once under their SHA-256."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Arrival(Base):
    """Each time a document came in: when, by which way, under which name."""

    __tablename__ = "arrivals"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    source: Mapped[str] = mapped_column(String(120))
    source_key: Mapped[str] = mapped_column(String(500))
    name: Mapped[str] = mapped_column(Text)
    arrived_at: Mapped[datetime]


class TakenMail(Base):
    """A mail by its Message-ID and content, whatever way it came: each is taken in once."""

    __tablename__ = "taken_mails"
    __table_args__ = (Index("ix_taken_mails_document_id", "document_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """See app/sources/mail_key.py."""
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))


class DocumentPiece(Base):
    """A piece of a large document that is still coming in; put together into one document, the pieces go."""

    __tablename__ = "document_pieces"
    __table_args__ = (Index("ix_document_pieces_kept_at", "kept_at"),)

    delivery: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    kept_at: Mapped[datetime]


class ReadingRow(Base):
    """What reading a document gave (a `Reading` tree as JSON), by which version of the reader."""

    __tablename__ = "readings"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    reader_version: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    read_at: Mapped[datetime]
