"""What an administrator does with people and API keys. Everything is recorded, and nobody is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import SYSTEM_CHAIN, AuditEvent
from app.errors import Conflict, Malformed, NotFound, Refused
from app.users import access
from app.users.access import Caller
from app.users.models import ApiKey, User
from app.users.people import set_teams

ADMINISTRATOR = "administrator"
LONGEST_KEY_DAYS = 730
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Person:
    """A person, and when they last signed in by link (None: not yet)."""

    user: User
    signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key and whom it acts for; `state` is good, expired, revoked or, when that person is not active, idle."""

    key: ApiKey
    user: User
    state: str


def people(session: Session) -> list[Person]:
    """Everybody, the active ones first, by name."""
    users = session.execute(select(User).order_by(User.is_active.desc(), func.lower(User.name), User.email)).scalars()
    signed_in = session.execute(
        select(AuditEvent.actor, func.max(AuditEvent.at))
        .where(AuditEvent.case_id == SYSTEM_CHAIN, AuditEvent.action == "person.signed_in")
        .group_by(AuditEvent.actor)
    ).all()
    last = {row[0]: row[1] for row in signed_in}
    return [Person(user, last.get(user.email)) for user in users]


def person(session: Session, user_id: UUID) -> User:
    """Raises NotFound when there is nobody with this id."""
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("There is no such person. Go back to the list of people.")
    return user


def add_person(
    session: Session, *, email: str, name: str, roles: Sequence[str], teams: Sequence[str], by: Caller, at: datetime
) -> User:
    """Add somebody new.

    Raises:
        Malformed: The address or the name cannot be one.
        Conflict: Somebody has this address already.
        Refused: A role is unknown.
    """
    email = email.casefold()
    if len(email) > 254 or not _ADDRESS.fullmatch(email):
        raise Malformed(f"“{email[:80]}” is no mail address. Write it as name@company.example.")
    _require_name(name)
    if session.execute(select(User.id).where(User.email == email)).first() is not None:
        raise Conflict(f"Somebody with the address {email} is there already. Change their roles in the list.")
    user = access.add_user(session, email=email, name=name, roles=tuple(roles), at=at, by=by.email)
    _set_teams(session, user, teams, by=by, at=at)
    return user


def change_person(
    session: Session, user_id: UUID, *, name: str, roles: Sequence[str], teams: Sequence[str], by: Caller, at: datetime
) -> User:
    """Give a person another name, other roles or teams; what they may do changes with their next click.

    Raises:
        NotFound: There is nobody with this id.
        Malformed: The name cannot be one.
        Refused: It is oneself whose roles would change, a role is unknown, or no administrator would be left.
    """
    user = person(session, user_id)
    _require_name(name)
    if set(roles) != set(user.roles):
        if user.id == by.user_id:
            raise Refused("Nobody changes their own roles. Ask another administrator.")
        if ADMINISTRATOR not in roles:
            _require_another_administrator(session, user)
    if name != user.name or set(roles) != set(user.roles):
        access.add_user(session, email=user.email, name=name, roles=tuple(roles), at=at, by=by.email)
    _set_teams(session, user, teams, by=by, at=at)
    return user


def set_active(session: Session, user_id: UUID, is_active: bool, *, by: Caller, at: datetime) -> User:
    """Let a person in again, or keep them out: sessions, links and keys of theirs end at once.

    Raises:
        NotFound: There is nobody with this id.
        Refused: It is oneself, or no administrator would be left.
    """
    user = person(session, user_id)
    if user.is_active == is_active:
        return user
    if not is_active:
        if user.id == by.user_id:
            raise Refused("Nobody deactivates themselves. Ask another administrator.")
        _require_another_administrator(session, user)
    user.is_active = is_active
    session.flush()
    trail.record(
        session, "user.activated" if is_active else "user.deactivated", actor=by.email, at=at, email=user.email
    )
    return user


def link_for(session: Session, user_id: UUID, *, public_url: str, secret: str, by: Caller, at: datetime) -> str:
    """A sign-in link for a person, good once; who made it is recorded.

    Raises:
        NotFound: There is nobody with this id.
        Refused: The person is deactivated.
    """
    user = person(session, user_id)
    if not user.is_active:
        raise Refused(f"{user.name} is deactivated. Activate them first.")
    trail.record(session, "person.link_made", actor=by.email, at=at, email=user.email)
    return access.sign_in_link(public_url, secret, user.id)


def keys(session: Session, *, at: datetime) -> list[Key]:
    """Every API key, the newest first."""
    rows = session.execute(
        select(ApiKey, User).join(User, User.id == ApiKey.user_id).order_by(ApiKey.created_at.desc())
    ).all()
    return [Key(key, user, _state(key, user, at)) for key, user in rows]


def make_key(
    session: Session, user_id: UUID, *, name: str, scopes: Sequence[str], days: int, by: Caller, at: datetime
) -> str:
    """Make a key that acts for a person, and return it: the only time it can be seen.

    Raises:
        NotFound: There is nobody with this id.
        Malformed: The name, the scopes or the time cannot be used.
        Refused: It is to decide for somebody else: nobody's decisions are handed to a program behind their back.
    """
    user = person(session, user_id)
    _require_name(name)
    if not scopes:
        raise Malformed("Choose at least one scope: a key without any opens nothing.")
    if not 1 <= days <= LONGEST_KEY_DAYS:
        raise Malformed(f"A key is good for 1 to {LONGEST_KEY_DAYS} days.")
    if "decide" in scopes and user.id != by.user_id:
        raise Refused(
            "A key that decides is made for oneself here. For a machine's owner, whoever runs Countersign makes it "
            "with: countersign user key"
        )
    made = access.issue_key(
        session, user, name=name, scopes=tuple(scopes), at=at, expires_at=at + timedelta(days=days)
    )  # fmt: skip
    trail.record(session, "key.made", actor=by.email, at=at, key=made[:8], email=user.email)
    return made


def revoke_key(session: Session, key_id: UUID, *, by: Caller, at: datetime) -> ApiKey:
    """Make a key good for nothing from now on. A revoked one stays as it is.

    Raises:
        NotFound: There is no such key.
    """
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise NotFound("There is no such key. Go back to the list of keys.")
    if key.revoked_at is None:
        key.revoked_at = at
        session.flush()
        trail.record(session, "key.revoked", actor=by.email, at=at, key=key.prefix, name=key.name)
    return key


def _state(key: ApiKey, user: User, at: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= at:
        return "expired"
    return "good" if user.is_active else "idle"


def _require_name(name: str) -> None:
    if not name.strip() or len(name) > 200:
        raise Malformed("A name has 1 to 200 characters.")


def _require_another_administrator(session: Session, user: User) -> None:
    if ADMINISTRATOR not in user.roles or not user.is_active:
        return
    others = select(User.id).where(User.is_active, User.roles.contains([ADMINISTRATOR]), User.id != user.id)
    if session.execute(others.with_for_update()).first() is None:
        raise Refused("This is the only administrator. Make somebody else one first.")


def _set_teams(session: Session, user: User, teams: Sequence[str], *, by: Caller, at: datetime) -> None:
    if sorted(teams) != sorted(user.teams):
        set_teams(session, user.email, teams, at=at, by=by.email)
