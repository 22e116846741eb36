"""People: who may sign in, in which roles and teams. For administrators."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.errors import Malformed
from app.review import areas, wording
from app.review.forms import lines_of, sent_form, text_of
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell
from app.users import administration
from app.users.access import LINK_SECONDS
from app.users.models import ROLES

router = APIRouter(prefix="/settings/people")
PersonId = Annotated[UUID, Path()]
Sent = Annotated[FormData, Depends(sent_form)]
MOST_TEAMS = 20


@router.get("")
def people_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """Everybody, and a form for somebody new."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit)


@router.post("")
def add(request: Request, visit: SignedIn, form: Sent) -> Response:
    """Add somebody."""
    _check(request, visit, form)
    with request.app.state.database.transaction() as session:
        user = administration.add_person(
            session, email=text_of(form, "email"), name=text_of(form, "name"), roles=_roles(form), teams=_teams(form),
            by=visit.person, at=now(),
        )  # fmt: skip
    return RedirectResponse(f"/settings/people#p-{user.id}", 303)


@router.get("/{user_id}")
def person_page(request: Request, visit: SignedIn, user_id: PersonId) -> HTMLResponse:
    """One person, to change."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        context = {"user": administration.person(session, user_id), "roles": _role_rows(), "me": visit.person.user_id}
        return page(request, "person.html", context, around=shell(session, request, visit, at=now()))


@router.post("/{user_id}")
def change(request: Request, visit: SignedIn, user_id: PersonId, form: Sent) -> Response:
    """Another name, other roles, other teams."""
    _check(request, visit, form)
    with request.app.state.database.transaction() as session:
        administration.change_person(
            session, user_id, name=text_of(form, "name"), roles=_roles(form), teams=_teams(form), by=visit.person,
            at=now(),
        )  # fmt: skip
    return RedirectResponse(f"/settings/people#p-{user_id}", 303)


@router.post("/{user_id}/active")
def set_active(request: Request, visit: SignedIn, user_id: PersonId, form: Sent) -> Response:
    """Let in, or keep out."""
    _check(request, visit, form)
    with request.app.state.database.transaction() as session:
        administration.set_active(session, user_id, text_of(form, "active") == "yes", by=visit.person, at=now())
    return RedirectResponse(f"/settings/people#p-{user_id}", 303)


@router.post("/{user_id}/link")
def make_link(request: Request, visit: SignedIn, user_id: PersonId, form: Sent) -> HTMLResponse:
    """A sign-in link, shown once."""
    _check(request, visit, form)
    settings = request.app.state.settings
    with request.app.state.database.transaction() as session:
        link = administration.link_for(
            session, user_id, public_url=settings.public_url,
            secret=settings.countersign_secret_key.get_secret_value(), by=visit.person, at=now(),
        )  # fmt: skip
        return _page(session, request, visit, link=link, link_for=user_id)


def _page(
    session: Session, request: Request, visit: Visit, *, link: str = "", link_for: UUID | None = None
) -> HTMLResponse:
    everybody = administration.people(session)
    context: dict[str, Any] = {
        "people": everybody, "roles": _role_rows(), "me": visit.person.user_id, "link": link,
        "link_for": next((p.user.name for p in everybody if p.user.id == link_for), ""),
        "link_minutes": LINK_SECONDS // 60, "teams": sorted({t for p in everybody for t in p.user.teams}),
    }  # fmt: skip
    return page(request, "people.html", context, around=shell(session, request, visit, at=now()))


def _check(request: Request, visit: Visit, form: FormData) -> None:
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")


def _role_rows() -> list[tuple[str, str]]:
    return [(role, wording.role_word(role)) for role in ROLES]


def _roles(form: FormData) -> list[str]:
    return [role for role in ROLES if role in lines_of(form, "role").split("\n")]


def _teams(form: FormData) -> list[str]:
    """Names between commas."""
    teams = sorted({" ".join(name.split()) for name in text_of(form, "teams").split(",") if name.strip()})
    if len(teams) > MOST_TEAMS:
        raise Malformed(f"A person is in at most {MOST_TEAMS} teams. Nothing was changed.")
    return teams
