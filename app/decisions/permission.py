"""What a person may do with a suggestion, and why not: asked before, for the screen; the decision asks again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.decisions import call_back, duties
from app.decisions.amendment import editable_values
from app.decisions.approval_matrix import Policy, Requirement
from app.errors import Misconfigured, Refused
from app.money import Money
from app.suggestions.models import Suggestion
from app.suggestions.proposal import TAKE_BACK
from app.users.access import Caller

MAY_BE_REJECTED = ("open", "stale", "refused")


@dataclass(frozen=True, slots=True)
class Permission:
    """What is open to a person, the rule that applies (None: the policy has none), and what stands in the way."""

    requirement: Requirement | None
    confirm: bool
    edit: bool
    reject: bool
    why_not: str


def permission(
    suggestion: Suggestion, policy: Policy, person: Caller | None, *, confirmed_ids: Collection[UUID],
    answered_delivery: Collection[str], why_no_person: str = "", why_not_yet: str = "",
) -> Permission:  # fmt: skip
    """What this person (None: nobody of ours, for the reason given) may do.

    `policy` is the one that speaks of the case (`doubt.on_case`). `confirmed_ids` are the people who confirmed it so
    far, `answered_delivery` the addresses of those who said whether the case's work was delivered. `why_not_yet` says
    what must be done before anything on the case is confirmed (see `call_back.why_not`); taking back what was written
    needs none of it.
    """
    try:
        requirement = requirement_of(suggestion, policy)
    except Misconfigured as error:
        return Permission(None, False, False, False, error.message)
    if person is None:
        return Permission(requirement, False, False, False, why_no_person)
    try:
        duties.role_for(person.roles, requirement, policy, risk=suggestion.risk)
    except Refused as error:
        return Permission(requirement, False, False, False, error.message)
    is_open = suggestion.state == "open"
    why_not = ""
    try:
        duties.require_not_delivery_validator(
            policy, action=suggestion.kind, by=person.email, answered_by=set(answered_delivery)
        )
    except Refused as error:
        why_not = error.message
    if is_open and person.user_id in confirmed_ids:
        why_not = "You confirmed this; it waits for another person."
    if is_open and requirement.waits_for_call_back:
        why_not = call_back.NOT_CALLED
    if is_open and why_not_yet and suggestion.kind != TAKE_BACK:
        why_not = why_not_yet
    return Permission(
        requirement, confirm=is_open and not why_not, edit=is_open and bool(editable_values(suggestion)),
        reject=suggestion.state in MAY_BE_REJECTED, why_not=why_not,
    )  # fmt: skip


def requirement_of(suggestion: Suggestion, policy: Policy) -> Requirement:
    """The rule in force that applies. Raises Misconfigured when no rule fits."""
    amount = (
        Money(suggestion.amount, suggestion.currency) if suggestion.amount is not None and suggestion.currency else None
    )
    return policy.requirement(
        action=suggestion.kind, risk=suggestion.risk, amount=amount, company_id=suggestion.company_id
    )
