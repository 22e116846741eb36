"""A person corrects what was read: fields typed in place, and the records in Odoo that are meant."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases import queries
from app.clock import now
from app.decisions import correcting, correcting_lines, reach
from app.decisions.correcting import Typed
from app.errors import Malformed
from app.money import Money
from app.review import figures, in_odoo, order_lines, understood
from app.review.addresses import CaseId
from app.review.decision_form import Sent, decided, edited_values
from app.review.forms import long_form, number_of, place_of, text_of, whole_number
from app.review.languages import _
from app.review.list_state import ListState
from app.review.sessions import SignedIn
from app.review.shell import page, shell

router = APIRouter()
What = Literal["customer", "invoice", "order"]
SentLines = Annotated[FormData, Depends(long_form)]


@router.post("/cases/{case_id}/fields")
def correct_fields(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Keep the fields that differ from what the page showed."""

    def carry_out(session: Session) -> None:
        texts = _changed(form)
        if not texts:
            raise Malformed(_("No field was changed. Change one and keep it, or go back to the case."))
        places = {name: place for name in texts if (place := place_of(form, name))}
        at = now()
        entered = Typed(texts, understood.habit(figures.today(at)), places)
        correcting.correct_fields(session, case_id, entered, by=visit.person, at=at)

    return decided(request, visit, case_id, form, carry_out)


@router.post("/cases/{case_id}/lines")
def correct_lines(request: Request, visit: SignedIn, case_id: CaseId, form: SentLines) -> Response:
    """Keep the order's lines as they were left, or take them again as the document has them."""

    def carry_out(session: Session) -> None:
        at = now()
        if text_of(form, "as-read"):
            correcting_lines.put_back(session, case_id, by=visit.person, at=at)
            return
        entered = order_lines.entered(form, understood.habit(figures.today(at)))
        if not correcting_lines.correct_lines(session, case_id, entered, by=visit.person, at=at):
            raise Malformed(_("No line was changed. Change one and keep it, or go back to the case."))

    return decided(request, visit, case_id, form, carry_out)


@router.get("/cases/{case_id}/records/{what}")
def records_page(
    request: Request, visit: SignedIn, case_id: CaseId, what: What,
    find: Annotated[str, Query(max_length=100)] = "", version: str = "", seen: str = "",
) -> HTMLResponse:  # fmt: skip
    """Records of our copy of Odoo to choose from."""
    headings = {
        "customer": _("Which customer is it?"), "invoice": _("Which invoice is it?"), "order": _("Which order is it?"),
    }  # fmt: skip
    at, wanted, text = now(), ListState.of(request.url.query, visit.person), find.replace("\x00", "").strip()
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        correcting.require_correcting(visit.person)
        case = queries.get(session, case_id)
        stake = Money(case.at_stake, case.currency) if case.at_stake is not None and case.currency else None
        found = in_odoo.to_choose(
            session, what, text, customer_id=case.customer_id, amount=stake, today=figures.today(at)
        )
        context = {
            "case": case, "list": wanted, "what": what, "heading": headings[what], "find": text, "records": found,
            "most": in_odoo.MOST, "version": whole_number(version) or case.version, "seen": whole_number(seen),
            "back": wanted.case(case_id),
            "carried": [(n, v) for n, v in request.query_params.multi_items() if n != "find"][:40],
        }  # fmt: skip
        return page(request, "case_records.html", context, around=shell(session, request, visit, at=at))


@router.post("/cases/{case_id}/records")
def choose_record(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A person's word on which record is meant."""

    def carry_out(session: Session) -> None:
        correcting.choose_record(
            session, case_id, text_of(form, "what"), number_of(form, "record"), by=visit.person, at=now()
        )

    return decided(request, visit, case_id, form, carry_out)


@router.post("/cases/{case_id}/reply")
def choose_reply(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """The language and tone that the case is answered in."""

    def carry_out(session: Session) -> None:
        language, tone = text_of(form, "language"), text_of(form, "tone")
        correcting.choose_reply(session, case_id, language=language, tone=tone, by=visit.person, at=now())

    return decided(request, visit, case_id, form, carry_out)


def _changed(form: FormData) -> dict[str, str]:
    """What differs from what was shown; an emptied field counts."""
    names = dict.fromkeys(key.removeprefix("value-") for key in form if key.startswith("value-"))
    emptied = {n: "" for n in names if text_of(form, f"was-{n}") and not text_of(form, f"value-{n}")}
    return emptied | {name: value for name, value in edited_values(form).items() if value}
