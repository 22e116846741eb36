"""Folding a case into another, taking it out again, and splitting a message with several matters, on the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.assessments import keep
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.decisions import merging, splitting
from app.decisions.splitting import MOST, Matter
from app.errors import Malformed, NotFound
from app.review import sheet, wording
from app.review.addresses import CaseId
from app.review.forms import lines_of, number_of, sent_form, text_of
from app.review.languages import _
from app.review.list_state import ListState
from app.review.sessions import SignedIn
from app.review.sheet import Sheet

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]


# -- merge --------------------------------------------------------------------------------------------------------


def _merge_sheet(session: Session, case: Case) -> Sheet:
    closed = ""
    if case.merged_into is not None:
        closed = _("This case is folded into case %(other)s already.", other=case.merged_into)
    elif case.state in ("received", "writing", "done", "closed"):
        closed = _("A case that is being read or written, or has ended, is not folded into another.")
    return Sheet(
        f"/cases/{case.id}/merge", _("Fold into another case"), _("Fold case %(number)s into it", number=case.id),
        "_sheet_merge.html", {"candidates": merging.candidates(session, case)}, closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/merge")
def merge_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """Into which case."""
    return sheet.show(request, visit, case_id, _merge_sheet)


@router.post("/cases/{case_id}/merge")
def merge(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Fold the case into the one chosen, and open that one."""
    wanted = ListState.of(text_of(form, "list"), visit.person)

    def do(session: Session, seen: Seen) -> str:
        into = number_of(form, "other") or number_of(form, "into")
        if not into:
            raise Malformed("Choose the case that this one belongs to. Nothing was folded.")
        because = text_of(form, "because")[:500]
        merging.merge(session, case_id, into, seen=seen, by=visit.person, at=now(), because=because)
        return wanted.case(into)

    return sheet.carry_out(request, visit, case_id, form, _merge_sheet, do)


def _take_out_sheet(session: Session, case: Case) -> Sheet:
    closed = "" if case.merged_into is not None else _("This case is not folded into another one.")
    return Sheet(
        f"/cases/{case.id}/take-out", _("Take it out again"), _("Take case %(number)s out", number=case.id),
        "_sheet_take_out.html", closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/take-out")
def take_out_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What taking a case out of another one does."""
    return sheet.show(request, visit, case_id, _take_out_sheet)


@router.post("/cases/{case_id}/take-out")
def take_out(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Undo a merge."""

    def do(session: Session, seen: Seen) -> None:
        merging.take_out(session, case_id, seen=seen, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _take_out_sheet, do)


# -- split --------------------------------------------------------------------------------------------------------


def _split_sheet(session: Session, case: Case) -> Sheet:
    closed, invoices = "", list[str]()
    suggested: tuple[str, ...] = ()
    try:
        assessment = keep.assessment_of(keep.current(session, case.id))
        suggested = assessment.classification.secondary_reasons
        stated = assessment.value("invoice_refs")
        invoices = [str(value) for value in stated] if isinstance(stated, list) else []
    except NotFound:
        closed = _("This case has not been read yet.")
    if not closed and not splitting.may_be_split(case):
        closed = _("Only a message that came in, and is not being written or ended, can be split.")
    places = range(1, max(2, min(len(suggested), MOST)) + 1)
    values = {
        "slots": [(place, suggested[place - 1] if place <= len(suggested) else "") for place in places],
        "reasons": wording.reasons_by_kind(), "invoices": invoices if len(invoices) > 1 else [],
    }  # fmt: skip
    return Sheet(
        f"/cases/{case.id}/split", _("Split this message"), _("Split it off"), "_sheet_split.html", values,
        closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/split")
def split_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """Which matters are split off."""
    return sheet.show(request, visit, case_id, _split_sheet)


@router.post("/cases/{case_id}/split")
def split(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Make cases of the matters named."""

    def do(session: Session, seen: Seen) -> None:
        splitting.split(session, case_id, _matters(form), seen=seen, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _split_sheet, do)


def _matters(form: FormData) -> list[Matter]:
    """The matters that were filled in; one with a reason or a sentence counts."""
    found = []
    for place in range(1, MOST + 1):
        reason, about = text_of(form, f"reason-{place}"), text_of(form, f"about-{place}")[:500]
        if about and not reason:
            raise Malformed("Choose what the matter is, beside the sentence about it. Nothing was split.")
        if reason and about:
            found.append(Matter(reason, about, tuple(lines_of(form, f"invoices-{place}").split("\n")) if lines_of(
                form, f"invoices-{place}") else ()))  # fmt: skip
    return found
