"""People's names, for showing who did what."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.users.models import User


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(list(ids)))).all()
    return {row.id: row.name for row in rows}


def names_by_email(session: Session, emails: Iterable[str]) -> dict[str, str]:
    """Names by mail address."""
    rows = session.execute(select(User.email, User.name).where(User.email.in_(list(emails)))).all()
    return {row.email: row.name for row in rows}
