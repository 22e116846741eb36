"""Keeping and finding what reading a document gave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.documents import storage
from app.documents.models import ReadingRow
from app.documents.reading import Reading
from app.errors import NotFound

READER_VERSION = "1"


def keep(session: Session, document_id: int, reading: Reading, *, at: datetime) -> None:
    """Store a reading, in place of an older one of the same document."""
    values = {"reader_version": READER_VERSION, "content": storage.to_json(reading), "read_at": at}
    session.execute(
        insert(ReadingRow)
        .values(document_id=document_id, **values)
        .on_conflict_do_update(index_elements=["document_id"], set_=values)
    )


def load(session: Session, document_id: int) -> Reading:
    """The stored reading.

    Raises:
        NotFound: The document has not been read yet, or by an earlier version whose result cannot be used any more.
    """
    row = session.get(ReadingRow, document_id)
    if row is None:
        raise NotFound(f"Document {document_id} has not been read yet.")
    try:
        return storage.from_json(row.content)
    except ValueError:
        raise NotFound(
            f"Document {document_id} was read by an earlier version. Have its case read again: countersign retry"
        ) from None
