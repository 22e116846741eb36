"""Sealing the trail: signed Merkle roots over the chains' heads, and finding the first broken link."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.audit.models import AuditCheckpoint, AuditEvent, AuditHead
from app.audit.trail import GENESIS, link_hash

SEALING = 7_202_612
"""Number of the advisory lock of whoever seals."""


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place where the trail does not hold, in words."""

    case_id: int
    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and the first break of each kind if there is one."""

    events: int
    chains: int
    checkpoints: int
    broken: tuple[BrokenLink, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


def merkle_root(leaves: list[str]) -> str:
    """Root of a binary Merkle tree over hex SHA-256 leaves (prefixes of RFC 6962); an odd node moves up alone."""
    if not leaves:
        return GENESIS
    level = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + p[0] + p[1]).digest() if len(p) == 2 else p[0] for p in pairs]
    return level[0].hex()


def _leaf(case_id: int, seq: int, digest: str) -> str:
    return hashlib.sha256(f"{case_id}:{seq}:{digest}".encode()).hexdigest()


def _signature(key: bytes, at: datetime, root: str, previous_root: str) -> str:
    text = f"{at.astimezone(UTC).isoformat(timespec='microseconds')}|{root}|{previous_root}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def seal(session: Session, *, key: bytes, at: datetime) -> AuditCheckpoint | None:
    """Fold the heads that moved since the last checkpoint into a signed root; None when nothing moved.

    Sealers wait for each other, so that each names the root of the one before.
    """
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": SEALING})
    last = session.execute(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1)).scalar_one_or_none()
    sealed: dict[int, int] = {}
    for heads in session.execute(select(AuditCheckpoint.heads).order_by(AuditCheckpoint.id)).scalars():
        sealed.update({case_id: seq for case_id, seq, _ in heads})
    moved: list[tuple[int, int, str]] = [
        (h.case_id, h.seq, h.hash)
        for h in session.execute(select(AuditHead).order_by(AuditHead.case_id)).scalars()
        if h.seq > sealed.get(h.case_id, 0)
    ]
    if not moved:
        return None
    root = merkle_root([_leaf(*head) for head in moved])
    previous = last.merkle_root if last else GENESIS
    checkpoint = AuditCheckpoint(
        at=at,
        heads=[list(head) for head in moved],
        merkle_root=root,
        previous_root=previous,
        signature=_signature(key, at, root, previous),
    )
    session.add(checkpoint)
    session.flush()
    return checkpoint


def verify(session: Session, *, key: bytes) -> Verification:
    """Recompute every chain and checkpoint. Memory stays bounded by one chain and the checkpoints' heads.

    The session must see one moment (`Database.snapshot`), or events recorded meanwhile look like missing ones.
    """
    broken: list[BrokenLink] = []
    wanted: dict[int, dict[int, str]] = {}
    checkpoints = 0
    previous_root = GENESIS
    for checkpoint in session.execute(select(AuditCheckpoint).order_by(AuditCheckpoint.id)).scalars():
        checkpoints += 1
        problem = _checkpoint_problem(checkpoint, previous_root, key)
        if problem:
            broken.append(BrokenLink(0, 0, f"checkpoint {checkpoint.id}: {problem}"))
        for case_id, seq, digest in checkpoint.heads:
            wanted.setdefault(case_id, {})[seq] = digest
        previous_root = checkpoint.merkle_root
    heads = {h.case_id: (h.seq, h.hash) for h in session.execute(select(AuditHead)).scalars()}
    events = chains = 0
    seen: set[int] = set()
    for case_id, chain in groupby(_in_order(session), key=lambda e: e.case_id):
        chains += 1
        seen.add(case_id)
        count, found = chain_problem(case_id, chain, wanted.get(case_id, {}), heads.get(case_id))
        events += count
        if found:
            broken.append(found)
    for case_id in sorted((set(wanted) | {c for c, (seq, _) in heads.items() if seq}) - seen):
        broken.append(BrokenLink(case_id, 1, f"all events of case {case_id} are missing"))
    return Verification(events, chains, checkpoints, tuple(broken))


def _in_order(session: Session) -> Iterator[AuditEvent]:
    query = select(AuditEvent).order_by(AuditEvent.case_id, AuditEvent.seq).execution_options(yield_per=2000)
    yield from session.execute(query).scalars()


def _checkpoint_problem(checkpoint: AuditCheckpoint, previous_root: str, key: bytes) -> str:
    if checkpoint.previous_root != previous_root:
        return "the checkpoint before it is missing or was replaced"
    if merkle_root([_leaf(*head) for head in checkpoint.heads]) != checkpoint.merkle_root:
        return "its heads do not give its root"
    expected = _signature(key, checkpoint.at, checkpoint.merkle_root, checkpoint.previous_root)
    if not hmac.compare_digest(expected, checkpoint.signature):
        return "its signature does not fit (another key, or its time or root was changed)"
    return ""


def chain_problem(
    case_id: int, chain: Iterator[AuditEvent], sealed: dict[int, str], head: tuple[int, str] | None
) -> tuple[int, BrokenLink | None]:
    """How many events a chain has, and its first broken link: `sealed` are hashes by number, `head` its last link."""
    previous, seq, found = GENESIS, 0, None
    for event in chain:
        seq += 1
        if found:
            continue
        if event.seq != seq:
            found = BrokenLink(case_id, seq, f"event {seq} of case {case_id} is missing")
        elif event.previous_hash != previous:
            found = BrokenLink(case_id, seq, f"event {seq} of case {case_id} does not follow the one before it")
        else:
            digest = link_hash(
                case_id=event.case_id, seq=event.seq, at=event.at, actor=event.actor, action=event.action,
                content=event.content, previous_hash=event.previous_hash,
            )  # fmt: skip
            if digest != event.hash:
                found = BrokenLink(case_id, seq, f"event {seq} of case {case_id} ({event.action}) was changed")
            elif seq in sealed and sealed[seq] != event.hash:
                found = BrokenLink(case_id, seq, f"event {seq} of case {case_id} is not the one the checkpoint sealed")
        previous = event.hash
    if found is None and sealed and max(sealed) > seq:
        found = BrokenLink(case_id, seq + 1, f"event {seq + 1} of case {case_id} was removed after it was sealed")
    if found is None and (head is None or head != (seq, previous)):
        found = BrokenLink(case_id, seq + 1, f"the last events of case {case_id} after event {seq} are missing")
    return seq, found
