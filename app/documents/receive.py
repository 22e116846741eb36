"""Storing what arrives: once under its SHA-256, before anything is acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.documents import pieces, sniff
from app.documents.models import Arrival, Document, TakenMail
from app.sources.incoming import Incoming
from app.sources.mail_key import key_of

_MAILS = 20_001
"""Sets our locks on mails apart from others."""


@dataclass(frozen=True, slots=True)
class Received:
    """A stored document; `is_new`: these bytes were not here before; `is_repeat`: this very delivery was."""

    document_id: int
    sha256: str
    is_new: bool
    is_repeat: bool


def new_mails(session: Session, arrivals: Sequence[Incoming], mail_keys: Sequence[str]) -> list[int]:
    """Which of these mails were never here, by their place; of two equal ones the first. Until our end nobody else
    takes in one of them."""
    each = func.unnest(cast(sorted(set(mail_keys)), ARRAY(String))).column_valued("key")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(each, _MAILS))))
    known = set(session.execute(select(TakenMail.digest).where(TakenMail.digest.in_(mail_keys))).scalars())
    digests = [hashlib.sha256(one.content).hexdigest() for one in arrivals]
    kept = set(session.execute(select(Document.sha256).where(Document.sha256.in_(digests))).scalars())
    found: dict[str, int] = {}
    for i, (key, digest) in enumerate(zip(mail_keys, digests, strict=True)):
        if key not in known and digest not in kept:
            found.setdefault(key, i)
    return sorted(found.values())


def receive_own(session: Session, made: Sequence[Incoming], mail_keys: Sequence[str] = ()) -> list[int]:
    """Keep documents that nobody can have sent before, because we made them or have looked; their ids, in order.

    Many at once in a few statements. The same bytes twice are an error of whoever made them (IntegrityError).
    `mail_keys`: they are mails, known by these.
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
    session.add_all(TakenMail(digest=key, document_id=n) for n, key in zip(ids, mail_keys, strict=bool(mail_keys)))
    session.flush()
    for document in documents:
        session.expunge(document)  # its bytes need not be held in memory
    return ids


def receive(session: Session, incoming: Incoming, *, mail_key: str = "") -> Received:
    """Keep the bytes (once) and the arrival (each), in the caller's transaction.

    Two callers with the same bytes at the same time: one stores, the other waits for it and then finds it. A mail that
    came by another way, with other headers of the servers between, is the same document: the first is kept.
    """
    if not mail_key and incoming.in_pieces is None and sniff.media_type(incoming.content, incoming.name) == sniff.MAIL:
        mail_key = key_of(incoming.content)
    known = _known_mail(session, mail_key) if mail_key else None
    sha256, new_id = ("", None) if known is not None else _keep(session, incoming)
    document_id = known or new_id
    if document_id is None:
        document_id = session.execute(select(Document.id).where(Document.sha256 == sha256)).scalar_one()
    if known is not None:
        sha256 = session.execute(select(Document.sha256).where(Document.id == known)).scalar_one()
        if incoming.in_pieces is not None:
            pieces.forget(session, incoming.in_pieces.delivery)
    elif mail_key:
        session.execute(insert(TakenMail).values(digest=mail_key, document_id=document_id))
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


def _known_mail(session: Session, mail_key: str) -> int | None:
    """The document that this mail was kept as. Who asks for the same mail at the same time waits for our end."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mail_key, _MAILS))))
    return session.execute(select(TakenMail.document_id).where(TakenMail.digest == mail_key)).scalar_one_or_none()


def _keep(session: Session, incoming: Incoming) -> tuple[str, int | None]:
    """The SHA-256 of the bytes, and the new document's id; None when they were here before."""
    if incoming.in_pieces is not None:
        return incoming.in_pieces.sha256, pieces.put_together(session, incoming)
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
    return sha256, new_id
