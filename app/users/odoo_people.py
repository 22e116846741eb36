"""People who act from inside Odoo: the token that Odoo's server signs for them, and who they are here.

The token only says which user of which Odoo database is acting. Who that is here says a link that an administrator
made, never a login, name or address in the token: Odoo's users can change their own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit import trail
from app.errors import Conflict, CountersignError, NotFound
from app.users.access import Caller, user_by_email
from app.users.models import OdooPerson, OdooToken, OdooVisitor, User

TOKENS = b"countersign.panel"
EVENTS = b"countersign.events"
"""What a key made of the shared secret is for."""
LIFE = 60
LEEWAY = 10
"""Seconds: how long a token may be good at most, and how far the two clocks may be apart."""
MOST_VISITORS = 500
"""Unlinked users kept per database."""
ODOOBOT = 1
"""The user that Odoo's own scheduled work runs as: nobody to link."""


class TokenRefused(CountersignError):
    """A token that proves nothing: forged, too old, for something else, or used before."""


class Claims(BaseModel):
    """What a token says, once its signature has been verified."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    iss: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    uid: int = Field(ge=1, le=2**31 - 1)
    login: str = Field(max_length=254)
    name: str = Field(max_length=200)
    companies: list[Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(max_length=1000)
    iat: int
    exp: int
    jti: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,80}$")]
    model: str = Field("", max_length=80)
    res_id: int = Field(0, ge=0, le=2**31 - 1)

    @property
    def database(self) -> str:
        """Odoo's `database.uuid`."""
        return self.iss


@dataclass(frozen=True, slots=True)
class Onlooker:
    """A user of Odoo who may look and not decide; `why_not` says what an administrator can do about it."""

    name: str
    why_not: str


def derived_key(secret: str, purpose: bytes) -> bytes:
    """The key for one purpose: HMAC-SHA256 of its name under the shared secret, 32 bytes."""
    return hmac.digest(secret.encode(), purpose, hashlib.sha256)


def read_token(token: str, secrets: Sequence[str]) -> Claims:
    """The claims of a token signed with one of these secrets.

    Raises:
        TokenRefused: It is not signed by one of them, not for us, not of this minute, or says something odd.
    """
    import jwt

    if not secrets:
        raise TokenRefused("No Odoo is linked to this Countersign: COUNTERSIGN_ODOO_SECRET is not set.")
    for secret in secrets:
        try:
            said = jwt.decode(
                token, derived_key(secret, TOKENS), algorithms=["HS256"], audience=TOKENS.decode(), leeway=LEEWAY,
                options={"require": ["iss", "aud", "iat", "exp", "jti"]},
            )  # fmt: skip
        except jwt.InvalidSignatureError:
            continue
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise TokenRefused("This call is older or newer than a minute. Set the clocks of both servers.") from None
        except jwt.InvalidTokenError:
            raise TokenRefused("This call is not signed as Odoo signs its calls here.") from None
        try:
            claims = Claims.model_validate({"name": "", "login": "", **said})
        except ValidationError as error:
            raise TokenRefused(f"The token says something odd of {error.errors()[0]['loc'][0]}.") from None
        if not 0 < claims.exp - claims.iat <= LIFE:
            raise TokenRefused(f"A token is good for {LIFE} seconds at most.")
        return claims
    raise TokenRefused("This call is signed with another secret. Enter the same secret in Odoo and here.")


def use_up(session: Session, claims: Claims, *, at: datetime) -> None:
    """Note that a token was used for a decision.

    Raises:
        TokenRefused: It was used before.
    """
    session.execute(delete(OdooToken).where(OdooToken.expires_at < at))
    until = at + timedelta(seconds=max(0, claims.exp - int(at.timestamp())) + 2 * LEEWAY)
    row = insert(OdooToken).values(database=claims.database, jti=claims.jti, expires_at=until)
    fresh = session.execute(row.on_conflict_do_nothing().returning(OdooToken.jti)).scalar_one_or_none()
    if fresh is None:
        raise TokenRefused("This token was used before. Nothing was decided by this call.")


def person_of(session: Session, claims: Claims, *, at: datetime) -> Caller | Onlooker:
    """Who this user of Odoo is here. An unknown one is remembered, so that an administrator can link them."""
    user = session.execute(
        select(User)
        .join(OdooPerson, OdooPerson.user_id == User.id)
        .where(OdooPerson.database == claims.database, OdooPerson.uid == claims.uid)
    ).scalar_one_or_none()
    called = claims.name or claims.login
    if user is None:
        _remember(session, claims, at)
        return Onlooker(
            called,
            "You can look, not decide: your Odoo user is not linked to anybody in Countersign. Ask an administrator "
            "of Countersign to link you.",
        )
    if not user.is_active:
        return Onlooker(called, "You can look, not decide: your account in Countersign is closed.")
    return Caller(user.id, user.email, user.name, tuple(user.roles), via=f"odoo:{claims.database}:{claims.uid}")


def knows(session: Session, database: str) -> bool:
    """Whether somebody of this Odoo database is linked."""
    return bool(session.execute(select(exists().where(OdooPerson.database == database))).scalar_one())


def is_stranger(session: Session, database: str) -> bool:
    """Whether people are linked, but none of this database: it is another one, perhaps a copy of ours."""
    known = session.execute(select(OdooPerson.database).distinct()).scalars().all()
    return bool(known) and database not in known


def link(session: Session, email: str, *, database: str, uid: int, login: str, by: str, at: datetime) -> OdooPerson:
    """Say that this user of an Odoo database is this person of ours.

    Raises:
        NotFound: Nobody here has this address.
        Conflict: The user is linked to somebody else; take that link away first.
    """
    user = user_by_email(session, email)
    held = _link(session, database, uid)
    if held is not None and held.user_id != user.id:
        owner = session.get_one(User, held.user_id)
        raise Conflict(
            f"User {uid} of this Odoo is linked to {owner.email}. Take that away first: countersign user odoo "
            f"--remove --database {database} --uid {uid}",
        )
    if held is None:
        held = OdooPerson(database=database, uid=uid, login=login, user_id=user.id, linked_at=at)
        session.add(held)
    held.login, held.linked_at = login, at
    session.execute(delete(OdooVisitor).where(OdooVisitor.database == database, OdooVisitor.uid == uid))
    session.flush()
    trail.record(
        session, "odoo.linked", actor=by, at=at, email=user.email, database=database, uid=uid, login=login
    )  # fmt: skip
    return held


def unlink(session: Session, *, database: str, uid: int, by: str, at: datetime) -> None:
    """Take a link away: the user of Odoo can look from now on, not decide.

    Raises:
        NotFound: There is no such link.
    """
    held = _link(session, database, uid)
    if held is None:
        raise NotFound(f"User {uid} of the Odoo database {database} is linked to nobody.")
    email = session.get_one(User, held.user_id).email
    session.delete(held)
    session.flush()
    trail.record(session, "odoo.unlinked", actor=by, at=at, email=email, database=database, uid=uid)


def linked(session: Session) -> list[tuple[OdooPerson, str]]:
    """Every link with the person's address."""
    rows = session.execute(
        select(OdooPerson, User.email)
        .join(User, User.id == OdooPerson.user_id)
        .order_by(OdooPerson.database, OdooPerson.uid)
    ).all()
    return [(person, email) for person, email in rows]


def waiting(session: Session) -> list[OdooVisitor]:
    """Users of Odoo who called and are linked to nobody, the latest first."""
    return list(session.execute(select(OdooVisitor).order_by(OdooVisitor.last_seen_at.desc())).scalars())


def _link(session: Session, database: str, uid: int) -> OdooPerson | None:
    return session.execute(
        select(OdooPerson).where(OdooPerson.database == database, OdooPerson.uid == uid).with_for_update()
    ).scalar_one_or_none()


def _remember(session: Session, claims: Claims, at: datetime) -> None:
    """Keep an unlinked user who called; a row of the same hour is not written again."""
    if claims.uid == ODOOBOT:
        return
    held = session.get(OdooVisitor, (claims.database, claims.uid))
    if held is not None and held.last_seen_at > at - timedelta(hours=1):
        return
    if held is None:
        count = select(func.count()).where(OdooVisitor.database == claims.database)
        if session.execute(count).scalar_one() >= MOST_VISITORS:
            return
    seen = {"login": claims.login, "name": claims.name, "last_seen_at": at}
    session.execute(
        insert(OdooVisitor)
        .values(database=claims.database, uid=claims.uid, first_seen_at=at, **seen)
        .on_conflict_do_update(index_elements=["database", "uid"], set_=seen)
    )
