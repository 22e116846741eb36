"""Lists that a person keeps under a name of their own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import SavedView
from app.errors import Conflict, Malformed, NotFound

MOST = 20
LONGEST_NAME, LONGEST_QUERY = 60, 1000


def of(session: Session, user_id: UUID) -> list[SavedView]:
    """A person's saved views, by name."""
    return list(
        session.execute(select(SavedView).where(SavedView.user_id == user_id).order_by(SavedView.name)).scalars()
    )


def save(session: Session, user_id: UUID, name: str, query: str, *, at: datetime) -> SavedView:
    """Keep a list under a name; under a name that there is already, in place of the older one.

    Raises:
        Malformed: The name is empty or too long, or the list is narrowed to more than can be kept.
        Conflict: The person has as many as there can be.
    """
    name = _fit(name)
    if len(query) > LONGEST_QUERY:
        raise Malformed("This list is narrowed to too much to be kept. Take something out, then save it again.")
    found = session.execute(
        select(SavedView).where(SavedView.user_id == user_id, SavedView.name == name)
    ).scalar_one_or_none()
    if found is not None:
        found.query, found.saved_at = query, at
        return found
    if session.execute(select(func.count()).where(SavedView.user_id == user_id)).scalar_one() >= MOST:
        raise Conflict(f"You have {MOST} saved views already. Remove one, then save this list again.")
    view = SavedView(user_id=user_id, name=name, query=query, saved_at=at)
    session.add(view)
    session.flush()
    return view


def rename(session: Session, user_id: UUID, view_id: int, name: str) -> SavedView:
    """Give a saved view another name.

    Raises:
        Malformed: The name is empty or too long.
        Conflict: Another view of this person has it.
        NotFound: This person has no such view.
    """
    view, name = get(session, user_id, view_id), _fit(name)
    if any(other.name == name and other.id != view_id for other in of(session, user_id)):
        raise Conflict(f"Another of your saved views is called “{name}”. Choose another name.")
    view.name = name
    session.flush()
    return view


def remove(session: Session, user_id: UUID, view_id: int) -> None:
    """Forget a saved view; the cases in it stay as they are. Raises NotFound when this person has none such."""
    session.delete(get(session, user_id, view_id))
    session.flush()


def get(session: Session, user_id: UUID, view_id: int) -> SavedView:
    """Raises NotFound when this person has no such view; whether somebody else has is not said."""
    found = session.get(SavedView, view_id)
    if found is None or found.user_id != user_id:
        raise NotFound(f"You have no saved view {view_id}.", view=view_id)
    return found


def _fit(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Malformed(f"A saved view needs a name of at most {LONGEST_NAME} characters. Nothing was saved.")
    return name
