"""Freezing proposals: stored under a hash, older open ones superseded."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.money import Money
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, part_of

_REFERENCES = {"po_number", "invoice_refs", "order_refs"}
"""Fields that say which records a case is about."""


class Required(Protocol):
    """What the policy asks for one proposal."""

    @property
    def rule(self) -> str: ...
    @property
    def approvals(self) -> int: ...


class Judge(Protocol):
    """The policy, as far as freezing needs it."""

    @property
    def hash(self) -> str: ...
    def requirement(self, *, action: str, risk: str, amount: Money | None, company_id: int | None) -> Required: ...


def freeze(
    session: Session, case_id: int, proposal: Proposal, policy: Judge, *, at: datetime, made_by: UUID | None = None,
    actor: str = "software", replaces: Suggestion | None = None,
) -> Suggestion:  # fmt: skip
    """Store a proposal as a suggestion version that cannot change any more."""
    company_id = proposal.change.company_id if proposal.change else None
    required = policy.requirement(
        action=proposal.kind, risk=proposal.risk, amount=proposal.amount, company_id=company_id
    )
    suggestion = Suggestion(
        case_id=case_id, kind=proposal.kind, version=(replaces.version + 1 if replaces else 1),
        supersedes_id=replaces.id if replaces else None, rank=proposal.rank,
        target_model=proposal.change.model if proposal.change else "",
        target_id=proposal.change.record_id if proposal.change else None,
        target_name=proposal.target_name, company_id=company_id,
        before=[{"what": s.what, "now": s.now, "after": s.after} for s in proposal.shown],
        command=proposal.command(), amount=proposal.amount.amount if proposal.amount else None,
        currency=proposal.amount.currency if proposal.amount else None, risk=proposal.risk, because=proposal.because,
        effect=proposal.effect, evidence=list(proposal.evidence), approvals_required=required.approvals,
        rule=required.rule, policy_hash=policy.hash,
        content_hash=proposal.content_hash(case_id=case_id, approvals=required.approvals, rule=required.rule),
        made_by=made_by, made_at=at, state="open",
    )  # fmt: skip
    session.add(suggestion)
    if replaces is not None and replaces.state != "stale":
        replaces.state = "superseded"  # a stale one stays, with both values, until a person decides on this one
    session.flush()
    trail.record(
        session, "suggestion.made", case_id=case_id, actor=actor, at=at, suggestion=str(suggestion.id),
        kind=suggestion.kind, version=suggestion.version, content_hash=suggestion.content_hash, rule=suggestion.rule,
        policy_hash=policy.hash,
    )  # fmt: skip
    return suggestion


def propose_anew(
    session: Session, case_id: int, proposals: tuple[Proposal, ...], policy: Judge, *, at: datetime
) -> list[Suggestion]:
    """Replace a case's open and refused suggestions by these; equal open ones stay, with the decisions made on them.

    A stale one also stays, beside the version that follows it, so that a person can compare both values. What is
    confirmed, was written or was rejected is not proposed a second time. A step that a person edited stays too, unless
    a person has said since that the case is about another record.
    """
    proposals = _undecided(session, case_id, proposals)
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == case_id, Suggestion.state.in_(("open", "stale", "refused")))
        .order_by(Suggestion.rank, Suggestion.version.desc())
        .with_for_update()
    ).scalars()
    old = sorted(rows, key=lambda s: s.state != "open")
    kept: list[Suggestion] = []
    for proposal in proposals:
        before = next((s for s in old if s.kind == proposal.kind and _target(s) == _target_of(proposal)), None)
        if before is not None:
            old.remove(before)
            hash_now = proposal.content_hash(case_id=case_id, approvals=before.approvals_required, rule=before.rule)
            if before.state == "open" and (before.made_by is not None or before.content_hash == hash_now):
                kept.append(before)  # unchanged, or edited by a person: their version stays
                continue
        kept.append(freeze(session, case_id, proposal, policy, at=at, replaces=before))
    is_about_another = any(s.made_by is not None for s in old) and _is_about_another(session, case_id)
    for suggestion in old:
        is_edited = suggestion.made_by is not None
        is_outdone = is_edited and is_about_another and suggestion.target_id is not None
        if suggestion.state == "refused" or (suggestion.state == "open" and (is_outdone or not is_edited)):
            suggestion.state = "superseded"
            why = {"not_about": suggestion.target_name} if is_outdone else {}
            trail.record(
                session, "suggestion.withdrawn", case_id=case_id, actor="software", at=at,
                suggestion=str(suggestion.id), kind=suggestion.kind, **why,
            )  # fmt: skip
    session.flush()
    return kept


def _undecided(session: Session, case_id: int, proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """The proposals that nobody has decided on: a confirmed step of the same kind and target is on its way, and one
    that says the same was written or rejected before."""
    rows = session.execute(
        select(Suggestion).where(
            Suggestion.case_id == case_id, Suggestion.state.in_(("confirmed", "written", "rejected"))
        )
    ).scalars().all()  # fmt: skip
    on_their_way = {(s.kind, *_target(s)) for s in rows if s.state == "confirmed"}
    decided = [_says(s.command) for s in rows if s.state != "confirmed"]
    return tuple(
        p for p in proposals if (p.kind, *_target_of(p)) not in on_their_way and _says(p.command()) not in decided
    )


def _is_about_another(session: Session, case_id: int) -> bool:
    """Whether a person said since the last comparison which records the case is about."""
    compared = select(func.max(AuditEvent.seq)).where(
        AuditEvent.case_id == case_id, AuditEvent.action == "case.reconciled"
    )  # fmt: skip
    said = session.execute(
        select(AuditEvent.action, AuditEvent.content).where(
            AuditEvent.case_id == case_id, AuditEvent.action.in_(("record.chosen", "fields.corrected")),
            AuditEvent.seq > func.coalesce(compared.scalar_subquery(), 0),
        )
    )  # fmt: skip
    return any(action == "record.chosen" or _REFERENCES & set(content["fields"]) for action, content in said)


def _says(command: dict[str, Any]) -> dict[str, Any]:
    """What a command does, without the values it expects to find."""
    odoo = command.get("odoo")
    return {k: v for k, v in odoo.items() if k != "expected"} if odoo else command


def _target(suggestion: Suggestion) -> tuple[Any, ...]:
    return suggestion.target_model, suggestion.target_id, part_of(suggestion.kind, suggestion.command)


def _target_of(proposal: Proposal) -> tuple[Any, ...]:
    part = part_of(proposal.kind, proposal.command())
    return (proposal.change.model, proposal.change.record_id, part) if proposal.change else ("", None, part)
