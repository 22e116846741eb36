"""Recording steps: one hash-chained event each, per case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit.models import SYSTEM_CHAIN, AuditEvent, AuditHead

GENESIS = "0" * 64


def link_hash(
    *, case_id: int, seq: int, at: datetime, actor: str, action: str, content: dict[str, Any], previous_hash: str
) -> str:
    """SHA-256 over the event's canonical JSON (sorted keys, no spaces, UTF-8; `at` in UTC to the microsecond)."""
    from datetime import UTC

    body = [case_id, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, content, previous_hash]
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def record_first(
    session: Session, action: str, *, at: datetime, events: Sequence[tuple[int, str, Mapping[str, Any]]]
) -> None:
    """Begin the chains of cases made in this transaction: (case, actor, content) each, in a few statements."""
    heads, first = [], []
    for case_id, actor, content in events:
        digest = link_hash(
            case_id=case_id, seq=1, at=at, actor=actor, action=action, content=dict(content), previous_hash=GENESIS
        )
        heads.append(AuditHead(case_id=case_id, seq=1, hash=digest))
        first.append(
            AuditEvent(
                case_id=case_id, seq=1, at=at, actor=actor, action=action, content=dict(content),
                previous_hash=GENESIS, hash=digest,
            )
        )  # fmt: skip
    session.add_all([*heads, *first])
    session.flush()


def record(
    session: Session, action: str, *, case_id: int = SYSTEM_CHAIN, actor: str, at: datetime, **content: Any
) -> AuditEvent:
    """Append one event to a case's chain, in the caller's transaction.

    `actor` is a person's e-mail, `machine:NAME` or `software`. `content` holds JSON values only: ids, hashes, figures,
    never document text or secrets. Writers of one case wait for each other on the chain's head row; other cases do not.
    """
    session.execute(
        insert(AuditHead)
        .values(case_id=case_id, seq=0, hash=GENESIS)
        .on_conflict_do_nothing(index_elements=["case_id"])
    )
    head = session.execute(select(AuditHead).where(AuditHead.case_id == case_id).with_for_update()).scalar_one()
    session.refresh(head)
    seq = head.seq + 1
    digest = link_hash(
        case_id=case_id, seq=seq, at=at, actor=actor, action=action, content=content, previous_hash=head.hash
    )
    event = AuditEvent(
        case_id=case_id,
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        content=content,
        previous_hash=head.hash,
        hash=digest,
    )
    session.add(event)
    head.seq, head.hash = seq, digest
    session.flush()
    return event
