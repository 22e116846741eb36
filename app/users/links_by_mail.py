"""Sign-in links asked for by mail: what is asked travels to a worker without the address, and how often one is mailed.

Whoever asks learns nothing: the web app does the same for every address, and only a worker looks whose it is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.users import access
from app.users.access import LINK_SECONDS, Caller, Signer
from app.users.models import User

TASK = "sign_in.mail_link"
ASKED_A_MINUTE = 120
PER_PERSON, PER_PERSON_SECONDS = 3, 15 * 60
IN_ALL, IN_ALL_SECONDS = 60, 3600
_PURPOSE = "link-wanted"
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link that was asked for: the digest of the address, the language of the page it was asked on, and the page to
    go to after signing in (empty: none)."""

    digest: str
    language: str
    page: str


def sealed(wanted: Wanted, secret: str) -> str:
    """What was asked, signed, for the worker."""
    said = (wanted.digest, wanted.language, wanted.page, secrets.token_urlsafe(8))
    return Signer(secret).sign(_PURPOSE, "\n".join(said))


def opened(given: str, secret: str) -> Wanted | None:
    """What was asked; None when it was not we who wrote it down, or it is too old to be answered."""
    value = Signer(secret).read(_PURPOSE, given, max_age=LINK_SECONDS)
    if value is None:
        return None
    digest, language, page, _ = value.split("\n")
    return Wanted(digest, language, page)


def may_ask(session: Session, *, at: datetime) -> bool:
    """Whether one more request is passed on to a worker: about `ASKED_A_MINUTE` are, whoever they are from."""
    places = [secrets.randbelow(ASKED_A_MINUTE) for _ in range(_TRIES)]
    return _takes_place(session, "link-asked", places, seconds=60, at=at)


def person_to_mail(session: Session, given: str, wanted: Wanted, *, at: datetime) -> Caller | None:
    """Who is to be mailed a link now; None: nobody active has this address, they were mailed enough, or it was done."""
    rows = session.execute(select(User.id, User.email).where(User.is_active)).all()
    user_id: UUID | None = next((row.id for row in rows if digest_of(row.email) == wanted.digest), None)
    if user_id is None or not access.spend(session, given, seconds=LINK_SECONDS, at=at):
        return None
    own = _takes_place(session, f"link-mailed:{user_id}", range(PER_PERSON), seconds=PER_PERSON_SECONDS, at=at)
    if not own or not _takes_place(session, "link-mailed", range(IN_ALL), seconds=IN_ALL_SECONDS, at=at):
        return None
    return access.caller(session, user_id)


def _takes_place(session: Session, what: str, places: Iterable[int], *, seconds: int, at: datetime) -> bool:
    """Take one of the places that are free; each is free again after so many seconds."""
    return any(access.spend(session, f"{what}:{place}", seconds=seconds, at=at) for place in places)


def digest_of(email: str) -> str:
    """By what an address is known without being written down."""
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "replace")).hexdigest()
