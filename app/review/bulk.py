"""One thing done with many cases at once: assign, put off, close, fold together. Never a confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, ImmutableMultiDict

from app.cases import snoozing
from app.cases.assigning import assign
from app.cases.models import Case
from app.cases.seen import Seen, require_handling
from app.clock import now
from app.decisions import closing, merging
from app.errors import CountersignError, Malformed
from app.review import sessions
from app.review.forms import lines_of, sent_form, text_of, whole_number
from app.review.handling import assign_values, read_assignment, read_snooze, snooze_choices
from app.review.handling_words import CLOSE_WORDS
from app.review.languages import N_, _, ngettext
from app.review.list_state import ListState
from app.review.sessions import SignedIn, Visit
from app.review.sheet import Sheet
from app.review.shell import page, shell

router = APIRouter()
Sent = Annotated[FormData, Depends(sent_form)]
MOST = 100
"""Cases at once."""
DOINGS = {
    "assign": N_("Assign"), "snooze": N_("Snooze"), "close": N_("Close without action"), "merge": N_("Fold together"),
}  # fmt: skip
_NEEDED = {"assign": "to", "snooze": "until", "close": "reason", "merge": "into"}
"""The field without which the form is shown first."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A case that was ticked, in the version the list showed; 0 when the list did not say."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class NotDone:
    """A case that nothing was done with, and why."""

    case_id: int
    why: str


def ticked(form: ImmutableMultiDict[str, Any]) -> list[Ticked]:
    """The cases, sent as ID:VERSION, or as ID beside as many versions.

    Raises:
        Malformed: None is ticked, or too many are.
    """
    versions = [str(v) for v in form.getlist("version")]
    values = [str(v) for v in form.getlist("case")]
    found: dict[int, Ticked] = {}
    for place, value in enumerate(values):
        number, _colon, version = value.partition(":")
        if not version and len(versions) == len(values):
            version = versions[place]
        if whole_number(number):
            found.setdefault(whole_number(number), Ticked(whole_number(number), whole_number(version)))
    if not found:
        raise Malformed("Tick at least one case. Nothing was done.")
    if len(found) > MOST:
        raise Malformed(f"{len(found)} cases are ticked; at most {MOST} are handled at once. Nothing was done.")
    return list(found.values())


@router.get("/cases/bulk")
def bulk_page(request: Request, visit: SignedIn) -> Response:
    """The form for the cases ticked in the list."""
    return _form(request, visit, request.query_params)


@router.post("/cases/bulk")
def bulk(request: Request, visit: SignedIn, form: Sent) -> Response:
    """Do it case by case, each by itself; who was faster with one keeps it, and the page says so."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    doing = _doing(form)
    if not text_of(form, _NEEDED[doing]):
        return _form(request, visit, form)
    try:
        do = _DO[doing](request, visit, form)
    except Malformed as problem:
        return _form(request, visit, form, problem=problem.message)
    cases, wanted, failed = ticked(form), ListState.of(text_of(form, "list"), visit.person), []
    into = whole_number(text_of(form, "into")) if doing == "merge" else 0
    for case in cases:
        if case.id == into:
            continue
        try:
            with request.app.state.database.transaction() as session:
                do(session, case.id, Seen(case.version))
        except CountersignError as error:
            failed.append(NotDone(case.id, error.message))
    if not failed:
        return RedirectResponse(wanted.case(into) if into else wanted.address(), 303)
    done = len(cases) - len(failed) - bool(into)
    said = ngettext("%(num)s case was handled.", "%(num)s cases were handled.", done)
    return some_not_done(request, visit, _(DOINGS[doing]), said, failed, wanted)


_Do = Callable[[Session, int, Seen], None]


def _assign(request: Request, visit: Visit, form: FormData) -> _Do:
    person, team, note = read_assignment(form)
    at = now()  # one time for all: they are taken back together

    def do(session: Session, case_id: int, seen: Seen) -> None:
        assign(session, case_id, seen=seen, by=visit.person, at=at, to_person=person, to_team=team, note=note)

    return do


def _snooze(request: Request, visit: Visit, form: FormData) -> _Do:
    until, event, because = read_snooze(form)
    at = now()

    def do(session: Session, case_id: int, seen: Seen) -> None:
        snoozing.snooze(session, case_id, seen=seen, by=visit.person, at=at, until=until, event=event, because=because)

    return do


def _close(request: Request, visit: Visit, form: FormData) -> _Do:
    reason, note = text_of(form, "reason"), text_of(form, "note")[:2000]
    if reason == "other" and not note:
        raise Malformed("Say in the note what was done or why nothing is needed. The cases stay open.")

    def do(session: Session, case_id: int, seen: Seen) -> None:
        closing.close_without_action(
            session, case_id, seen=seen, by=visit.person, policy=request.app.state.policy, reason=reason, note=note,
            at=now(),
        )  # fmt: skip

    return do


def _merge(request: Request, visit: Visit, form: FormData) -> _Do:
    into, because = whole_number(text_of(form, "into")), text_of(form, "because")[:500]
    if into not in [case.id for case in ticked(form)]:
        raise Malformed("Choose which of the ticked cases the others are folded into. Nothing was folded.")

    def do(session: Session, case_id: int, seen: Seen) -> None:
        merging.merge(session, case_id, into, seen=seen, by=visit.person, at=now(), because=because)

    return do


_DO: dict[str, Callable[[Request, Visit, FormData], _Do]] = {
    "assign": _assign, "snooze": _snooze, "close": _close, "merge": _merge,
}  # fmt: skip


def _doing(form: ImmutableMultiDict[str, Any]) -> str:
    doing = str(form.get("do", ""))
    if doing not in DOINGS:
        raise Malformed("Choose what to do with the cases: assign, snooze, close or fold together. Nothing was done.")
    return doing


def _form(request: Request, visit: Visit, form: ImmutableMultiDict[str, Any], *, problem: str = "") -> HTMLResponse:
    require_handling(visit.person)
    doing, chosen = _doing(form), ticked(form)
    with request.app.state.database.transaction() as session:
        versions = {case.id: case.version for case in chosen}
        cases = session.execute(select(Case).where(Case.id.in_(versions)).order_by(Case.id)).scalars().all()
        said = str(form.get("list", ""))[:2000]
        context = {
            "doing": doing, "cases": cases, "versions": {c.id: versions[c.id] or c.version for c in cases},
            "sheet": _sheet(session, visit, doing, list(cases)), "problem": problem, "said": said,
            "back": ListState.of(said, visit.person).address(),
            "kept": {name: lines_of(form, name) for name in form} if isinstance(form, FormData) else {},
        }  # fmt: skip
        status = 422 if problem else 200
        return page(request, "bulk.html", context, status=status, around=shell(session, request, visit, at=now()))


def _sheet(session: Session, visit: Visit, doing: str, cases: list[Case]) -> Sheet:
    count = len(cases)
    if doing == "assign":
        button = ngettext("Assign %(num)s case", "Assign %(num)s cases", count)
        return Sheet("", _("Assign to"), button, "_sheet_assign.html", assign_values(session, visit, ""))
    if doing == "snooze":
        deadlines = [case.deadline for case in cases if case.deadline]
        choices = snooze_choices(now(), min(deadlines, default=None))
        values: dict[str, object] = {"choices": choices, "now": "", "why": ""}
        button = ngettext("Snooze %(num)s case", "Snooze %(num)s cases", count)
        return Sheet("", _("Snooze until"), button, "_sheet_snooze.html", values)
    if doing == "close":
        reasons = [(code, _(CLOSE_WORDS[code])) for code in closing.CLOSE_REASONS]
        button = ngettext("Close %(num)s case", "Close %(num)s cases", count)
        values = {"reasons": reasons, "proposed": 0}
        return Sheet("", _("Close without action"), button, "_sheet_close.html", values)
    button = ngettext("Fold %(num)s case into it", "Fold %(num)s cases into it", max(0, count - 1))
    return Sheet("", _("Fold together"), button, "_sheet_fold_together.html", {"cases": cases})


def some_not_done(
    request: Request, visit: Visit, heading: str, done: str, failed: list[NotDone], wanted: ListState
) -> HTMLResponse:
    """The cases that were left as they are, and why."""
    context = {"heading": heading, "failed": failed, "back": wanted.address(), "wanted": wanted, "done": done}
    with request.app.state.database.transaction() as session:
        around = shell(session, request, visit, at=now())
    return page(request, "bulk_not_done.html", context, status=409, around=around)
