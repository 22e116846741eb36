"""From a confirmed suggestion to its one write-back row, and back again while the undo time runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.decisions import decide
from app.decisions.approval_matrix import Policy
from app.decisions.decide import Outcome
from app.decisions.models import Decision
from app.errors import Conflict, NotFound, Refused
from app.jobs import after_commit
from app.letters import leaving
from app.letters import queries as letters
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks.models import WriteBack


def confirm(
    session: Session, suggestion_id: UUID, *, content_hash: str, by: Caller, policy: Policy, at: datetime,
    undo_seconds: int,
) -> Outcome:  # fmt: skip
    """Record a person's yes and, when the policy asks for nobody else, queue the one write.

    The write is not sent before `undo_seconds` are over (the server's clock). Raises as `decide.confirm`.
    """
    outcome = decide.confirm(session, suggestion_id, content_hash=content_hash, by=by, policy=policy, at=at)
    if outcome.is_complete:
        suggestion = session.get_one(Suggestion, suggestion_id)
        enqueue(session, suggestion, by=by, at=at, undo_seconds=undo_seconds)
    return outcome


def key_of(suggestion_id: UUID) -> str:
    """The one key of a suggestion version's write: Odoo makes the change once under it."""
    return f"countersign:{suggestion_id}"


def enqueue(session: Session, suggestion: Suggestion, *, by: Caller, at: datetime, undo_seconds: int) -> WriteBack:
    """Queue the write of a confirmed suggestion, to be sent when the time to undo is over."""
    row = WriteBack(
        suggestion_id=suggestion.id, content_hash=suggestion.content_hash, key=key_of(suggestion.id),
        next_at=at + timedelta(seconds=undo_seconds), queued_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    trail.record(
        session, "write.queued", case_id=suggestion.case_id, actor=by.email, at=at, suggestion=str(suggestion.id),
        key=row.key, not_before=row.next_at.isoformat(),
    )  # fmt: skip
    if undo_seconds == 0:
        after_commit(session, "writeback.deliver", row.id)
    return row


def undo(session: Session, suggestion_id: UUID, *, by: Caller, at: datetime) -> None:
    """Take a confirmation back while its write has not been sent: the suggestion is open again as a new version.

    Raises:
        NotFound: Nothing was queued for it.
        Conflict: It is on its way or written already.
        Refused: This person neither confirmed it nor is a controller.
    """
    by.require("decide")
    suggestion, case = decide.locked(session, suggestion_id)
    row = session.execute(
        select(WriteBack).where(WriteBack.suggestion_id == suggestion_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("There is nothing to undo: no write was queued for this suggestion.")
    confirmed_it = session.execute(
        select(Decision.id).where(Decision.suggestion_id == suggestion_id, Decision.by_user_id == by.user_id)
    ).first()
    if confirmed_it is None and "controller" not in by.roles:
        raise Refused("Only who confirmed this, or a controller, may take it back.")
    letter = letters.of_suggestion(session, suggestion_id)
    has_begun = row.attempts and letter is None  # a reply that waits was looked at, and has not left
    if letter is not None and not leaving.withdraw(session, suggestion_id, at=at):
        raise Conflict("Too late to undo: the mail has left, or may have. Write to the recipient again if need be.")
    if row.state != "waiting" or has_begun:
        raise Conflict(
            f"Too late to undo: the write is {row.state}. Where Odoo allows it, propose the reverse step instead.",
            state=row.state,
        )
    row.state = "withdrawn"
    suggestion.state = "superseded"
    again = reopened(suggestion, at)
    session.add(again)
    session.flush()
    trail.record(
        session, "suggestion.made", case_id=suggestion.case_id, actor=by.email, at=at, suggestion=str(again.id),
        kind=again.kind, version=again.version, content_hash=again.content_hash, rule=again.rule,
        policy_hash=again.policy_hash,
    )  # fmt: skip
    trail.record(
        session, "decision.undone", case_id=suggestion.case_id, actor=by.email, at=at, suggestion=str(suggestion_id)
    )
    decide.settle_case(session, case, actor=by.email, at=at)


def reopened(suggestion: Suggestion, at: datetime) -> Suggestion:
    """The same content as a new open version, which needs its own decision."""
    copied = {
        column.key: getattr(suggestion, column.key)
        for column in Suggestion.__table__.columns
        if column.key not in ("id", "version", "supersedes_id", "made_at", "state")
    }
    return Suggestion(**copied, version=suggestion.version + 1, supersedes_id=suggestion.id, made_at=at, state="open")
