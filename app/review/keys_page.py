"""API keys: which programs act for whom, within which scopes, until when. For administrators."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.errors import Malformed
from app.review import areas
from app.review.forms import lines_of, number_of, sent_form, text_of
from app.review.languages import N_, Words
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell
from app.users import administration

router = APIRouter(prefix="/settings/keys")
Sent = Annotated[FormData, Depends(sent_form)]

SCOPE_WORDS = Words({
    "intake": N_("send documents in"), "read": N_("read cases and suggestions"),
    "decide": N_("decide in this person’s name"), "audit": N_("read the audit trail"), "admin": N_("administer"),
})  # fmt: skip
OFFERED = ("intake", "read", "audit", "decide")
STATE_WORDS = Words({
    "good": N_("good"), "expired": N_("expired"), "revoked": N_("revoked"), "idle": N_("its person is deactivated"),
})  # fmt: skip


@router.get("")
def keys_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """Every key, and a form for another."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit)


@router.post("")
def make(request: Request, visit: SignedIn, form: Sent) -> HTMLResponse:
    """Make a key, and show it this once."""
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")
    try:
        user_id = UUID(text_of(form, "person"))
    except ValueError:
        raise Malformed("Choose the person whom the key acts for.") from None
    with request.app.state.database.transaction() as session:
        made = administration.make_key(
            session, user_id, name=text_of(form, "name"), scopes=[s for s in OFFERED if s in _scopes(form)],
            days=number_of(form, "days"), by=visit.person, at=now(),
        )  # fmt: skip
        return _page(session, request, visit, made=made)


@router.post("/{key_id}/revoke")
def revoke(request: Request, visit: SignedIn, key_id: Annotated[UUID, Path()], form: Sent) -> Response:
    """Make a key good for nothing."""
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        administration.revoke_key(session, key_id, by=visit.person, at=now())
    return RedirectResponse("/settings/keys", 303)


def _scopes(form: FormData) -> list[str]:
    return lines_of(form, "scope").split("\n")


def _page(session: Session, request: Request, visit: Visit, *, made: str = "") -> HTMLResponse:
    at = now()
    context: dict[str, Any] = {
        "keys": administration.keys(session, at=at), "made": made, "scopes": SCOPE_WORDS, "offered": OFFERED,
        "states": STATE_WORDS, "me": visit.person.user_id, "most_days": administration.LONGEST_KEY_DAYS,
        "people": [p.user for p in administration.people(session) if p.user.is_active],
    }  # fmt: skip
    return page(request, "keys.html", context, around=shell(session, request, visit, at=at))
