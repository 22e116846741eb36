"""What each person wishes to hear of by mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.notices.models import TOPICS, NoticeWish

MONEY_ROLES = ("reviewer", "controller")
TOPICS_OF = {
    "reviewer": ("approval", "answer", "assigned", "attention"),
    "controller": ("approval", "answer", "assigned", "attention", "alarm"),
    "project_manager": ("question",),
}
"""What somebody in a role may choose from, and hears of unless they chose otherwise."""
USUAL_DIGEST = "07:30"
LATEST_AFTER = timedelta(hours=4)
"""A digest that could not be sent within this time of its hour is left out: by then it would say yesterday's news."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Wishes:
    """Topics, and when the digest comes (HH:MM in their own time zone; empty: never)."""

    topics: tuple[str, ...]
    digest_at: str
    is_digest_on_weekends: bool = False

    def digest_due(self, at: datetime, zone: str) -> bool:
        """Whether the digest of this person's day is to be sent now, if it was not yet."""
        if not self.digest_at:
            return False
        local = at.astimezone(ZoneInfo(zone or "UTC"))
        if local.weekday() >= _SATURDAY and not self.is_digest_on_weekends:
            return False
        hour, _, minute = self.digest_at.partition(":")
        due = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return due <= local < due + LATEST_AFTER


def offered(roles: Collection[str]) -> tuple[str, ...]:
    """The topics that somebody with these roles may choose from."""
    held = {topic for role in roles for topic in TOPICS_OF.get(role, ())}
    return tuple(topic for topic in TOPICS if topic in held)


def may_have_digest(roles: Collection[str]) -> bool:
    return bool(set(roles) & set(MONEY_ROLES))


def usual(roles: Collection[str]) -> Wishes:
    """What somebody with these roles hears of until they choose otherwise."""
    return Wishes(offered(roles), USUAL_DIGEST if may_have_digest(roles) else "")


def of(session: Session, user_id: UUID, roles: Collection[str]) -> Wishes:
    """What this person wishes to hear of, within what their roles offer."""
    row = session.get(NoticeWish, user_id)
    if row is None:
        return usual(roles)
    topics = tuple(topic for topic in offered(roles) if topic in row.topics)
    return Wishes(topics, row.digest_at if may_have_digest(roles) else "", row.is_digest_on_weekends)


def keep(session: Session, user_id: UUID, wanted: Wishes) -> None:
    """Keep what a person chose."""
    values = {
        "topics": list(wanted.topics), "digest_at": wanted.digest_at,
        "is_digest_on_weekends": wanted.is_digest_on_weekends,
    }  # fmt: skip
    session.execute(
        insert(NoticeWish).values(user_id=user_id, **values).on_conflict_do_update(
            index_elements=[NoticeWish.user_id], set_=values
        )
    )  # fmt: skip
