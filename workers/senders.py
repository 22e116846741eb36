"""Checking who a mail is from while its case is assessed, and again where the name service was away."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import called_back
from app.cases.models import Case, CaseCheck, CaseDocument
from app.clock import now
from app.documents import readings
from app.documents.models import Document
from app.errors import NotFound
from app.senders import kept
from app.senders.checked import Checked, Sign
from app.senders.domains import house
from app.writebacks import held
from workers.wiring import Parts

if TYPE_CHECKING:
    from app.documents.reading import Reading

log = logging.getLogger(__name__)


def check(p: Parts, document_id: int, reading: Reading, content: bytes) -> Checked | None:
    """Who a document is from, None where it is no mail. Outside of any transaction. A check that fails itself is said
    as such and keeps nothing waiting."""
    try:
        return p.senders.check(document_id, reading, content, at=now())
    except Exception as error:  # noqa: BLE001 - a stranger's header that breaks a check must not stop the case
        log.warning("the sender of document %s could not be checked: %s", document_id, type(error).__name__)
        whose = house(reading.mail.sender.email) if reading.mail is not None else ""
        return Checked(whose, (Sign("never_checked"),))


def keep(session: Session, case_id: int, document_id: int, checked: Checked | None) -> None:
    """Keep what was checked; what failed, and was not known to, stands in the history of the case."""
    if checked is None:
        return
    before = kept.of_document(session, document_id)
    kept.keep(session, document_id, checked, at=now())
    if checked.failed and (before is None or before.failed != checked.failed):
        trail.record(
            session, "sender.failed", case_id=case_id, actor="software", at=now(), document=document_id,
            checks=list(checked.failed),
        )  # fmt: skip


def check_again(p: Parts) -> int:
    """Check the senders anew whose signatures could not be checked because the name service was away; how many.

    Where a check fails now, what was decided before and has not left is decided anew, knowing that.
    """
    with p.database.transaction() as session:
        due = kept.due(session, at=now())
    for document_id in due:
        with p.database.transaction() as session:
            content = session.get_one(Document, document_id).content
            try:
                reading = readings.load(session, document_id)
            except NotFound:
                continue  # kept by an earlier version: it is checked when the case is read again
        checked = check(p, document_id, reading, content)
        with p.database.transaction() as session:
            case_id = session.execute(
                select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
            ).scalar_one()
            case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
            before = kept.of_document(session, document_id)
            keep(session, case_id, document_id, checked)
            case.updated_at = now()
            if checked is not None and checked.failed and not (before is not None and before.failed):
                _call_back_anew(session, case_id, document_id)
                held.hold(session, case, at=now())
    return len(due)


def _call_back_anew(session: Session, case_id: int, document_id: int) -> None:
    """Whoever called back before this mail was part of the case did not ask about it."""
    added_at = select(CaseDocument.added_at).where(CaseDocument.document_id == document_id).scalar_subquery()
    earlier = select(CaseCheck.item).where(CaseCheck.case_id == case_id, CaseCheck.done_at < added_at)
    if session.execute(earlier.limit(1)).first() is not None:
        called_back.begin_anew(session, case_id, actor="software", at=now())
