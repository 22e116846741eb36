"""A person's decision sent from the page: confirm, reject, edit, undo. Everything is checked again on the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases import again, queries
from app.clock import now
from app.decisions import amendment, choosing, decide, reach
from app.decisions.changes import changed_since
from app.decisions.dossier import dossier
from app.errors import Conflict, Malformed, NotFound
from app.review import figures, history, sessions, understood
from app.review.addresses import CaseId
from app.review.forms import lines_of, number_of, sent_form, steps_of, text_of
from app.review.languages import _
from app.review.list_state import ListState
from app.review.sessions import SignedIn, Visit, undo_seconds
from app.review.shell import page, shell
from app.review.to_do import to_do
from app.suggestions.models import Suggestion
from app.users.people import names_by_email
from app.writebacks import queue, undoing

router = APIRouter()
_OTHER_PAGES = ("/narratives/",)
"""Where a form of ours may stand besides the case and lead back to."""
Sent = Annotated[FormData, Depends(sent_form)]


@router.post("/cases/{case_id}/confirm")
def confirm(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Confirm the ticked steps: all of them, or none when somebody was faster with one."""
    at = now()

    def carry_out(session: Session) -> None:
        for step in steps_of(form):
            _require_of_case(session, step.id, case_id)
            queue.confirm(
                session, step.id, content_hash=step.content_hash, by=visit.person, policy=request.app.state.policy,
                at=at, undo_seconds=undo_seconds(request, visit),
            )  # fmt: skip

    return decided(request, visit, case_id, form, carry_out, goes_on=True)


@router.post("/cases/{case_id}/reject")
def reject(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Reject the steps sent, with one reason, as one decision at one time."""
    at = now()

    def carry_out(session: Session) -> None:
        if not text_of(form, "reason"):
            raise Malformed(_("Say why you reject. Nothing was decided."))
        for step in steps_of(form):
            _require_of_case(session, step.id, case_id)
            decide.reject(
                session, step.id, content_hash=step.content_hash, by=visit.person, policy=request.app.state.policy,
                at=at, reason_code=text_of(form, "reason"), note=text_of(form, "note")[:2000],
            )  # fmt: skip

    return decided(request, visit, case_id, form, carry_out, goes_on=True)


@router.post("/cases/{case_id}/edit")
def edit(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Replace a step by an edited version, which then needs its own decision."""

    def carry_out(session: Session) -> None:
        step = steps_of(form)[0]
        suggestion = _require_of_case(session, step.id, case_id)
        values = understood.plain(edited_values(form), figures.today(now()))
        if not values:
            raise Malformed(_("Nothing was changed, so the step stays as it is."))
        proposal = amendment.edited(suggestion, values)
        decide.amend(
            session, step.id, proposal, content_hash=step.content_hash, by=visit.person,
            policy=request.app.state.policy, at=now(),
        )  # fmt: skip

    return decided(request, visit, case_id, form, carry_out)


@router.post("/cases/{case_id}/undo")
def undo(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Take confirmations back that have not been sent."""

    def carry_out(session: Session) -> None:
        for step in steps_of(form):
            _require_of_case(session, step.id, case_id)
            queue.undo(session, step.id, by=visit.person, at=now())

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


@router.post("/cases/{case_id}/take-back")
def take_back(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Propose to take back what a step wrote."""

    def carry_out(session: Session) -> None:
        step = steps_of(form)[0]
        _require_of_case(session, step.id, case_id)
        undoing.undo_written(session, step.id, by=visit.person, policy=request.app.state.policy, at=now())

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


@router.post("/cases/{case_id}/read-again")
def read_again(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Have a case that needs attention read once more."""

    def carry_out(session: Session) -> None:
        again.assess_again(session, case_id, by=visit.person, at=now())

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


@router.post("/cases/{case_id}/reading")
def choose_reading(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A person's word on what the case is about."""

    def carry_out(session: Session) -> None:
        if not text_of(form, "reason"):
            raise Malformed(_("Say what the case is about. Nothing was changed."))
        choosing.choose_reading(session, case_id, text_of(form, "reason"), by=visit.person, at=now())

    return decided(request, visit, case_id, form, carry_out)


@router.post("/cases/{case_id}/delivery")
def answer_delivery(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A project manager's word on whether the work was delivered."""

    def carry_out(session: Session) -> None:
        answer = text_of(form, "delivered")
        if answer not in ("yes", "no"):
            raise Malformed(_("Say whether the work was delivered. Nothing was recorded."))
        decide.validate_delivery(
            session,
            case_id,
            by=visit.person,
            was_delivered=answer == "yes",
            note=text_of(form, "note")[:2000],
            at=now(),
        )

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


def decided(
    request: Request, visit: Visit, case_id: int, form: FormData, carry_out: Callable[[Session], None], *,
    against_changes: bool = True, goes_on: bool = False,
) -> Response:  # fmt: skip
    """Check the form, carry it out in one transaction, and go back to the case; or say who was faster.

    `goes_on`: to the next case of the list, when nothing of this one is left for the person to decide.
    """
    sessions.require_own_form(request, visit, text_of(form, "token"))
    wanted = ListState.of(text_of(form, "list"), visit.person)
    try:
        with request.app.state.database.transaction() as session:
            reach.require_case(session, visit.person, case_id)
            if against_changes:
                _require_as_seen(session, case_id, form, visit)
            carry_out(session)
            opens = _next(session, request, visit, case_id, wanted) if goes_on else case_id
    except Conflict as conflict:
        return conflict_page(
            request, visit, case_id, wanted, conflict.message, seen=number_of(form, "seen"), kept=_entered(form)
        )
    except Malformed as problem:
        if not _entered(form):
            raise
        return _not_read(request, visit, problem.message, back=wanted.case(case_id), kept=_entered(form))
    back = text_of(form, "back")
    return RedirectResponse(back if back.startswith(_OTHER_PAGES) else wanted.case(opens), 303)


def _next(session: Session, request: Request, visit: Visit, case_id: int, wanted: ListState) -> int:
    """The case to open after a decision: this one while it holds steps for the person, else the next of the list."""
    d = dossier(session, case_id)
    if to_do(d, {}, request.app.state.policy, visit.person).may_decide:
        return case_id
    before, after = queries.neighbours(session, wanted.filter, d.case, sort=wanted.sort)
    return after or before or case_id


def _require_as_seen(session: Session, case_id: int, form: FormData, visit: Visit) -> None:
    """Raises Conflict when somebody else, or new knowledge, changed the case since the person opened it."""
    case = queries.get(session, case_id)
    if case.version == number_of(form, "version"):
        return
    if changed_since(session, case_id, number_of(form, "seen"), but_not_by=visit.person.email):
        raise Conflict(_("This case changed since you opened it. Nothing was decided."))


def conflict_page(
    request: Request, visit: Visit, case_id: int, wanted: ListState, message: str, *, seen: int,
    kept: Sequence[tuple[str, str]] = (),
) -> Response:  # fmt: skip
    """Who did what meanwhile, and what the person had entered: kept here, not sent."""
    with request.app.state.database.transaction() as session:
        events = changed_since(session, case_id, seen, but_not_by=visit.person.email)
        names = names_by_email(session, {e.actor for e in events if "@" in e.actor})
        context: dict[str, Any] = {
            "case_id": case_id, "message": message, "lines": history.lines(events, names), "kept": kept,
            "back": wanted.case(case_id),
        }  # fmt: skip
        return page(request, "conflict.html", context, status=409, around=shell(session, request, visit, at=now()))


def _not_read(request: Request, visit: Visit, message: str, *, back: str, kept: Sequence[tuple[str, str]]) -> Response:
    """Why the entries cannot be read, and the entries themselves: kept here, nothing changed."""
    with request.app.state.database.transaction() as session:
        context = {"message": message, "kept": kept, "back": back}
        return page(request, "not_read.html", context, status=422, around=shell(session, request, visit, at=now()))


def _entered(form: FormData) -> list[tuple[str, str]]:
    """What the person had entered, by the name of its field."""
    return [*edited_values(form).items(), *(("note", n) for n in [text_of(form, "note")] if n)]


def _require_of_case(session: Session, suggestion_id: Any, case_id: int) -> Suggestion:
    suggestion = session.get(Suggestion, suggestion_id)
    if suggestion is None or suggestion.case_id != case_id:
        raise NotFound(_("Case %(number)s has no such step. Open it again to see what holds now.", number=case_id))
    return suggestion


def edited_values(form: FormData) -> dict[str, str]:
    """The values that differ from what the form showed."""
    names = dict.fromkeys(key.removeprefix("value-") for key in form if key.startswith("value-"))
    return {n: lines_of(form, f"value-{n}") for n in names if lines_of(form, f"value-{n}") != text_of(form, f"was-{n}")}
