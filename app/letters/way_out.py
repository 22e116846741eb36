"""From which mailbox a reply on a case goes out, to which addresses it could go, and why none is taken by software."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import CaseDocument
from app.documents.automatic import Ours, takes_no_reply
from app.documents.models import Arrival
from app.documents.reading import Reading
from app.mailboxes import thread_token
from app.mailboxes.models import Mailbox
from app.mailboxes.sending import can_send, default_mailbox
from app.mailboxes.taking import SOURCE
from app.senders import kept
from app.suggestions.proposal import WayOut

FAILED = "A check of the sender failed: make sure by another way who wrote, then choose the address."


def way_out(session: Session, case_id: int, document_id: int, reading: Reading, *, key: str) -> WayOut | None:
    """How an answer to this document can leave by mail; None where it is no mail, or no mailbox can send.

    It goes out from the mailbox that the case came by, where that can send, else from the one that is set as default.
    The address is the sender's own: another one that replies are asked to go to is only taken when a person chooses it.
    `key` is the installation's secret key.
    """
    if reading.mail is None:
        return None
    mailbox = mailbox_of(session, case_id)
    if mailbox is None:
        return None
    us = ours(session, key)
    asked = reading.mail.reply_to.email if reading.mail.reply_to else ""
    found = {a.casefold(): a for a in reversed((reading.mail.sender.email, asked)) if is_address(a)}
    choices = tuple(a for known, a in reversed(found.items()) if known not in us.addresses)
    warns = takes_no_reply(reading, us)
    if warns:
        choices = ()
    elif not choices:
        warns = "It names no address to answer to."
    elif (checked := kept.of_document(session, document_id)) is not None and checked.failed:
        warns = FAILED
    elif is_address(reading.mail.sender.email) and choices[0].casefold() != reading.mail.sender.email.casefold():
        warns = "The sender’s own address cannot be answered: choose another."
    return WayOut(mailbox.id, mailbox.address, choices, warns, document_id, mailbox.language)


def mailbox_of(session: Session, case_id: int) -> Mailbox | None:
    """The mailbox that mail on a case goes out from; None where none can send."""
    names = session.execute(
        select(Arrival.source)
        .join(CaseDocument, CaseDocument.document_id == Arrival.document_id)
        .where(CaseDocument.case_id == case_id, Arrival.source.startswith(SOURCE))
        .order_by(Arrival.arrived_at.desc(), Arrival.id.desc())
    ).scalars()
    for name in dict.fromkeys(names):
        mailbox = session.execute(select(Mailbox).where(Mailbox.name == name.removeprefix(SOURCE))).scalar_one_or_none()
        if mailbox is not None and can_send(mailbox):
            return mailbox
    return default_mailbox(session)


def ours(session: Session, key: str) -> Ours:
    """The addresses of our mailboxes, and how Message-IDs of ours are known."""
    addresses = session.execute(select(func.lower(Mailbox.address))).scalars()
    return Ours(frozenset(addresses), lambda message_id: thread_token.is_ours(message_id, key))


def is_address(text: str) -> bool:
    """Whether a mail can be addressed to this: one line, one @, nothing that ends an address in a header."""
    local, at, domain = text.rpartition("@")
    good = bool(local and at and "." in domain) and text.isascii() and text.isprintable() and len(text) <= 254
    return good and not set(text) & set(' <>,;:"()[]\\') and "@" not in local and "=?" not in text
