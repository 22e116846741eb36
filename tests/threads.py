"""Mails that answer one another, for tests of threads."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases.models import Case, ThreadQuestion
from app.cases.seen import Seen
from app.clock import now
from app.users.access import Caller
from tests.house import House

FIRST = "<01-hours-contested@hafenwerk.example>"
HERS = "Silke Brandt <kreditoren@hafenwerk.example>"
OURS = "rechnungen@marlowvoss.example"
SUBJECT = "Re: Rechnung RE/2026/00004: Abweichung bei den Stunden"


def a_mail(
    text: str, *, n: str = "answer", answers: str | tuple[str, ...] = FIRST, sender: str = HERS, subject: str = SUBJECT,
    to: str = OURS, **headers: str,
) -> bytes:  # fmt: skip
    """A mail with this text; `n` names it, `answers` are its References."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, f"<{n}@mail.example>"
    mail["Date"] = "Tue, 17 Nov 2026 09:00:00 +0100"
    references = (answers,) if isinstance(answers, str) else answers
    if references and references[0]:
        mail["In-Reply-To"], mail["References"] = references[-1], " ".join(references)
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def sent(house: House, text: str, **more: Any) -> int:
    """The case that a mail came as, once all that follows from it was done."""
    case_id = house.take_in(a_mail(text, **more), f"{more.get('n', 'answer')}.eml").case_id
    for _ in range(3):
        house.work()
    return case_id


def opened(house: House, sample: str = "01") -> int:
    case_id = house.take_in_sample(sample).case_id
    house.work()
    return case_id


def events(house: House, case_id: int, *actions: str) -> list[AuditEvent]:
    with house.parts.database.transaction() as session:
        rows = session.execute(
            select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        ).scalars().all()  # fmt: skip
        return [e for e in rows if not actions or e.action in actions]


def questions(house: House) -> list[ThreadQuestion]:
    with house.parts.database.transaction() as session:
        return list(session.execute(select(ThreadQuestion).order_by(ThreadQuestion.id)).scalars())


def by_a_person(house: House, case_id: int, by: Caller, do: Any, **more: Any) -> Any:
    """Do something with a case as a page opened now would."""
    with house.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, case_id).version)
        return do(session, case_id, seen=seen, by=by, at=now(), **more)
