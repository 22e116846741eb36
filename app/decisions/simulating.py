"""What a changed policy would have asked of decisions that were taken: nothing is changed by looking."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.decisions import duties
from app.decisions.approval_matrix import Policy, Requirement, checked
from app.decisions.models import Decision
from app.errors import Misconfigured
from app.money import Money
from app.suggestions.models import Suggestion

MOST = 5000
"""Confirmed steps that are looked at, the latest first."""
SAME, STRICTER, LOOSER, OTHER = "same", "stricter", "looser", "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A confirmed step under both policies. None: no rule fits, so it could not be confirmed."""

    suggestion_id: UUID
    case_id: int
    action: str
    amount: Money | None
    confirmed_at: datetime
    before: Requirement | None
    after: Requirement | None
    change: str
    missing: str
    """What the confirmations it had would lack under the changed policy; empty when they would do."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was looked at, the latest first; `is_cut` when there was more than `MOST`."""

    outcomes: tuple[Outcome, ...]
    is_cut: bool

    def count(self, change: str) -> int:
        return sum(outcome.change == change for outcome in self.outcomes)

    @property
    def not_enough(self) -> int:
        """Steps that would have lacked a confirmation."""
        return sum(bool(outcome.missing) for outcome in self.outcomes)

    @property
    def differing(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.change != SAME or outcome.missing)


def changed(policy: Policy, rules: Mapping[str, Mapping[str, Any]]) -> Policy:
    """The policy with values of some rules replaced, by the rules' ids; a value of None is taken out.

    Raises:
        Misconfigured: The result is no policy.
    """
    content = copy.deepcopy(policy.content)
    for rule in content["rules"]:
        for name, value in rules.get(rule["id"], {}).items():
            if value is None:
                rule.pop(name, None)
            else:
                rule[name] = value
    return checked(content, "The changed policy")


def simulate(session: Session, before: Policy, after: Policy, *, since: datetime, limit: int = MOST) -> Simulation:
    """Hold the steps confirmed since a moment against both policies, with the people who really confirmed them.

    Editors and who answered for delivery are left out: those duties do not hang on the rules that can be changed here.
    """
    rows = session.execute(
        select(Decision.suggestion_id, Decision.by_user_id, Decision.as_role, Decision.at)
        .where(Decision.verdict == "confirm", Decision.at >= since)
        .order_by(Decision.at.desc())
        .limit(limit + 1)
    ).all()
    confirmed: dict[UUID, list[tuple[UUID, str]]] = {}
    latest: dict[UUID, datetime] = {}
    for suggestion_id, user_id, role, at in rows[:limit]:
        confirmed.setdefault(suggestion_id, []).append((user_id, role))
        latest.setdefault(suggestion_id, at)
    steps = session.execute(select(Suggestion).where(Suggestion.id.in_(list(confirmed)))).scalars()
    outcomes = [_outcome(step, before, after, confirmed[step.id], latest[step.id]) for step in steps]
    outcomes.sort(key=lambda outcome: outcome.confirmed_at, reverse=True)
    return Simulation(tuple(outcomes), len(rows) > limit)


def _outcome(
    step: Suggestion, before: Policy, after: Policy, confirmed: Sequence[tuple[UUID, str]], at: datetime
) -> Outcome:
    amount = Money(step.amount, step.currency) if step.amount is not None and step.currency else None
    was, becomes = (_requirement(policy, step, amount) for policy in (before, after))
    missing = ""
    if becomes is None:
        missing = "No rule fits, so nobody could confirm it."
    elif step.state not in ("open", "rejected"):  # what is still open lacks something under either
        missing = duties.still_missing(
            becomes, becomes.approvals, _in_allowed_roles(becomes, after, step.risk, confirmed), editors=set(),
            editor_needs_another=False,
        )  # fmt: skip
    return Outcome(step.id, step.case_id, step.kind, amount, at, was, becomes, _change(was, becomes), missing)


def _requirement(policy: Policy, step: Suggestion, amount: Money | None) -> Requirement | None:
    try:
        return policy.requirement(action=step.kind, risk=step.risk, amount=amount, company_id=step.company_id)
    except Misconfigured:
        return None


def _in_allowed_roles(
    requirement: Requirement, policy: Policy, risk: str, confirmed: Sequence[tuple[UUID, str]]
) -> list[tuple[UUID, str]]:
    barred = {role for role in requirement.roles if risk in policy.forbidden_risks(role)}
    return [(person, role) for person, role in confirmed if role in requirement.roles and role not in barred]


def _change(was: Requirement | None, becomes: Requirement | None) -> str:
    """How the second asks compared with the first: by number of people first, then by who must be among them."""
    if was is None or becomes is None:
        return SAME if was is becomes else STRICTER if becomes is None else LOOSER
    if becomes.approvals != was.approvals:
        return STRICTER if becomes.approvals > was.approvals else LOOSER
    if (set(was.roles), set(was.one_of)) == (set(becomes.roles), set(becomes.one_of)):
        return SAME
    if bool(was.one_of) != bool(becomes.one_of):
        return STRICTER if becomes.one_of else LOOSER
    return OTHER
