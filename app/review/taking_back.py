"""Undo, for a few seconds, of what a person did with cases besides deciding: put them off, assigned them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from app.cases import taking_back
from app.clock import now
from app.decisions import reach
from app.errors import CountersignError, Malformed
from app.review import sessions
from app.review.bulk import NotDone, some_not_done
from app.review.forms import sent_form, text_of, whole_number
from app.review.languages import _, ngettext
from app.review.list_state import ListState
from app.review.sessions import SignedIn

router = APIRouter()


@router.post("/inbox/undo")
def undo(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Put the cases back as they were, each by itself; one that somebody changed since is left, and named."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    wanted = ListState.of(urlsplit(text_of(form, "back")).query, visit.person)
    events, failed = _events(form), []
    for case_id, seq in events:
        try:
            with request.app.state.database.transaction() as session:
                reach.require_case(session, visit.person, case_id)
                taking_back.take_back(session, case_id, seq, by=visit.person, at=now())
        except CountersignError as error:
            failed.append(NotDone(case_id, error.message))
    if failed:
        put_back = len(events) - len(failed)
        done = ngettext("%(num)s case was put back.", "%(num)s cases were put back.", put_back)
        return some_not_done(request, visit, _("Undo"), done, failed, wanted)
    return RedirectResponse(wanted.case(events[0][0]) if len(events) == 1 else wanted.address(), 303)


def _events(form: FormData) -> list[tuple[int, int]]:
    """(case, place in its history) of what is taken back, each sent as CASE:PLACE.

    Raises:
        Malformed: None can be read, or there are too many.
    """
    sent = [str(value).partition(":") for value in form.getlist("event")]
    found = dict.fromkeys((whole_number(case_id), whole_number(seq)) for case_id, _colon, seq in sent)
    events = [(case_id, seq) for case_id, seq in found if case_id and seq]
    if not 0 < len(events) <= taking_back.MOST:
        raise Malformed(_("This form cannot be read. Open the page again."))
    return sorted(events)
