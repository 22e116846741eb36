"""A person says which reading is right: their label replaces the machine's, and the case is compared with Odoo anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.results import Vote
from app.audit import trail
from app.cases import called_back, steps
from app.cases.models import Case
from app.decisions import call_back
from app.documents import readings
from app.errors import Conflict, NotFound, Refused
from app.users.access import Caller
from app.vocabulary import KIND_OF, CertaintyWord, Kind

CHOOSING_ROLES = ("reviewer", "controller")
_SETTLED = ("writing", "done", "closed", "received")


def may_be_chosen(case: Case) -> bool:
    """Whether what the case is about can still be said by a person."""
    return case.state not in _SETTLED


def require_genuine(session: Session, case: Case, reason: str, *, by: Caller) -> None:
    """Raises Refused when this is a security alert, the reason is an ordinary one, and the person is no controller or
    nobody has called back."""
    if case.kind != Kind.SECURITY_ALERT or KIND_OF[reason] is Kind.SECURITY_ALERT:
        return
    if "controller" not in by.roles:
        raise Refused(
            "This is a security alert. A finance controller says after the call-back that it is an ordinary case."
        )
    call_back.require_complete(session, case)


def choose_reading(session: Session, case_id: int, reason: str, *, by: Caller, at: datetime) -> None:
    """Settle what a case is about by a person's word. Fields stay as read; suggestions follow from the new reading.

    Raises:
        NotFound: There is no such case, or it has not been read yet.
        Refused: The person is neither reviewer nor controller, or there is no such reason; of a security alert, only a
            controller says that it is genuine, once the call-back checklist is complete.
        Conflict: The case is being written or has ended.
    """
    by.require("decide")
    if not set(by.roles) & set(CHOOSING_ROLES):
        raise Refused("Only a finance reviewer or a finance controller says what a case is about.")
    if reason not in KIND_OF:
        raise Refused(f"There is no reason “{reason}”. See docs/words.md for all of them.")
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    if not may_be_chosen(case):
        raise Conflict(f"Case {case_id} is {case.state}: what it is about cannot be changed now.", state=case.state)
    require_genuine(session, case, reason, by=by)
    row = keep.current(session, case_id)
    before = keep.assessment_of(row)
    chosen = replace(
        before.classification, reason=reason, confidence=1.0, reading=CertaintyWord.SURE, prediction_set=(reason,),
        secondary_reasons=tuple(r for r in before.classification.secondary_reasons if r != reason),
        votes=(*before.classification.votes, Vote("person", reason, because=f"{by.name} says so")), unsure_because="",
    )  # fmt: skip
    assessment = replace(before, classification=chosen)
    trail.record(
        session, "reading.chosen", case_id=case_id, actor=by.email, at=at, before=before.classification.reason,
        after=reason,
    )  # fmt: skip
    if KIND_OF[reason] is Kind.SECURITY_ALERT and case.kind != Kind.SECURITY_ALERT:
        called_back.begin_anew(session, case_id, actor=by.email, at=at)
    keep.keep(session, case_id, row.document_id, assessment, at=at)
    present.show_assessment(session, case, readings.load(session, row.document_id), assessment, at=at)
    steps.schedule(session, case_id, "reconcile", at=at)
