"""Beginning, walking and ending the guided tour."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases.models import Case
from app.clock import now
from app.decisions.reach import may_see
from app.review import sessions
from app.review.forms import sent_form, text_of
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.review.tour import COOKIE, STOPS, Stop

router = APIRouter(prefix="/tour")
LOOKED_AT = 20
FIRST_CASE = "dispute"
DAY = 86400
_WAITING = ("to_decide", "needs_approval", "stale", "needs_attention")


@router.get("")
def tour_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """What the tour is, with its five stops."""
    at = now()
    with request.app.state.database.transaction() as session:
        stops = [(stop, _address(session, visit, stop)) for stop in STOPS]
        return page(request, "tour.html", {"stops": stops}, around=shell(session, request, visit, at=at))


@router.get("/{number}")
def go_to(request: Request, visit: SignedIn, number: Annotated[int, Path(ge=1, le=len(STOPS))]) -> Response:
    """Go to a stop: the page that it is about opens, with the strip on top."""
    with request.app.state.database.transaction() as session:
        address = _address(session, visit, STOPS[number - 1])
    response = RedirectResponse(address or f"/tour#stop-{number}", 303)
    response.set_cookie(
        COOKIE, str(number), max_age=DAY, path="/", httponly=True, samesite="lax", secure=sessions.is_https(request)
    )
    return response


@router.post("/end")
def end(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """End the tour and stay on the page."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    back = text_of(form, "back")
    own = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = RedirectResponse(back if own else "/inbox", 303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=sessions.is_https(request))
    return response


def _address(session: Session, visit: Visit, stop: Stop) -> str:
    """Where a stop is: for one about a kind of case the most pressing one of it that waits, else the latest; or ""."""
    if stop.number == 1:
        return "/inbox"
    if not stop.kind and session.execute(select(Case.id).where(Case.state == "done").limit(1)).first() is not None:
        return "/inbox?view=done"
    kind = stop.kind or FIRST_CASE  # nothing was decided yet: back to the first case, where the history stands
    query = select(Case.id).where(Case.kind == kind).order_by(Case.priority.desc(), Case.id.desc()).limit(LOOKED_AT)
    for wanted in (query.where(Case.state.in_(_WAITING)), query):
        for case_id in session.execute(wanted).scalars():
            if may_see(session, visit.person, case_id):
                return f"/cases/{case_id}"
    return ""
