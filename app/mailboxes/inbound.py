"""Mailboxes whose mail is handed to us by web request: whose request it is, and taking in what it brings."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.intake import TakenIn
from app.errors import Conflict, NotFound, Unavailable
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.pushed import Pushed
from app.mailboxes.taking import take_in_content
from app.users import access

INBOUND_KEY, MAILGUN_SIGNING_KEY = "inbound_key", "mailgun_signing_key"
"""Names of the credentials by which a request is known to be for a mailbox; kept sealed with the mailbox's others."""

KEPT = 24 * 3600
"""Seconds that a token is remembered: longer than any signature is good."""


def new_inbound_key() -> str:
    """A key of a mailbox's own, to be entered at the provider: it lets mail into this mailbox and does nothing else."""
    return "csin_" + secrets.token_urlsafe(32)


def holds_key(session: Session, name: str, given: str, *, key: str) -> bool:
    """Whether this is the inbound key of the mailbox of that name. `key` is the installation's secret key."""
    mailbox = session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one_or_none()
    own = credentials_of(mailbox, key).get(INBOUND_KEY, "") if mailbox else ""
    return bool(own) and hmac.compare_digest(own.encode(), given.encode("utf-8", "replace"))


def mailgun_key(session: Session, name: str, *, key: str) -> str:
    """Mailgun's signing key as the mailbox holds it; empty where there is no such mailbox, or none was entered."""
    mailbox = session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one_or_none()
    return credentials_of(mailbox, key).get(MAILGUN_SIGNING_KEY, "") if mailbox else ""


def take_in_pushed(session: Session, name: str, pushed: Pushed, *, at: datetime) -> TakenIn:
    """Store a mail that was handed to the mailbox of that name, and open its case as the mailbox has it.

    The same mail again opens no other. A token that came with another message before lets none in.

    Raises:
        NotFound: There is no such mailbox.
        Unavailable: The mailbox is paused: the provider keeps the mail and tries again.
        Conflict: The token was used for another message.
    """
    mailbox = session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one_or_none()
    if mailbox is None:
        raise NotFound(f"There is no mailbox called {name}. Its short name stands under Settings, Mailboxes.")
    if mailbox.state != "active":
        raise Unavailable(f"The mailbox {name} is paused. Send the message again once it was resumed.")
    is_first = not pushed.token or access.spend(session, f"inbound:{name}:{pushed.token}", seconds=KEPT, at=at)
    taken = take_in_content(
        session, mailbox, pushed.content, at=at, received_at=at, is_put_together=pushed.is_put_together
    )
    if not is_first and not taken.came_again:
        raise Conflict("This request's token was used for another message before. Nothing was stored.")
    return taken
