"""What people decided on cases, as labels: what they chose, confirmed, edited and rejected, and nothing besides.

A label rests on a person's word. Kind and reason are known where somebody said what the case is about, or confirmed
a step that follows from it; a field where a confirmed step carries its value. What nobody decided is left out, and
`known` says what is not. A rejected reading (reason code `wrong_reading`) becomes `must_not`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment
from app.audit.models import AuditEvent
from app.cases.models import Case
from app.decisions.decide import NOTHING
from app.decisions.models import Decision
from app.detectors.telling import is_a_detectors
from app.documents import readings
from app.documents.reading import Reading
from app.errors import NotFound
from app.mirror.models import OdooCustomer
from app.suggestions.models import Suggestion
from app.suggestions.proposal import TAKE_BACK
from app.users.models import User
from app.vocabulary import KIND_OF, Kind
from evals.metrics import normalised

PERSON = "person"
"""The reader whose vote says that somebody chose (app.decisions.choosing)."""
_SAYS_NOTHING = (NOTHING, TAKE_BACK, "merge_with_case", "schedule_activity", "post_note")
"""Steps that fit any reason: confirming one says nothing about what the case is."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A case on which somebody decided. `numbers` and `names` are all that was read of it or matched, to be masked."""

    case_id: int
    reading: Reading
    label: dict[str, Any]
    numbers: frozenset[str] = field(repr=False)
    companies: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """Names that stand in no message as such: those of our people and of Odoo's customers and contacts."""

    people: frozenset[str]
    companies: frozenset[str]


def known_names(session: Session) -> Known:
    """Our people by name, and every customer and contact of the copy of Odoo."""
    people = frozenset(session.execute(select(User.name)).scalars())
    return Known(people, frozenset(session.execute(select(OdooCustomer.name)).scalars()))


def decided(session: Session, *, since: datetime | None = None) -> Iterator[Decided]:
    """Every case with a decision of a person, in order of its number. Discrepancies found in Odoo are no messages.

    `since`: only cases on which something was decided at or after it.
    """
    chosen = select(AuditEvent.case_id).where(AuditEvent.action == "reading.chosen")
    steps = select(Suggestion.case_id).join(Decision, Decision.suggestion_id == Suggestion.id)
    if since is not None:
        steps = steps.where(Decision.at >= since)
        chosen = chosen.where(AuditEvent.at >= since)
    ids = session.execute(select(Case.id).where(Case.id.in_(steps.union(chosen))).order_by(Case.id)).scalars().all()
    for case_id in ids:
        one = _decided(session, case_id)
        if one is not None:
            yield one


def _decided(session: Session, case_id: int) -> Decided | None:
    try:
        row = keep.current(session, case_id)
        reading = readings.load(session, row.document_id)
    except NotFound:
        return None
    if is_a_detectors(session, row.document_id):
        return None
    assessment = keep.assessment_of(row)
    case = session.get_one(Case, case_id)
    numbers = {str(v) for name in ("invoice_refs", "order_refs") for v in assessment.value(name) or ()}
    numbers |= {str(assessment.value("po_number"))} if assessment.value("po_number") else set()
    companies = {case.customer_name, str(assessment.value("customer_name") or "")}
    for match in keep.matches_of(row):
        (companies if match.what == "customer" else numbers).add(match.record.name)
    numbers |= set(
        session.execute(select(Suggestion.target_name).where(Suggestion.case_id == case_id, Suggestion.target_model.in_(
            ("account.move", "sale.order")))).scalars()
    )  # fmt: skip
    return Decided(
        case_id, reading, _label(session, case_id, assessment, reading),
        frozenset(n for n in numbers if n), frozenset(c for c in companies if c),
    )  # fmt: skip


def _label(session: Session, case_id: int, assessment: Assessment, reading: Reading) -> dict[str, Any]:
    steps = session.execute(
        select(Decision, Suggestion)
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.case_id == case_id)
        .order_by(Decision.at, Decision.id)
    ).all()
    reason, basis = _reason(session, case_id, assessment, [(d, s) for d, s in steps])
    label: dict[str, Any] = {"secondary_reasons": [], "flags": [], "fields": {}}
    known: list[str] = []
    if reason:
        label |= {"kind": KIND_OF[reason].value, "reason": reason}
        known += ["kind", "reason"]
    must_not: dict[str, Any] = {}
    said: list[dict[str, Any]] = []
    for decision, suggestion in steps:
        one: dict[str, Any] = {"action": suggestion.kind, "verdict": decision.verdict}
        if decision.verdict == "reject":
            one["reason_code"] = decision.reason_code
            wrong = _reason_at(session, case_id, decision.at) or assessment.classification.reason
            if decision.reason_code == "wrong_reading" and wrong != reason:
                must_not.setdefault("reason", [])
                must_not["reason"] += [wrong] if wrong not in must_not["reason"] else []
        if suggestion.made_by is not None:
            one["edited"] = True
        if one not in said:
            said.append(one)
    for decision, suggestion in steps:
        if decision.verdict == "confirm" and suggestion.state in ("confirmed", "written"):
            for name, value in _fields(suggestion, assessment, reading).items():
                label["fields"][name] = value
                known += [f"fields.{name}"] if f"fields.{name}" not in known else []
    label |= {"known": known, "decided": said, "basis": basis}
    return label | ({"must_not": must_not} if must_not else {})


def _reason(
    session: Session, case_id: int, assessment: Assessment, steps: list[tuple[Decision, Suggestion]]
) -> tuple[str, str]:
    """What the case is about by a person's word, and by which; ("", "") where nobody said."""
    votes = [vote.reason for vote in assessment.classification.votes if vote.reader == PERSON and vote.reason]
    if votes:
        return votes[-1], "chosen"
    rejected = [d.at for d, _ in steps if d.verdict == "reject" and d.reason_code == "wrong_reading"]
    confirmed = [(d.at, s) for d, s in steps if d.verdict == "confirm" and s.state in ("confirmed", "written")]
    if any(s.kind not in _SAYS_NOTHING for _, s in confirmed):
        last = max(at for at, s in confirmed if s.kind not in _SAYS_NOTHING)
        if not any(at > last for at in rejected):
            return _reason_at(session, case_id, last) or assessment.classification.reason, "confirmed"
    if any(s.kind == NOTHING for _, s in confirmed) and assessment.classification.kind is Kind.NO_ACTION:
        return assessment.classification.reason, "confirmed"
    return "", ""


def _reason_at(session: Session, case_id: int, at: datetime) -> str:
    """What the assessment said that stood when somebody decided."""
    row = session.execute(
        select(AssessmentRow)
        .where(AssessmentRow.case_id == case_id, AssessmentRow.made_at <= at)
        .order_by(AssessmentRow.made_at.desc(), AssessmentRow.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return keep.assessment_of(row).classification.reason if row is not None else ""


def _fields(suggestion: Suggestion, assessment: Assessment, reading: Reading) -> dict[str, Any]:
    """Fields whose values a confirmed step carries, where the message states them."""
    found: dict[str, Any] = {}
    values = (suggestion.command.get("odoo") or {}).get("values") or {}
    if suggestion.kind == "set_customer_reference" and values.get("reference"):
        number = str(values["reference"])
        if any(number.casefold() in part.text.casefold() for part in reading.walk()):
            found["po_number"] = number
    if suggestion.kind == "draft_credit_note" and suggestion.made_by is None and suggestion.amount is not None:
        stated = assessment.value("amount_disputed")
        if stated and normalised("amount_disputed", stated) == normalised("amount_disputed", suggestion.amount):
            found |= {"amount_disputed": str(stated), "currency": suggestion.currency}
    invoices = assessment.value("invoice_refs") or []
    is_about_one = suggestion.target_model == "account.move" and len(invoices) == 1
    if is_about_one and normalised("po_number", invoices[0]) == normalised("po_number", suggestion.target_name):
        found["invoice_refs"] = list(invoices)
    return found
