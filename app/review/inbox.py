"""The inbox: what waits, what it is about, how much money, until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.search import Near, near
from app.cases.seen import HANDLING_ROLES
from app.clock import now
from app.decisions import reach
from app.decisions.dossier import dossier
from app.review import figures, leads, wording
from app.review.by_rule import first_lead
from app.review.figures import Exchange
from app.review.inbox_chips import figures_of
from app.review.inbox_rows import rows_of
from app.review.list_state import AGEING_DAYS, ENDED, SORT_WORDS, VIEWS, ListState, View
from app.review.new_cases import mark
from app.review.saved_views import Saved, saved_of
from app.review.sessions import SignedIn
from app.review.shell import page, shell
from app.users.access import Caller
from app.users.people import teams_of

router = APIRouter()
PAGE = 50
CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/")
def start() -> Response:
    return RedirectResponse("/inbox", 303)


@router.get("/inbox")
def inbox(request: Request, visit: SignedIn) -> HTMLResponse:
    """A page of the list that the address says; for htmx, the list alone."""
    at, person = now(), visit.person
    wanted = ListState.of(request.url.query, person)
    is_fragment = request.headers.get("hx-request") == "true"
    with request.app.state.database.transaction() as session:
        policy = request.app.state.policy
        exchange = Exchange.of(policy) if reach.sees_amounts(person, policy) else None
        context = listed(session, wanted, exchange, at)
        context["may_handle"] = bool(set(person.roles) & set(HANDLING_ROLES))
        around = shell(session, request, visit, at=at)
        if is_fragment:
            return page(request, "_inbox_list.html", context, around=around)
        views, saved = views_counted(session, wanted, person)
        context |= {
            "views": views,
            "ended": ENDED,
            "saved": saved,
            "saved_name": next((s.name for s in saved if s.id == wanted.saved), ""),
            "sorts": [(sort, word, wanted.sorted_by(sort)) for sort, word in _sorts(wanted)],
            "ageing_days": AGEING_DAYS,
            "mark": mark(session, wanted.filter),
        }
        return page(request, "inbox.html", context, around=around)


@router.get("/inbox/preview/{case_id}")
def preview(request: Request, visit: SignedIn, case_id: CaseId) -> HTMLResponse:
    """What they say, what we found and what is to do, of the case in focus: a fragment."""
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        d = dossier(session, case_id)
        hides = not reach.sees_amounts(visit.person, request.app.state.policy)
        what, kind = wording.sort_of(d.case)
        said = leads.they_say(d)
        context = {
            "case": d.case, "what": what, "kind": kind, "href": f"/cases/{case_id}", "hides_amounts": hides,
            "they_say": first_lead(d, said), "we_found": leads.we_found(d), "to_do": leads.to_do(d),
            "language": _language(d.reading.language) if d.reading and said.startswith("“") else "",
        }  # fmt: skip
        return page(request, "_inbox_peek.html", context)


def _language(code: str) -> str:
    """The language of words that are quoted, as the page says it; what is summed up is ours."""
    return code if code.isalpha() and len(code) <= 3 else ""


def listed(session: Session, wanted: ListState, exchange: Exchange | None, at: datetime) -> dict[str, Any]:
    """All that stands in the list itself. Without `exchange` no amounts are shown."""
    found = queries.page(session, wanted.filter, sort=wanted.sort, cursor=wanted.cursor, limit=PAGE)
    said = figures_of(session, wanted, exchange, at)
    return {
        "list": wanted,
        "figured": said,
        "totals": said.totals,
        "rows": rows_of(session, found.cases, wanted, exchange, at),
        "next": wanted.at(found.next_cursor) if found.next_cursor else "",
        "shows_amounts": exchange is not None,
        "elsewhere": _elsewhere(session, wanted) if not found.cases and wanted.text else None,
    }


def views_counted(session: Session, wanted: ListState, person: Caller) -> tuple[list[tuple[View, str]], list[Saved]]:
    """The views that everybody has and those this person saved, with their counts."""
    return _counted(session, wanted), saved_of(session, person)


def _sorts(wanted: ListState) -> list[tuple[str, str]]:
    """The orders to choose from. What has ended is there by age alone: it waits for nobody any more."""
    if not wanted.view.is_counted:
        return [("newest", SORT_WORDS["newest"])]
    left_out = ("customer", "amount") if wanted.asked_only else ("customer",)
    return [(sort, word) for sort, word in SORT_WORDS.items() if sort not in left_out]


def _counted(session: Session, wanted: ListState) -> list[tuple[View, str]]:
    """The views with their counts, each to a thousand, in one question; "my team's" only for who is in one,
    those over an amount not for who sees only what they were asked about."""
    has_team = bool(wanted.person and teams_of(session, wanted.person))
    shown = [
        view for view in VIEWS
        if (view.whose != "team" or has_team) and not (wanted.asked_only and view.at_least is not None)
    ]  # fmt: skip
    lists = [replace(ListState(view=view), person=wanted.person, asked_only=wanted.asked_only) for view in shown]
    return [
        (view, figures.counted(n))
        for view, n in zip(shown, queries.counts(session, [one.filter for one in lists]), strict=True)
    ]


def _elsewhere(session: Session, wanted: ListState) -> tuple[str, Near | None]:
    """For a search without result: how many ended cases hold it, and a number that is one slip away."""
    ended = replace(ListState(view=ENDED[2], text=wanted.text), person=wanted.person, asked_only=wanted.asked_only)
    count = queries.counts(session, [ended.filter])[0]
    return figures.counted(count) if count else "", None if wanted.asked_only else near(session, wanted.text)
