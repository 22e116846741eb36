"""Keeping what was checked of senders, and asking for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def failed_of_case(session: Session, case_id: int, *, also: Sequence[int] = ()) -> tuple[str, ...]:
    """Codes of the checks that failed on any mail of a case; `also` are documents that it shares with another."""
    mine = select(CaseDocument.document_id).where(CaseDocument.case_id == case_id)
    rows = session.execute(
        select(SenderCheck.failed).where(
            SenderCheck.document_id.in_(mine) | SenderCheck.document_id.in_(also), SenderCheck.failed != []
        )
    ).scalars()
    found = {code for codes in rows for code in codes}
    return tuple(code for code in CODES if code in found)


def due(session: Session, *, at: datetime, limit: int = 50) -> list[int]:
    """Documents whose check waits for the name service and is due again, the longest waiting first."""
    rows = session.execute(
        select(SenderCheck.document_id)
        .where(SenderCheck.again_at <= at)
        .order_by(SenderCheck.again_at)
        .limit(limit)
    )  # fmt: skip
    return list(rows.scalars())
