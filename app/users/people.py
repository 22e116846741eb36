"""People's names, for showing who did what; who there is to give work to; teams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.errors import Malformed
from app.users.access import user_by_email
from app.users.models import User

LONGEST_TEAM = 80


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(list(ids)))).all()
    return {row.id: row.name for row in rows}


def names_by_email(session: Session, emails: Iterable[str]) -> dict[str, str]:
    """Names by mail address."""
    rows = session.execute(select(User.email, User.name).where(User.email.in_(list(emails)))).all()
    return {row.email: row.name for row in rows}


def with_roles(session: Session, roles: Collection[str]) -> Sequence[User]:
    """Active people with one of these roles, by name."""
    return session.execute(
        select(User).where(User.is_active, User.roles.overlap(list(roles))).order_by(User.name, User.email)
    ).scalars().all()  # fmt: skip


def teams(session: Session) -> list[str]:
    """The names of all teams with somebody active in them, in order."""
    name = func.unnest(User.teams).label("name")
    rows = session.execute(select(name).where(User.is_active).distinct()).scalars()
    return sorted(rows)


def teams_of(session: Session, user_id: UUID) -> tuple[str, ...]:
    """The teams a person is in."""
    found = session.execute(select(User.teams).where(User.id == user_id)).scalar_one_or_none()
    return tuple(found or ())


def in_teams(session: Session, teams: Iterable[str]) -> set[UUID]:
    """The people who are in any of these teams."""
    named = list(teams)
    return set(session.execute(select(User.id).where(User.teams.overlap(named))).scalars()) if named else set()


def set_teams(session: Session, email: str, names: Iterable[str], *, at: datetime, by: str) -> User:
    """Put a person into exactly these teams.

    Raises:
        NotFound: Nobody has this address.
        Malformed: A name is empty or too long.
    """
    wanted = sorted({" ".join(name.split()) for name in names})
    if any(not name or len(name) > LONGEST_TEAM for name in wanted):
        raise Malformed(f"A team needs a name of at most {LONGEST_TEAM} characters. Nothing was changed.")
    user = user_by_email(session, email)
    user.teams = wanted
    session.flush()
    trail.record(session, "user.teams", actor=by, at=at, email=user.email, teams=wanted)
    return user
