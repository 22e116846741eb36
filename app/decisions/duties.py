"""Segregation of duties: who may not decide, although their role would allow it."""

from __future__ import annotations

from uuid import UUID

from app.decisions.approval_matrix import Policy, Requirement
from app.errors import Refused


def role_for(roles: tuple[str, ...], requirement: Requirement, policy: Policy, *, risk: str) -> str:
    """The role a person decides in: one the rule asks for first, else any it accepts.

    Raises:
        Refused: None of the person's roles may decide this.
    """
    allowed = [r for r in roles if r in requirement.roles and risk not in policy.forbidden_risks(r)]
    wanted = [r for r in allowed if r in requirement.one_of]
    if wanted or allowed:
        return (wanted or allowed)[0]
    raise Refused(
        f"Your role ({', '.join(roles) or 'none'}) may not decide this. {requirement.says} (Rule {requirement.rule}.)",
        rule=requirement.rule,
    )


def require_not_delivery_validator(policy: Policy, *, action: str, by: str, answered_by: set[str]) -> None:
    """Raises Refused when this person said whether the work was delivered and the action is barred to them for it."""
    if by in answered_by and action in policy.delivery_validator_bars:
        raise Refused(
            "You answered whether this work was delivered, so somebody else must decide on the credit.",
            action=action,
        )


def still_missing(
    requirement: Requirement, approvals_required: int, confirmed: list[tuple[UUID, str]], *, editors: set[UUID],
    editor_needs_another: bool,
) -> str:  # fmt: skip
    """What is missing after these confirmations ((person, role) each), in words; empty when nothing is."""
    people = {person for person, _ in confirmed}
    needed = max(approvals_required, requirement.approvals)
    if len(people) < needed:
        left = needed - len(people)
        if left == 1:
            return f"1 more person must confirm. {requirement.says}"
        return f"{left} more people must confirm. {requirement.says}"
    if requirement.one_of and not any(role in requirement.one_of for _, role in confirmed):
        return f"A {' or '.join(r.replace('_', ' ') for r in requirement.one_of)} must confirm. {requirement.says}"
    if editor_needs_another and editors and people <= editors:
        return "This was edited by who confirmed it, so another person must confirm it too."
    return ""
