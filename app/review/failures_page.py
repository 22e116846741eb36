"""Failed steps: what the machine gave up on, with the reason, and trying it again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from app.cases import dead_letters
from app.clock import now
from app.documents import folder
from app.errors import Malformed
from app.review import areas
from app.review.forms import lines_of, sent_form, text_of
from app.review.languages import N_, Words
from app.review.sessions import SignedIn, require_own_form
from app.review.shell import page, shell
from app.writebacks import queries as writes

router = APIRouter(prefix="/settings/failures")

STAGE_WORDS = Words({
    "assess": N_("reading the message"), "consult": N_("asking the language model"), "draft": N_("wording the drafts"),
})  # fmt: skip
"""What a step does, after "could not be done:"."""


@router.get("")
def failures_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """What failed, what is being tried again, and what Odoo did not take."""
    areas.require(visit.person, "failures")
    watched = request.app.state.settings.countersign_watch
    with request.app.state.database.transaction() as session:
        context = {
            "given_up": dead_letters.given_up(session), "in_trouble": dead_letters.in_trouble(session),
            "not_written": writes.not_written(session), "stages": STAGE_WORDS, "most": dead_letters.MOST,
            "refused_files": folder.refused_files(watched) if watched else [], "watched": str(watched or ""),
        }  # fmt: skip
        return page(request, "failures.html", context, around=shell(session, request, visit, at=now()))


@router.post("/retry")
def retry(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Try steps again, each sent as CASE:STAGE."""
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "failures")
    wanted = []
    for value in lines_of(form, "step").split("\n"):
        case_id, _, stage = value.partition(":")
        if not (case_id.isascii() and case_id.isdigit() and len(case_id) < 19 and 0 < len(stage) <= 20):
            raise Malformed("Choose at least one step. Nothing was tried again.")
        wanted.append((int(case_id), stage))
    with request.app.state.database.transaction() as session:
        dead_letters.retry(session, wanted, by=visit.person, at=now())
    return RedirectResponse("/settings/failures", 303)
