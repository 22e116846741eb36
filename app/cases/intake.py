"""From arrival to case: stored, one case per document, the first step asked for; all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import steps
from app.cases.models import Case, CaseDocument
from app.documents.receive import receive
from app.sources.incoming import Incoming


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Where an arrival ended: its document and case, and whether it had come before."""

    case_id: int
    document_id: int
    sha256: str
    came_again: bool


def take_in(session: Session, incoming: Incoming) -> TakenIn:
    """Store an arrival and open its case, or note on the case it belongs to that it came again.

    Safe to repeat with the same bytes from any number of callers: one document, one case.
    """
    received = receive(session, incoming)
    at = incoming.arrived_at
    if not received.is_new:
        case_id = session.execute(
            select(CaseDocument.case_id).where(CaseDocument.document_id == received.document_id)
        ).scalar_one()
        if not received.is_repeat:
            trail.record(
                session, "document.came_again", case_id=case_id, actor=f"source:{incoming.source}", at=at,
                sha256=received.sha256, name=incoming.name,
            )  # fmt: skip
        return TakenIn(case_id, received.document_id, received.sha256, came_again=True)
    case = Case(
        state="received", title=incoming.name, flags=[], opened_at=at, updated_at=at,
        here_because=f"Came in through {incoming.source} and waits to be read.",
    )  # fmt: skip
    session.add(case)
    session.flush()
    session.add(CaseDocument(document_id=received.document_id, case_id=case.id, role="opening", added_at=at))
    trail.record(
        session, "case.opened", case_id=case.id, actor=f"source:{incoming.source}", at=at,
        sha256=received.sha256, name=incoming.name, size=len(incoming.content),
    )  # fmt: skip
    steps.schedule(session, case.id, "assess", at=at)
    return TakenIn(case.id, received.document_id, received.sha256, came_again=False)
