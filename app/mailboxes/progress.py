"""How far a mailbox was read, what is still to be moved, and how it goes with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.mailboxes.models import Backfill, Mailbox, MailboxFolder, MailboxMessage
from app.mailboxes.port import Place


def named(session: Session, name: str) -> Mailbox | None:
    """The mailbox of this name; None: there is none."""
    return session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one_or_none()


def read_to(session: Session, mailbox_id: int, place: Place) -> str:
    """After what to go on in a folder; empty: from the beginning, because it is new or was numbered anew."""
    row = session.get(MailboxFolder, (mailbox_id, place.folder))
    return row.read_to if row is not None and row.validity == place.validity else ""


def note_read_to(session: Session, mailbox_id: int, place: Place, position: str) -> None:
    session.execute(
        insert(MailboxFolder)
        .values(mailbox_id=mailbox_id, folder=place.folder, validity=place.validity, read_to=position)
        .on_conflict_do_update(
            index_elements=["mailbox_id", "folder"], set_={"validity": place.validity, "read_to": position}
        )
    )


def known(session: Session, mailbox_id: int, place: Place, keys: Collection[str]) -> set[str]:
    """Which of these messages are stored."""
    return set(
        session.execute(
            select(MailboxMessage.key).where(
                MailboxMessage.mailbox_id == mailbox_id, MailboxMessage.folder == place.folder,
                MailboxMessage.validity == place.validity, MailboxMessage.key.in_(keys),
            )
        ).scalars()
    )  # fmt: skip


def to_move(session: Session, mailbox_id: int, place: Place) -> dict[str, list[str]]:
    """Messages of a folder that are stored and not moved yet, by what became of them."""
    found: dict[str, list[str]] = {}
    for outcome, key in session.execute(
        select(MailboxMessage.outcome, MailboxMessage.key)
        .where(
            MailboxMessage.mailbox_id == mailbox_id, MailboxMessage.folder == place.folder,
            MailboxMessage.validity == place.validity, MailboxMessage.filed_at.is_(None),
        )
        .order_by(MailboxMessage.stored_at)
    ):  # fmt: skip
        found.setdefault(outcome, []).append(key)
    return found


def note_moved(session: Session, mailbox_id: int, place: Place, keys: Sequence[str], *, at: datetime) -> None:
    session.execute(
        update(MailboxMessage)
        .where(
            MailboxMessage.mailbox_id == mailbox_id, MailboxMessage.folder == place.folder,
            MailboxMessage.validity == place.validity, MailboxMessage.key.in_(keys),
        )
        .values(filed_at=at)
    )  # fmt: skip


def take_over_unmoved(session: Session, mailbox_id: int, place: Place, document_id: int, *, at: datetime) -> str:
    """What became of this mail when it was stored under another numbering and could not be moved before that went; the
    new number is moved in its stead. Empty: there is no such."""
    row = session.execute(
        select(MailboxMessage)
        .where(
            MailboxMessage.document_id == document_id, MailboxMessage.mailbox_id == mailbox_id,
            MailboxMessage.folder == place.folder, MailboxMessage.validity != place.validity,
            MailboxMessage.filed_at.is_(None),
        )
        .order_by(MailboxMessage.stored_at)
        .limit(1)
    ).scalar_one_or_none()  # fmt: skip
    if row is None:
        return ""
    row.filed_at = at
    session.flush()
    return row.outcome


def note_gone(session: Session, mailbox_id: int, place: Place, *, at: datetime) -> None:
    """The whole folder was read, so what was stored under an earlier numbering and is not there any more was moved: the
    process ended before it could say so."""
    session.execute(
        update(MailboxMessage)
        .where(
            MailboxMessage.mailbox_id == mailbox_id, MailboxMessage.folder == place.folder,
            MailboxMessage.validity != place.validity, MailboxMessage.filed_at.is_(None),
        )
        .values(filed_at=at)
    )  # fmt: skip


def open_backfill(session: Session, mailbox_id: int) -> Backfill | None:
    """The backfill to work on: the first that was asked for and has not ended."""
    return session.execute(
        select(Backfill)
        .where(Backfill.mailbox_id == mailbox_id, Backfill.ended_at.is_(None))
        .order_by(Backfill.id)
        .limit(1)
    ).scalar_one_or_none()


def note_well(session: Session, mailbox_id: int, *, at: datetime) -> None:
    """Its server answers, and nothing is in the way."""
    _set(session, mailbox_id, seen_at=at, failing_since=None, failure="")


def note_failure(session: Session, mailbox_id: int, failure: str, *, at: datetime, answers: bool = False) -> None:
    """Why it cannot be read, or not wholly; `answers`: its server does."""
    mailbox = session.get_one(Mailbox, mailbox_id, with_for_update=True, populate_existing=True)
    mailbox.failing_since = mailbox.failing_since or at
    mailbox.failure, mailbox.failures = failure, mailbox.failures + 1
    if answers:
        mailbox.seen_at = at
    session.flush()


def _set(session: Session, mailbox_id: int, **values: object) -> None:
    session.execute(
        update(Mailbox).where(Mailbox.id == mailbox_id).values(**values).execution_options(synchronize_session=False)
    )
