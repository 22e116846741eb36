"""A mail's place among the cases: noted when it was read, decided when Odoo was asked (app/decisions/belonging.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.findings import Books, Reconciliation
from app.cases import steps, thread
from app.cases.models import Case
from app.clock import now
from app.decisions import belonging, continuing, merging, thread_questions
from app.decisions.belonging import Belongs
from app.decisions.message import Message
from app.documents.automatic import Ours, automatic
from app.documents.models import Document
from app.errors import Misconfigured
from app.mailboxes import thread_token
from app.mailboxes.models import Mailbox
from app.odoo.commands import Attachment
from app.writebacks import held
from workers.wiring import Parts

if TYPE_CHECKING:
    from app.assessments.models import AssessmentRow
    from app.assessments.results import Assessment
    from app.documents.reading import Reading

_BESIDE = (".p7s", ".asc", ".sig", ".vcf", ".ics")
"""Files that mail programs add by themselves."""
NOWHERE = Reconciliation((), (), Books())


class _MovedOnError(Exception):
    """The case that a mail continues moved on while it was decided: nothing of it is kept."""


def note(p: Parts, session: Session, case_id: int, document_id: int, reading: Reading) -> None:
    """Keep by what a mail that was just read is known; mails that answer it and came first look again."""
    if reading.mail is None:
        return
    headers = thread.note(session, document_id, reading.mail, automatic(reading, ours(p, session)))
    for waiting in thread.waiting_for(session, headers, but_not=case_id):
        if steps.is_done(session, waiting, "reconcile"):
            steps.schedule(session, waiting, "reconcile", at=now())


def ours(p: Parts, session: Session) -> Ours:
    """The addresses that are ours, and which Message-IDs we gave."""
    addresses = frozenset(a.casefold() for a in session.execute(select(Mailbox.address)).scalars())
    key = _key(p)
    return Ours(addresses, gave=lambda message_id: bool(key) and thread_token.is_ours(message_id, key))


def message_of(
    p: Parts, session: Session, case_id: int, row: AssessmentRow, reading: Reading, assessment: Assessment,
    found: Reconciliation = NOWHERE,
) -> Message | None:  # fmt: skip
    """The mail that a case came with, to be placed; None for what is no mail, shares one, or has mails of its own."""
    mail = reading.mail
    if mail is None or assessment.mails or session.get_one(Case, case_id).split_from is not None:
        return None
    mine, domains, key = ours(p, session), set(p.settings.firm.domains) if p.settings.firm else set(), _key(p)

    def is_own(address: str) -> bool:
        return address.casefold() in mine.addresses or address.rpartition("@")[2].casefold() in domains

    said = " ".join((mail.subject, mail.in_reply_to, *mail.references))
    return Message(
        case_id, row.document_id, thread.headers_of(mail), assessment, found, automatic(reading, mine),
        thread_token.read(said, key) if key else (), _brings_more(reading), is_own,
    )  # fmt: skip


def _brings_more(reading: Reading) -> bool:
    """Whether a mail passes a message on, or brings files that are more than a signature."""
    roles = {s.role for s in reading.mail.segments} if reading.mail is not None else set()
    files = (p for p in reading.attachments if p.form != "image" and not p.name.casefold().endswith(_BESIDE))
    return "forwarded" in roles or any(files)


def answers(session: Session, message: Message | None) -> list[int]:
    """The cases that wait no longer for their customer: this mail is for certain from there."""
    return list(belonging.answers(session, message)) if message is not None else []


def place(p: Parts, message: Message | None, attempt: int) -> Belongs | None:
    """Fold a mail into the case that it continues for certain, or ask; None when it was folded and is done with. Else
    where it may belong, for what is proposed on its own case."""
    if message is None:
        return Belongs()
    for _ in range(3):  # where the other case moved on meanwhile it is looked at as it stands now
        with p.database.transaction() as session:
            where = belonging.belongs(session, message, at=now())
            if where.fold is None:
                thread_questions.ask(session, message, where.asks, at=now())
                return where
        try:
            with p.database.transaction() as session:
                _fold(session, message, where.fold, attempt)
        except _MovedOnError:
            continue
        return None
    return Belongs()


def paper(session: Session, assessment: Assessment, reading: Reading) -> Attachment | None:
    """The earlier mail that the order of a case came with, where the mail that leads brought none."""
    if assessment.order is None or any(part.order is not None for part in reading.walk()):
        return None
    stated = (assessment.fields[name] for name in ("lines", "po_number") if name in assessment.fields)
    named = next((e.document_id for field in stated for e in field.evidence if e.document_id is not None), None)
    document = session.get(Document, named) if named is not None else None
    return Attachment(document.name, document.content) if document is not None else None


def _fold(session: Session, message: Message, fold: continuing.Fold, attempt: int) -> None:
    merging.both(session, message.case_id, fold.into)
    if not steps.finish(session, message.case_id, "reconcile", attempt, at=now()):
        return  # another worker has it, or it was asked for anew
    case = session.get_one(Case, message.case_id)
    keep.keep_reconciliation(session, case.id, message.found)
    present.show_findings(session, case, message.assessment, message.found, at=now())
    followed = continuing.fold_in(session, case.id, fold, at=now())
    if followed is None:
        raise _MovedOnError
    held.after(session, followed, at=now())


def _key(p: Parts) -> str:
    try:
        return p.secret_key
    except Misconfigured:
        return ""
