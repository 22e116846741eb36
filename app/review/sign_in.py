"""Signing in by a link, which may be asked for by mail; signing out, and the choice of light or dark."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from app.audit import trail
from app.clock import now
from app.errors import NotFound
from app.jobs import after_commit
from app.mailboxes.sending import default_mailbox
from app.review import languages, sessions
from app.review.forms import sent_form, text_of
from app.review.sessions import SignedIn
from app.review.shell import keep_theme, page
from app.users import access, links_by_mail
from app.users.access import LINK_SECONDS, Caller
from app.users.links_by_mail import Wanted
from app.users.personal import THEMES, keep_personal

router = APIRouter()
Token = Annotated[str, Path(max_length=500)]
LONGEST_ADDRESS = 254


@router.get("/sign-in")
def sign_in_help(request: Request) -> HTMLResponse:
    """How to get in: by a link, mailed where a mailbox is set for sending."""
    with request.app.state.database.transaction() as session:
        mailbox = default_mailbox(session)
        by_mail = mailbox is not None and mailbox.state != "paused"
    context = {
        "person": None, "by_mail": by_mail, "was_asked": request.query_params.get("asked") == "1",
        "minutes": LINK_SECONDS // 60,
    }  # fmt: skip
    return page(request, "sign_in.html", context)


@router.post("/sign-in")
def ask_for_link(request: Request, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Have a link mailed to this address if it is somebody's who works here. The answer is the same for every address:
    a worker looks whose it is."""
    sessions.require_own_origin(request)
    secret = request.app.state.settings.countersign_secret_key.get_secret_value()
    address = text_of(form, "email")[:LONGEST_ADDRESS]
    asked = Wanted(links_by_mail.digest_of(address), languages.reader().language, sessions.page_wanted(request))
    wanted = links_by_mail.sealed(asked, secret)
    with request.app.state.database.transaction() as session:
        if links_by_mail.may_ask(session, at=now()):
            after_commit(session, links_by_mail.TASK, wanted)
    return RedirectResponse("/sign-in?asked=1", 303)


@router.get("/sign-in/{token}")
def sign_in_page(request: Request, token: Token) -> HTMLResponse:
    """A page with a button: opening the link, as mail scanners do, signs nobody in."""
    kept = {name: request.query_params[name] for name in ("tour", "next") if name in request.query_params}
    person = _person(request, token)
    action = f"/sign-in/{token}" + (f"?{urlencode(kept)}" if kept else "")
    return page(request, "sign_in.html", {"person": person, "action": action})


@router.post("/sign-in/{token}")
def sign_in(request: Request, token: Token) -> Response:
    """Begin the session of the person whose link this is."""
    sessions.require_own_origin(request)
    person = _person(request, token)
    with request.app.state.database.transaction() as session:
        if not access.spend(session, token, seconds=LINK_SECONDS, at=now()):
            raise NotFound(_NOT_GOOD)
        trail.record(session, "person.signed_in", actor=person.email, at=now(), by="link")
    wanted = "/tour" if request.query_params.get("tour") == "1" else request.query_params.get("next", "")
    target = wanted if sessions.is_own_page(wanted) else sessions.page_wanted(request)
    response = RedirectResponse(target or "/inbox", 303)
    sessions.forget_page_wanted(request, response)
    sessions.begin(request, response, person.user_id)
    return response


@router.post("/sign-out")
def sign_out(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """End the session."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    response = RedirectResponse("/sign-in", 303)
    sessions.end(request, response, visit)
    return response


@router.post("/theme")
def choose_theme(request: Request, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Remember light or dark, and go back to the page."""
    sessions.require_own_origin(request)
    wanted, back = text_of(form, "theme"), text_of(form, "back")
    response = RedirectResponse(back if sessions.is_own_address(back) else "/inbox", 303)
    if wanted in THEMES:
        keep_theme(request, response, wanted)
        visit = sessions.visit(request)
        if visit is not None:
            with request.app.state.database.transaction() as session:
                keep_personal(session, visit.person.user_id, replace(visit.person.personal, theme=wanted))
    return response


_NOT_GOOD = (
    "This sign-in link is not good any more: links work once and for fifteen minutes. Ask for another, or make one "
    "with: countersign user link"
)


def _person(request: Request, token: str) -> Caller:
    value = sessions.signer(request).read("sign-in", token, max_age=LINK_SECONDS)
    with request.app.state.database.transaction() as session:
        is_good = value is not None and not access.is_spent(session, token)
        person = access.caller(session, UUID(value.partition(":")[0])) if value and is_good else None
    if person is None:
        raise NotFound(_NOT_GOOD)
    return person
