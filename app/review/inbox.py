"""The inbox: what waits, what it is about, how much money, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.queries import Filter
from app.clock import now
from app.decisions.dossier import prediction_sets
from app.documents.withheld import without_accounts
from app.money import Money
from app.review import figures, wording
from app.review.figures import Exchange
from app.review.list_state import ENDED, SORT_WORDS, VIEWS, ListState, View
from app.review.sessions import SignedIn
from app.review.shell import page, shell
from app.users.people import names_of
from app.vocabulary import Kind

router = APIRouter()
PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a row of the list."""

    case: Case
    href: str
    what: str
    kind: str
    icon: str
    amount: str
    about: str
    summary: str
    due: str
    is_due_soon: bool
    waiting: str
    state: str
    state_tag: tuple[str, str] | None
    owner: str

    @property
    def is_alarm(self) -> bool:
        return self.case.kind == Kind.SECURITY_ALERT and self.case.state not in ("done", "closed")


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind to narrow the list to."""

    kind: Kind
    label: str
    icon: str
    count: int
    href: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What the list amounts to: in the company's currency at the policy's rates, and what has no rate by itself."""

    count: int
    at_stake: str
    currency: str
    rates_on: date | None
    others: tuple[str, ...]
    due_soon: int


@router.get("/")
def start() -> Response:
    return RedirectResponse("/inbox", 303)


@router.get("/inbox")
def inbox(request: Request, visit: SignedIn) -> HTMLResponse:
    """A page of the list that the address says."""
    wanted, at = ListState.of(request.url.query), now()
    exchange = Exchange.of(request.app.state.policy)
    with request.app.state.database.transaction() as session:
        found = queries.page(session, wanted.filter, sort=wanted.sort, cursor=wanted.cursor, limit=PAGE)
        narrowed = queries.totals(session, wanted.filter)
        whole = queries.totals(session, wanted.unnarrowed) if wanted.kinds else narrowed
        context = {
            "list": wanted,
            "views": _counted(session),
            "ended": ENDED,
            "sorts": [(sort, word, wanted.sorted_by(sort)) for sort, word in SORT_WORDS.items()],
            "chips": _chips(whole["by_kind"], wanted),
            "totals": _totals(session, narrowed, wanted, exchange, at.date()),
            "rows": _rows(session, found.cases, wanted, exchange, at),
            "next": wanted.at(found.next_cursor) if found.next_cursor else "",
        }
        return page(request, "inbox.html", context, around=shell(session, request, visit, at=at))


def _counted(session: Session) -> list[tuple[View, int]]:
    """The views with their counts; one query for all that are told apart by state alone."""
    by_state = queries.totals(session, Filter())["by_state"]
    return [
        (view, queries.totals(session, ListState(view=view).filter)["count"])
        if view.kinds
        else (view, sum(by_state.get(state, 0) for state in view.states))
        for view in VIEWS
    ]


def _chips(counts: Mapping[str, int], wanted: ListState) -> list[Chip]:
    return [
        Chip(
            kind, wording.KIND_WORDS[kind], wording.KIND_ICONS[kind], counts.get(kind, 0), wanted.toggled(kind),
            kind in wanted.kinds,
        )
        for kind in (Kind.SECURITY_ALERT, Kind.DISPUTE, Kind.BILLING_DISCREPANCY, Kind.CUSTOMER_PO,
                     Kind.PAYMENT_NOTICE, Kind.BILLING_REQUEST, Kind.NO_ACTION)
        if counts.get(kind) or kind in wanted.kinds
    ]  # fmt: skip


def _totals(session: Session, found: Mapping[str, Any], wanted: ListState, exchange: Exchange, today: date) -> Totals:
    own, others = Decimal(0), []
    for currency, amount in sorted(found["at_stake"].items()):
        converted = exchange.in_company(Money(amount, currency))
        if converted is None:
            others.append(f"{amount:,.0f} {currency}")
        else:
            own += converted.amount
    rates = exchange.rates_on if set(found["at_stake"]) - {exchange.currency} else None
    return Totals(
        found["count"], f"{own:,.0f}", exchange.currency, rates, tuple(others),
        queries.due_by(session, wanted.filter, today + figures.SOON),
    )  # fmt: skip


def _rows(session: Session, cases: tuple[Case, ...], wanted: ListState, exchange: Exchange, at: datetime) -> list[Row]:
    owners = names_of(session, {c.owner_id for c in cases if c.owner_id})
    open_readings = prediction_sets(session, [c.id for c in cases if c.reading == "Unsure"])
    return [
        _row(case, wanted, exchange, at, owners.get(case.owner_id, "") if case.owner_id else "",
             open_readings.get(case.id, ()))
        for case in cases
    ]  # fmt: skip


def _row(case: Case, wanted: ListState, exchange: Exchange, at: datetime, owner: str, fits: tuple[str, ...]) -> Row:
    stake = Money(case.at_stake, case.currency) if case.at_stake is not None and case.currency else None
    today = at.date()
    is_open = case.state not in ("done", "closed")
    summary = case.attention if case.state == "needs_attention" and case.attention else case.summary or case.title
    return Row(
        case=case,
        href=wanted.case(case.id),
        what=wording.question(fits) if len(fits) > 1 else wording.sort_of(case)[0],
        kind=wording.sort_of(case)[1],
        icon=wording.KIND_ICONS[Kind(case.kind)] if case.kind else "po" if case.is_own_draft else "clock",
        amount=figures.number(stake) if stake else "",
        about=exchange.about(stake) if stake else "",
        summary=figures.short(without_accounts(summary) if case.kind == Kind.SECURITY_ALERT else summary),
        due=figures.day_word(case.deadline, today) if case.deadline else "",
        is_due_soon=bool(case.deadline and is_open and case.deadline <= today + figures.SOON),
        waiting=figures.waiting(case.opened_at, at),
        state=wording.STATE_WORDS[case.state],
        state_tag=wording.STATE_TAGS.get(case.state),
        owner=owner,
    )
