"""A case with all that hangs on it, for whoever shows it: page, API or terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.findings import Finding, Match
from app.assessments.from_whom import failed_checks
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment
from app.audit.models import AuditEvent
from app.cases import queries
from app.cases.models import Case, CaseDocument, CaseStep
from app.decisions import call_back, descent, suspect
from app.decisions.approval_matrix import Policy
from app.decisions.models import Decision
from app.documents import readings
from app.documents.models import Arrival, Document
from app.documents.reading import Reading
from app.documents.withheld import without_accounts_in
from app.drafts import kept as kept_briefs
from app.drafts.brief import Brief
from app.errors import NotFound
from app.senders import kept as kept_checks
from app.senders import words as sender_words
from app.senders.checked import Checked
from app.suggestions.models import Suggestion
from app.users.models import User
from app.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """A suggestion and who has confirmed it so far: as "name (role)", and by id."""

    suggestion: Suggestion
    confirmed_by: tuple[str, ...]
    confirmed_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one case. `assessment` and `reading` are None until the document has been read."""

    case: Case
    documents: tuple[Document, ...]
    arrivals: tuple[Arrival, ...]
    reading: Reading | None
    reading_of: int | None
    assessment: Assessment | None
    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    suggestions: tuple[ShownSuggestion, ...]
    events: tuple[AuditEvent, ...]
    steps: tuple[CaseStep, ...]
    brief: Brief | None = None
    answered_delivery: frozenset[str] = frozenset()
    """Addresses of those who said whether the work was delivered, here or on a case that this one comes from."""
    is_suspect: bool = False
    """Whether bank accounts are withheld: it is a security alert, or shares its message with one."""
    sender: Checked | None = None
    """What was checked of who its message is from; None where it is no mail, or was not checked."""
    failed_checks: tuple[str, ...] = ()
    """Codes of the checks of a sender that failed, on any of its mails."""
    is_called_back: bool = False
    """Whether the call-back checklist is complete."""

    def policy(self, policy: Policy) -> Policy:
        """The policy as it speaks of this case."""
        return policy.on(sender_failed=bool(self.failed_checks), is_called_back=self.is_called_back)

    def as_json(self) -> dict[str, Any]:
        """The case as the API writes it: plain values, amounts as text; of a suspect message without bank accounts."""
        from pydantic import TypeAdapter

        def plain(kind: Any, value: Any) -> Any:
            return TypeAdapter(kind).dump_python(value, mode="json")

        written = {
            **case_json(self.case),
            "documents": [
                {
                    "id": d.id,
                    "sha256": d.sha256,
                    "name": d.name,
                    "size": d.size,
                    "received_at": d.received_at.isoformat(),
                }
                for d in self.documents
            ],
            "arrivals": [
                {"source": a.source, "name": a.name, "arrived_at": a.arrived_at.isoformat()} for a in self.arrivals
            ],
            "assessment": plain(Assessment, self.assessment) if self.assessment else None,
            "matches": plain(tuple[Match, ...], self.matches),
            "findings": plain(tuple[Finding, ...], self.findings),
            "sender_check": sender_words.as_json(self.sender),
            "failed_checks": list(self.failed_checks),
            "brief": kept_briefs.as_json(self.brief) if self.brief else None,
            "suggestions": [suggestion_json(s) for s in self.suggestions],
            "events": [
                {"seq": e.seq, "at": e.at.isoformat(), "actor": e.actor, "action": e.action, "content": e.content}
                for e in self.events
            ],
        }
        return without_accounts_in(written) if self.is_suspect else written


def dossier(session: Session, case_id: int) -> Dossier:
    """Gather a case. Raises NotFound when there is no such case."""
    case = queries.get(session, case_id)
    documents = session.execute(
        select(Document)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(or_(CaseDocument.case_id == case_id, _is_shared(case)))
        .order_by(CaseDocument.added_at, Document.id)
    ).scalars().all()  # fmt: skip
    arrivals = session.execute(
        select(Arrival).where(Arrival.document_id.in_([d.id for d in documents])).order_by(Arrival.id)
    ).scalars().all()  # fmt: skip
    try:
        row = keep.current(session, case_id)
    except NotFound:
        row = None
    try:
        told_in = row.document_id if row else documents[-1].id if case.is_own_draft and documents else None
        reading = readings.load(session, told_in) if told_in else None
    except NotFound:
        reading = None  # kept by an earlier version: the rest of the case is shown without it
    return Dossier(
        case=case,
        documents=tuple(documents),
        arrivals=tuple(arrivals),
        reading=reading,
        reading_of=told_in,
        assessment=keep.assessment_of(row) if row else None,
        matches=keep.matches_of(row) if row else (),
        findings=keep.findings_of(row) if row else (),
        suggestions=shown_suggestions(session, case_id),
        events=tuple(
            session.execute(select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)).scalars()
        ),
        steps=tuple(session.execute(select(CaseStep).where(CaseStep.case_id == case_id)).scalars()),
        brief=kept_briefs.of_row(row) if row else None,
        answered_delivery=frozenset(descent.answered_delivery(session, [case_id])[case_id]),
        is_suspect=case.kind == Kind.SECURITY_ALERT
        or bool(suspect.of_cases(session, [case_id]))
        or bool(told_in and suspect.is_suspect(session, told_in)),
        sender=kept_checks.of_document(session, told_in) if told_in else None,
        failed_checks=failed_checks(session, case_id),
        is_called_back=call_back.is_complete(session, case_id),
    )


def _is_shared(case: Case) -> ColumnElement[bool]:
    """The document of the message that a case was split off."""
    if case.split_from is None:
        return false()
    return Document.id.in_(select(AssessmentRow.document_id).where(AssessmentRow.case_id == case.id))


def shown_suggestions(session: Session, case_id: int) -> tuple[ShownSuggestion, ...]:
    """What is proposed, decided or written for a case, in order of rank; replaced versions are left out."""
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == case_id, Suggestion.state != "superseded")
        .order_by(Suggestion.rank, Suggestion.made_at)
    ).scalars()
    return _with_people(session, rows.all())


def shown_suggestion(session: Session, suggestion: Suggestion) -> ShownSuggestion:
    """A suggestion with the people who confirmed it."""
    (shown,) = _with_people(session, (suggestion,))
    return shown


def _with_people(session: Session, suggestions: Sequence[Suggestion]) -> tuple[ShownSuggestion, ...]:
    """Suggestions with the people who confirmed each, asked for at once."""
    if not suggestions:
        return ()
    rows = session.execute(
        select(Decision.suggestion_id, Decision.by_user_id, Decision.as_role, User.name)
        .join(User, User.id == Decision.by_user_id)
        .where(Decision.suggestion_id.in_([s.id for s in suggestions]), Decision.verdict == "confirm")
        .order_by(Decision.at)
    ).all()
    people: dict[UUID, list[tuple[str, UUID]]] = {}
    for suggestion_id, user_id, role, name in rows:
        people.setdefault(suggestion_id, []).append((f"{name} ({role.replace('_', ' ')})", user_id))
    return tuple(
        ShownSuggestion(s, tuple(who for who, _ in people.get(s.id, ())), tuple(u for _, u in people.get(s.id, ())))
        for s in suggestions
    )


def successor(session: Session, suggestion_id: UUID) -> Suggestion:
    """The version that replaced a suggestion. Raises NotFound when none did."""
    found = session.execute(
        select(Suggestion).where(Suggestion.supersedes_id == suggestion_id).order_by(Suggestion.version.desc()).limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"Nothing replaced suggestion {suggestion_id}.")
    return found


def case_json(case: Case) -> dict[str, Any]:
    """A case's line in the queue: plain values, amounts as text; of a security alert without bank accounts."""
    line = {
        "id": case.id, "version": case.version, "state": case.state, "kind": case.kind, "reason": case.reason,
        "reading": case.reading, "flags": list(case.flags), "title": case.title, "summary": case.summary,
        "customer": case.customer_name, "customer_id": case.customer_id, "company_id": case.company_id,
        "sender": case.sender, "at_stake": amount_text(case.at_stake), "currency": case.currency,
        "deadline": case.deadline.isoformat() if case.deadline else None, "priority": case.priority,
        "here_because": case.here_because, "priority_because": case.priority_because,
        "unsure_because": case.unsure_because, "attention": case.attention, "opened_at": case.opened_at.isoformat(),
        "updated_at": case.updated_at.isoformat(),
        "owner_id": str(case.owner_id) if case.owner_id else None, "team": case.team,
        "snoozed_until": case.snoozed_until.isoformat() if case.snoozed_until else None,
        "snoozed_for": case.snoozed_for, "snoozed_because": case.snoozed_because,
        "merged_into": case.merged_into, "split_from": case.split_from,
    }  # fmt: skip
    return without_accounts_in(line) if case.kind == Kind.SECURITY_ALERT else line


def case_json_without_amounts(case: Case) -> dict[str, Any]:
    """The same for who does not see amounts: without what is at stake, and without sentences, which may name amounts
    too."""
    sentences = (
        "title", "summary", "here_because", "priority_because", "unsure_because", "attention", "snoozed_because",
    )  # fmt: skip
    return case_json(case) | dict.fromkeys(sentences, "") | {"at_stake": None}


def suggestion_json(shown: ShownSuggestion) -> dict[str, Any]:
    """A suggestion with its before → after, its hash and who confirmed it."""
    s = shown.suggestion
    return {
        "id": str(s.id), "case_id": s.case_id, "kind": s.kind, "version": s.version, "state": s.state,
        "target": {"model": s.target_model, "id": s.target_id, "name": s.target_name, "company_id": s.company_id},
        "before_after": s.before, "command": s.command, "amount": amount_text(s.amount), "currency": s.currency,
        "risk": s.risk, "because": s.because, "effect": s.effect, "evidence": s.evidence,
        "approvals_required": s.approvals_required, "confirmed_by": list(shown.confirmed_by), "rule": s.rule,
        "content_hash": s.content_hash, "made_at": s.made_at.isoformat(),
    }  # fmt: skip


def amount_text(amount: Decimal | None) -> str | None:
    """An amount as decimal text with at least two decimals, or None."""
    if amount is None:
        return None
    text = f"{amount.normalize():f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


def prediction_sets(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The reasons that fit each of these cases by its current assessment, most likely first."""
    rows = session.execute(
        select(AssessmentRow.case_id, AssessmentRow.content["classification"]["prediction_set"]).where(
            AssessmentRow.case_id.in_(case_ids), AssessmentRow.is_current
        )
    )
    return {case_id: tuple(reasons or ()) for case_id, reasons in rows}
