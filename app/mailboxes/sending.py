"""A mailbox as mail is sent from it: who it is, and the one door through which its mail goes out, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.mailboxes import smtp
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import OUT_PASSWORD, Reached
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


def on_the_wire(address: str) -> str:
    """An address as it stands in a mail: its domain in ASCII (IDNA)."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address  # the server for outgoing mail refuses it, with words


def sender_line(name: str, address: str) -> Address:
    """Who a mail is from, as its From line has it: a name on one line, whatever letters it has, and an address."""
    local, _, domain = on_the_wire(address).rpartition("@")
    return Address(name, local, domain)


def can_send(mailbox: Mailbox) -> bool:
    """Whether mail can leave from here: it knows a server for outgoing mail, or sends by itself."""
    return mailbox.kind in BY_ITSELF or Reached.model_validate(mailbox.settings).outgoing is not None


def takes_token(reached: Reached, credentials: Mapping[str, str]) -> bool:
    """Whether mail is sent with an access token: not where the server for outgoing mail has a password of its own."""
    return reached.oauth is not None and not (reached.outgoing is not None and credentials.get(OUT_PASSWORD))


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
    token = tokens(sending) if tokens is not None and takes_token(reached, sending.credentials) else ""
    if outgoing is not None:
        return smtp.submit(
            outgoing, sending.credentials, message, sender=sending.address, recipients=recipients, user=reached.user,
            token=token,
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
