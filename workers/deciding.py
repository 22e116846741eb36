"""Decisions from the command line: the same use cases as the page and the API, for a named person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import queries
from app.clock import now
from app.decisions import amendment, decide
from app.errors import NotFound, Refused
from app.jobs import send_nudges_with
from app.suggestions.models import Suggestion
from app.users import access
from app.users.access import Caller
from app.writebacks import queue, undoing
from workers.celery_app import send
from workers.wiring import Parts


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `suggestions` are ids or kinds; empty means every open one of the case (to confirm: that
    does something, if any does)."""

    case_id: int
    by: str
    suggestions: tuple[str, ...] = ()
    confirm: bool = False
    reject: bool = False
    undo: bool = False
    take_back: bool = False
    reason: str = ""
    note: str = ""
    edits: tuple[str, ...] = ()
    was_delivered: bool | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one suggestion, as a sentence and as values."""

    suggestion: str
    kind: str
    result: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        return {"suggestion": self.suggestion, "kind": self.kind, "result": self.result, "says": self.sentence}


_STATES = {
    "undo": ("confirmed",), "take_back": ("written",), "reject": ("open", "stale", "refused"), "confirm": ("open",),
    "edits": ("open",),
}  # fmt: skip
"""What each wish can be about. What Odoo refused, or what went stale, is put aside by rejecting it."""


def carry_out(p: Parts, request: Request) -> Iterator[Done]:
    """Carry out the request, one transaction per suggestion. Raises as the use cases do; what went before stays."""
    send_nudges_with(send)
    with p.database.transaction() as session:
        user = access.user_by_email(session, request.by)
        by = Caller(user.id, user.email, user.name, tuple(user.roles))
        if request.was_delivered is not None:
            decide.validate_delivery(
                session, request.case_id, by=by, was_delivered=request.was_delivered, note=request.note, at=now()
            )
            word = "delivered" if request.was_delivered else "not delivered"
            yield Done("", "", "recorded", f"Recorded: {word}, says {by.name}.")
    if not (request.confirm or request.reject or request.undo or request.take_back or request.edits):
        return
    states = _STATES[next(name for name in _STATES if getattr(request, name))]
    with p.database.transaction() as session:
        queries.get(session, request.case_id)
        chosen = [(s.id, s.kind) for s in _chosen(session, request, states)]
    if not chosen:
        raise NotFound(
            f"Case {request.case_id} has no {' or '.join(states)} suggestion"
            f"{' like that' if request.suggestions else ''}. See: countersign show {request.case_id}"
        )
    if request.edits and len(chosen) > 1:
        raise Refused(
            f"Say with --suggestion which one to edit: this case has {', '.join(kind for _, kind in chosen)}.",
        )
    for suggestion_id, kind in chosen:
        with p.database.transaction() as session:
            result, sentence = _one(p, session, session.get_one(Suggestion, suggestion_id), request, by)
        yield Done(str(suggestion_id), kind, result, f"{kind.replace('_', ' ')}: {sentence}")


def _one(p: Parts, session: Session, suggestion: Suggestion, request: Request, by: Caller) -> tuple[str, str]:
    if request.undo:
        queue.undo(session, suggestion.id, by=by, at=now())
        return "undone", "taken back; it is open again."
    if request.take_back:
        back = undoing.undo_written(session, suggestion.id, by=by, policy=p.policy, at=now())
        return "asked_back", f"to be taken back; {back.rule} asks for a confirmation of “{back.target_name}” first."
    if request.edits:
        values = {name.strip(): value.strip() for name, _, value in (e.partition("=") for e in request.edits)}
        proposal = amendment.edited(suggestion, values)
        suggestion = decide.amend(
            session, suggestion.id, proposal, content_hash=suggestion.content_hash, by=by, policy=p.policy, at=now()
        )
        if not request.confirm:
            return "edited", f"changed by {by.name}; version {suggestion.version} waits for a decision."
    if request.reject:
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=p.policy, at=now(),
            reason_code=request.reason, note=request.note,
        )  # fmt: skip
        return "rejected", f"rejected by {by.name} ({request.reason.replace('_', ' ')})."
    outcome = queue.confirm(
        session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=p.policy, at=now(),
        undo_seconds=p.settings.countersign_undo_seconds,
    )  # fmt: skip
    if outcome.is_complete:
        return "confirmed", f"confirmed by {by.name}. {suggestion.effect}"
    return "waits", outcome.missing


def _chosen(session: Session, request: Request, states: tuple[str, ...]) -> list[Suggestion]:
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == request.case_id, Suggestion.state.in_(states))
        .order_by(Suggestion.rank)
    ).scalars()
    found = list(rows)
    if request.suggestions:
        return [s for s in found if {str(s.id), s.kind} & set(request.suggestions)]
    doing = [s for s in found if s.kind != decide.NOTHING]  # doing nothing is the other way out, never one of all steps
    return doing if request.confirm and doing else found
