"""Claiming a queued write, and settling it by Odoo's answer. The network call lies between the two transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import steps
from app.cases.models import Case
from app.decisions import decide, elsewhere
from app.decisions.decide import confirmations
from app.documents.models import Document
from app.errors import Conflict
from app.jobs import after_commit
from app.letters import leaving
from app.letters import queries as letters
from app.odoo.commands import Attachment, Change, Json, Mandate, OperationKind, WriteCommand
from app.odoo.gateway import Receipt, Stale
from app.suggestions import by_mail
from app.suggestions.models import Suggestion
from app.writebacks import retry_rules, undoing, within
from app.writebacks.models import WriteBack

ACTOR = "software"
LONGEST_NOTE = 20_000
"""Characters of a note that the addon takes."""
MOST_TOLD = 480
"""Characters of the deciders' names in Odoo's note; the addon takes 500. All of them stand in the audit trail."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed write: what it writes, under which key, and which lease this is."""

    id: UUID
    suggestion_id: UUID
    key: str
    attempt: int
    via: str = ""
    """Who carried it out and reports: empty for our worker, "odoo:<database>" for an Odoo it was handed to."""
    is_letter: bool = False
    """Whether a mail must have left before it is written."""


def claim(session: Session, write_back_id: UUID, *, at: datetime) -> Delivery | None:
    """Lease a queued write to this worker; None when it is not due, is done, or another worker has it."""
    row = session.execute(
        select(WriteBack)
        .where(WriteBack.id == write_back_id, WriteBack.state.in_(("waiting", "leased")), WriteBack.next_at <= at)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if row is None:
        return None
    suggestion = session.get_one(Suggestion, row.suggestion_id, populate_existing=True)
    if suggestion.state != "confirmed":
        row.state = "withdrawn"  # taken back or replaced since: nothing is sent
        leaving.withdraw(session, row.suggestion_id, at=at)
        return None
    row.state = "leased"
    row.attempts += 1
    row.next_at = at + retry_rules.LEASE
    session.flush()
    is_letter = by_mail.leaves(suggestion.command.get("within", {}))
    return Delivery(row.id, row.suggestion_id, row.key, row.attempts, is_letter=is_letter)


def command_of(session: Session, delivery: Delivery, *, public_url: str) -> WriteCommand | None:
    """What was confirmed, with the attachments' bytes and who decided; None for what happens in Countersign alone."""
    suggestion = session.get_one(Suggestion, delivery.suggestion_id)
    body = suggestion.command.get("odoo")
    if body is None:
        return None
    contents = {}
    for attached in body["attachments"]:
        contents[attached["sha256"]] = session.execute(
            select(Document.content).where(Document.sha256 == attached["sha256"])
        ).scalar_one()
    change = Change(
        kind=OperationKind(body["kind"]), company_id=body["company_id"], model=body["model"],
        record_id=body["record_id"], values=body["values"], expected=body["expected"],
        attachments=tuple(Attachment(a["name"], contents[a["sha256"]]) for a in body["attachments"]),
    )  # fmt: skip
    change = replace(change, values=_as_sent(session, suggestion, change.values))
    people = ", ".join(f"{name} ({role.replace('_', ' ')})" for name, role, _ in confirmations(session, suggestion))
    mandate = Mandate(
        decided_by=people[:MOST_TOLD], rule=suggestion.rule, case=str(suggestion.case_id),
        link=f"{public_url}/cases/{suggestion.case_id}",
    )  # fmt: skip
    return WriteCommand(change, mandate)


def _as_sent(session: Session, suggestion: Suggestion, values: Mapping[str, Json]) -> Mapping[str, Json]:
    """The values of a reply that left by mail, with a first line that says so: the record's own history tells it."""
    letter = letters.of_suggestion(session, suggestion.id) if suggestion.kind == "draft_reply" else None
    if letter is None or letter.sent_at is None:
        return values
    to = ", ".join(letter.recipients)
    said = f"Sent to {to} from {letter.sender} on {letter.sent_at:%Y-%m-%d %H:%M} UTC."
    return {**values, "body": f"{said}\n\n{values.get('body') or ''}"[:LONGEST_NOTE]}


def attached_bytes(session: Session, suggestion: Suggestion) -> int:
    """How many bytes of attachments a suggestion's change carries."""
    wanted = [a["sha256"] for a in (suggestion.command.get("odoo") or {}).get("attachments", ())]
    query = select(func.coalesce(func.sum(Document.size), 0)).where(Document.sha256.in_(wanted))
    return int(session.execute(query).scalar_one())


def renew(session: Session, delivery: Delivery, *, at: datetime) -> None:
    """Prolong the lease of this attempt while Odoo is waited for."""
    session.execute(
        update(WriteBack)
        .where(WriteBack.id == delivery.id, WriteBack.state == "leased", WriteBack.attempts == delivery.attempt)
        .values(next_at=at + retry_rules.LEASE)
    )


def settle(session: Session, delivery: Delivery, receipt: Receipt | None, *, at: datetime) -> None:
    """Record what Odoo did (None: it happened in Countersign alone). Settling twice changes nothing.

    An answer counts even when it came after the lease: Odoo has done it.
    """
    row, suggestion, case = _locked(session, delivery)
    if row.state not in ("waiting", "leased"):
        return
    if receipt is None:
        try:
            within.carry_out(session, suggestion, actor=ACTOR, at=at)
        except Conflict as conflict:
            _end(session, row, suggestion, case, "refused", conflict.message, at)
            return
    row.state, row.written_at, row.last_error = "written", at, ""
    row.receipt = {"status": receipt.status.value, **dict(receipt.result)} if receipt else {"status": "within"}
    suggestion.state = "written"
    undoing.mark_undone(session, suggestion, actor=ACTOR, at=at)
    trail.record(
        session, "write.done", case_id=case.id, actor=ACTOR, at=at, suggestion=str(suggestion.id), key=row.key,
        kind=suggestion.kind, receipt=row.receipt, **_via(delivery),
    )  # fmt: skip
    decide.settle_case(session, case, actor=ACTOR, at=at)
    _look_at_replies(session, case, at)
    for other in elsewhere.to_compare(session, suggestion):
        steps.schedule(session, other, "reconcile", at=at)


def _look_at_replies(session: Session, case: Case, at: datetime) -> None:
    """A step was written: a confirmed reply of the case that waited for it may leave now."""
    session.flush()
    rows = session.execute(
        select(WriteBack)
        .join(Suggestion, Suggestion.id == WriteBack.suggestion_id)
        .where(
            Suggestion.case_id == case.id, Suggestion.kind == "draft_reply", WriteBack.state == "waiting",
            WriteBack.attempts > 0, WriteBack.next_at > at,
        )
    ).scalars()  # fmt: skip
    for row in rows:
        row.next_at = at
        after_commit(session, "writeback.deliver", row.id)


def settle_stale(session: Session, delivery: Delivery, stale: Stale, *, at: datetime) -> None:
    """Nothing was written because Odoo changed: the case goes back to review with both values, and Odoo is asked anew.

    Nothing happens when this lease is over: whoever has the write now settles it.
    """
    row, suggestion, case = _locked(session, delivery)
    if not _is_held(row, delivery):
        return
    row.state = "stale"
    row.differs = [{"what": d.field, "seen": _plain(d.expected), "now": _plain(d.actual)} for d in stale.differences]
    row.last_error = stale.message
    suggestion.state = "stale"
    trail.record(
        session, "write.stale", case_id=case.id, actor=ACTOR, at=at, suggestion=str(suggestion.id), key=row.key,
        differs=row.differs, **_via(delivery),
    )  # fmt: skip
    decide.settle_case(session, case, actor=ACTOR, at=at)
    steps.schedule(session, case.id, "reconcile", at=at)


def settle_refused(session: Session, delivery: Delivery, why: str, *, at: datetime) -> None:
    """Odoo said no for good: a person must look; `why` says what to do. Nothing happens when this lease is over."""
    row, suggestion, case = _locked(session, delivery)
    if _is_held(row, delivery):
        _end(session, row, suggestion, case, "refused", why, at)


def hold(session: Session, delivery: Delivery, why: str, *, at: datetime) -> None:
    """The mail of this reply has not left yet: the write waits with it. Nothing when this lease is over."""
    row, _, _ = _locked(session, delivery)
    if _is_held(row, delivery):
        row.state, row.last_error = "waiting", why
        row.next_at = at + retry_rules.wait_after(row.attempts)


def postpone(session: Session, delivery: Delivery, why: str, *, at: datetime) -> None:
    """Odoo did not answer: the write waits and is sent again with the same key. Nothing when this lease is over."""
    row, suggestion, case = _locked(session, delivery)
    if not _is_held(row, delivery):
        return
    row.state, row.last_error = "waiting", why
    row.next_at = at + retry_rules.wait_after(row.attempts)
    if row.attempts == 1:
        trail.record(
            session, "write.waits", case_id=case.id, actor=ACTOR, at=at, suggestion=str(suggestion.id), key=row.key,
            why=why,
        )  # fmt: skip


def fail(session: Session, delivery: Delivery, error: str, *, at: datetime) -> None:
    """The worker failed in a way nobody foresaw: the write is tried again, and after five times shown to a person.

    Whether Odoo has done it is not known then; the key keeps it from happening twice.
    """
    row, suggestion, case = _locked(session, delivery)
    if not _is_held(row, delivery):
        return
    row.lost += 1
    row.state, row.last_error = "waiting", error
    row.next_at = at + retry_rules.wait_after(row.lost)
    if row.lost >= retry_rules.LOSSES:
        why = (
            f"Writing this failed five times ({error}). Look in Odoo whether it was done, then reject the step here or "
            "have the case read again."
        )
        _end(session, row, suggestion, case, "failed", why, at)


def _end(
    session: Session, row: WriteBack, suggestion: Suggestion, case: Case, state: str, why: str, at: datetime
) -> None:
    row.state, row.last_error = state, why
    suggestion.state = "refused"
    trail.record(
        session, f"write.{state}", case_id=case.id, actor=ACTOR, at=at, suggestion=str(suggestion.id), key=row.key,
        why=why,
    )  # fmt: skip
    decide.settle_case(session, case, actor=ACTOR, at=at)
    case.attention = why


def due(session: Session, *, at: datetime, limit: int = 200) -> list[UUID]:
    """Queued writes whose time has come (undo time over, lease or back-off ended), oldest first."""
    return list(
        session.execute(
            select(WriteBack.id)
            .where(WriteBack.state.in_(("waiting", "leased")), WriteBack.next_at <= at)
            .order_by(WriteBack.next_at)
            .limit(limit)
        ).scalars()
    )


def _locked(session: Session, delivery: Delivery) -> tuple[WriteBack, Suggestion, Case]:
    """The case, its suggestion and the write, locked in this order like everywhere."""
    suggestion, case = decide.locked(session, delivery.suggestion_id)
    return session.get_one(WriteBack, delivery.id, with_for_update=True, populate_existing=True), suggestion, case


def state_of(session: Session, delivery: Delivery) -> str:
    """The state of a claimed write, locked until this transaction ends."""
    row, _, _ = _locked(session, delivery)
    return row.state


def _is_held(row: WriteBack, delivery: Delivery) -> bool:
    return row.state == "leased" and row.attempts == delivery.attempt


def _via(delivery: Delivery) -> dict[str, str]:
    return {"via": delivery.via} if delivery.via else {}


def _plain(value: object) -> Any:
    return value if isinstance(value, str | int | bool | None | list | dict) else str(value)
