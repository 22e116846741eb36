"""A page with one form about a case, which the script shows as a dialog; and what comes of sending it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.audit.models import AuditEvent
from app.cases import queries
from app.cases.models import Case
from app.cases.seen import Seen, require_handling
from app.clock import now
from app.decisions import reach
from app.decisions.changes import changed_since
from app.errors import Conflict, Malformed, Refused
from app.review import history, sessions
from app.review.forms import lines_of, number_of, text_of, whole_number
from app.review.list_state import ListState
from app.review.sessions import Visit
from app.review.shell import page, shell
from app.users.people import names_by_email


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the page: its heading and button say what will happen. With `closed_because` there is no form."""

    address: str
    heading: str
    button: str
    fields: str
    """The template of the fields between heading and button."""
    values: Mapping[str, Any] = field(default_factory=dict)
    is_danger: bool = False
    closed_because: str = ""


Draw = Callable[[Session, Case], Sheet]


def show(request: Request, visit: Visit, case_id: int, draw: Draw) -> HTMLResponse:
    """The empty form, for who moves cases about: it may name other cases."""
    wanted = ListState.of(request.url.query, visit.person)
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        require_handling(visit.person)
        case = queries.get(session, case_id)
        said = request.query_params
        shown = Seen(whole_number(said.get("version", "")), whole_number(said.get("seen", "")))
        return _page(session, request, visit, case, draw, wanted, shown)


def carry_out(
    request: Request, visit: Visit, case_id: int, form: FormData, draw: Draw, do: Callable[[Session, Seen], str | None],
    *, leaves: bool = False,
) -> Response:  # fmt: skip
    """Check the form, do it in one transaction, and go where `do` says, else to the case; to the next one in the list
    when it `leaves` the list. What cannot be done shows the form again, with all that was entered, and says why."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    wanted = ListState.of(text_of(form, "list"), visit.person)
    try:
        with request.app.state.database.transaction() as session:
            reach.require_case(session, visit.person, case_id)
            onward = next_of(session, wanted, queries.get(session, case_id)) if leaves else wanted.case(case_id)
            place = do(session, seen_of(form)) or onward
        return RedirectResponse(place, 303)
    except Conflict as conflict:
        return _somebody_was_first(request, visit, case_id, form, wanted, conflict.message)
    except (Malformed, Refused) as problem:
        status = 403 if isinstance(problem, Refused) else 422
        with request.app.state.database.transaction() as session:
            reach.require_case(session, visit.person, case_id)
            require_handling(visit.person)
            case = queries.get(session, case_id)
            return _page(
                session, request, visit, case, draw, wanted, seen_of(form), problem=problem.message, kept=form,
                status=status,
            )  # fmt: skip


def seen_of(form: FormData) -> Seen:
    """The version and the place in the history that the page showed."""
    return Seen(number_of(form, "version"), number_of(form, "seen") if "seen" in form else None)


def next_of(session: Session, wanted: ListState, case: Case) -> str:
    """Where to go when a case leaves the list: the next one in it, else the one before, else the list."""
    before, after = queries.neighbours(session, wanted.filter, case, sort=wanted.sort)
    following = after or before
    return wanted.case(following) if following else wanted.address()


def _page(
    session: Session, request: Request, visit: Visit, case: Case, draw: Draw, wanted: ListState, shown: Seen, *,
    problem: str = "", kept: FormData | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """The form for the case as the person saw it on the page they came from; without one, as it is now."""
    newest = session.execute(select(func.max(AuditEvent.seq)).where(AuditEvent.case_id == case.id)).scalar_one() or 0
    context = {
        "case": case, "list": wanted, "version": shown.version or case.version, "seen": shown.seq or newest,
        "sheet": draw(session, case), "problem": problem,
        "back": wanted.case(case.id), "kept": _texts(kept),
    }  # fmt: skip
    return page(request, "sheet.html", context, status=status, around=shell(session, request, visit, at=now()))


def _texts(form: FormData | None) -> dict[str, str]:
    """What was entered, by field; every box that was ticked is a line."""
    return {} if form is None else {name: lines_of(form, name) for name in form}


def _somebody_was_first(
    request: Request, visit: Visit, case_id: int, form: FormData, wanted: ListState, message: str
) -> Response:
    with request.app.state.database.transaction() as session:
        events = changed_since(session, case_id, number_of(form, "seen"), but_not_by=visit.person.email)
        names = names_by_email(session, {e.actor for e in events if "@" in e.actor})
        entered = [text_of(form, name) for name in ("because", "note", "text", "about")]
        context: dict[str, Any] = {
            "case_id": case_id, "message": message, "lines": history.lines(events, names),
            "kept": [("note", text) for text in entered if text], "back": wanted.case(case_id),
        }  # fmt: skip
        return page(request, "conflict.html", context, status=409, around=shell(session, request, visit, at=now()))
