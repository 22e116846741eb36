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
    """The stored reading. Raises NotFound when the document has not been read yet."""
    row = session.get(ReadingRow, document_id)
    if row is None:
        raise NotFound(f"Document {document_id} has not been read yet.")
    return storage.from_json(row.content)
