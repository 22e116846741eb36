"""Views that a person saves: a form that names the list, and a page to rename and remove them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.cases import queries, views
from app.cases.models import SavedView
from app.clock import now
from app.errors import Conflict, Malformed
from app.review import figures
from app.review.languages import told
from app.review.list_state import ListState
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell
from app.users.access import Caller

router = APIRouter()

ViewId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Token = Annotated[str, Form(max_length=400)]
Name = Annotated[str, Form(max_length=400)]


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view with its count, as the list's left side shows it."""

    id: int
    name: str
    href: str
    count: str


def saved_of(session: Session, person: Caller) -> list[Saved]:
    """A person's saved views, each counted to a thousand."""
    found = views.of(session, person.user_id)
    lists = [_list(view, person) for view in found]
    numbers = queries.counts(session, [one.filter for one in lists])
    return [
        Saved(view.id, view.name, one.address(), figures.counted(n))
        for view, one, n in zip(found, lists, numbers, strict=True)
    ]


def _list(view: SavedView, person: Caller) -> ListState:
    return ListState.of(f"{view.query}&saved={view.id}", person)


@router.get("/inbox/views")
def all_views(request: Request, visit: SignedIn) -> HTMLResponse:
    """This person's saved views, to rename and remove."""
    return _page(request, visit)


@router.get("/inbox/views/new")
def new_view(request: Request, visit: SignedIn) -> HTMLResponse:
    """The form that names the list in the address."""
    return _form(request, visit, ListState.of(request.url.query, visit.person))


@router.post("/inbox/views")
def save(
    request: Request, visit: SignedIn, token: Token, name: Name = "", query: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    """Keep a list under a name, and show it."""
    require_own_form(request, visit, token)
    wanted = ListState.of(query, visit.person)
    try:
        with request.app.state.database.transaction() as session:
            view = views.save(session, visit.person.user_id, name, wanted.kept, at=now())
            address = _list(view, visit.person).address()
    except (Malformed, Conflict) as refused:
        return _form(request, visit, wanted, name=name, problem=refused.message)
    return RedirectResponse(address, 303)


@router.post("/inbox/views/{view_id}")
def rename(request: Request, visit: SignedIn, view_id: ViewId, token: Token, name: Name = "") -> Response:
    require_own_form(request, visit, token)
    try:
        with request.app.state.database.transaction() as session:
            views.rename(session, visit.person.user_id, view_id, name)
    except (Malformed, Conflict) as refused:
        return _page(request, visit, wrong=view_id, problem=refused.message)
    return RedirectResponse("/inbox/views", 303)


@router.post("/inbox/views/{view_id}/remove")
def remove(request: Request, visit: SignedIn, view_id: ViewId, token: Token) -> Response:
    require_own_form(request, visit, token)
    with request.app.state.database.transaction() as session:
        views.remove(session, visit.person.user_id, view_id)
    return RedirectResponse("/inbox/views", 303)


def _form(request: Request, visit: Visit, wanted: ListState, *, name: str = "", problem: str = "") -> HTMLResponse:
    with request.app.state.database.transaction() as session:
        context = {
            "list": wanted, "name": name, "problem": told(problem),
            "known": [v.name for v in views.of(session, visit.person.user_id)], "longest": views.LONGEST_NAME,
        }  # fmt: skip
        around = shell(session, request, visit, at=now())
        return page(request, "inbox_save_view.html", context, status=422 if problem else 200, around=around)


def _page(request: Request, visit: Visit, *, wrong: int = 0, problem: str = "") -> HTMLResponse:
    with request.app.state.database.transaction() as session:
        context = {
            "saved": saved_of(session, visit.person), "wrong": wrong, "problem": told(problem),
            "longest": views.LONGEST_NAME,
        }  # fmt: skip
        around = shell(session, request, visit, at=now())
        return page(request, "inbox_views.html", context, status=422 if problem else 200, around=around)
