"""The policy as it speaks of one case: whether a check of its sender failed, and whether somebody has called back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.assessments.from_whom import failed_checks
from app.decisions import call_back
from app.decisions.approval_matrix import Policy


def on_case(session: Session, policy: Policy, case_id: int) -> Policy:
    """The policy for the steps of this case."""
    if not policy.minds_senders or not failed_checks(session, case_id):
        return policy.on(sender_failed=False)
    return policy.on(sender_failed=True, is_called_back=call_back.is_complete(session, case_id))
