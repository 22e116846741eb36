"""Splitting a case whose message holds several matters: each becomes a case of its own with the same source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.results import Assessment, Claim, Correction, FieldValue, Vote
from app.audit import trail
from app.cases import steps
from app.cases.models import Case
from app.cases.seen import Seen, locked, require_handling
from app.decisions.choosing import may_be_chosen, require_genuine
from app.documents import readings
from app.errors import Conflict, Malformed, Refused
from app.users.access import Caller
from app.vocabulary import KIND_OF, CertaintyWord, Flag, Kind

MOST = 5
"""Matters split off at once."""
_OF_THE_WHOLE = ("amount_disputed", "amount_total", "quantity_disputed", "quantity_unit")
"""What is stated once for a message stays with the case that had it: a person enters it where it differs."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter to be split off: what it is, in one of our reasons and a person's sentence, and its invoices."""

    reason: str
    about: str
    invoices: tuple[str, ...] = ()


def may_be_split(case: Case) -> bool:
    """Whether this case can hold several matters: a message from outside, read, and not being written."""
    found_by_us = case.kind is None or case.kind == Kind.BILLING_DISCREPANCY
    return may_be_chosen(case) and not found_by_us


def split(
    session: Session, case_id: int, matters: Sequence[Matter], *, seen: Seen, by: Caller, at: datetime
) -> list[Case]:
    """Make a case of each of these matters. They share the message; the case at hand keeps what is left of it. All are
    compared with Odoo and proposed for anew.

    Raises:
        NotFound: There is no such case, or it has not been read yet.
        Refused: The person is neither reviewer nor controller, a reason is unknown, or nothing can be split off; of a
            security alert, only a controller splits an ordinary matter off, once the call-back checklist is complete.
        Malformed: No matter is named, too many are, or one does not say what it is about.
        Conflict: The case changed since it was seen, is being written, or has ended.
    """
    require_handling(by)
    if not 0 < len(matters) <= MOST:
        raise Malformed(f"Name one to {MOST} matters to split off. Nothing was split.")
    for matter in matters:
        if matter.reason not in KIND_OF:
            raise Refused(f"There is no reason “{matter.reason}”. See docs/words.md for all of them.")
        if not matter.about.strip():
            raise Malformed("Say in a sentence what each matter is about. Nothing was split.")
    case = locked(session, case_id, seen, by=by)
    if case.state in ("received", "writing", "done", "closed"):
        raise Conflict(f"Case {case_id} is {case.state.replace('_', ' ')} and cannot be split now.", case=case_id)
    if not may_be_split(case):
        raise Refused("Only a message that came in can hold several matters; this is one of ours.")
    for matter in matters:
        require_genuine(session, case, matter.reason, by=by)
    row = keep.current(session, case_id)
    before = keep.assessment_of(row)
    reading = readings.load(session, row.document_id)
    made = []
    for matter in matters:
        part = _part(before, matter, by)
        new = Case(
            state="received", title=case.title, flags=[], opened_at=case.opened_at, updated_at=at,
            owner_id=case.owner_id, team=case.team, split_from=case.split_from or case_id,
        )  # fmt: skip
        session.add(new)
        session.flush()
        trail.record(
            session, "case.split_off", case_id=new.id, actor=by.email, at=at, reason=matter.reason, **{"from": case_id}
        )
        trail.record(session, "case.split", case_id=case_id, actor=by.email, at=at, into=new.id, reason=matter.reason)
        keep.keep(session, new.id, row.document_id, part, at=at)
        present.show_assessment(session, new, reading, part, at=at)
        new.customer_id, new.company_id = case.customer_id, case.company_id
        new.customer_name = case.customer_name
        new.here_because = f"Here as a matter of its own, split off case {case_id} by {by.name}."
        steps.schedule(session, new.id, "reconcile", at=at)
        made.append(new)
    rest = _rest(before, matters)
    matches, findings = row.matches, row.findings
    kept = keep.keep(session, case_id, row.document_id, rest, at=at)
    kept.matches, kept.findings = matches, findings  # until Odoo has been asked again
    present.show_assessment(session, case, reading, rest, at=at)
    steps.schedule(session, case_id, "reconcile", at=at)
    session.flush()
    return made


def siblings(session: Session, case: Case) -> list[Case]:
    """The other cases that share this one's message, the first of them first."""
    root = case.split_from or case.id
    return list(
        session.execute(
            select(Case).where(or_(Case.id == root, Case.split_from == root), Case.id != case.id).order_by(Case.id)
        ).scalars()
    )


def _part(before: Assessment, matter: Matter, by: Caller) -> Assessment:
    c = before.classification
    chosen = replace(
        c, reason=matter.reason, confidence=1.0, reading=CertaintyWord.SURE, prediction_set=(matter.reason,),
        secondary_reasons=(), flags=tuple(f for f in c.flags if f != Flag.MULTI_ISSUE),
        votes=(*c.votes, Vote("person", matter.reason, because=f"{by.name} says so")), unsure_because="",
    )  # fmt: skip
    fields = {name: value for name, value in before.fields.items() if name not in _OF_THE_WHOLE}
    order = before.order if KIND_OF[matter.reason] is Kind.CUSTOMER_PO else None
    stays = _OF_THE_WHOLE if order is not None else (*_OF_THE_WHOLE, "lines")
    corrections = {name: c for name, c in before.corrections.items() if name not in stays}
    records = before.records
    if matter.invoices:
        fields, corrections = _narrowed(fields, corrections, matter.invoices)
        records = {k: r for k, r in records.items() if k != "invoice" or r.name in matter.invoices}
    return replace(
        before, classification=chosen, fields=fields, corrections=corrections, records=records,
        summary=(Claim(matter.about.strip(), ()),), order=order,
    )  # fmt: skip


def _rest(before: Assessment, matters: Sequence[Matter]) -> Assessment:
    """What is left: without the reasons and the invoices that went elsewhere, where others remain."""
    c, gone = before.classification, {matter.reason for matter in matters}
    left = tuple(r for r in c.secondary_reasons if r not in gone)
    flags = c.flags if left else tuple(f for f in c.flags if f != Flag.MULTI_ISSUE)
    fields, corrections, records = before.fields, before.corrections, before.records
    stated = before.value("invoice_refs")
    if isinstance(stated, list):
        moved = {invoice for matter in matters for invoice in matter.invoices}
        remaining = [invoice for invoice in stated if invoice not in moved]
        if remaining and len(remaining) < len(stated):
            fields, corrections = _narrowed(fields, corrections, remaining)
            records = {k: r for k, r in records.items() if k != "invoice" or r.name not in moved}
    return replace(
        before, classification=replace(c, secondary_reasons=left, flags=flags), fields=fields, corrections=corrections,
        records=records,
    )  # fmt: skip


def _narrowed(
    fields: Mapping[str, FieldValue], corrections: Mapping[str, Correction], invoices: Sequence[str]
) -> tuple[dict[str, FieldValue], dict[str, Correction]]:
    """What was read and what a person made of it, with these invoices alone; what names none stays as it is."""
    read, corrected = dict(fields), dict(corrections)
    if "invoice_refs" in read:
        read["invoice_refs"] = _only(read["invoice_refs"], invoices)
    if "invoice_refs" in corrected and corrected["invoice_refs"].value:
        theirs = corrected["invoice_refs"]
        only = _only(FieldValue(theirs.value, theirs.evidence), invoices)
        corrected["invoice_refs"] = replace(theirs, value=only.value, evidence=only.evidence)
    return read, corrected


def _only(stated: FieldValue, wanted: Sequence[str]) -> FieldValue:
    """The value narrowed to these references, with the places that quote them where any do."""
    values = [value for value in stated.value if value in wanted] if isinstance(stated.value, list) else list(wanted)
    places = tuple(e for e in stated.evidence if any(value in e.quote for value in values))
    return FieldValue(values or list(wanted), places or stated.evidence)
