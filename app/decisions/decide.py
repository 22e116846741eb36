"""Confirm, reject, amend: a named person's decision on exactly what they saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import lifecycle, snoozing
from app.cases.models import Case, CaseQuestion
from app.decisions import call_back, comparing, correcting, descent, doubt, duties, elsewhere, news
from app.decisions.approval_matrix import Policy, Requirement
from app.decisions.models import Decision
from app.decisions.permission import requirement_of
from app.errors import Conflict, NotFound, Refused
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from app.suggestions.proposal import TAKE_BACK, Proposal
from app.suggestions.withdraw import withdraw
from app.users.access import Caller
from app.users.models import User

REJECT_REASONS = ("wrong_reading", "wrong_amount", "wrong_record", "already_handled", "not_ours", "other")
NOTHING = "close_no_action"
"""The step that excludes all others."""
DELIVERY_ROLES = ("project_manager", "reviewer", "controller")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision led to: `is_complete` when the policy asks for nobody else, else `missing` says what is."""

    decision_id: UUID
    suggestion_id: UUID
    is_complete: bool
    missing: str


def confirm(
    session: Session, suggestion_id: UUID, *, content_hash: str, by: Caller, policy: Policy, at: datetime
) -> Outcome:
    """Record a person's yes to the version they saw. When the policy is satisfied the suggestion becomes `confirmed`.

    Raises:
        NotFound: There is no such suggestion.
        Conflict: Somebody decided it first, it was replaced, it is not the version the person saw, or what was
            corrected on the case has not been compared with Odoo yet.
        Refused: The policy or the separation of duties says no, or the call-back of a security alert is not done.
    """
    by.require("decide")
    suggestion, case = _open(session, suggestion_id, content_hash)
    requirement = _requirement(session, suggestion, policy)
    role = duties.role_for(by.roles, requirement, policy, risk=suggestion.risk)
    duties.require_not_delivery_validator(
        policy,
        action=suggestion.kind,
        by=by.email,
        answered_by=descent.answered_delivery(session, [case.id])[case.id],
    )
    if suggestion.kind != TAKE_BACK:
        call_back.require_complete(session, case)
    if requirement.waits_for_call_back:
        raise Refused(call_back.NOT_CALLED, case=case.id, rule=requirement.rule)
    if suggestion.kind not in (NOTHING, TAKE_BACK):
        comparing.require_done(session, case.id)
    earlier = _confirmations(session, suggestion)
    if any(person == by.user_id for person, _ in earlier):
        raise Conflict("You confirmed this already; it waits for another person.", suggestion=str(suggestion.id))
    elsewhere.require_not_done(session, suggestion)
    decision = _record(session, suggestion, "confirm", by, role, requirement, policy, at)
    missing = duties.still_missing(
        requirement, suggestion.approvals_required, [*earlier, (by.user_id, role)],
        editors=editors(session, suggestion),
        editor_needs_another=policy.editor_needs_another,
    )  # fmt: skip
    if not missing:
        suggestion.state = "confirmed"
        _withdraw_what_excludes_it(session, suggestion, actor=by.email, at=at)
    _close_stale(session, suggestion)
    settle_case(session, case, actor=by.email, at=at)
    return Outcome(decision.id, suggestion.id, not missing, missing)


def reject(
    session: Session, suggestion_id: UUID, *, content_hash: str, by: Caller, policy: Policy, at: datetime,
    reason_code: str, note: str = "",
) -> Outcome:  # fmt: skip
    """Record a person's no, with its reason. When nothing is left to decide on the case, it is closed.

    What Odoo refused, or what went stale, can be rejected too: that puts it aside.

    Raises: as `confirm`, and Refused when the reason is not one of `REJECT_REASONS`.
    """
    by.require("decide")
    if reason_code not in REJECT_REASONS:
        raise Refused(f"Say why you reject: one of {', '.join(REJECT_REASONS)}.", reason=reason_code)
    suggestion, case = _open(session, suggestion_id, content_hash, states=("open", "stale", "refused"))
    requirement = _requirement(session, suggestion, policy)
    role = duties.role_for(by.roles, requirement, policy, risk=suggestion.risk)
    decision = _record(session, suggestion, "reject", by, role, requirement, policy, at, reason_code, note)
    suggestion.state = "rejected"
    _close_stale(session, suggestion)
    settle_case(session, case, actor=by.email, at=at)
    return Outcome(decision.id, suggestion.id, True, "")


def reject_all(
    session: Session, case: Case, *, by: Caller, policy: Policy, at: datetime, reason_code: str, note: str
) -> int:
    """Record a person's no to every undecided step of a locked case, for one reason; returns to how many. Who calls
    gives the case its state.

    Raises:
        Refused: The policy lets none of the person's roles decide on one of them.
    """
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == case.id, Suggestion.state.in_(("open", "stale", "refused")))
        .order_by(Suggestion.rank, Suggestion.made_at)
        .with_for_update()
    ).scalars().all()  # fmt: skip
    for suggestion in rows:
        requirement = _requirement(session, suggestion, policy)
        role = duties.role_for(by.roles, requirement, policy, risk=suggestion.risk)
        _record(session, suggestion, "reject", by, role, requirement, policy, at, reason_code, note)
        suggestion.state = "rejected"
    session.flush()
    return len(rows)


def amend(
    session: Session, suggestion_id: UUID, proposal: Proposal, *, content_hash: str, by: Caller, policy: Policy,
    at: datetime,
) -> Suggestion:  # fmt: skip
    """Replace a suggestion by a person's edited version. The edit is no decision: the new version needs its own.

    Raises: as `confirm`.
    """
    by.require("decide")
    suggestion, case = _open(session, suggestion_id, content_hash)
    on_case = doubt.on_case(session, policy, case.id)
    edited = freeze(session, case.id, proposal, on_case, at=at, made_by=by.user_id, actor=by.email, replaces=suggestion)
    duties.role_for(by.roles, _requirement(session, edited, policy), policy, risk=edited.risk)
    if by.via:
        trail.record(
            session, "suggestion.edited", case_id=case.id, actor=by.email, at=at, suggestion=str(edited.id), **_via(by)
        )
    settle_case(session, case, actor=by.email, at=at)
    return edited


def settle_case(session: Session, case: Case, *, actor: str, at: datetime) -> None:
    """Give a case the state that its suggestions leave it in: what needs a person most comes first."""
    session.flush()
    suggestions = session.execute(
        select(Suggestion.id, Suggestion.state).where(
            Suggestion.case_id == case.id, Suggestion.state.not_in(("superseded", "undone"))
        )
    ).all()
    states = {state for _, state in suggestions}
    half_decided = session.execute(
        select(Decision.id).where(
            Decision.verdict == "confirm",
            Decision.suggestion_id.in_([i for i, state in suggestions if state == "open"]),
        )
    ).first()
    state, because = next(
        (
            (state, because)
            for applies, state, because in (
                ("stale" in states, "stale", "Odoo changed since this was proposed. Compare, then decide again."),
                ("refused" in states, "needs_attention", "A write was refused. See the reason, then decide again."),
                ("confirmed" in states, "writing", "Confirmed; on its way to Odoo."),
                (half_decided is not None, "needs_approval", "Confirmed once; another person must confirm."),
                ("open" in states and case.state == "needs_attention", "needs_attention", ""),
                ("open" in states, "to_decide", "Waits for a decision."),
                ("written" in states, "done", "Everything was decided and written."),
                (bool(states), "closed", "Every suggestion was rejected."),
            )
            if applies
        ),
        (case.state, ""),
    )
    if state in ("done", "closed") and actor == "software" and news.is_waiting(session, case.id):
        state, because = "to_decide", "A mail came in that nobody has looked at yet: see what is new."
        if case.state == "needs_attention":  # it says why, and goes on saying it
            state = case.state
    if case.state == "snoozed" and actor == "software" and not _is_new_since_put_off(session, case):
        return
    lifecycle.move(session, case, state, actor=actor, at=at, because=because)
    case.updated_at = at


def _is_new_since_put_off(session: Session, case: Case) -> bool:
    """Whether something else is proposed for it, or no more, than when it was put off: then its record changed. A
    reply worded anew is the same step."""
    return (
        session.execute(
            select(AuditEvent.id)
            .where(
                AuditEvent.case_id == case.id, AuditEvent.at > case.snoozed_at,
                AuditEvent.action.in_(("suggestion.made", "suggestion.withdrawn")),
                AuditEvent.content["kind"].astext != "draft_reply",
            )
            .limit(1)
        ).first()
        is not None
    )  # fmt: skip


def validate_delivery(
    session: Session, case_id: int, *, by: Caller, was_delivered: bool, note: str, at: datetime
) -> None:
    """Record a person's word on whether the work was delivered; they may then not decide on the credit.

    Raises:
        NotFound: There is no such case.
        Refused: Neither the person's roles nor their key's scopes let them answer.
    """
    by.require("decide")
    if not set(by.roles) & set(DELIVERY_ROLES):
        raise Refused(
            f"Your role ({', '.join(by.roles) or 'none'}) may not answer whether work was delivered. Ask a project "
            "manager, a reviewer or a controller.",
        )
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    comes_from = descent.descent(session, [case_id])[case_id]
    confirmed = session.execute(
        select(Decision.id)
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.case_id.in_(comes_from), Decision.by_user_id == by.user_id, Decision.verdict == "confirm")
    ).first()
    if confirmed is not None:
        raise Refused("You confirmed a step of this case, so somebody else must say whether it was delivered.")
    case.delivery_validated_by = by.user_id
    case.updated_at = at
    trail.record(
        session, "delivery.answered", case_id=case_id, actor=by.email, at=at, was_delivered=was_delivered, note=note
    )
    _answer_questions(session, case_id, by=by, was_delivered=was_delivered, note=note, at=at)
    if case.snoozed_for == "delivery_answers":
        snoozing.wake(session, case, because=snoozing.DELIVERY_ANSWERED, at=at)


def _answer_questions(
    session: Session, case_id: int, *, by: Caller, was_delivered: bool, note: str, at: datetime
) -> None:
    """Their word answers what they were asked about the case, wherever they gave it."""
    if "project_manager" not in by.roles:
        return
    asked = select(CaseQuestion).where(
        CaseQuestion.case_id == case_id, CaseQuestion.answered_at.is_(None), CaseQuestion.withdrawn_at.is_(None),
        or_(CaseQuestion.asked_to == by.user_id, CaseQuestion.asked_to.is_(None)),
    )  # fmt: skip
    for question in session.execute(asked.order_by(CaseQuestion.id).with_for_update()).scalars().all():
        question.answered_by, question.answered_at = by.user_id, at
        question.was_delivered, question.answer = was_delivered, note
        trail.record(session, "question.answered", case_id=case_id, actor=by.email, at=at, question=question.id)


def confirmations(session: Session, suggestion: Suggestion) -> list[tuple[str, str, datetime]]:
    """(name, role, when) of each confirmation of a suggestion so far."""
    rows = session.execute(
        select(User.name, Decision.as_role, Decision.at)
        .join(User, User.id == Decision.by_user_id)
        .where(Decision.suggestion_id == suggestion.id, Decision.verdict == "confirm")
        .order_by(Decision.at)
    )
    return [(name, role, at) for name, role, at in rows]


def locked(session: Session, suggestion_id: UUID) -> tuple[Suggestion, Case]:
    """A suggestion and its case, both locked: always the case first, so that nobody waits in a circle.

    Raises:
        NotFound: There is no such suggestion.
    """
    case_id = session.execute(select(Suggestion.case_id).where(Suggestion.id == suggestion_id)).scalar_one_or_none()
    if case_id is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
    return session.get_one(Suggestion, suggestion_id, with_for_update=True, populate_existing=True), case


def _open(
    session: Session, suggestion_id: UUID, content_hash: str, *, states: tuple[str, ...] = ("open",)
) -> tuple[Suggestion, Case]:
    suggestion, case = locked(session, suggestion_id)
    if suggestion.state not in states:
        last = session.execute(
            select(User.name, Decision.at, Decision.verdict)
            .join(User, User.id == Decision.by_user_id)
            .where(Decision.suggestion_id == suggestion_id)
            .order_by(Decision.at.desc())
            .limit(1)
        ).one_or_none()
        who = f" {last.name} ({last.verdict}) at {last.at:%Y-%m-%d %H:%M} UTC." if last else ""
        raise Conflict(
            f"This suggestion is {suggestion.state} and cannot be decided again.{who} "
            f"Open case {case.id} to see what holds now.",
            suggestion=str(suggestion_id), state=suggestion.state, case=case.id,
        )  # fmt: skip
    if suggestion.content_hash != content_hash:
        raise Conflict(
            "This is not the version you saw: it was changed meanwhile. Read it again, then decide.",
            suggestion=str(suggestion_id), case=case.id,
        )  # fmt: skip
    return suggestion, case


def _withdraw_what_excludes_it(session: Session, confirmed: Suggestion, *, actor: str, at: datetime) -> None:
    """Doing something and doing nothing exclude each other: whichever is confirmed, the other is put aside."""
    session.flush()
    if confirmed.kind == NOTHING:
        withdraw(session, confirmed.case_id, actor=actor, at=at)
    else:
        withdraw(session, confirmed.case_id, actor=actor, at=at, states=("open",), kinds=(NOTHING,))


def _close_stale(session: Session, decided: Suggestion) -> None:
    """Put earlier versions of this step aside that went stale: a person has now decided on what holds today."""
    session.flush()
    rows = session.execute(
        select(Suggestion).where(
            Suggestion.case_id == decided.case_id, Suggestion.kind == decided.kind, Suggestion.state == "stale",
            Suggestion.target_model == decided.target_model,
            Suggestion.target_id.is_not_distinct_from(decided.target_id), Suggestion.id != decided.id,
        )
    ).scalars()  # fmt: skip
    for suggestion in rows:
        suggestion.state = "superseded"


def editors(session: Session, suggestion: Suggestion) -> set[UUID]:
    """Everybody who edited this step, in any of its versions, or what it rests on where it moves money."""
    found = correcting.correctors(session, suggestion.case_id) if suggestion.risk in correcting.RISKS else set()
    version: Suggestion | None = suggestion
    while version is not None:
        if version.made_by is not None and version.kind != TAKE_BACK:  # asking for it edits nothing
            found.add(version.made_by)
        version = session.get(Suggestion, version.supersedes_id) if version.supersedes_id else None
    return found


def _requirement(session: Session, suggestion: Suggestion, policy: Policy) -> Requirement:
    return requirement_of(suggestion, doubt.on_case(session, policy, suggestion.case_id))


def _confirmations(session: Session, suggestion: Suggestion) -> list[tuple[UUID, str]]:
    rows = session.execute(
        select(Decision.by_user_id, Decision.as_role).where(
            Decision.suggestion_id == suggestion.id, Decision.verdict == "confirm"
        )
    )
    return [(person, role) for person, role in rows]


def _record(
    session: Session, suggestion: Suggestion, verdict: str, by: Caller, role: str, requirement: Requirement,
    policy: Policy, at: datetime, reason_code: str = "", note: str = "",
) -> Decision:  # fmt: skip
    decision = Decision(
        suggestion_id=suggestion.id, content_hash=suggestion.content_hash, verdict=verdict, by_user_id=by.user_id,
        as_role=role, at=at, reason_code=reason_code, note=note, rule=requirement.rule, policy_hash=policy.hash,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    trail.record(
        session, f"decision.{verdict}", case_id=suggestion.case_id, actor=by.email, at=at,
        suggestion=str(suggestion.id), kind=suggestion.kind, content_hash=suggestion.content_hash, role=role,
        rule=requirement.rule, policy_hash=policy.hash, reason=reason_code, note=note, **_via(by),
    )  # fmt: skip
    return decision


def _via(by: Caller) -> dict[str, str]:
    """Through what a person decided, for the trail; nothing for our own pages and keys."""
    return {"via": by.via} if by.via else {}
