"""Keeping what was checked of senders, and asking for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases.models import CaseDocument
from app.senders.checked import CODES, Checked, Sign
from app.senders.models import SenderCheck

WAITS = (
    timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12),
    timedelta(hours=24), timedelta(hours=48),
)  # fmt: skip
"""How long the name service is waited for, try by try; after the last nobody asks again."""


def keep(session: Session, document_id: int, checked: Checked, *, at: datetime) -> None:
    """Keep what was checked of a mail's sender, in place of what was kept before."""
    tries = session.execute(
        select(SenderCheck.tries).where(SenderCheck.document_id == document_id)
    ).scalar_one_or_none()
    count = (tries or 0) + 1
    again_at = at + WAITS[count - 1] if checked.waits and count <= len(WAITS) else None
    if checked.waits and again_at is None:
        checked = replace(checked, signs=tuple(_given_up(s) for s in checked.signs))
    values = {
        "house": checked.house, "verdict": checked.verdict, "is_signed": checked.is_signed,
        "failed": list(checked.failed), "signs": [{"code": s.code, "facts": dict(s.facts)} for s in checked.signs],
        "checked_at": at, "tries": count, "again_at": again_at,
    }  # fmt: skip
    session.execute(
        insert(SenderCheck)
        .values(document_id=document_id, **values)
        .on_conflict_do_update(index_elements=["document_id"], set_=values)
    )


def _given_up(sign: Sign) -> Sign:
    return Sign("never_checked") if sign.code == "not_checked" else sign


def of_document(session: Session, document_id: int) -> Checked | None:
    """What was checked of a document's sender; None where it is no mail, or was not checked yet."""
    return of_documents(session, [document_id]).get(document_id)


def of_documents(session: Session, document_ids: Collection[int]) -> dict[int, Checked]:
    """What was checked of the senders of these documents, as far as they are mails."""
    rows = session.execute(
        select(SenderCheck.document_id, SenderCheck.house, SenderCheck.is_signed, SenderCheck.signs).where(
            SenderCheck.document_id.in_(document_ids)
        )
    )
    return {
        document_id: Checked(
            whose, tuple(Sign(str(s["code"]), s.get("facts") or {}) for s in signs if s["code"] in CODES), is_signed
        )
        for document_id, whose, is_signed, signs in rows
    }


def failed_of_case(session: Session, case_id: int) -> tuple[str, ...]:
    """Codes of the checks that failed on any mail that a case holds."""
    return failed_of_cases(session, [case_id]).get(case_id, ())


def failed_of_cases(
    session: Session, case_ids: Collection[int], *, also: Collection[tuple[int, int]] = ()
) -> dict[int, tuple[str, ...]]:
    """Codes of the checks that failed, by case; cases without any are left out. `also` are (case, document) of what
    a case shares with another."""
    held = session.execute(
        select(CaseDocument.case_id, SenderCheck.failed)
        .join(SenderCheck, SenderCheck.document_id == CaseDocument.document_id)
        .where(CaseDocument.case_id.in_(case_ids), SenderCheck.verdict == "failed")
    ).all()
    found: dict[int, set[str]] = {}
    for case_id, codes in held:
        found.setdefault(case_id, set()).update(codes)
    if also:
        shared = session.execute(
            select(SenderCheck.document_id, SenderCheck.failed).where(
                SenderCheck.document_id.in_([document_id for _, document_id in also]), SenderCheck.verdict == "failed"
            )
        ).all()
        codes_of = {row.document_id: row.failed for row in shared}
        for case_id, document_id in also:
            if document_id in codes_of:
                found.setdefault(case_id, set()).update(codes_of[document_id])
    return {case_id: tuple(code for code in CODES if code in codes) for case_id, codes in found.items()}


def due(session: Session, *, at: datetime, limit: int = 50) -> list[int]:
    """Documents whose check waits for the name service and is due again, the longest waiting first."""
    rows = session.execute(
        select(SenderCheck.document_id)
        .where(SenderCheck.again_at <= at)
        .order_by(SenderCheck.again_at)
        .limit(limit)
    )  # fmt: skip
    return list(rows.scalars())
