"""Builders of mailboxes for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE, Wanted, reached_from
from app.mailboxes.models import Mailbox
from app.users.access import Caller

KEY = "k" * 40
SECRET_WORDS = "correct horse battery staple"
"""A password that must turn up nowhere."""


def wanted(address: str = "billing@marlowvoss.example", **entries: Any) -> Wanted:
    """An IMAP mailbox as an administrator enters it; entries of `Reached` by name, further words of `Wanted` too."""
    own = {name: entries.pop(name) for name in list(entries) if name in Wanted.__dataclass_fields__}
    return Wanted(address, reached_from({"host": "imap.marlowvoss.example", **entries}), **own)


def a_mailbox(
    session: Session, name: str = "billing", kind: str = "imap", *, by: Caller = COMMAND_LINE, key: str = KEY,
    at: datetime | None = None, credentials: dict[str, str] | None = None, **entries: Any,
) -> Mailbox:  # fmt: skip
    """A mailbox that was just added."""
    given = {"password": SECRET_WORDS} if credentials is None else credentials
    address = entries.pop("address", f"{name}@marlowvoss.example")
    return administration.add(
        session, name, kind, wanted(address, **entries), given, key=key, by=by, at=at or now()
    )  # fmt: skip
