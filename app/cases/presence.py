"""Who has a case open just now, so that two people do not work on it without knowing. Nothing of it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Index, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base
from app.users.models import User

STAYS = timedelta(seconds=75)
"""How long a page that was opened counts without a further sign of it; pages give one every 25 seconds."""
_FORGOTTEN = timedelta(hours=1)


class CaseVisit(Base):
    """A person has a case open. Not written ahead: after a crash of the database the table is empty."""

    __tablename__ = "case_visits"
    __table_args__ = (Index("ix_case_visits_seen_at", "seen_at"), {"prefixes": ["UNLOGGED"]})

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


def arrive(session: Session, case_id: int, user_id: UUID, *, at: datetime) -> None:
    """A person has the case open now."""
    session.execute(
        insert(CaseVisit)
        .values(case_id=case_id, user_id=user_id, seen_at=at)
        .on_conflict_do_update(index_elements=["case_id", "user_id"], set_={"seen_at": at})
    )


def others(session: Session, case_id: int, user_id: UUID, *, at: datetime) -> tuple[str, ...]:
    """The names of the other people who have the case open, the latest first."""
    rows = session.execute(
        select(User.name)
        .join(CaseVisit, CaseVisit.user_id == User.id)
        .where(CaseVisit.case_id == case_id, CaseVisit.user_id != user_id, CaseVisit.seen_at > at - STAYS)
        .order_by(CaseVisit.seen_at.desc(), User.name)
        .limit(6)
    )
    return tuple(name for (name,) in rows)


def forget(session: Session, *, at: datetime) -> int:
    """Remove visits that are long over; how many. Called by the beat."""
    over = delete(CaseVisit).where(CaseVisit.seen_at < at - _FORGOTTEN).returning(CaseVisit.case_id)
    return len(session.execute(over).all())
