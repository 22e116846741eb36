"""Mails to our own people: what waits is noted down each minute and told in one mail each; a digest in the morning."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.clock import now
from app.mailboxes import thread_token
from app.mailboxes.port import MailboxFails
from app.mailboxes.sending import Sending, default_mailbox, sending_from
from app.notices import noticing, wishes
from app.notices.models import DigestSent, NoticeRefusal
from app.review import figures, notice_mail
from app.review.languages import speaking
from app.review.notice_mail import Words
from app.users import access, people
from app.users.access import Caller
from workers import posting
from workers.celery_app import celery_app
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)

LOCK = 0x6E6F7469636573
"""PostgreSQL's number of the lock that lets one run at a time: "notices" in ASCII."""


class Became(Enum):
    """What became of a mail: it left (or may have), was refused for good, or waits for the next run."""

    LEFT = "left"
    REFUSED = "refused"
    WAITING = "waiting"


@celery_app.task(name="notices.run")
def run_task() -> None:
    run(parts(), at=now())


def run(p: Parts, *, at: datetime) -> int:
    """Tell everybody what there is to tell; returns how many mails left.

    A mail that the server does not take now waits for the next run. One that left while this process died before it
    noted so leaves again with the same Message-ID, which mail programs show once.
    """
    with p.database.alone(LOCK) as is_alone:
        if not is_alone:
            return 0
        with p.database.transaction() as session:
            mailbox = default_mailbox(session)
            if mailbox is None or mailbox.state != "active":
                return 0
            sending = sending_from(mailbox, p.secret_key)
            noticing.notice(session, p.policy, at=at)
        try:
            return _notices(p, sending, at) + _digests(p, sending, at)
        except MailboxFails as error:
            log.warning("notices wait: %s", error.message)
            return 0


def _notices(p: Parts, sending: Sending, at: datetime) -> int:
    with p.database.transaction() as session:
        untold = noticing.untold(session, at=at)
    sent = 0
    for user_id, notices in untold.items():
        with p.database.transaction() as session:
            person = access.caller(session, user_id)
            meant = noticing.still_meant(session, person, notices) if person is not None else []
            noticing.drop(session, [n for n in notices if n not in meant], at=at)
            if person is None or not meant:
                continue
            words = notice_mail.notice(session, person, meant, p.policy, public_url=p.settings.public_url, at=at)
        became = _send(p, sending, person, words, about=[f"notice {n.id}" for n in meant], at=at)
        if became is Became.WAITING:
            continue
        sent += became is Became.LEFT
        with p.database.transaction() as session:
            noticing.note_told(session, meant, at=at)
    return sent


def _digests(p: Parts, sending: Sending, at: datetime) -> int:
    sent = 0
    for person in _with_digest_due(p, at):
        with speaking("en", zone=person.personal.time_zone or "UTC"):
            day = figures.today(at)
        with p.database.transaction() as session:
            words = notice_mail.digest(session, person, p.policy, public_url=p.settings.public_url, at=at)
        if words is not None:
            became = _send(p, sending, person, words, about=[f"digest {day}"], at=at)
            if became is Became.WAITING:
                continue
            sent += became is Became.LEFT
        with p.database.transaction() as session:
            row = insert(DigestSent).values(user_id=person.user_id, day=day, sent_at=at)
            session.execute(row.on_conflict_do_nothing())
    return sent


def _with_digest_due(p: Parts, at: datetime) -> list[Caller]:
    """Those whose hour it is and who had none yet on their day."""
    due = []
    with p.database.transaction() as session:
        for user in people.with_roles(session, wishes.MONEY_ROLES):
            person = access.caller(session, user.id)
            if person is None:
                continue
            zone = person.personal.time_zone
            with speaking("en", zone=zone or "UTC"):
                day = figures.today(at)
            wanted = wishes.of(session, user.id, person.roles)
            if wanted.digest_due(at, zone) and session.get(DigestSent, (user.id, day)) is None:
                due.append(person)
    return due


def _send(p: Parts, sending: Sending, person: Caller, words: Words, *, about: Iterable[str], at: datetime) -> Became:
    """Hand one mail in. Raises MailboxFails when the server takes no mail at all just now."""
    named = uuid5(NAMESPACE_URL, f"{person.user_id} {' '.join(about)}")
    domain = sending.address.rpartition("@")[2]
    mail = notice_mail.message(
        words, person, sender=sending.address, name=sending.display_name,
        message_id=thread_token.message_id(0, named, p.secret_key, domain=domain), at=at,
    )  # fmt: skip
    content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", cte_type="7bit"))
    try:
        refused = posting.hand_in(p, sending, content, recipients=[person.email]).refused
    except MailboxFails as failed:
        if failed.facts.get("may_have_left"):
            return Became.LEFT
        if failed.facts.get("step") != "sending":
            raise
        if not failed.facts.get("is_permanent"):
            log.warning("a notice waits: %s", failed.message)
            return Became.WAITING
        _note_refusal(p, person, failed.message, at)
        return Became.REFUSED
    for refusal in refused:
        if not refusal.is_permanent:
            log.warning("a notice waits: the server does not take mail to one person just now: %s", refusal.code)
            return Became.WAITING
        _note_refusal(p, person, refusal.answer, at)
        return Became.REFUSED
    with p.database.transaction() as session:
        session.execute(delete(NoticeRefusal).where(NoticeRefusal.user_id == person.user_id))
    return Became.LEFT


def _note_refusal(p: Parts, person: Caller, says: str, at: datetime) -> None:
    """Note that mail to this person was refused for good; they see it with their settings."""
    values = {"at": at, "says": says[:500]}
    row = insert(NoticeRefusal).values(user_id=person.user_id, **values)
    with p.database.transaction() as session:
        session.execute(row.on_conflict_do_update(index_elements=[NoticeRefusal.user_id], set_=values))
