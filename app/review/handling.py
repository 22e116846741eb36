"""What a person does with a case besides deciding on it: put it off, assign it, close it. Forms that work as pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases import snoozing
from app.cases.assigning import assign
from app.cases.models import SNOOZED_FOR, Case
from app.cases.seen import HANDLING_ROLES, Seen
from app.clock import now
from app.decisions import closing
from app.errors import Malformed
from app.review import figures, handling_words, sheet
from app.review.addresses import CaseId
from app.review.forms import sent_form, text_of
from app.review.languages import _, reader
from app.review.sessions import SignedIn, Visit
from app.review.sheet import Sheet
from app.suggestions.models import Suggestion
from app.users import people
from app.writebacks.reopening import reopen

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]
MORNING = time_of_day(8)
"""When a case that is put off to a day comes back, in the person's time zone."""


# -- snooze -------------------------------------------------------------------------------------------------------


def snooze_choices(at: datetime, deadline: date | None) -> list[tuple[str, str, str]]:
    """(value, label, hint) of the days offered, the nearest first; a day after the answer is due says so."""
    today = figures.today(at)
    monday = today + timedelta(days=7 - today.weekday())
    days = {_working_day(today + timedelta(days=n)) for n in (1, 3)} | {monday, monday + timedelta(days=7)}
    return [(day.isoformat(), figures.moment(morning(day), today), _late(day, deadline, today)) for day in sorted(days)]


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _late(day: date, deadline: date | None, today: date) -> str:
    if deadline is None or day <= deadline:
        return ""
    return _("after the answer is due, %(day)s", day=figures.day_word(deadline, today))


def morning(day: date) -> datetime:
    """08:00 on a day, where the person is."""
    return datetime.combine(day, MORNING, tzinfo=reader().tz)


def read_snooze(form: FormData) -> tuple[datetime | None, str, str]:
    """Until when, until what, and why, as the form says.

    Raises:
        Malformed: No day can be read where one is needed.
    """
    until, day, because = text_of(form, "until"), text_of(form, "day"), text_of(form, "because")[:500]
    if until in SNOOZED_FOR and until:
        return (morning(_day(day)) if day else None), until, because
    return morning(_day(day if until in ("", "day") else until)), "", because


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("Choose until when. Nothing was put off.") from None


def _snooze_sheet(session: Session, case: Case) -> Sheet:
    closed = "" if case.state in snoozing.MAY_BE_SNOOZED else _("A case in this state cannot be put off.")
    values = {
        "choices": snooze_choices(now(), case.deadline), "now": handling_words.snoozed(case, figures.today(now())),
        "why": case.snoozed_because,
    }  # fmt: skip
    return Sheet(
        f"/cases/{case.id}/snooze", _("Snooze until"), _("Snooze"), "_sheet_snooze.html", values, closed_because=closed
    )


@router.get("/cases/{case_id}/snooze")
def snooze_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """Until when, and why."""
    return sheet.show(request, visit, case_id, _snooze_sheet)


@router.post("/cases/{case_id}/snooze")
def snooze(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Put the case off, and go on to the next."""

    def do(session: Session, seen: Seen) -> None:
        until, event, because = read_snooze(form)
        snoozing.snooze(
            session, case_id, seen=seen, by=visit.person, at=now(), until=until, event=event, because=because
        )

    return sheet.carry_out(request, visit, case_id, form, _snooze_sheet, do, leaves=True)


@router.post("/cases/{case_id}/wake")
def wake(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Bring the case back now."""

    def do(session: Session, seen: Seen) -> None:
        snoozing.wake_now(session, case_id, seen=seen, by=visit.person, at=now())

    return sheet.carry_out(request, visit, case_id, form, _snooze_sheet, do)


# -- assign -------------------------------------------------------------------------------------------------------

NOBODY = "nobody"


def assign_values(session: Session, visit: Visit, chosen: str) -> dict[str, object]:
    """Whom there is to give a case to: oneself first, then the others, then teams."""
    others = [p for p in people.with_roles(session, HANDLING_ROLES) if p.id != visit.person.user_id]
    is_able = bool(set(visit.person.roles) & set(HANDLING_ROLES))
    me = [(f"person:{visit.person.user_id}", _("%(name)s (you)", name=visit.person.name))] if is_able else []
    return {
        "persons": [*me, *((f"person:{p.id}", p.name) for p in others)],
        "teams": [(f"team:{name}", name) for name in people.teams(session)], "chosen": chosen, "nobody": NOBODY,
    }  # fmt: skip


def read_assignment(form: FormData) -> tuple[UUID | None, str, str]:
    """The person, the team and the note, as the form says.

    Raises:
        Malformed: Nobody is chosen.
    """
    kind, _colon, name = text_of(form, "to").partition(":")
    note = text_of(form, "note")[:500]
    if kind == "person":
        try:
            return UUID(name), "", note
        except ValueError:
            pass
    elif kind == "team" and name:
        return None, name, note
    elif kind == NOBODY:
        return None, "", note
    raise Malformed("Choose whom the case goes to. Nothing was assigned.")


def _assign_sheet(visit: Visit) -> sheet.Draw:
    def draw(session: Session, case: Case) -> Sheet:
        owner = f"person:{case.owner_id}" if case.owner_id else f"team:{case.team}" if case.team else ""
        closed = _("This case has ended: there is nothing to assign.") if case.state in ("done", "closed") else ""
        return Sheet(
            f"/cases/{case.id}/assign", _("Assign to"), _("Assign"), "_sheet_assign.html",
            assign_values(session, visit, owner), closed_because=closed,
        )  # fmt: skip

    return draw


@router.get("/cases/{case_id}/assign")
def assign_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """To whom."""
    return sheet.show(request, visit, case_id, _assign_sheet(visit))


@router.post("/cases/{case_id}/assign")
def assign_case(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Give the case to a person or a team, or take it from its owner."""

    def do(session: Session, seen: Seen) -> None:
        person, team, note = read_assignment(form)
        assign(session, case_id, seen=seen, by=visit.person, at=now(), to_person=person, to_team=team, note=note)

    return sheet.carry_out(request, visit, case_id, form, _assign_sheet(visit), do)


# -- close --------------------------------------------------------------------------------------------------------


def _close_sheet(session: Session, case: Case) -> Sheet:
    proposed = session.execute(
        select(func.count()).select_from(Suggestion).where(
            Suggestion.case_id == case.id, Suggestion.state.in_(("open", "stale", "refused"))
        )
    ).scalar_one()  # fmt: skip
    closed = _("This case has ended or is still being read.") if case.state in ("done", "closed", "received") else ""
    values = {
        "reasons": [(code, _(handling_words.CLOSE_WORDS[code])) for code in closing.CLOSE_REASONS],
        "proposed": proposed,
    }  # fmt: skip
    return Sheet(
        f"/cases/{case.id}/close", _("Close without action"), _("Close case %(number)s", number=case.id),
        "_sheet_close.html", values, closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/close")
def close_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """Why nothing is done."""
    return sheet.show(request, visit, case_id, _close_sheet)


@router.post("/cases/{case_id}/close")
def close(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Close the case and reject what is proposed, for one reason; go on to the next."""

    def do(session: Session, seen: Seen) -> None:
        closing.close_without_action(
            session, case_id, seen=seen, by=visit.person, policy=request.app.state.policy,
            reason=text_of(form, "reason") or "other", note=text_of(form, "note")[:2000], at=now(),
        )  # fmt: skip

    return sheet.carry_out(request, visit, case_id, form, _close_sheet, do, leaves=True)


# -- reopen -------------------------------------------------------------------------------------------------------


def _reopen_sheet(session: Session, case: Case) -> Sheet:
    closed = "" if case.state == "closed" and case.merged_into is None else _("This case is not closed.")
    if case.merged_into is not None:
        closed = _("This case was folded into case %(other)s: take it out of there.", other=case.merged_into)
    return Sheet(
        f"/cases/{case.id}/reopen", _("Open it again"), _("Open case %(number)s again", number=case.id),
        "_sheet_reopen.html", closed_because=closed,
    )  # fmt: skip


@router.get("/cases/{case_id}/reopen")
def reopen_page(request: Request, visit: SignedIn, case_id: CaseId) -> Response:
    """What opening a closed case again does."""
    return sheet.show(request, visit, case_id, _reopen_sheet)


@router.post("/cases/{case_id}/reopen")
def reopen_case(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """Open a closed case again."""

    def do(session: Session, seen: Seen) -> None:
        reopen(session, case_id, seen=seen, by=visit.person, at=now(), because=text_of(form, "because")[:500])

    return sheet.carry_out(request, visit, case_id, form, _reopen_sheet, do)
