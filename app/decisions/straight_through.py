"""Closing a message that asks for nothing without a person, where the policy states from which confidence on. Off by
default; nothing in Odoo changes, the history says why, and a person can open the case again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessments.results import Assessment
from app.audit.models import AuditEvent
from app.cases import lifecycle, steps
from app.cases.models import Case, CaseDocument, CaseQuestion
from app.decisions import news, thread_questions
from app.decisions.approval_matrix import Closing, Policy
from app.decisions.decide import NOTHING
from app.documents.reading import Reading
from app.senders import kept
from app.senders.checked import Checked
from app.suggestions.models import Suggestion
from app.suggestions.withdraw import withdraw
from app.vocabulary import KIND_OF, CertaintyWord, Kind

_PICTURES = ("image",)
_RETURNED = ("image", "mail", "text")
"""What a returned mail carries by its nature: the report, and the mail that came back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands besides what its message says. `steps` are the kinds of its undecided steps."""

    state: str
    steps: tuple[str, ...]
    documents: int
    is_worth_something: bool
    is_related: bool
    """Whether the message continues another case, or may."""
    has_open_question: bool
    """Whether something is asked about it: of delivery, or which case it belongs to; or is new and not looked at."""
    was_touched: bool
    """Whether a person did anything on the case, or said whose it is."""


def why_not(
    assessment: Assessment, reading: Reading, checked: Checked | None, standing: Standing, closing: Closing | None
) -> str:
    """Why a person must look, in a word; empty when the software may close the case by itself."""
    if closing is None:
        return "policy"
    c = assessment.classification
    kinds = {KIND_OF[r] for r in (c.reason, *c.prediction_set, *c.secondary_reasons)} | set(c.kind_set)
    allowed = _RETURNED if c.reason == "bounce" else _PICTURES
    parts = list(reading.walk())
    obstacles = (
        ("kind", kinds != {Kind.NO_ACTION} or c.reason not in closing.reasons),
        ("confidence", c.reading is CertaintyWord.UNSURE or Decimal(str(c.confidence)) < closing.above),
        ("flags", bool(c.flags)),
        ("sender", checked is None or bool(checked.failed) or checked.waits),
        ("attachments", any(p.form not in allowed for p in parts if p is not reading)),
        ("problems", any(p.problems for p in parts) or bool(reading.hidden_text)),
        ("amount", standing.is_worth_something),
        ("steps", set(standing.steps) != {NOTHING}),
        ("thread", standing.is_related or standing.has_open_question or standing.documents != 1),
        ("person", standing.was_touched or assessment.is_corrected),
        ("state", standing.state != "to_decide"),
    )
    return next((name for name, applies in obstacles if applies), "")


def close_by_itself(
    session: Session, case: Case, assessment: Assessment, reading: Reading, policy: Policy, *, document_id: int,
    related: Collection[object], at: datetime,
) -> bool:  # fmt: skip
    """Close a locked case that was just assessed and compared, if the policy lets the software do so; whether it did.

    `document_id` is the message, `related` the cases that it may continue.
    """
    closing = policy.closing
    if closing is None or assessment.classification.kind is not Kind.NO_ACTION:
        return False
    standing = _standing(session, case, is_related=bool(related))
    if why_not(assessment, reading, kept.of_document(session, document_id), standing, closing):
        return False
    c = assessment.classification
    withdraw(session, case.id, actor="software", at=at)
    steps.end_all(session, case.id, at=at)
    lifecycle.move(
        session, case, "closed", actor="software", at=at,
        because="It asks for nothing, and the policy lets the software close such messages.",
        by_policy=policy.hash, confidence=f"{c.confidence:.4f}", above=str(closing.above), reason_read=c.reason,
    )  # fmt: skip
    session.flush()
    return True


def _standing(session: Session, case: Case, *, is_related: bool) -> Standing:
    session.flush()
    undecided = session.execute(
        select(Suggestion.kind).where(
            Suggestion.case_id == case.id, Suggestion.state.not_in(("superseded", "undone"))
        )
    ).scalars()  # fmt: skip
    documents = select(func.count()).select_from(CaseDocument).where(CaseDocument.case_id == case.id)
    question = select(CaseQuestion.id).where(
        CaseQuestion.case_id == case.id, CaseQuestion.answered_at.is_(None), CaseQuestion.withdrawn_at.is_(None)
    )
    people = select(AuditEvent.id).where(
        AuditEvent.case_id == case.id, AuditEvent.actor.contains("@", autoescape=True)
    )  # fmt: skip
    return Standing(
        state=case.state, steps=tuple(undecided), documents=session.execute(documents).scalar_one(),
        is_worth_something=case.at_stake is not None or case.deadline is not None, is_related=is_related,
        has_open_question=(
            session.execute(question.limit(1)).first() is not None
            or bool(thread_questions.open_questions(session, [case.id]))
            or news.is_waiting(session, case.id)
        ),
        was_touched=case.owner_id is not None or session.execute(people.limit(1)).first() is not None,
    )  # fmt: skip
