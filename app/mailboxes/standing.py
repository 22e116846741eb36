"""How it goes with each mailbox: what the pages, the command line, the API and the health checks say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.mailboxes.models import Backfill, Mailbox, MailboxMessage
from app.mailboxes.reached import Reached

LEFT_ALONE = timedelta(minutes=3)
"""A process that reads a mailbox says so at least every minute: after this long none does."""
STATES = ("works", "starting", "fails", "unread", "paused")
"""works: read now; starting: added or resumed a moment ago; fails: it says why; unread: no process reads it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A mailbox and how it goes with it. `to_move` messages are stored and wait to be moved to their folder;
    `backfills` are those that are under way or ended last, the newest first."""

    mailbox: Mailbox
    state: str
    to_move: int
    backfills: tuple[Backfill, ...] = ()


def standings(session: Session, *, at: datetime) -> list[Standing]:
    """Every mailbox by name."""
    return _with_counts(session, session.execute(select(Mailbox).order_by(Mailbox.name)).scalars().all(), at=at)


def standing_of(session: Session, mailbox: Mailbox, *, at: datetime) -> Standing:
    """One mailbox."""
    return _with_counts(session, [mailbox], at=at)[0]


def in_trouble(session: Session, *, at: datetime) -> list[Mailbox]:
    """The mailboxes that should be read and are not, by name."""
    found = session.execute(select(Mailbox).where(Mailbox.state == "active").order_by(Mailbox.name)).scalars()
    return [mailbox for mailbox in found if state_of(mailbox, at=at) in ("fails", "unread")]


def state_of(mailbox: Mailbox, *, at: datetime) -> str:
    """How it stands with a mailbox, as one of `STATES`."""
    if mailbox.state == "paused":
        return "paused"
    if mailbox.failing_since is not None:
        return "fails"
    if mailbox.kind == "inbound":
        return "works"
    quiet_for = at - max(filter(None, (mailbox.seen_at, mailbox.last_message_at, mailbox.changed_at)))
    polls = timedelta(seconds=2 * Reached.model_validate(mailbox.settings).poll_seconds)
    if quiet_for > LEFT_ALONE + polls:
        return "unread"
    return "works" if mailbox.seen_at is not None and mailbox.seen_at >= mailbox.changed_at else "starting"


def backfills_of(session: Session, mailbox_ids: Iterable[int], *, most: int = 5) -> Mapping[int, list[Backfill]]:
    """The backfills of each mailbox, those under way first, then the newest; `most` of each."""
    ids = list(mailbox_ids)
    place = (
        func.row_number()
        .over(partition_by=Backfill.mailbox_id, order_by=(Backfill.ended_at.isnot(None), Backfill.id.desc()))
        .label("place")
    )
    ranked = select(Backfill.id, place).where(Backfill.mailbox_id.in_(ids)).subquery()
    query = (
        select(Backfill)
        .join(ranked, ranked.c.id == Backfill.id)
        .where(ranked.c.place <= most)
        .order_by(Backfill.mailbox_id, ranked.c.place)
    )
    found: dict[int, list[Backfill]] = {}
    for backfill in session.execute(query).scalars():
        found.setdefault(backfill.mailbox_id, []).append(backfill)
    return found


def _with_counts(session: Session, mailboxes: Sequence[Mailbox], *, at: datetime) -> list[Standing]:
    ids = [mailbox.id for mailbox in mailboxes]
    waiting = select(MailboxMessage.mailbox_id, func.count()).where(
        MailboxMessage.mailbox_id.in_(ids), MailboxMessage.filed_at.is_(None)
    )
    to_move = {row[0]: row[1] for row in session.execute(waiting.group_by(MailboxMessage.mailbox_id)).all()}
    backfills = backfills_of(session, ids)
    return [
        Standing(m, state_of(m, at=at), to_move.get(m.id, 0), tuple(backfills.get(m.id, ()))) for m in mailboxes
    ]  # fmt: skip
