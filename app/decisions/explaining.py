"""What the policy would ask for: which rule fits and why the ones above it do not, and what one person could do."""

from __future__ import annotations

from dataclasses import dataclass

from app.decisions import duties
from app.decisions.approval_matrix import Policy, Requirement
from app.errors import Misconfigured, Refused
from app.money import Money

RISK_OF = {
    "set_customer_reference": "operational", "create_quotation_from_po": "contract_sensitive",
    "update_draft_order": "contract_sensitive", "update_invoice_narrative": "operational",
    "draft_credit_note": "financial", "mark_disputed": "operational", "schedule_activity": "advisory",
    "post_note": "advisory", "attach_evidence": "advisory", "create_ticket": "advisory",
    "request_approval": "advisory", "update_billing_contact": "operational", "draft_reply": "advisory",
    "merge_with_case": "operational", "close_no_action": "advisory",
}  # fmt: skip
"""The risk that each step has when it is proposed; one that takes another back has that one's."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that was passed over, and why: one of `approval_matrix.WHY_NOT`."""

    rule: str
    says: str
    why: str
    below: str
    """The rule's threshold, in the policy's currency; empty when it has none."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The rule that fits (None: none does, nothing may be confirmed), and those above it."""

    requirement: Requirement | None
    passed: tuple[Passed, ...]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person could do: `role` is the one they would confirm in, empty when they may not (`why_not` says why).

    `is_enough` says whether their confirmation alone is.
    """

    role: str
    is_enough: bool
    why_not: str


def explain(policy: Policy, *, action: str, risk: str, amount: Money | None, company_id: int | None) -> Explained:
    """Read the rules from top to bottom, as a decision does."""
    passed = []
    for rule in policy.content["rules"]:
        why = policy.why_not(rule, action=action, risk=risk, amount=amount, company_id=company_id)
        if not why:
            break
        passed.append(Passed(rule["id"], rule["says"], why, rule.get("below", "")))
    try:
        found = policy.requirement(action=action, risk=risk, amount=amount, company_id=company_id)
    except Misconfigured:
        found = None
    return Explained(found, tuple(passed))


def allowed(policy: Policy, requirement: Requirement, roles: tuple[str, ...], *, risk: str) -> Allowed:
    """What somebody with these roles could do under a rule, having neither edited the step nor answered for it."""
    try:
        role = duties.role_for(roles, requirement, policy, risk=risk)
    except Refused as error:
        return Allowed("", False, error.message)
    is_enough = requirement.approvals == 1 and (not requirement.one_of or role in requirement.one_of)
    return Allowed(role, is_enough, "")
