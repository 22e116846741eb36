"""Writes that Odoo carries out itself, at once, as the person who confirmed there; and the receipts it sends.

The row is leased to that Odoo for a minute from the decision on. Whatever becomes of it there, the worker delivers it
under the same key once the lease is over, and the key makes it happen once; what was refused there, or had changed,
Odoo keeps under the key and answers so again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.decisions import decide
from app.decisions.approval_matrix import Policy
from app.decisions.decide import Outcome
from app.decisions.models import Decision
from app.errors import Malformed, NotFound
from app.odoo.gateway import Difference, Receipt, Stale, WriteStatus
from app.sources.incoming import storable
from app.suggestions import by_mail
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks import deliver, queue
from app.writebacks.deliver import Delivery
from app.writebacks.models import WriteBack

LEASE = timedelta(seconds=60)
"""How long Odoo has for it; it acts in the request in which it asked, so this is ample."""
FIRST_LEASE = 1
LARGEST = 2_000_000
"""Bytes of attachments that go along; a write with more goes out through the worker."""
LONGEST_RESULT = 50_000
LONGEST_REASON = 2_000
STATUSES = ("applied", "already", "stale", "refused", "busy")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A decision's outcome, and what Odoo is to call `countersign.operation.apply` with (None: nothing to do there)."""

    outcome: Outcome
    apply: Mapping[str, Any] | None


def confirm(
    session: Session, suggestion_id: UUID, *, content_hash: str, by: Caller, database: str, policy: Policy,
    at: datetime, undo_seconds: int, public_url: str,
) -> HandedOver:  # fmt: skip
    """Record a yes given in Odoo and, when nobody else must confirm, hand the one write to that Odoo.

    Asked again by the same person while the lease runs (Odoo repeats a transaction that lost a race), it gives the same
    answer. What happens in Countersign alone, what leaves by mail and what is too large to hand over is queued as ever.

    Raises: as `decide.confirm`.
    """
    again = _given_already(session, suggestion_id, content_hash, by, database, at, public_url)
    if again is not None:
        return again
    outcome = decide.confirm(session, suggestion_id, content_hash=content_hash, by=by, policy=policy, at=at)
    if not outcome.is_complete:
        return HandedOver(outcome, None)
    suggestion = session.get_one(Suggestion, suggestion_id)
    is_letter = by_mail.leaves(suggestion.command.get("within", {}))
    if suggestion.command.get("odoo") is None or is_letter or deliver.attached_bytes(session, suggestion) > LARGEST:
        in_odoo = suggestion.command.get("odoo") is not None and not is_letter
        queue.enqueue(session, suggestion, by=by, at=at, undo_seconds=0 if in_odoo else undo_seconds)
        return HandedOver(outcome, None)
    row = WriteBack(
        suggestion_id=suggestion_id, content_hash=content_hash, key=queue.key_of(suggestion_id), state="leased",
        attempts=FIRST_LEASE, next_at=at + LEASE, queued_at=at, handed_to=database,
    )  # fmt: skip
    session.add(row)
    session.flush()
    trail.record(
        session, "write.handed_over", case_id=suggestion.case_id, actor=by.email, at=at,
        suggestion=str(suggestion_id), kind=suggestion.kind, key=row.key, via=by.via, until=row.next_at.isoformat(),
    )  # fmt: skip
    return HandedOver(outcome, _arguments(session, row, public_url))


def settle(
    session: Session, key: str, *, database: str, status: str, result: Mapping[str, Any],
    differences: Sequence[Difference], message: str, at: datetime,
) -> str:  # fmt: skip
    """Settle a write by what Odoo reports of it; in words, what holds now. A report on a settled write changes nothing.

    Raises:
        NotFound: No write with this key was handed to this Odoo.
        Malformed: The report's result is longer than any of ours.
    """
    row = session.execute(
        select(WriteBack.id, WriteBack.suggestion_id, WriteBack.handed_to).where(WriteBack.key == key)
    ).one_or_none()
    if row is None or row.handed_to != database:
        raise NotFound("No write with this key was handed to this Odoo. Nothing was changed by this report.")
    if len(json.dumps(result)) > LONGEST_RESULT:
        raise Malformed("The result of this report is longer than a result can be. Nothing was changed by it.")
    delivery = Delivery(row.id, row.suggestion_id, key, FIRST_LEASE, via=f"odoo:{database}")
    before = deliver.state_of(session, delivery)
    why = storable(message.strip())[:LONGEST_REASON] or "Odoo gave no reason."
    if status in ("applied", "already"):
        deliver.settle(session, delivery, Receipt(WriteStatus(status), dict(result)), at=at)
    elif status == "stale":
        deliver.settle_stale(session, delivery, Stale(why, list(differences)), at=at)
    elif status == "refused":
        deliver.settle_refused(session, delivery, why, at=at)
    else:
        deliver.postpone(session, delivery, why, at=at)
    session.flush()
    after = _SAYS[deliver.state_of(session, delivery)]
    return after if before == "leased" else f"This was settled before. {after}"


_SAYS = {
    "written": "Written, and recorded in the case.",
    "stale": "Nothing was written: Odoo changed since this was proposed. The case says what differs.",
    "refused": "Odoo refused it. The case says why.",
    "failed": "It could not be written. The case says why.",
    "waiting": "The record is being edited by somebody. The change is made as soon as it is free.",
    "leased": "It is being written.",
    "withdrawn": "It was taken back; nothing is written.",
}


def _given_already(
    session: Session, suggestion_id: UUID, content_hash: str, by: Caller, database: str, at: datetime, public_url: str
) -> HandedOver | None:
    """The same answer again, for the same person, while what they were handed is still theirs to carry out."""
    suggestion, _ = decide.locked(session, suggestion_id)
    row = session.execute(select(WriteBack).where(WriteBack.suggestion_id == suggestion_id)).scalar_one_or_none()
    theirs = (
        row is not None and row.handed_to == database and row.state == "leased" and row.attempts == FIRST_LEASE
        and row.next_at > at and suggestion.content_hash == content_hash
    )  # fmt: skip
    if row is None or not theirs:
        return None
    decision = session.execute(
        select(Decision.id).where(
            Decision.suggestion_id == suggestion_id, Decision.by_user_id == by.user_id, Decision.verdict == "confirm"
        )
    ).scalar_one_or_none()
    if decision is None:
        return None
    return HandedOver(Outcome(decision, suggestion_id, True, ""), _arguments(session, row, public_url))


def _arguments(session: Session, row: WriteBack, public_url: str) -> Mapping[str, Any]:
    delivery = Delivery(row.id, row.suggestion_id, row.key, FIRST_LEASE)
    command = deliver.command_of(session, delivery, public_url=public_url)
    if command is None:
        raise NotFound("This step changes nothing in Odoo.")
    return command.arguments(row.key)
