"""Other cases about the same record: a customer's mail and a rule of ours may find the same mistake. Nothing is
credited twice because of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import OPEN_STATES, Case
from app.errors import Conflict
from app.suggestions.models import Suggestion

ONCE = ("draft_credit_note",)
"""Steps of which one case's makes another's wrong. Notes, activities and references do no harm twice."""
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A case that proposes, or has decided, the same sort of step for the same record."""

    case_id: int
    title: str
    state: str
    target_name: str
    is_decided: bool


def of(session: Session, case_id: int) -> tuple[Elsewhere, ...]:
    """Other cases with a step that must not be done twice on a record that an open step of this case is for."""
    mine = select(Suggestion.target_model, Suggestion.target_id, Suggestion.kind).where(
        Suggestion.case_id == case_id, Suggestion.kind.in_(ONCE), Suggestion.state == "open",
        Suggestion.target_id.is_not(None),
    )  # fmt: skip
    found: dict[int, Elsewhere] = {}
    for model, record_id, kind in session.execute(mine).all():
        rows = session.execute(
            select(Suggestion, Case)
            .join(Case, Case.id == Suggestion.case_id)
            .where(
                Suggestion.target_model == model, Suggestion.target_id == record_id, Suggestion.kind == kind,
                Suggestion.case_id != case_id, Suggestion.state.in_(("open", "confirmed", "written")),
            )
            .order_by(Suggestion.case_id)
        ).all()  # fmt: skip
        for suggestion, case in rows:
            decided = suggestion.state != "open"
            found.setdefault(
                case.id, Elsewhere(case.id, case.title, case.state, suggestion.target_name, decided)
            )  # fmt: skip
    return tuple(found.values())[:_TOLD]


def require_not_done(session: Session, suggestion: Suggestion) -> None:
    """Refuse to confirm what another case has just decided for the same record, until this case has looked again.

    Raises:
        Conflict: Another case's step for this record is on its way, or was written after this case was compared.
    """
    if suggestion.kind not in ONCE or suggestion.target_id is None:
        return
    # Held to the commit: two people who decide the same on two cases in one moment come one after the other.
    record = f"{suggestion.kind}:{suggestion.company_id}:{suggestion.target_model}:{suggestion.target_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(record, 0))))
    others = session.execute(
        select(Suggestion).where(
            Suggestion.target_model == suggestion.target_model, Suggestion.target_id == suggestion.target_id,
            Suggestion.kind == suggestion.kind, Suggestion.case_id != suggestion.case_id,
            Suggestion.state.in_(("confirmed", "written")),
        )
    ).scalars()  # fmt: skip
    compared_at = session.execute(
        select(func.max(AuditEvent.at)).where(
            AuditEvent.case_id == suggestion.case_id, AuditEvent.action == "case.reconciled"
        )
    ).scalar_one()
    for other in others:
        written_at = session.execute(
            select(func.max(AuditEvent.at)).where(
                AuditEvent.case_id == other.case_id, AuditEvent.action == "write.done",
                AuditEvent.content["suggestion"].astext == str(other.id),
            )
        ).scalar_one()  # fmt: skip
        if written_at is None or compared_at is None or compared_at < written_at:
            raise Conflict(
                f"Case {other.case_id} has just decided the same for {suggestion.target_name}. This case is compared "
                "with Odoo again when that is written: look then.",
                case=suggestion.case_id, other=other.case_id,
            )  # fmt: skip


def to_compare(session: Session, written: Suggestion) -> Sequence[int]:
    """Open cases with an undecided step for the record that was just written to: they look at Odoo again."""
    if written.target_id is None:
        return ()
    return session.execute(
        select(Suggestion.case_id)
        .join(Case, Case.id == Suggestion.case_id)
        .where(
            Suggestion.target_model == written.target_model, Suggestion.target_id == written.target_id,
            Suggestion.kind.in_(ONCE), Suggestion.case_id != written.case_id, Suggestion.state == "open",
            Case.state.in_(OPEN_STATES),
        )
        .distinct()
        .order_by(Suggestion.case_id)
    ).scalars().all()  # fmt: skip
