"""After a person corrected what was read, or another mail came in, nothing is confirmed on the old figures.

Odoo is asked again first.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import Case, CaseStep, ThreadQuestion
from app.errors import Conflict
from app.vocabulary import Kind

CORRECTED = (
    "fields.corrected", "record.chosen", "reading.chosen", "reply.chosen", "case.continued", "case.gave_back",
)  # fmt: skip
"""What a person says that the steps follow from, and that another mail continued the case or was taken out of it."""
COMPARED = "case.reconciled"
NOT_YET = (
    "Something was corrected here, or came in, and the case is being compared with Odoo again. Look in a moment, then "
    "confirm what is proposed."
)

ANSWERS_ALERT = "It answers a security alert: say first whether it belongs there, then confirm what is proposed here."
"""Nobody answers or pays somebody who wrote under a suspected fraud as if it were any message."""


def is_due(steps: Iterable[CaseStep], actions: Iterable[str]) -> bool:
    """Whether a comparison waits or runs that takes up a person's correction. One that Odoo's records or a model's
    answer call for is no reason to wait.

    `actions` are the case's events by name, oldest first.
    """
    if not any(step.stage == "reconcile" and step.state in ("waiting", "leased") for step in steps):
        return False
    told = [action for action in actions if action in (*CORRECTED, COMPARED)]
    return bool(told) and told[-1] != COMPARED


def why_not(session: Session, case_id: int) -> str:
    """Why nothing is confirmed yet on the figures a case shows; empty when they are those of the last comparison."""
    steps = session.execute(
        select(CaseStep)
        .where(CaseStep.case_id == case_id, CaseStep.stage == "reconcile")
        .execution_options(populate_existing=True)
    ).scalars()
    last = select(AuditEvent.action).where(
        AuditEvent.case_id == case_id, AuditEvent.action.in_((*CORRECTED, COMPARED))
    ).order_by(AuditEvent.seq.desc()).limit(1)  # fmt: skip
    if is_due(steps, session.execute(last).scalars()):
        return NOT_YET
    return ANSWERS_ALERT if answers_an_alert(session, case_id) else ""


def answers_an_alert(session: Session, case_id: int) -> bool:
    """Whether the case's mail answers a security alert, and nobody has said yet whether it belongs there."""
    alert = (
        select(ThreadQuestion.id)
        .join(Case, Case.id == ThreadQuestion.other_id)
        .where(
            ThreadQuestion.case_id == case_id, ThreadQuestion.answered_at.is_(None), Case.kind == Kind.SECURITY_ALERT
        )
    )
    return session.execute(alert.limit(1)).first() is not None


def require_done(session: Session, case_id: int) -> None:
    """Raises Conflict while a person's correction has not been compared with Odoo."""
    reason = why_not(session, case_id)
    if reason:
        raise Conflict(reason, case=case_id)
