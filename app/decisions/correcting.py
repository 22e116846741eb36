"""A person corrects what was read: a field's value, or which record in Odoo is meant. The case is compared anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessments import keep, present, typed
from app.assessments.findings import RecordRef
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment, Correction, FieldValue
from app.assessments.typed import Habit, Place
from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import steps
from app.cases.models import Case
from app.decisions.choosing import CHOOSING_ROLES, may_be_chosen
from app.decisions.descent import descent
from app.documents import readings
from app.documents.reading import Evidence, Reading
from app.errors import Conflict, NotFound, Refused
from app.mirror.models import OdooCustomer, OdooInvoice, OdooOrder
from app.users.access import Caller
from app.users.models import User
from app.vocabulary import FIELDS, LANGUAGES

RISKS = ("financial", "tax_sensitive", "contract_sensitive")
"""Steps of these risks are not confirmed by the corrector alone: who changes the figures is not who alone pays on
them."""
FIXED = ("lines",)
"""Fields that are put right in another way: lines by `app.decisions.correcting_lines`."""
MODELS = {"customer": "res.partner", "invoice": "account.move", "order": "sale.order"}
TONES = ("warm", "brief")
_CORRECTED = ("fields.corrected", "record.chosen", "case.split_off")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person entered: new texts by field, an empty one for "not stated"; and the words they pointed at."""

    texts: Mapping[str, str]
    habit: Habit
    places: Mapping[str, Place] = field(default_factory=dict)


def correct_fields(session: Session, case_id: int, entered: Typed, *, by: Caller, at: datetime) -> tuple[str, ...]:
    """Replace field values by a person's, as a new assessment, and have the case compared with Odoo again.

    Returns the names of the fields that changed; none when what was entered says what stood there already.

    Raises:
        NotFound: There is no such case, or it has not been read yet.
        Refused: The person is neither reviewer nor controller, or a field is unknown.
        Malformed: A value cannot be understood; nothing is changed.
        Conflict: The case is being written or has ended.
    """
    case, row, before = opened(session, case_id, by)
    unknown = [name for name in entered.texts if name not in FIELDS or name in FIXED]
    if unknown:
        raise Refused(f"A case has no field {', '.join(unknown)} that can be changed.")
    reading = reading_of(session, row)
    after = before
    changed: dict[str, Any] = {}
    for name, text in entered.texts.items():
        place = entered.places.get(name)
        value = typed.understood(name, text, typed.as_pointed_at(text, entered.habit, reading, place))
        was = before.value(name)
        if _is_same(name, value, was):
            continue
        evidence = typed.where(name, value, reading, entered.habit, place) or elsewhere(
            session, before, row, name, value, entered.habit
        )
        after = _with(after, name, value, Correction(value, _first_read(before, name), by.name, at, evidence))
        changed[name] = {"was": was, "is": value}
    if changed:
        trail.record(session, "fields.corrected", case_id=case_id, actor=by.email, at=at, fields=changed)
        keep_anew(session, case, row, after, reading, at=at)
    return tuple(changed)


def choose_record(session: Session, case_id: int, what: str, record_id: int, *, by: Caller, at: datetime) -> RecordRef:
    """Say which customer, invoice or order in Odoo a case is about, and have it compared with Odoo again.

    Raises:
        NotFound: There is no such case or record, or the case has not been read yet.
        Refused: The person is neither reviewer nor controller, or `what` is nothing that can be chosen.
        Conflict: The case is being written or has ended.
    """
    case, row, before = opened(session, case_id, by)
    record = _mirrored(session, what, record_id)
    if before.records.get(what) == record:
        return record
    records = {**before.records, what: record}
    if what == "customer":
        records = {k: r for k, r in records.items() if k == "customer" or _owner(session, k, r.id) == record_id}
    trail.record(
        session, "record.chosen", case_id=case_id, actor=by.email, at=at, what=what, model=record.model,
        record=record.id, name=record.name, before=_certain(row, what),
    )  # fmt: skip
    keep_anew(session, case, row, replace(before, records=records), reading_of(session, row), at=at)
    return record


def choose_reply(session: Session, case_id: int, *, language: str, tone: str, by: Caller, at: datetime) -> None:
    """Say in which language and tone the case is answered; the reply is written anew from the same facts.

    An empty language is the message's, an empty tone factual. A reply that a person has edited stays as it is.

    Raises:
        NotFound: There is no such case, or it has not been read yet.
        Refused: The person is neither reviewer nor controller, or there is no such language or tone.
        Conflict: The case is being written or has ended.
    """
    case, row, before = opened(session, case_id, by)
    if language and language not in LANGUAGES:
        raise Refused(f"Replies are written in {', '.join(LANGUAGES)}, not in {language}.")
    if tone and tone not in TONES:
        raise Refused(f"A reply is factual, {' or '.join(TONES)}, not {tone}.")
    if (language, tone) == (before.answer_in, before.answer_tone):
        return
    trail.record(session, "reply.chosen", case_id=case_id, actor=by.email, at=at, language=language, tone=tone)
    after = replace(before, answer_in=language, answer_tone=tone)
    keep_anew(session, case, row, after, reading_of(session, row), at=at)


def correctors(session: Session, case_id: int) -> set[UUID]:
    """Everybody who changed a field of a case or of one it comes from, said which record it is about, or split it
    off: its figures go along."""
    comes_from = descent(session, [case_id])[case_id]
    actors = select(AuditEvent.actor).where(AuditEvent.case_id.in_(comes_from), AuditEvent.action.in_(_CORRECTED))
    return set(session.execute(select(User.id).where(User.email.in_(actors))).scalars())


def require_correcting(by: Caller) -> None:
    """Raises Refused when this person's key or roles do not let them correct, or look through Odoo's records for it."""
    by.require("decide")
    if not set(by.roles) & set(CHOOSING_ROLES):
        raise Refused("Only a finance reviewer or a finance controller corrects what was read.")


def opened(session: Session, case_id: int, by: Caller) -> tuple[Case, AssessmentRow, Assessment]:
    """A case that this person may correct now, locked, with what was read of it.

    Raises:
        NotFound: There is no such case, or it has not been read yet.
        Refused: The person is neither reviewer nor controller.
        Conflict: The case is being written or has ended.
    """
    require_correcting(by)
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    if not may_be_chosen(case):
        raise Conflict(f"Case {case_id} is {case.state}: what was read cannot be changed now.", state=case.state)
    row = keep.current(session, case_id)
    return case, row, keep.assessment_of(row)


def reading_of(session: Session, row: AssessmentRow) -> Reading:
    return readings.load(session, row.document_id)


def elsewhere(
    session: Session, before: Assessment, row: AssessmentRow, name: str, value: Any, habit: Habit
) -> tuple[Evidence, ...]:
    """Where a value stands in another mail of the case, the newest first; empty where in none."""
    for document_id in reversed(before.mails):
        if document_id == row.document_id:
            continue
        try:
            reading: Reading = readings.load(session, document_id)
        except NotFound:
            continue  # read by an earlier version
        found = typed.where(name, value, reading, habit, None)
        if found:
            return tuple(replace(e, document_id=document_id) for e in found)
    return ()


def _first_read(before: Assessment, name: str) -> Any:
    """What the software had read, however often people changed it since."""
    return before.corrections[name].was if name in before.corrections else before.value(name)


def _with(assessment: Assessment, name: str, value: Any, correction: Correction) -> Assessment:
    """A person who puts back what was read takes their correction back; a value without a place is theirs alone."""
    corrections = {k: c for k, c in assessment.corrections.items() if k != name}
    if not _is_same(name, value, correction.was) or (value is not None and not correction.evidence):
        corrections[name] = correction
    fields = {k: f for k, f in assessment.fields.items() if k != name}
    if correction.evidence:
        fields[name] = FieldValue(value, correction.evidence)
    return replace(assessment, fields=fields, corrections=corrections)


def _is_same(name: str, value: Any, was: Any) -> bool:
    """Whether two values say the same: 36 is 36.00, and nothing is an empty list."""
    if value in (None, "", []) or was in (None, "", []):
        return value in (None, "", []) and was in (None, "", [])
    if FIELDS[name] != "decimal":
        return bool(value == was)
    try:
        return Decimal(str(value)) == Decimal(str(was))
    except InvalidOperation:
        return False


def keep_anew(
    session: Session, case: Case, row: AssessmentRow, after: Assessment, reading: Reading, *, at: datetime
) -> None:
    """Keep what a person put right as the case's assessment, and have it compared with Odoo again."""
    matches, findings = row.matches, row.findings
    kept = keep.keep(session, case.id, row.document_id, after, at=at)
    kept.matches, kept.findings = matches, findings  # until Odoo has been asked again
    present.show_assessment(session, case, reading, after, at=at)
    steps.schedule(session, case.id, "reconcile", at=at)
    session.flush()


def _mirrored(session: Session, what: str, record_id: int) -> RecordRef:
    name: str | None = None
    if what == "customer":
        name = session.execute(
            select(OdooCustomer.name).where(OdooCustomer.id == record_id, OdooCustomer.customer_id == OdooCustomer.id)
        ).scalar_one_or_none()
    elif what == "invoice":
        name = session.execute(
            select(OdooInvoice.name).where(OdooInvoice.id == record_id, func.length(OdooInvoice.name) > 1)
        ).scalar_one_or_none()
    elif what == "order":
        name = session.execute(select(OdooOrder.name).where(OdooOrder.id == record_id)).scalar_one_or_none()
    else:
        raise Refused("Choose a customer, an invoice or an order.")
    if not name:
        raise NotFound(f"The copy of Odoo holds no {what} {record_id}. It may be new: look again in a few minutes.")
    return RecordRef(MODELS[what], record_id, name)


def _owner(session: Session, what: str, record_id: int) -> int | None:
    table = OdooInvoice if what == "invoice" else OdooOrder
    return session.execute(select(table.customer_id).where(table.id == record_id)).scalar_one_or_none()


def _certain(row: AssessmentRow, what: str) -> list[str]:
    return [m.record.name for m in keep.matches_of(row) if m.what == what and m.is_certain]
