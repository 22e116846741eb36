"""Giving a case to a person, a team, or nobody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases.models import Case
from app.cases.seen import HANDLING_ROLES, Seen, locked, require_handling
from app.errors import Conflict, NotFound, Refused
from app.users import people
from app.users.access import Caller
from app.users.models import User


def assign(
    session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime, to_person: UUID | None = None,
    to_team: str = "", note: str = "",
) -> Case:  # fmt: skip
    """Make a case one person's, a team's, or (with neither) nobody's. Giving it to a team takes it from its owner;
    giving it to a person leaves it with its team.

    Raises:
        NotFound: There is no such case, person or team.
        Refused: Who asks is neither reviewer nor controller, or the person named is not.
        Conflict: The case changed since it was seen, or has ended.
    """
    require_handling(by)
    person = _able(session, to_person) if to_person is not None else None
    if to_team and to_team not in people.teams(session):
        raise NotFound(f"There is no team “{to_team}”. Add people to it with: countersign user team")
    case = locked(session, case_id, seen, by=by)
    if case.state in ("done", "closed"):
        raise Conflict(f"Case {case_id} has ended: there is nothing to assign.", case=case_id)
    team = to_team or (case.team if person is not None else "")
    if (case.owner_id, case.team) == (to_person, team):
        return case
    held = session.get(User, case.owner_id) if case.owner_id is not None else None
    trail.record(
        session, "case.assigned", case_id=case_id, actor=by.email, at=at, to=person.email if person else "",
        name=person.name if person else "", team=team, before=held.name if held else "",
        owner_before=held.email if held else "", team_before=case.team, note=note.strip(),
    )  # fmt: skip
    case.owner_id, case.team, case.updated_at = to_person, team, at
    session.flush()
    return case


def take_back(session: Session, case: Case, event: AuditEvent, *, by: Caller, at: datetime) -> None:
    """Give a locked case back to whose it was before it was assigned by this event, its last of that sort."""
    said = event.content
    owner = session.execute(select(User).where(User.email == said["owner_before"])).scalar_one_or_none()
    trail.record(
        session, "assignment.undone", case_id=case.id, actor=by.email, at=at, to=owner.email if owner else "",
        name=owner.name if owner else "", team=said["team_before"], undoes=event.seq,
    )  # fmt: skip
    case.owner_id, case.team, case.updated_at = owner.id if owner else None, said["team_before"], at
    session.flush()


def _able(session: Session, user_id: UUID) -> User:
    person = session.get(User, user_id)
    if person is None or not person.is_active:
        raise NotFound("There is no such person, or they are not active any more. Choose somebody else.")
    if not set(person.roles) & set(HANDLING_ROLES):
        raise Refused(
            f"{person.name} is neither reviewer nor controller and could not decide on it. Choose somebody else, or "
            "ask them a question."
        )
    return person
