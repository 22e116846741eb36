"""The credentials of a mailbox: kept sealed on its row, opened only by whoever signs in with them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.errors import Malformed
from app.mailboxes.models import Mailbox
from app.mailboxes.reached import REFRESH_TOKEN
from app.mailboxes.sealed import seal, unseal

LONGEST = 8_000
"""Characters of one credential: refresh tokens and client assertions can be long."""


def credentials_of(mailbox: Mailbox, key: str) -> dict[str, str]:
    """The mailbox's credentials by name (see app/mailboxes/reached.py). `key` is the installation's secret key.

    Raises:
        Misconfigured: They were sealed with another secret key, or for another mailbox.
    """
    return unseal(mailbox.secret, key=key, owner=_owner(mailbox))


def keep_credentials(mailbox: Mailbox, given: Mapping[str, str], key: str) -> None:
    """Seal exactly these for the mailbox, in place of what it had; empty ones are not kept.

    Raises:
        Malformed: One is longer than any credential, or holds a line end or another control character.
    """
    for value in given.values():
        if len(value) > LONGEST:
            raise Malformed(f"A password or token has at most {LONGEST:,} characters. Nothing was changed.")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise Malformed(
                "A password or token is one line without control characters. Enter it again; nothing was changed."
            )
    mailbox.secret = seal({name: value for name, value in given.items() if value}, key=key, owner=_owner(mailbox))


def keep_refresh_token(session: Session, mailbox_id: int, token: str, key: str) -> None:
    """Keep the refresh token that a token server gave in place of the one it had; the old one may be void by now."""
    mailbox = session.get(Mailbox, mailbox_id, with_for_update=True)
    if mailbox is not None:
        keep_credentials(mailbox, {**credentials_of(mailbox, key), REFRESH_TOKEN: token}, key)
        session.flush()


def _owner(mailbox: Mailbox) -> str:
    return f"mailbox {mailbox.name}"
