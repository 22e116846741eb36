"""The keys, on a page; the script shows it as a dialog."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.clock import now
from app.review import commands
from app.review.sessions import SignedIn
from app.review.shell import page, shell

router = APIRouter()


@router.get("/keyboard")
def keyboard(request: Request, visit: SignedIn, on: Annotated[str, Query(max_length=30)] = "") -> HTMLResponse:
    """The commands that have keys: those of the page named by `on`, or all."""
    with request.app.state.database.transaction() as session:
        around = shell(session, request, visit, at=now())
    groups = commands.grouped(visit.person.roles, on)
    return page(request, "keyboard.html", {"groups": groups, "caps": commands.caps}, around=around)
