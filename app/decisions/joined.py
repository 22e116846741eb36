"""The mails of a case put together: what it is about follows the newest, as far as that says something."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.continued import NOTHING, Continued, continued, with_a_persons_word
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment
from app.cases import steps
from app.cases.models import Case, CaseMerge
from app.documents import readings
from app.documents.reading import Reading
from app.errors import NotFound

CONTINUES = "continues"


def join(session: Session, target: Case, mail: AssessmentRow, *, had_ended: bool, at: datetime) -> Continued:
    """Take over what a mail says into the locked case that it continues, as a new assessment of that case; what the
    books said stays until Odoo has been asked again. Nothing is kept where the mail says nothing.

    Raises:
        NotFound: One of the two has not been read yet.
    """
    row = keep.current(session, target.id)
    found = _with(session, keep.assessment_of(row), row.document_id, mail, had_ended=had_ended)
    if found.effect != NOTHING:
        _keep(session, target, row, found.document_id, found.assessment, at=at)
    return found


def join_again(session: Session, target: Case, *, at: datetime) -> bool:
    """Put a locked case together from its own document and the mails that continue it now: one came out, or its own was
    read again. What people said of it stays. False where it never was put together."""
    row = keep.current(session, target.id)
    merges = session.execute(
        select(CaseMerge)
        .where(CaseMerge.into_id == target.id, CaseMerge.how == CONTINUES, CaseMerge.taken_apart_at.is_(None))
        .order_by(CaseMerge.merged_at, CaseMerge.id)
    ).scalars().all()  # fmt: skip
    current = keep.assessment_of(row)
    if not merges and not current.mails:
        return False
    own = _own(session, target.id)
    found = Continued(keep.assessment_of(own), own.document_id, NOTHING, ())
    for merge in merges:
        try:
            mail = keep.current(session, merge.case_id)
        except NotFound:
            continue
        found = _with(session, found.assessment, found.document_id, mail, had_ended=not merge.was_open)
    anew = with_a_persons_word(found, current, row.document_id)
    _keep(session, target, row, found.document_id, anew, at=at)
    steps.schedule(session, target.id, "reconcile", at=at)
    return True


def _own(session: Session, case_id: int) -> AssessmentRow:
    """What was thought of a case before other mails continued it. One that was split off a case with several mails
    began with them."""
    rows = select(AssessmentRow).where(AssessmentRow.case_id == case_id)
    alone = func.coalesce(func.jsonb_array_length(AssessmentRow.content["mails"]), 0) == 0
    found = session.execute(rows.where(alone).order_by(AssessmentRow.id.desc()).limit(1)).scalar_one_or_none()
    return found or session.execute(rows.order_by(AssessmentRow.id).limit(1)).scalar_one()


def _with(session: Session, before: Assessment, document_id: int, mail: AssessmentRow, *, had_ended: bool) -> Continued:
    is_mail = readings.load(session, document_id).mail is not None
    return continued(
        before, keep.assessment_of(mail), before_document=document_id, mail_document=mail.document_id,
        had_ended=had_ended, may_lead=is_mail,
    )  # fmt: skip


def _keep(
    session: Session, target: Case, row: AssessmentRow, document_id: int, anew: Assessment, *, at: datetime
) -> None:
    matches, findings, customer = row.matches, row.findings, (target.customer_id, target.customer_name)
    kept = keep.keep(session, target.id, document_id, anew, at=at)
    kept.matches, kept.findings = matches, findings
    reading: Reading = readings.load(session, document_id)
    present.show_assessment(session, target, reading, anew, at=at)
    target.customer_id, target.customer_name = customer
    session.flush()
