"""Handing mail over to a mailbox's way out: replies that were confirmed, and notices."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from app.clock import now
from app.documents.reading import Reading
from app.errors import CountersignError
from app.letters import leaving
from app.letters.compose import Words, compose
from app.letters.leaving import Never, Ready, Waits
from app.mailboxes import sending as way
from app.mailboxes.credentials import keep_refresh_token
from app.mailboxes.models import Mailbox
from app.mailboxes.opening import open_source
from app.mailboxes.port import Keeps, MailboxFails
from app.mailboxes.sending import Sending
from app.mailboxes.smtp import Submitted
from app.mailboxes.tokens import AccessTokens
from workers.celery_app import celery_app
from workers.letter_papers import fetch
from workers.slow_servers import not_again_soon
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)

COPYING = 0x636F706965730000
"""PostgreSQL's number of the lock that lets one run at a time put copies, "copies" in ASCII; with a mailbox's id added
that of its folder of sent mail."""


def hand_in(p: Parts, sending: Sending, message: bytes, *, recipients: Sequence[str]) -> Submitted:
    """Hand one mail over, whatever kind of mailbox it goes out from (`sending_from` reads the mailbox's row).

    Raises:
        MailboxFails: Nothing was sent, unless its facts say `may_have_left`; `is_permanent`: nor will it ever be.
    """
    out = sending.reached.outgoing
    server = f"{out.host}:{out.port}" if out is not None else sending.kind
    with not_again_soon(p.database, server, sending.mailbox_id):
        return way.submit(sending, message, recipients=recipients, tokens=lambda s: _token(p, s))


def _token(p: Parts, sending: Sending) -> str:
    if sending.reached.oauth is None:
        return ""
    return AccessTokens(sending.reached.oauth, sending.credentials, lambda t: _keep(p, sending, t)).get()


def _keep(p: Parts, sending: Sending, refresh_token: str) -> None:
    with p.database.transaction() as session:
        keep_refresh_token(session, sending.mailbox_id, refresh_token, p.secret_key)


def leave(p: Parts, suggestion_id: UUID) -> Waits | Never | None:
    """Send the letter of a confirmed reply, if it has one that may leave now; None: it has left, or there is none.

    Whoever calls holds the lease of the reply's write. Called again after any accident it sends nothing twice.
    """
    with p.database.transaction() as session:
        found = leaving.look(session, suggestion_id, key=p.secret_key, at=now())
    if not isinstance(found, Ready):
        return found
    try:
        content = found.content or _composed(p, found)
    except CountersignError as error:  # a paper cannot be had: it does not leave without it
        return _waits(p, found, error.message)
    reading = _read(p, content)
    with p.database.transaction() as session:
        hindered = leaving.begin(session, found, content, reading, at=now())
    if hindered is not None:
        return hindered
    try:
        done = hand_in(p, found.sending, content, recipients=[found.to])
    except MailboxFails as failed:
        return _failed(p, found, failed)
    if not done.taken_for:
        refusal, to = done.refused[0], found.to
        says = f"{refusal.code} {refusal.answer}".rstrip(". ")
        if refusal.is_permanent:
            return _never(
                p, found,
                f"The server does not take mail for {to}: {says}. Check the address, then reject this reply and answer "
                "another way.",
            )  # fmt: skip
        return _waits(p, found, f"The server does not take mail for {to} just now: {says}. It is tried again.")
    with p.database.transaction() as session:
        leaving.sent(session, found.letter_id, done, at=now())
    return None


@celery_app.task(name="letter.copy")
def copy_task(letter_id: str) -> None:
    copy(parts(), UUID(letter_id))


@celery_app.task(name="letter.copy_due")
def copy_due_task() -> None:
    copy_due(parts())


def copy_due(p: Parts) -> int:
    """Put the copies that are due (see `leaving.to_copy`); returns how many were. A mailbox whose server does not take
    one keeps the copies of the others waiting no longer."""
    with p.database.alone(COPYING) as is_alone:
        return _copy_due(p) if is_alone else 0


def _copy_due(p: Parts) -> int:
    with p.database.transaction() as session:
        due = leaving.to_copy(session, at=now())
    count = 0
    for letter_ids in due.values():
        for letter_id in letter_ids:
            if not copy(p, letter_id):
                break
            count += 1
    return count


def copy(p: Parts, letter_id: UUID) -> bool:
    """Put a copy of a letter that left into its mailbox's folder of sent mail; False: there is none to put, another
    worker is at that folder, or the server would not have it now: it is tried again for a day."""
    with p.database.transaction() as session:
        found = leaving.copy_of(session, letter_id)
    if found is None:
        return False
    with p.database.alone(COPYING + found.mailbox_id) as is_alone:
        return is_alone and _copy(p, letter_id)


def _copy(p: Parts, letter_id: UUID) -> bool:
    with p.database.transaction() as session:
        found = leaving.copy_of(session, letter_id)
        mailbox = session.get(Mailbox, found.mailbox_id) if found is not None else None
    if found is None or mailbox is None or mailbox.state == "paused":
        return False
    sending = way.sending_from(mailbox, p.secret_key)
    outgoing = sending.reached.outgoing
    if outgoing is None or not outgoing.sent_folder:
        return False
    try:
        with not_again_soon(p.database, f"{sending.reached.host}:{sending.reached.port}", mailbox.id):
            source = open_source(mailbox, sending.credentials, keep=lambda t: _keep(p, sending, t))
            try:
                if not isinstance(source, Keeps):
                    return False
                source.append(outgoing.sent_folder, found.content)
            finally:
                source.close()
    except MailboxFails as failed:
        log.warning("a copy could not be put into %s of mailbox %s: %s", outgoing.sent_folder, mailbox.name, failed)
        return False
    with p.database.transaction() as session:
        leaving.copied(session, letter_id, at=now())
    return True


def _failed(p: Parts, letter: Ready, failed: MailboxFails) -> Waits | Never:
    if failed.facts.get("may_have_left"):
        with p.database.transaction() as session:
            leaving.doubt(session, letter.letter_id, at=now())
        return Waits(failed.message)
    if failed.facts.get("is_permanent") and failed.facts.get("step") == "sending":
        return _never(p, letter, failed.message)
    return _waits(p, letter, failed.message)


def _waits(p: Parts, letter: Ready, why: str) -> Waits:
    with p.database.transaction() as session:
        leaving.wait(session, leaving.locked(session, letter.letter_id), why, at=now())
    return Waits(why)


def _never(p: Parts, letter: Ready, why: str) -> Never:
    with p.database.transaction() as session:
        leaving.refuse(session, leaving.locked(session, letter.letter_id), why, at=now())
    return Never(why)


def _composed(p: Parts, letter: Ready) -> bytes:
    """The mail with its papers.

    Raises:
        CountersignError: A paper cannot be had now.
    """
    files = [fetch(p, paper, company_id=letter.company_id) for paper in letter.papers]
    with p.database.transaction() as session:
        original = leaving.original(session, letter)
    words = Words(letter.subject, letter.body, letter.language)
    return compose(
        words, case_id=letter.case_id, key=p.secret_key, message_id=letter.message_id,
        sender=letter.sending.address, sender_name=letter.sending.display_name, recipient=letter.to,
        at=now(), original=original, files=files,
    )  # fmt: skip


def _read(p: Parts, content: bytes) -> Reading | None:
    """The mail as any other is read; None where that fails: it leaves all the same."""
    try:
        return p.reader.read(content, "reply.eml")
    except CountersignError as error:
        log.warning("a letter of ours could not be read: %s", type(error).__name__)
        return None
