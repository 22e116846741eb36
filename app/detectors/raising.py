"""From what the detectors found to cases: one per matter, however often it is found.

A run is one transaction under one lock, so that two runs raise nothing twice and a run that dies raises nothing half.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import lifecycle, steps
from app.cases.intake import take_in_own
from app.cases.models import OPEN_STATES, Case, CaseDocument
from app.detectors import telling
from app.detectors.discrepancy import Discrepancy
from app.detectors.models import Detection
from app.documents.receive import receive
from app.money import Money
from app.suggestions.models import Suggestion
from app.suggestions.withdraw import withdraw

ACTOR = "software"
LOCK = 0x0DE7EC70
"""Number of the advisory lock that lets one raising at a time into the database."""
_LONGEST_KEY = 200
_TOGETHER = 200
"""New cases that are opened with the same few statements."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of a run's findings, as numbers of cases.

    `changed` were known and are told anew, `again` had been fixed and are back, `standing` are as they were, `fixed`
    are not found any more.
    """

    new: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    fixed: tuple[int, ...] = ()
    standing: tuple[int, ...] = ()

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new), "changed": len(self.changed), "again": len(self.again), "fixed": len(self.fixed),
            "standing": len(self.standing),
        }  # fmt: skip


@dataclass(slots=True)
class _Heap:
    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)
    standing: list[int] = field(default_factory=list)


def raise_all(
    session: Session, found: Iterable[Discrepancy], *, whole: bool, at: datetime,
    companies: Collection[int] | None = None, rules: Collection[str] | None = None,
) -> Raised:  # fmt: skip
    """Open, add to, close and re-open cases so that they say what was found, and nothing twice.

    `whole`: the rules looked at a complete mirror, so that what they did not find is not there any more. With
    `companies` or `rules` (None: all) only detections of these can be fixed. A case that a person closed stays closed
    for as long as the same is found.

    Raises:
        ValueError: A rule that belongs to no reason of a billing discrepancy.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    by_key: dict[str, Discrepancy] = {}
    for one in sorted(found, key=lambda d: (d.key, d.fingerprint)):
        if by_key.setdefault(stored_key(one.key), one).fingerprint != one.fingerprint:
            log.warning("rule %s found two things under one key", one.rule)
    known = _known(session, by_key)
    heap, untouched = _Heap(), list[str]()
    unknown = [(key, discrepancy) for key, discrepancy in by_key.items() if key not in known]
    for start in range(0, len(unknown), _TOGETHER):
        heap.new += _open(session, unknown[start : start + _TOGETHER], at)
    for key, discrepancy in by_key.items():
        detection = known.get(key)
        if detection is None:
            continue
        if detection.fingerprint != discrepancy.fingerprint:
            heap.changed.append(_changed(session, detection, discrepancy, at))
        elif detection.state == "fixed":
            _again(session, detection, discrepancy, heap, at)
        else:
            untouched.append(key)
            heap.standing.append(detection.case_id)
    session.execute(update(Detection).where(Detection.key.in_(untouched)).values(last_seen_at=at))
    if whole:
        for detection in _gone(session, by_key, companies, rules):
            _fix(session, detection, at)
            heap.fixed.append(detection.case_id)
        _close_what_came_back(session, at)
    session.flush()
    return Raised(*(tuple(part) for part in (heap.new, heap.changed, heap.again, heap.fixed, heap.standing)))


def stored_key(key: str) -> str:
    """The key as the table holds it: a long one goes on as its SHA-256."""
    if len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST_KEY - len(digest) - 1]}#{digest}"


def cases_of(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """The case of each of these keys that was raised."""
    stored = {stored_key(key): key for key in keys}
    rows = session.execute(select(Detection.key, Detection.case_id).where(Detection.key.in_(stored)))
    return {stored[key]: case_id for key, case_id in rows}


def document_of(session: Session, case_id: int) -> int | None:
    """The document that tells a case's discrepancy as it was found last; None for a case no detector opened."""
    return session.execute(
        select(Detection.document_id).where(Detection.case_id == case_id).order_by(Detection.key).limit(1)
    ).scalar_one_or_none()


def _known(session: Session, keys: Collection[str]) -> dict[str, Detection]:
    rows = session.execute(
        select(Detection).where(Detection.key.in_(tuple(keys))).execution_options(populate_existing=True)
    ).scalars()
    return {d.key: d for d in rows}


def _gone(
    session: Session, found: Collection[str], companies: Collection[int] | None, rules: Collection[str] | None
) -> list[Detection]:
    query = select(Detection).where(Detection.state == "open").order_by(Detection.case_id)
    if companies is not None:
        query = query.where(Detection.company_id.in_(tuple(companies)))
    if rules is not None:
        query = query.where(Detection.rule.in_(tuple(rules)))
    rows = session.execute(query.execution_options(populate_existing=True)).scalars()
    return [d for d in rows if d.key not in found]


def _open(session: Session, unknown: Sequence[tuple[str, Discrepancy]], at: datetime) -> list[int]:
    taken = take_in_own(session, [telling.incoming(found, at=at) for _, found in unknown])
    for (key, found), there in zip(unknown, taken, strict=True):
        telling.show(session.get_one(Case, there.case_id), telling.Told(found, at))
        amount = found.finding.amount
        session.add(
            Detection(
                key=key, rule=found.rule, company_id=found.company_id, case_id=there.case_id,
                document_id=there.document_id, fingerprint=found.fingerprint, amount=amount.amount if amount else None,
                currency=amount.currency if amount else None, state="open", first_seen_at=at, last_seen_at=at,
                fixed_at=None,
            )
        )  # fmt: skip
    session.flush()
    return [there.case_id for there in taken]


def _changed(session: Session, detection: Detection, found: Discrepancy, at: datetime) -> int:
    case = _locked(session, detection)
    before = _amount_of(detection)
    was_fixed = detection.state == "fixed"
    _tell(session, detection, case, found, at)
    trail.record(
        session, "detection.found_again" if was_fixed else "detection.changed", case_id=case.id, actor=ACTOR, at=at,
        rule=found.rule, before=before, after=_amount_of(detection),
    )  # fmt: skip
    _bring_back(session, case, "What was found changed." if not was_fixed else "Found again in Odoo.", at)
    return case.id


def _again(session: Session, detection: Detection, found: Discrepancy, heap: _Heap, at: datetime) -> None:
    case = _locked(session, detection)
    if _is_a_persons_no(session, case):
        detection.state, detection.fixed_at, detection.last_seen_at = "open", None, at
        trail.record(
            session, "detection.found_again", case_id=case.id, actor=ACTOR, at=at, rule=found.rule, stays="closed"
        )
        heap.standing.append(case.id)
        return
    _tell(session, detection, case, found, at)
    trail.record(
        session, "detection.found_again", case_id=case.id, actor=ACTOR, at=at, rule=found.rule,
        after=_amount_of(detection),
    )  # fmt: skip
    _bring_back(session, case, "Found again in Odoo.", at)
    heap.again.append(case.id)


def _fix(session: Session, detection: Detection, at: datetime) -> None:
    case = _locked(session, detection)
    detection.state, detection.fixed_at = "fixed", at
    trail.record(session, "detection.fixed", case_id=case.id, actor=ACTOR, at=at, rule=detection.rule)
    _close(session, case, at)


def _close(session: Session, case: Case, at: datetime) -> None:
    """End a case whose matter is gone; what is on its way to Odoo ends it when it has arrived."""
    withdraw(session, case.id, actor=ACTOR, at=at)
    if case.state not in ("done", "closed", "writing"):
        steps.end_all(session, case.id, at=at)
        because = f"No longer found in Odoo by the rules in force ({case.title})."
        lifecycle.move(session, case, "closed", actor=ACTOR, at=at, because=because)


def _close_what_came_back(session: Session, at: datetime) -> None:
    """Close cases that were on their way when their matter was fixed and came back: taken back, refused or stale."""
    cases = session.execute(
        select(Detection.case_id)
        .join(Case, Case.id == Detection.case_id)
        .where(Detection.state == "fixed", Case.state.in_(OPEN_STATES), Case.state != "writing")
        .order_by(Detection.case_id)
    ).scalars()
    for case_id in cases.all():
        case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
        _close(session, case, at)


def _tell(session: Session, detection: Detection, case: Case, found: Discrepancy, at: datetime) -> None:
    """Add a document that tells the discrepancy as it is now, and make it the case's matter."""
    received = receive(session, telling.incoming(found, at=at))
    session.add(CaseDocument(document_id=received.document_id, case_id=case.id, role="added", added_at=at))
    amount = found.finding.amount
    detection.document_id, detection.fingerprint = received.document_id, found.fingerprint
    detection.amount, detection.currency = (amount.amount, amount.currency) if amount else (None, None)
    detection.state, detection.fixed_at, detection.last_seen_at = "open", None, at
    detection.rule, detection.company_id = found.rule, found.company_id
    telling.show(case, telling.Told(found, at))
    case.updated_at = at
    session.flush()


def _bring_back(session: Session, case: Case, because: str, at: datetime) -> None:
    """Have the case assessed anew; one that had ended is opened, one that was put off waits no longer."""
    if case.state in ("done", "closed"):
        case.merged_into = None
        lifecycle.move(session, case, "received", actor=ACTOR, at=at, because=because)
    elif case.state == "snoozed":
        case.snoozed_until = None
        lifecycle.move(session, case, "to_decide", actor=ACTOR, at=at, because=because)
    steps.schedule(session, case.id, "assess", at=at)


def _is_a_persons_no(session: Session, case: Case) -> bool:
    """Whether a person ended the case without asking for a change in Odoo."""
    if case.state == "closed":
        actor = session.execute(
            select(AuditEvent.actor)
            .where(
                AuditEvent.case_id == case.id, AuditEvent.action == "case.moved",
                AuditEvent.content["after"].astext == "closed",
            )
            .order_by(AuditEvent.seq.desc())
            .limit(1)
        ).scalar_one_or_none()  # fmt: skip
        return actor is not None and "@" in actor
    if case.state != "done":
        return False
    last = session.execute(
        select(Suggestion.kind)
        .where(Suggestion.case_id == case.id, Suggestion.state == "written")
        .order_by(Suggestion.made_at.desc(), Suggestion.rank.desc())
        .limit(1)
    ).scalar_one_or_none()
    return last == "close_no_action"


def _locked(session: Session, detection: Detection) -> Case:
    return session.get_one(Case, detection.case_id, with_for_update=True, populate_existing=True)


def _amount_of(detection: Detection) -> str | None:
    if detection.amount is None or detection.currency is None:
        return None
    return str(Money(detection.amount, detection.currency))
