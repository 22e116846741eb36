"""API keys, signed-in sessions and sign-in links. Secrets are shown once and kept as hashes or signatures."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit import trail
from app.errors import NotFound, Refused
from app.users.models import ROLES, ApiKey, SpentToken, User
from app.users.personal import Personal, personal_of

SCOPES = ("intake", "read", "decide", "audit", "admin")
SESSION_SECONDS = 12 * 3600
LINK_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is acting, and within which scopes of the key they came with; None: a signed-in person, all of theirs.

    `via` says through what they came when it is not our own page or API, such as "odoo:<database>:<uid>". `personal`
    is what they set for the screen.
    """

    user_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...] | None = None
    via: str = ""
    personal: Personal = field(default_factory=Personal)

    def require(self, scope: str) -> None:
        """Raises Refused when the key's scopes do not hold `scope`."""
        if self.scopes is not None and scope not in self.scopes:
            raise Refused(
                f"This key may not do that: it needs the scope “{scope}” and has {', '.join(self.scopes) or 'none'}. "
                "Ask an administrator for a key with it.",
                scope=scope,
            )


def add_user(session: Session, *, email: str, name: str, roles: tuple[str, ...], at: datetime, by: str) -> User:
    """Create a person, or give an existing one the name and roles named.

    Raises:
        Refused: A role is unknown.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise Refused(f"Unknown role: {', '.join(sorted(unknown))}. Roles are {', '.join(ROLES)}.")
    user = session.execute(select(User).where(User.email == email.casefold())).scalar_one_or_none()
    if user is None:
        user = User(email=email.casefold(), name=name, roles=list(roles), created_at=at)
        session.add(user)
    user.name, user.roles = name, list(roles)
    session.flush()
    trail.record(session, "user.set", actor=by, at=at, email=user.email, roles=sorted(roles))
    return user


def user_by_email(session: Session, email: str) -> User:
    """Raises NotFound when nobody has this address."""
    user = session.execute(select(User).where(User.email == email.casefold())).scalar_one_or_none()
    if user is None:
        raise NotFound(f"Nobody here has the address {email}. Add them with: countersign user add")
    return user


def sign_in_link(public_url: str, secret: str, user_id: UUID) -> str:
    """The address where this person can sign in once, within `LINK_SECONDS`; opening it alone does nothing."""
    return f"{public_url}/sign-in/{Signer(secret).sign('sign-in', f'{user_id}:{secrets.token_urlsafe(8)}')}"


def issue_key(
    session: Session,
    user: User,
    *,
    name: str,
    scopes: tuple[str, ...],
    at: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Make an API key and return it: the only time it can be seen."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise Refused(f"Unknown scope: {', '.join(sorted(unknown))}. Scopes are {', '.join(SCOPES)}.")
    key = "cs_" + secrets.token_urlsafe(32)
    row = ApiKey(
        name=name, prefix=key[:8], key_hash=_hash(key), scopes=list(scopes), user_id=user.id, created_at=at,
        expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    trail.record(session, "key.issued", actor=user.email, at=at, key=row.prefix, name=name, scopes=sorted(scopes))
    return key


def caller_with_key(session: Session, key: str, *, at: datetime) -> Caller | None:
    """Who holds this key; None when it is unknown, expired or revoked, or its person is not active."""
    row = session.execute(
        select(ApiKey, User).join(User, User.id == ApiKey.user_id).where(ApiKey.key_hash == _hash(key))
    ).one_or_none()
    if row is None:
        return None
    held, user = row
    if held.revoked_at or (held.expires_at and held.expires_at <= at) or not user.is_active:
        return None
    return Caller(user.id, user.email, user.name, tuple(user.roles), tuple(held.scopes))


def caller(session: Session, user_id: UUID) -> Caller | None:
    """The person with this id, if active."""
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        return None
    return Caller(user.id, user.email, user.name, tuple(user.roles), personal=personal_of(session, user_id))


def spend(session: Session, token: str, *, seconds: int, at: datetime) -> bool:
    """Make a sign-in link or a session good for nothing. False when it was spent before.

    What would have expired within `seconds` by itself is forgotten then.
    """
    session.execute(delete(SpentToken).where(SpentToken.expires_at < at))
    spent = insert(SpentToken).values(digest=_hash(token), expires_at=at + timedelta(seconds=seconds))
    return session.execute(spent.on_conflict_do_nothing().returning(SpentToken.digest)).first() is not None


def is_spent(session: Session, token: str) -> bool:
    return session.get(SpentToken, _hash(token)) is not None


class Signer:
    """Signs session cookies, sign-in links and form tokens; one per process, from the secret key."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 32:
            raise ValueError("the secret key must have at least 32 characters")
        self._secret = secret

    def sign(self, purpose: str, value: str) -> str:
        return str(self._serializer(purpose).dumps(value))

    def read(self, purpose: str, token: str, *, max_age: int) -> str | None:
        """The signed value, or None when the token was changed, is too old, or is of another purpose."""
        from itsdangerous import BadData

        try:
            value = self._serializer(purpose).loads(token, max_age=max_age)
        except BadData:
            return None
        return value if isinstance(value, str) else None

    def _serializer(self, purpose: str):  # type: ignore[no-untyped-def]
        from itsdangerous import URLSafeTimedSerializer

        return URLSafeTimedSerializer(self._secret, salt=f"countersign.{purpose}")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
