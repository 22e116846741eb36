"""Opening a case again that a person closed: what was rejected with it is proposed once more, as new versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import lifecycle, steps
from app.cases.models import Case
from app.cases.seen import Seen, locked, require_handling
from app.decisions.models import Decision
from app.errors import Conflict
from app.suggestions.models import Suggestion
from app.suggestions.proposal import part_of
from app.users.access import Caller
from app.writebacks.queue import reopened


def reopen(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime, because: str = "") -> Case:
    """Open a closed case again and have it compared with Odoo. The decisions that closed it stay in the record; what
    they rejected is open again as new versions, which need their own.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Conflict: The case changed since it was seen, is not closed, or was folded into another: take it out there.
    """
    require_handling(by)
    case = locked(session, case_id, seen, by=by)
    if case.merged_into is not None:
        raise Conflict(
            f"Case {case_id} was folded into case {case.merged_into}. Take it out of there instead.", case=case_id
        )
    if case.state != "closed":
        raise Conflict(f"Case {case_id} is not closed: it is {case.state.replace('_', ' ')}.", case=case_id)
    for suggestion in _rejected(session, case):
        suggestion.state = "superseded"
        again = reopened(suggestion, at)
        session.add(again)
        session.flush()
        trail.record(
            session, "suggestion.made", case_id=case_id, actor=by.email, at=at, suggestion=str(again.id),
            kind=again.kind, version=again.version, content_hash=again.content_hash, rule=again.rule,
            policy_hash=again.policy_hash,
        )  # fmt: skip
    lifecycle.move(session, case, "to_decide", actor=by.email, at=at, because=because.strip() or "Opened again.")
    steps.schedule(session, case_id, "reconcile", at=at)
    session.flush()
    return case


def _rejected(session: Session, case: Case) -> list[Suggestion]:
    """What the closing rejected. A case whose every step was rejected, one by one or together, was closed by all that
    was rejected since it was last opened; of several versions of a step only the last is proposed again."""
    moves = session.execute(
        select(AuditEvent.at, AuditEvent.content)
        .where(AuditEvent.case_id == case.id, AuditEvent.action == "case.moved")
        .order_by(AuditEvent.seq.desc())
    ).all()  # fmt: skip
    has_own_reason = bool(moves) and "reason" in moves[0].content  # closed without action: rejected with it, at once
    opened = next((move.at for move in moves if move.content["before"] in ("done", "closed")), case.opened_at)
    rows = session.execute(
        select(Suggestion)
        .join(Decision, Decision.suggestion_id == Suggestion.id)
        .where(
            Suggestion.case_id == case.id, Suggestion.state == "rejected", Decision.verdict == "reject",
            Decision.at == case.closed_at if has_own_reason else Decision.at >= opened,
        )
        .order_by(Decision.at, Suggestion.made_at)
        .with_for_update(of=Suggestion)
    ).scalars()  # fmt: skip
    last = {(s.kind, s.target_model, s.target_id, part_of(s.kind, s.command)): s for s in rows}
    return sorted(last.values(), key=lambda s: (s.rank, s.made_at))
