"""The trail, and whether it holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.keys import DbSession, MayAudit
from app.api.problems import responses
from app.api.shapes import AuditLine, AuditPage, BrokenLinkLine, VerificationResult
from app.audit import checkpoints, queries
from app.audit.search import Wanted
from app.errors import Malformed

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", operation_id="listAuditEvents", response_model=AuditPage, responses=responses(401, 403, 422))
def list_events(
    session: DbSession,
    caller: MayAudit,
    case: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Only this case's; 0: of no case.")] = None,
    actor: Annotated[
        list[str] | None, Query(max_length=20, description="A person's mail address, or software. Repeatable.")
    ] = None,
    action: Annotated[
        list[str] | None, Query(max_length=20, description="Such as decision.confirm or write.done. Repeatable.")
    ] = None,
    since: Annotated[datetime | None, Query(description="Recorded at or after this moment (with its zone).")] = None,
    before: Annotated[datetime | None, Query(description="Recorded before this moment (with its zone).")] = None,
    cursor: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditPage:
    """Events with their hashes, in the order they were recorded."""
    after = _read(cursor)
    wanted = Wanted(case, tuple(actor or ()), tuple(action or ()), _moment(since, "since"), _moment(before, "before"))
    events = queries.page(session, wanted, after=after, limit=limit)
    lines = [
        AuditLine(
            id=e.id, case_id=e.case_id, seq=e.seq, at=e.at, actor=e.actor, action=e.action, content=e.content,
            previous_hash=e.previous_hash, hash=e.hash,
        )
        for e in events
    ]  # fmt: skip
    return AuditPage(events=lines, next_cursor=f"e{events[-1].id if events else after}")


@router.get(
    "/verification", operation_id="verifyAudit", response_model=VerificationResult, responses=responses(401, 403)
)
def verify(request: Request, caller: MayAudit) -> VerificationResult:
    """Recompute every chain and checkpoint, and name the first broken link of each kind."""
    key = request.app.state.settings.countersign_secret_key.get_secret_value().encode()
    with request.app.state.database.snapshot() as snapshot:
        found = checkpoints.verify(snapshot, key=key)
    return VerificationResult(
        holds=found.holds, events=found.events, chains=found.chains, checkpoints=found.checkpoints,
        broken=[BrokenLinkLine(case_id=b.case_id, seq=b.seq, message=b.message) for b in found.broken],
    )  # fmt: skip


def _moment(at: datetime | None, name: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Malformed(f"{name} has no time zone. Write it as 2026-11-20T09:30:00Z.")
    return at


def _read(cursor: str) -> int:
    if not cursor:
        return 0
    if cursor[0] != "e" or not cursor[1:].isascii() or not cursor[1:].isdigit() or int(cursor[1:]) >= 2**63:
        raise Malformed("This cursor is not of this list. Ask for the first page again.")
    return int(cursor[1:])
