"""Storing what arrives: once under its SHA-256, before anything is acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.documents.models import Arrival, Document
from app.sources.incoming import Incoming


@dataclass(frozen=True, slots=True)
class Received:
    """A stored document; `is_new`: these bytes were not here before; `is_repeat`: this very delivery was."""

    document_id: int
    sha256: str
    is_new: bool
    is_repeat: bool


def receive_own(session: Session, made: Sequence[Incoming]) -> list[int]:
    """Keep documents that we made ourselves and that nobody can have sent before; their ids, in order.

    Many at once in a few statements. The same bytes twice are an error of whoever made them (IntegrityError).
    """
    documents = [
        Document(
            sha256=hashlib.sha256(one.content).hexdigest(), size=len(one.content), name=one.name,
            received_at=one.arrived_at, content=one.content,
        )
        for one in made
    ]  # fmt: skip
    session.add_all(documents)
    session.flush()
    ids = [document.id for document in documents]
    session.add_all(
        Arrival(document_id=n, source=one.source, source_key=one.source_key, name=one.name, arrived_at=one.arrived_at)
        for n, one in zip(ids, made, strict=True)
    )
    session.flush()
    for document in documents:
        session.expunge(document)  # its bytes need not be held in memory
    return ids


def receive(session: Session, incoming: Incoming) -> Received:
    """Keep the bytes (once) and the arrival (each), in the caller's transaction.

    Two callers with the same bytes at the same time: one stores, the other waits for it and then finds it.
    """
    sha256 = hashlib.sha256(incoming.content).hexdigest()
    new_id = session.execute(
        insert(Document)
        .values(
            sha256=sha256, size=len(incoming.content), name=incoming.name, received_at=incoming.arrived_at,
            content=incoming.content,
        )
        .on_conflict_do_nothing(index_elements=["sha256"])
        .returning(Document.id)
    ).scalar_one_or_none()  # fmt: skip
    document_id = new_id or session.execute(select(Document.id).where(Document.sha256 == sha256)).scalar_one()
    arrival_id = session.execute(
        insert(Arrival)
        .values(
            document_id=document_id, source=incoming.source, source_key=incoming.source_key, name=incoming.name,
            arrived_at=incoming.arrived_at,
        )
        .on_conflict_do_nothing(index_elements=["source", "source_key"])
        .returning(Arrival.id)
    ).scalar_one_or_none()  # fmt: skip
    return Received(document_id, sha256, is_new=new_id is not None, is_repeat=arrival_id is None)
