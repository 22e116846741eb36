"""Large documents come in piece by piece and are put together by the database: nobody holds one whole on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Integer, LargeBinary, String, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session

from app.documents.models import Document, DocumentPiece
from app.errors import Conflict
from app.sources.incoming import Incoming

KEPT = timedelta(days=1)
"""What nobody put together after this long never will be: its delivery ended midway, and came again as another."""


def keep(session: Session, delivery: UUID, number: int, content: bytes, *, at: datetime) -> None:
    """Set a piece down; `number` counts from 0."""
    session.execute(insert(DocumentPiece).values(delivery=delivery, number=number, content=content, kept_at=at))


def put_together(session: Session, incoming: Incoming) -> int | None:
    """Make the pieces one document, if they have the SHA-256 they should; the pieces go. None when it was here before.

    Raises:
        Conflict: Pieces are missing, or are not as they were read.
    """
    given = incoming.in_pieces
    assert given is not None
    whole = (
        select(
            func.string_agg(
                DocumentPiece.content, aggregate_order_by(literal(b"", LargeBinary), DocumentPiece.number.asc())
            ).label("content")
        )
        .where(DocumentPiece.delivery == given.delivery)
        .cte("whole")
    )
    content = whole.c.content
    new_id = session.execute(
        insert(Document)
        .from_select(
            ["sha256", "size", "name", "received_at", "content"],
            select(
                cast(func.encode(func.sha256(content), "hex"), String),
                cast(func.length(content), Integer),
                literal(incoming.name), literal(incoming.arrived_at), content,
            ).where(func.encode(func.sha256(content), "hex") == given.sha256),
        )
        .on_conflict_do_nothing(index_elements=["sha256"])
        .returning(Document.id)
    ).scalar_one_or_none()  # fmt: skip
    if new_id is None and not session.execute(select(Document.id).where(Document.sha256 == given.sha256)).first():
        raise Conflict("A large document is not as it was read: a piece is missing. It is read again.", size=given.size)
    forget(session, given.delivery)
    return new_id


def forget(session: Session, *deliveries: UUID) -> None:
    """Remove the pieces of deliveries that came to nothing, or were here before."""
    session.execute(delete(DocumentPiece).where(DocumentPiece.delivery.in_(deliveries)))


def forget_old(session: Session, *, at: datetime) -> None:
    session.execute(delete(DocumentPiece).where(DocumentPiece.kept_at < at - KEPT))
