"""Who is looking: the signed session cookie, the form token tied to it, and the check of where a form came from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from app.clock import now
from app.config import Settings
from app.errors import Refused
from app.review import languages
from app.users import access
from app.users.access import SESSION_SECONDS, Caller, Signer


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person on this request, and the random id of their session."""

    person: Caller
    id: str


class NotSignedIn(Exception):
    """The page needs a signed-in person."""


def signer(request: Request) -> Signer:
    settings: Settings = request.app.state.settings
    return Signer(settings.countersign_secret_key.get_secret_value())


def is_https(request: Request) -> bool:
    return urlsplit(str(request.app.state.settings.public_url)).scheme == "https"


def cookie_name(request: Request) -> str:
    """With https the name itself binds the cookie to this host and to a secure connection (RFC 6265bis)."""
    return "__Host-countersign" if is_https(request) else "countersign"


def begin(request: Request, response: Response, user_id: UUID) -> None:
    """Sign a person in: a new session with a new id."""
    value = signer(request).sign("session", f"{user_id}:{secrets.token_urlsafe(16)}")
    response.set_cookie(
        cookie_name(request), value, max_age=SESSION_SECONDS, path="/", httponly=True, samesite="lax",
        secure=is_https(request),
    )  # fmt: skip


def end(request: Request, response: Response, found: Visit) -> None:
    """Sign a person out: the cookie is taken away, and a copy of it opens nothing any more."""
    with request.app.state.database.transaction() as session:
        access.spend(session, found.id, seconds=SESSION_SECONDS, at=now())
    response.delete_cookie(cookie_name(request), path="/", httponly=True, samesite="lax", secure=is_https(request))


def visit(request: Request) -> Visit | None:
    """The visit of this request, or None when nobody is signed in (any more)."""
    value = signer(request).read("session", request.cookies.get(cookie_name(request), ""), max_age=SESSION_SECONDS)
    if value is None:
        return None
    user_id, _, session_id = value.partition(":")
    with request.app.state.database.transaction() as session:
        person = None if access.is_spent(session, session_id) else access.caller(session, UUID(user_id))
    if person is None:
        return None
    languages.follow(person.personal)
    return Visit(person, session_id)


def required_visit(request: Request) -> Visit:
    """The visit. Raises NotSignedIn when there is none."""
    found = visit(request)
    if found is None:
        raise NotSignedIn
    return found


SignedIn = Annotated[Visit, Depends(required_visit)]


def undo_seconds(request: Request, found: Visit) -> int:
    """How long this person's confirmations can be undone: as they chose, else as the installation says."""
    settings: Settings = request.app.state.settings
    chosen = found.person.personal.undo_seconds
    return settings.countersign_undo_seconds if chosen is None else chosen


def form_token(request: Request, found: Visit) -> str:
    """A token for this session's forms; another session's is refused."""
    return signer(request).sign("form", found.id)


def require_own_origin(request: Request) -> None:
    """Raises Refused when a browser says that the form was sent from another site.

    Sec-Fetch-Site is believed first; without it Origin, then Referer. Programs that send none of them have no cookies
    of a person to misuse; the form token stands against the rest.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site == "same-origin":
            return
        raise _foreign()
    source = request.headers.get("origin") or request.headers.get("referer")
    if source is None:
        return
    ours = {request.headers.get("host", ""), urlsplit(request.app.state.settings.public_url).netloc}
    if urlsplit(source).netloc not in ours or not urlsplit(source).netloc:
        raise _foreign()


def require_own_form(request: Request, found: Visit, token: str) -> None:
    """Raises Refused when the form is not one that we gave to this session, or has grown too old."""
    require_own_origin(request)
    if signer(request).read("form", token, max_age=SESSION_SECONDS) != found.id:
        raise Refused(
            "This form is not from your session any more. Nothing was decided. Open the page again and decide there."
        )


PAGE_SECONDS = 30 * 60
"""How long the page that somebody wanted to see is remembered while they sign in."""
_LONGEST_PAGE = 500


def is_own_address(address: str) -> bool:
    """Whether this is an address within this site, and cannot lead a browser elsewhere."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()


def is_own_page(address: str) -> bool:
    """Whether this is the address of a page to go to after signing in."""
    not_pages = ("/sign-in", "/sign-out", "/static/", "/v1/")
    return is_own_address(address) and address.isascii() and len(address) <= _LONGEST_PAGE and not address.startswith(
        not_pages
    )  # fmt: skip


def remember_page(request: Request, response: Response) -> None:
    """Note which page was asked for by somebody who must sign in first, to go there after."""
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    is_page = request.method == "GET" and request.headers.get("sec-fetch-dest", "document") == "document"
    if is_page and is_own_page(address):
        response.set_cookie(
            _page_cookie(request), signer(request).sign("page", address), max_age=PAGE_SECONDS, path="/",
            httponly=True, samesite="lax", secure=is_https(request),
        )  # fmt: skip


def page_wanted(request: Request) -> str:
    """The page that was asked for before signing in; empty: none, or long ago."""
    given = signer(request).read("page", request.cookies.get(_page_cookie(request), ""), max_age=PAGE_SECONDS) or ""
    return given if is_own_page(given) else ""


def forget_page_wanted(request: Request, response: Response) -> None:
    if _page_cookie(request) in request.cookies:
        response.delete_cookie(
            _page_cookie(request), path="/", httponly=True, samesite="lax", secure=is_https(request)
        )  # fmt: skip


def _page_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-page"


def _foreign() -> Refused:
    return Refused("This request came from another site, so nothing was done. Open the page here and decide there.")
