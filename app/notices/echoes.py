"""What software sends back to our notices: nobody works on it, and no notice is ever told of a notice.

A notice to a person whose mail comes into a mailbox of ours, or whose absence is answered by itself, would else open a
case, of which somebody is told by a notice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases import lifecycle, steps
from app.cases.models import Case
from app.documents.automatic import Automatic, Ours, Sort, automatic
from app.documents.reading import Reading
from app.notices.models import NoticeRefusal
from app.users.models import User
from app.vocabulary import Kind

ACTOR = "software"
NOTICE = "<cs.0."
"""How the Message-IDs of our mails begin that are about no case in particular (see `thread_token.message_id`)."""
_WAITING = ("received", "to_decide", "needs_attention")


def set_aside(session: Session, case_id: int, reading: Reading, *, ours: Ours, at: datetime) -> bool:
    """Close a case that brought a notice of ours back, or what software answered to one; whether it was one.

    A notice that could not be delivered is shown to that person with their settings. What looks like fraud stays.
    """
    found = automatic(reading, ours)
    if found is None or not found.is_quiet or not _is_about_a_notice(found, ours):
        return False
    case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
    if case.kind == Kind.SECURITY_ALERT or case.state not in _WAITING or case.merged_into is not None:
        return False
    if found.sort is Sort.BOUNCE:
        _note_refusal(session, found, at=at)
    steps.end_all(session, case_id, at=at)
    why = "Software sent it back to a notice of ours to one of our people: nobody needs to act on it."
    lifecycle.move(session, case, "closed", actor=ACTOR, at=at, because=why)
    session.flush()
    return True


def _is_about_a_notice(found: Automatic, ours: Ours) -> bool:
    """By the first of our Message-IDs that it names: a mail on a thread may name older ones."""
    named = next((one for one in found.answers if ours.gave(one)), "")
    return named.startswith(NOTICE)


def _note_refusal(session: Session, found: Automatic, *, at: datetime) -> None:
    for one in found.deliveries:
        if one.action != "failed" or not one.recipient:
            continue
        user = session.execute(select(User.id).where(func.lower(User.email) == one.recipient)).scalar_one_or_none()
        if user is not None:
            values = {"at": at, "says": one.says or "The mail came back."}
            row = insert(NoticeRefusal).values(user_id=user, **values)
            session.execute(row.on_conflict_do_update(index_elements=[NoticeRefusal.user_id], set_=values))
