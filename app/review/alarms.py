"""Marking a case as fraud, and the call-back before anything on it is confirmed, on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases.models import Case, CaseCheck
from app.cases.seen import Seen, locked
from app.clock import now
from app.decisions import call_back, choosing
from app.errors import Malformed
from app.review import figures, sheet, wording
from app.review.addresses import CaseId
from app.review.forms import sent_form, text_of
from app.review.handling_words import CHECK_WORDS
from app.review.languages import _, ngettext
from app.review.sessions import SignedIn
from app.review.sheet import Sheet
from app.users.people import names_of
from app.vocabulary import Kind
from app.writebacks import alarm

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]


@dataclass(frozen=True, slots=True)
class Check:
    """An item of the call-back checklist: who has done it and when, in words; empty while nobody has."""

    item: str
    words: str
    is_done: bool
    note: str
    who: str
    takes_a_note: bool


def checklist(session: Session, case: Case) -> list[Check]:
    """The call-back checklist of a case as the page shows it."""
    done = call_back.done(session, case.id)
    names = names_of(session, {check.done_by for check in done.values()})
    today = figures.today(now())

    def who(check: CaseCheck) -> str:
        return _("%(name)s, %(moment)s", name=names.get(check.done_by, ""), moment=figures.moment(check.done_at, today))

    return [
        Check(
            item, _(CHECK_WORDS[item]), item in done, done[item].note if item in done else "",
            who(done[item]) if item in done else "", item == call_back.WRITTEN,
        )
        for item in call_back.ITEMS
    ]  # fmt: skip


def not_yet(session: Session, case: Case) -> str:
    """Why Confirm is closed on a security alert: `Finish the call-back checklist first: 1 of 4 done.`"""
    if not call_back.why_not(session, case):
        return ""
    count, of = len(call_back.done(session, case.id)), len(call_back.ITEMS)
    return ngettext(
        "Finish the call-back checklist first: %(num)s of %(of)s done.",
        "Finish the call-back checklist first: %(num)s of %(of)s done.", count, of=of,
    )  # fmt: skip


def _fraud_sheet(session: Session, case: Case) -> Sheet:
    is_open_alert = case.kind == Kind.SECURITY_ALERT and case.state not in ("done", "closed")
    closed = _("This case is a security alert already.") if is_open_alert else ""
    if case.kind is None:
        closed = _("This case has not been read yet.")
    reasons = [(code, wording.REASON_WORDS[code]) for code in alarm.FRAUD_REASONS]
    return Sheet(
        f"/cases/{case.id}/fraud", _("Mark as fraud"), _("Mark as fraud"), "_sheet_fraud.html", {"reasons": reasons},
        is_danger=True, closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/fraud")
def fraud_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What sort of fraud, and what marking does."""
    return sheet.show(request, visit, case_id, _fraud_sheet)


@router.post("/cases/{case_id}/fraud")
def fraud(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Make the case a security alert and withdraw what moves money."""

    def do(session: Session, seen: Seen) -> None:
        alarm.mark_as_fraud(
            session, case_id, reason=text_of(form, "reason"), seen=seen, by=visit.person, at=now(),
            note=text_of(form, "note")[:500],
        )  # fmt: skip

    return sheet.carry_out(request, visit, case_id, form, _fraud_sheet, do)


def _call_back_sheet(session: Session, case: Case) -> Sheet:
    is_due = case.state not in ("done", "closed") and call_back.is_asked_for(session, case)
    closed = "" if is_due else _("This case is no open security alert: there is nothing to call back about.")
    return Sheet(
        f"/cases/{case.id}/call-back", _("Call-back checklist"), _("Save the checklist"), "_sheet_call_back.html",
        {"checks": checklist(session, case)}, closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/call-back")
def call_back_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What to do before anything is confirmed."""
    return sheet.show(request, visit, case_id, _call_back_sheet)


@router.post("/cases/{case_id}/call-back")
def keep_call_back(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Set the checklist to what is ticked."""

    def do(session: Session, seen: Seen) -> None:
        ticked = {str(item): text_of(form, f"note-{item}") for item in form.getlist("check")}
        call_back.tick(session, case_id, ticked, seen=seen, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _call_back_sheet, do)


def _genuine_sheet(session: Session, case: Case) -> Sheet:
    closed = not_yet(session, case)
    if case.kind != Kind.SECURITY_ALERT or case.state in ("received", "writing", "done", "closed"):
        closed = _("This case is no open security alert.")
    ordinary = [
        (kind, reasons)
        for kind, reasons in wording.reasons_by_kind()
        if not {code for code, _word in reasons} & set(alarm.FRAUD_REASONS)
    ]
    return Sheet(
        f"/cases/{case.id}/genuine", _("It is genuine"), _("Go on as an ordinary case"), "_sheet_genuine.html",
        {"reasons": ordinary}, closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/genuine")
def genuine_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What the case is instead."""
    return sheet.show(request, visit, case_id, _genuine_sheet)


@router.post("/cases/{case_id}/genuine")
def genuine(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A controller's word, after the call-back, that the message is what it says."""

    def do(session: Session, seen: Seen) -> None:
        reason = text_of(form, "reason")
        if not reason or reason in alarm.FRAUD_REASONS:
            raise Malformed("Say what the case is about instead. It stays a security alert.")
        locked(session, case_id, seen, by=visit.person)
        choosing.choose_reading(session, case_id, reason, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _genuine_sheet, do)
