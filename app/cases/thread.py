"""The mails of a case, in order: by what each is known, what it answers, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.cases.models import OPEN_STATES, UNSENT, Case, CaseDocument, ThreadMail
from app.documents.automatic import Automatic
from app.documents.models import Document
from app.documents.reading import Mail
from app.firm import FREE_MAIL

LONGEST_ID, LONGEST_SUBJECT, LONGEST_ADDRESS = 500, 300, 320
MOST_ANSWERED = 60
"""Message-IDs kept of a mail's References; of a longer list the first and the nearest."""
MOST_ALIKE = 20
"""Mails under the same subject that are looked at, the newest; a portal sends hundreds under one."""
SPEAKING = 8
"""Characters from which a subject says what a mail is about."""
_ID = re.compile(r"<[^<>\s]{1,498}>")
_TAG = re.compile(r"\[[^\[\]]{1,60}\]")
_ANSWER = re.compile(
    r"^(?:re|aw|antw|antwort|sv|vs|odp|rif|ris|rép|rep|réf|ref|res|bls|atb)(?:\s?\[\d{1,3}\])?\s?[:\uff1a]\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"^(?:fwd?|wg|wtr|doorst|tr|i|rv|enc|pd|vl|vb|weitergeleitet)\s?[:\uff1a]\s*", re.IGNORECASE)
_FAR_BACK = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Known:
    """A mail in its case: what `ThreadMail` holds, and which case has it."""

    document_id: int
    case_id: int
    message_id: str
    answers: tuple[str, ...]
    subject: str
    sender: str
    recipients: tuple[str, ...]
    at: datetime
    """When it was sent as it says itself, else when it came; never later than it came."""
    is_ours: bool
    automatic: str


@dataclass(frozen=True, slots=True)
class Headers:
    """What of a mail's headers says to which thread it belongs."""

    message_id: str
    answers: tuple[str, ...]
    subject: str
    is_answer: bool
    sender: str
    recipients: tuple[str, ...]
    sent_at: datetime | None


def house(address: str) -> str:
    """Whose an address is: its domain, at a free mail service the whole address; in small letters."""
    domain = address.rpartition("@")[2].casefold()
    return address.casefold() if domain in FREE_MAIL else domain


def headers_of(mail: Mail) -> Headers:
    """The headers as threads are found by, bounded: they are outside text."""
    subject, is_answer = plain_subject(mail.subject)
    answers = _answered(mail)
    return Headers(
        message_id=_first_id(mail.message_id), answers=answers, subject=subject, is_answer=is_answer or bool(answers),
        sender=mail.sender.email.casefold()[:LONGEST_ADDRESS],
        recipients=tuple(dict.fromkeys(a.email.casefold()[:LONGEST_ADDRESS] for a in (*mail.to, *mail.cc) if a.email)),
        sent_at=mail.sent_at,
    )  # fmt: skip


def plain_subject(subject: str) -> tuple[str, bool]:
    """(the subject without "Re:", "Fwd:" and marks in square brackets, in small letters; whether it answers).

    Empty where what is left says nothing. A forwarded mail begins anew: it answers nothing.
    """
    left, is_answer, begins = " ".join(_TAG.sub(" ", subject[:1000]).split()), False, True
    while True:
        answers, forwards = _ANSWER.match(left), _FORWARD.match(left)
        found = answers or forwards
        if found is None:
            break
        is_answer = is_answer or (begins and answers is not None)
        begins = False
        left = left[found.end() :]
    plain = left.strip().casefold()[:LONGEST_SUBJECT]
    return (plain if len(plain) >= SPEAKING else "", is_answer)


def note(session: Session, document_id: int, mail: Mail, automatic: Automatic | None) -> Headers:
    """Keep by what a mail is known, in place of what an earlier reading of it gave."""
    headers = headers_of(mail)
    _keep(session, document_id, headers, automatic=automatic.sort.value if automatic is not None else "")
    return headers


def note_ours(
    session: Session, document_id: int, *, message_id: str, answers: Sequence[str], subject: str, sender: str,
    recipients: Sequence[str], at: datetime,
) -> None:  # fmt: skip
    """Keep by what a mail of ours is known, so that answers to it find their case; `document_id` is in that case."""
    plain, _ = plain_subject(subject)
    headers = Headers(
        _first_id(message_id), tuple(one[:LONGEST_ID] for one in answers)[-MOST_ANSWERED:], plain, True,
        sender.casefold()[:LONGEST_ADDRESS], tuple(r.casefold()[:LONGEST_ADDRESS] for r in recipients), at,
    )  # fmt: skip
    _keep(session, document_id, headers, is_ours=True)


def mails_of(session: Session, case_id: int) -> tuple[Known, ...]:
    """The mails of a case, the oldest first."""
    return tuple(sorted(_known(session, CaseDocument.case_id == case_id), key=lambda k: (k.at, k.document_id)))


def unsent(session: Session, case_id: int) -> set[int]:
    """The documents of a case that are mails of ours which have not left."""
    role = select(CaseDocument.document_id).where(CaseDocument.case_id == case_id, CaseDocument.role == UNSENT)
    return set(session.execute(role).scalars())


def newest_from_outside(session: Session, case_id: int) -> Known | None:
    """The mail that a reply on this case answers: the last that a person wrote to us; None where none did."""
    theirs = [k for k in mails_of(session, case_id) if not k.is_ours and k.automatic in ("", "generated", "bulk")]
    return theirs[-1] if theirs else None


def answered_by(session: Session, headers: Headers, *, but_not: int) -> list[Known]:
    """The mails that this one says it answers, the nearest first; none of this case."""
    if not headers.answers:
        return []
    found = _known(session, ThreadMail.message_id.in_(headers.answers), CaseDocument.case_id != but_not)
    near = {one: place for place, one in enumerate(headers.answers)}
    return sorted(found, key=lambda k: (-near.get(k.message_id, -1), k.document_id))


def alike(session: Session, headers: Headers, *, but_not: int, at: datetime) -> list[Known]:
    """Earlier mails under the same subject, of the last half year, the newest first; none of this case."""
    if not headers.subject:
        return []
    found = _known(
        session, ThreadMail.subject == headers.subject, ThreadMail.subject != "", CaseDocument.case_id != but_not,
        CaseDocument.added_at > at - _FAR_BACK, most=MOST_ALIKE,
    )  # fmt: skip
    return sorted(found, key=lambda k: (k.at, k.document_id), reverse=True)


def waiting_for(session: Session, headers: Headers, *, but_not: int) -> list[int]:
    """Open cases whose mail answers this one and came before it was read: they look again where they belong."""
    if not headers.message_id:
        return []
    rows = session.execute(
        select(CaseDocument.case_id)
        .join(ThreadMail, ThreadMail.document_id == CaseDocument.document_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(
            ThreadMail.answers.contains(literal([headers.message_id], ARRAY(String(LONGEST_ID)))),
            CaseDocument.case_id != but_not, Case.state.in_(OPEN_STATES), Case.merged_into.is_(None),
        )
        .distinct()
        .limit(20)
    )  # fmt: skip
    return sorted(rows.scalars())


def _known(session: Session, *where: ColumnElement[bool], most: int = 200) -> list[Known]:
    rows = session.execute(
        select(ThreadMail, CaseDocument.case_id, Document.received_at)
        .join(CaseDocument, CaseDocument.document_id == ThreadMail.document_id)
        .join(Document, Document.id == ThreadMail.document_id)
        .where(*where)
        .order_by(ThreadMail.document_id.desc())
        .limit(most)
    )
    return [
        Known(
            m.document_id, case_id, m.message_id, tuple(m.answers), m.subject, m.sender, tuple(m.recipients),
            min(m.sent_at, came_at) if m.sent_at is not None else came_at, m.is_ours, m.automatic,
        )
        for m, case_id, came_at in rows
    ]  # fmt: skip


def count_of(session: Session, case_id: int) -> int:
    """How many mails a case has."""
    query = select(func.count()).select_from(CaseDocument).join(
        ThreadMail, ThreadMail.document_id == CaseDocument.document_id
    )  # fmt: skip
    return int(session.execute(query.where(CaseDocument.case_id == case_id)).scalar_one())


def _keep(session: Session, document_id: int, headers: Headers, *, is_ours: bool = False, automatic: str = "") -> None:
    values = {
        "message_id": headers.message_id, "answers": list(headers.answers), "subject": headers.subject,
        "is_answer": headers.is_answer, "sender": headers.sender, "recipients": list(headers.recipients),
        "sent_at": headers.sent_at, "is_ours": is_ours, "automatic": automatic,
    }  # fmt: skip
    session.execute(
        insert(ThreadMail)
        .values(document_id=document_id, **values)
        .on_conflict_do_update(index_elements=["document_id"], set_=values)
    )


def _first_id(value: str) -> str:
    found = _ID.search(value)
    return found.group() if found else value.strip()[:LONGEST_ID]


def _answered(mail: Mail) -> tuple[str, ...]:
    """What a mail answers: the thread from its beginning, and last what it answers itself."""
    nearest = _ID.findall(mail.in_reply_to[:4000])[:3] or ([mail.in_reply_to[:LONGEST_ID]] if mail.in_reply_to else [])
    said = [one for one in mail.references if len(one) <= LONGEST_ID and one not in nearest] + nearest
    said = [one for one in dict.fromkeys(said) if one != mail.message_id]
    return tuple(said if len(said) <= MOST_ANSWERED else [*said[:5], *said[5 - MOST_ANSWERED :]])
