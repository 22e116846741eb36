"""A mailbox as mail is sent from it: who it is, and the one door through which its mail goes out, whatever its kind."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.mailboxes import smtp
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import Reached
from app.mailboxes.smtp import Submitted

BY_ITSELF = ("graph", "gmail")
"""Kinds that send by the same door as they are read; the others need a server for outgoing mail (SMTP)."""
Tokens = Callable[["Sending"], str]
"""Gets an access token for a mailbox that signs in by OAuth."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending from a mailbox takes, apart from the database: read in a transaction, used outside of one."""

    mailbox_id: int
    name: str
    kind: str
    address: str
    display_name: str
    reached: Reached
    credentials: Mapping[str, str] = field(repr=False)

    @property
    def identity(self) -> str:
        """The sender as it stands in a mail: name and address."""
        return email.utils.formataddr((self.display_name, on_the_wire(self.address)))


def on_the_wire(address: str) -> str:
    """An address as it stands in a mail: its domain in ASCII (IDNA)."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address  # the server for outgoing mail refuses it, with words


def can_send(mailbox: Mailbox) -> bool:
    """Whether mail can leave from here: it knows a server for outgoing mail, or sends by itself."""
    return mailbox.kind in BY_ITSELF or Reached.model_validate(mailbox.settings).outgoing is not None


def sending_from(mailbox: Mailbox, key: str) -> Sending:
    """The mailbox as mail is sent from it. `key` is the installation's secret key.

    Raises:
        Misconfigured: Its credentials were sealed with another key.
    """
    return Sending(
        mailbox.id, mailbox.name, mailbox.kind, mailbox.address, mailbox.display_name,
        Reached.model_validate(mailbox.settings), credentials_of(mailbox, key),
    )  # fmt: skip


def default_mailbox(session: Session) -> Mailbox | None:
    """The mailbox that notices, and replies on cases that came in another way, go out from; None: there is none."""
    found = session.execute(select(Mailbox).where(Mailbox.is_default_for_sending)).scalar_one_or_none()
    return found if found is not None and can_send(found) else None


def submit(sending: Sending, message: bytes, *, recipients: Sequence[str], tokens: Tokens | None = None) -> Submitted:
    """Hand over one mail (RFC 5322, CRLF) from this mailbox to these recipients, who stand in its headers too.

    A server for outgoing mail goes before what the mailbox can do by itself.

    Raises:
        MailboxFails: Nothing was sent, unless its facts say `may_have_left`; `is_permanent`: nor will it ever be.
    """
    reached, outgoing = sending.reached, sending.reached.outgoing
    token = tokens(sending) if reached.oauth is not None and tokens is not None else ""
    if outgoing is not None:
        return smtp.submit(
            outgoing, sending.credentials, message, sender=sending.address, recipients=recipients, user=reached.user,
            token=token if reached.sign_in == "oauth" else "",
        )  # fmt: skip
    if sending.kind == "graph":
        from app.mailboxes import graph

        graph.send(reached, token, message)
    elif sending.kind == "gmail":
        from app.mailboxes import gmail

        gmail.send(reached, token, message)
    else:
        raise MailboxFails(
            f"Mailbox {sending.name} has no server for outgoing mail. Enter one in its settings.",
            step="sending", is_permanent=False, may_have_left=False,
        )  # fmt: skip
    return Submitted(tuple(recipients), (), "")
