"""Pages that belong to a case and that the script shows as dialogs: rejecting, and what is done seldom."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import OPEN_STATES
from app.clock import now
from app.decisions import reach
from app.decisions.closing import CLOSING_ROLES
from app.decisions.decide import REJECT_REASONS
from app.decisions.dossier import dossier
from app.review import wording
from app.review.addresses import CaseId
from app.review.case_page import address
from app.review.decision_form import conflict_page
from app.review.forms import whole_number
from app.review.languages import _
from app.review.list_state import ListState
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.review.to_do import to_do
from app.suggestions.models import Suggestion
from app.vocabulary import Kind

router = APIRouter()


@router.get("/cases/{case_id}/reject")
def reject_page(
    request: Request, visit: SignedIn, case_id: CaseId, step: str = "", version: str = "", seen: str = ""
) -> Response:
    """Why the open steps, or the one named, are rejected."""
    at, wanted = now(), ListState.of(request.url.query, visit.person)
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        case, steps = queries.get(session, case_id), _rejectable(session, request, visit, case_id, step)
        if not steps:
            nothing = _("Nothing of this case is open for you to reject.")
            return conflict_page(request, visit, case_id, wanted, nothing, seen=whole_number(seen))
        context = {
            "case": case, "list": wanted, "steps": steps,
            "reject_reasons": [(code, wording.REJECT_WORDS[code]) for code in REJECT_REASONS],
            "version": whole_number(version) or case.version, "seen": whole_number(seen), "back": wanted.case(case_id),
        }  # fmt: skip
        return page(request, "case_reject.html", context, around=shell(session, request, visit, at=at))


@router.get("/cases/{case_id}/more")
def more_page(request: Request, visit: SignedIn, case_id: CaseId, seen: str = "") -> HTMLResponse:
    """What is done with a case seldom."""
    at, wanted = now(), ListState.of(request.url.query, visit.person)
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        case = queries.get(session, case_id)
        context = {
            "case": case, "list": wanted, "to": partial(address, wanted, case, whole_number(seen)),
            "back": wanted.case(case_id), "is_open": case.state in OPEN_STATES,
            "is_alert": case.kind == Kind.SECURITY_ALERT,
            "may_handle": bool(set(visit.person.roles) & set(CLOSING_ROLES)),
        }  # fmt: skip
        return page(request, "case_more.html", context, around=shell(session, request, visit, at=at))


def _rejectable(session: Session, request: Request, visit: Visit, case_id: int, step: str) -> list[Suggestion]:
    """The steps that this person can reject: all that are open, or the one named, which may be stale or refused."""
    d = dossier(session, case_id)
    todo = to_do(d, {}, request.app.state.policy, visit.person)
    if step:
        named = [s for s in (*todo.steps, *todo.decided) if str(s.suggestion.id) == _plain(step)]
        return [s.suggestion for s in named if not s.closed_because]
    return [s.suggestion for s in todo.open_steps]


def _plain(step: str) -> str:
    try:
        return str(UUID(step))
    except ValueError:
        return ""
