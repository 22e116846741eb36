"""Mailing somebody the link to sign in that they asked for on the page."""

from __future__ import annotations

import logging
from urllib.parse import urlencode
from uuid import uuid4

from app.audit import trail
from app.clock import now
from app.mailboxes import thread_token
from app.mailboxes.port import MailboxFails
from app.mailboxes.sending import default_mailbox, sending_from
from app.review import notice_mail
from app.review.sign_in_mail import link_mail
from app.users import access, links_by_mail
from workers import posting
from workers.celery_app import celery_app
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)


@celery_app.task(name=links_by_mail.TASK)
def mail_link_task(given: str) -> None:
    mail_link(parts(), given)


def mail_link(p: Parts, given: str) -> bool:
    """Mail the link that was asked for, if it is somebody's who works here; whether one left.

    A mail that the server does not take now is not tried again: whoever waits for it asks again.
    """
    at = now()
    wanted = links_by_mail.opened(given, p.secret_key)
    if wanted is None:
        return False
    with p.database.transaction() as session:
        mailbox = default_mailbox(session)
        if mailbox is None or mailbox.state == "paused":
            return False
        person = links_by_mail.person_to_mail(session, given, wanted, at=at)
        if person is None:
            return False
        sending = sending_from(mailbox, p.secret_key)
    link = access.sign_in_link(p.settings.public_url, p.secret_key, person.user_id)
    if wanted.page:
        link += "?" + urlencode({"next": wanted.page}, safe="/")
    words = link_mail(person, link, public_url=p.settings.public_url, language=wanted.language)
    domain = sending.address.rpartition("@")[2]
    mail = notice_mail.message(
        words, person, sender=sending.address, name=sending.display_name,
        message_id=thread_token.message_id(0, uuid4(), p.secret_key, domain=domain), at=at,
    )  # fmt: skip
    content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", cte_type="7bit"))
    try:
        done = posting.hand_in(p, sending, content, recipients=[person.email])
    except MailboxFails as failed:
        log.warning("a sign-in link could not be mailed: %s", failed.message)
        return False
    if not done.taken_for:
        log.warning("a sign-in link was not taken by the mail server: %s", done.refused[0].code)
        return False
    with p.database.transaction() as session:
        trail.record(session, "person.link_mailed", actor="software", at=now(), email=person.email)
    return True
