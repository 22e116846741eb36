"""How far a person sees: project managers only what they were asked about, and no amounts that the policy hides."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.models import CaseQuestion
from app.decisions.approval_matrix import Policy
from app.errors import NotFound
from app.users.access import Caller

SEES_ALL = ("reviewer", "controller", "auditor", "policy_owner", "administrator", "automation")


def only_asked(person: Caller) -> bool:
    """Whether this person sees just the cases that they were asked about. Somebody without any role sees no more."""
    return not set(person.roles) & set(SEES_ALL)


def may_see(session: Session, person: Caller, case_id: int) -> bool:
    """Whether this person may see a case."""
    if not only_asked(person):
        return True
    if "project_manager" not in person.roles:
        return False
    asked = select(CaseQuestion.id).where(
        CaseQuestion.case_id == case_id,
        or_(CaseQuestion.asked_to == person.user_id, CaseQuestion.asked_to.is_(None)),
        CaseQuestion.withdrawn_at.is_(None),
    )
    return session.execute(asked.limit(1)).first() is not None


def require_case(session: Session, person: Caller, case_id: int) -> None:
    """Raises NotFound when this person may not see the case: whether there is one is not said either."""
    if not may_see(session, person, case_id):
        raise NotFound(f"There is no case {case_id} that you were asked about.", case=case_id)


def sees_amounts(person: Caller, policy: Policy) -> bool:
    """Whether amounts are shown to this person: one role that sees them is enough."""
    return not set(person.roles) <= set(policy.amounts_hidden_from)
