"""Taking mail in: each once, whatever way it comes, with what its mailbox says of its case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cases import intake, lifecycle, steps
from app.cases.intake import Belongs, TakenIn
from app.cases.models import Case
from app.documents.mail_headers import addresses, decode_header
from app.mailboxes.models import Mailbox
from app.sources.incoming import Incoming, InPieces, storable
from app.sources.mail_key import MailKey, key_of

_LONGEST_NAME = 120
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', " "))
SOURCE = "mailbox:"
"""What the source of an arrival begins with that came through a mailbox; its name follows."""
PUT_TOGETHER = " put-together"
"""What the key of an arrival ends with whose bytes we made ourselves. Any other key ends with a digest, so that no
sender can write this."""


def arrival(
    mailbox: Mailbox, *, head: bytes, mail_key: str, at: datetime, content: bytes = b"",
    in_pieces: InPieces | None = None, is_put_together: bool = False,
) -> Incoming:  # fmt: skip
    """A mail of this mailbox as an arrival. The same mail in the same mailbox is the same delivery, under whatever
    number its server has it: so a folder that is numbered anew is read again without a word on any case."""
    headers = _headers(head)
    key = f"{decode_header(headers.get('message-id', ''))} {mail_key}".strip()
    key += PUT_TOGETHER if is_put_together else ""
    return Incoming(content, _file_name(headers), SOURCE + mailbox.name, key, at, in_pieces)


def take_in_content(
    session: Session, mailbox: Mailbox, content: bytes, *, at: datetime, received_at: datetime | None = None,
    is_put_together: bool = False,
) -> TakenIn:  # fmt: skip
    """Take in a mail that is held whole; `received_at` is when its server got it, `is_put_together` whether its bytes
    are ours, not those that were sent."""
    [taken] = take_in_contents(
        session, mailbox, [content], at=at, received_at=received_at, is_put_together=is_put_together
    )
    return taken


def take_in_contents(
    session: Session, mailbox: Mailbox, contents: Sequence[bytes], *, at: datetime, received_at: datetime | None = None,
    is_put_together: bool = False,
) -> list[TakenIn]:  # fmt: skip
    """Take in mails that are held whole, and count them; `received_at` is when the server got the last of them.

    Each exactly once by Message-ID and content: one that came before, by whatever way, opens no case; the case it
    belongs to says that it came again, unless it is the same delivery. The same Message-ID with other content is
    another mail.
    """
    arrivals, mail_keys = [], []
    for content in contents:
        known = MailKey()
        known.feed(content)
        mail_keys.append(known.digest())
        arrivals.append(
            arrival(
                mailbox, head=known.head, mail_key=mail_keys[-1], at=at, content=content,
                is_put_together=is_put_together,
            )
        )  # fmt: skip
    taken = intake.take_in_mails(session, arrivals, mail_keys, belongs=_belongs(mailbox))
    _count(session, mailbox, taken, at=at, received_at=received_at)
    return taken


def take_in_large(
    session: Session, mailbox: Mailbox, incoming: Incoming, *, mail_key: str, received_at: datetime | None = None
) -> TakenIn:
    """As `take_in_contents`, for a mail that lies in the database in pieces."""
    taken = intake.take_in(session, incoming, mail_key=mail_key, belongs=_belongs(mailbox))
    _count(session, mailbox, [taken], at=incoming.arrived_at, received_at=received_at)
    return taken


def refuse(
    session: Session, mailbox: Mailbox, head: bytes, *, size: int | None, most: int, folder: str, at: datetime
) -> TakenIn:
    """Open a case for a message that is larger than what is kept (`most` bytes): its headers, and why.

    It stays in the mailbox, in `folder`. Nothing of it is read: a person opens it there.
    """
    content = head.rstrip(b"\r\n") + b"\r\n\r\n"
    mail_key = key_of(b"%s%d" % (content, size or 0))
    incoming = arrival(mailbox, head=head, mail_key=mail_key, at=at, content=content)
    taken = intake.take_in(session, incoming, mail_key=mail_key, belongs=_belongs(mailbox))
    if taken.came_again:
        return taken
    case = session.get_one(Case, taken.case_id)
    steps.end_all(session, case.id, at=at)
    senders = addresses(_headers(head).get("from"))
    case.sender = storable(senders[0].email) if senders else ""
    case.title = storable(decode_header(_headers(head).get("subject", ""))) or case.title
    why = (
        f"The message is larger than {most / 1_000_000:.0f} MB and was not taken in: only its headers are here. Open "
        f"it in the mailbox {mailbox.address}, folder {folder}, and upload what matters."
    )
    lifecycle.ask_for_attention(session, case, why, at=at)
    session.execute(update(Mailbox).where(Mailbox.id == mailbox.id).values(refused=Mailbox.refused + 1))
    return taken


def _belongs(mailbox: Mailbox) -> Belongs:
    return Belongs(mailbox.team, mailbox.company_id)


def _count(
    session: Session, mailbox: Mailbox, taken: Sequence[TakenIn], *, at: datetime, received_at: datetime | None
) -> None:
    new = sum(not one.came_again for one in taken)
    again = sum(one.came_again and not one.is_repeat for one in taken)
    if not new + again:
        return
    session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox.id)
        .values(
            taken_in=Mailbox.taken_in + new, came_again=Mailbox.came_again + again, last_message_at=at,
            last_lag_seconds=max(0.0, (at - received_at).total_seconds()) if received_at is not None else None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _headers(head: bytes) -> Message:
    return BytesHeaderParser().parsebytes(head + b"\n\n")


def _file_name(headers: Message) -> str:
    """A name for the mail's file: its subject, as far as that can be a name."""
    subject = " ".join(decode_header(headers.get("subject", "")).translate(_NOT_IN_NAMES).split())
    return f"{subject[:_LONGEST_NAME].strip(' .') or 'message'}.eml"
