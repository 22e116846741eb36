"""The report on past disputes as a page, as the list of a group's disputes, and as a file that stands alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.clock import now
from app.errors import NotFound
from app.money import Money
from app.patterns import counting
from app.patterns.asked import Asked
from app.patterns.charts import OUTCOME_WORDS, charts
from app.patterns.counting import Dispute, Group
from app.patterns.queries import DIMENSIONS
from app.patterns.report import Report, companies, report, require_role
from app.patterns.shares import FEWEST, percent
from app.patterns.telling import WORDS, group_words, headlines, repeated
from app.review import figures, reported, wording
from app.review.languages import _, ngettext
from app.review.sessions import SignedIn
from app.review.shell import STATIC, environment, page, shell

router = APIRouter()
MOST = 500


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures on top: what, how much, in which unit, and what it rests on."""

    what: str
    value: str
    unit: str
    beside: str


@router.get("/patterns")
def patterns(request: Request, visit: SignedIn) -> HTMLResponse:
    """The report that the address asks for."""
    require_role(visit.person)
    at = now()
    asked = Asked.until_today(at.date(), **reported.given(request))
    with request.app.state.database.snapshot() as session:
        found = report(session, asked)
        context = _context(found, lambda by, key: _link(asked, by, key)) | {
            "companies": companies(session), "customers": _customers(session, asked), "asked": asked,
        }  # fmt: skip
    with request.app.state.database.transaction() as session:
        return page(request, "patterns.html", context, around=shell(session, request, visit, at=at))


@router.get("/patterns/disputes")
def disputes_of_a_group(request: Request, visit: SignedIn) -> HTMLResponse:
    """The disputes behind one bar."""
    require_role(visit.person)
    at = now()
    asked = Asked.until_today(at.date(), **reported.given(request))
    by, key = (reported.one(request, name) for name in ("by", "key"))
    if by not in DIMENSIONS:
        raise NotFound(_("There is no such group of disputes. Go back to the report and choose a bar."))
    with request.app.state.database.snapshot() as session:
        name = group_words(counting.group_name(session, by, key), by, key)
        found = counting.disputes(session, asked, by, key, limit=MOST)
    context = {
        "what": WORDS[by], "name": name, "asked": asked, "day": figures.full_day,
        "back": "/patterns?" + reported.query(asked), "rows": [(d, _amount(d)) for d in found], "most": MOST,
        "outcomes": OUTCOME_WORDS, "reason": wording.reason_word,
    }  # fmt: skip
    with request.app.state.database.transaction() as session:
        return page(request, "patterns_disputes.html", context, around=shell(session, request, visit, at=at))


def as_file(found: Report, *, public_url: str) -> str:
    """The report as one HTML file that needs nothing beside it; its bars lead to this address."""
    asked = found.counted.asked
    style = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("countersign.css", "review.css"))
    context = _context(found, lambda by, key: public_url + _link(asked, by, key))
    return environment().get_template("patterns_file.html").render(
        **context, asked=asked, style=Markup(style), today=now().date(),  # noqa: S704 - our own style sheets
    )  # fmt: skip


def _context(found: Report, link: Callable[[str, str], str]) -> dict[str, Any]:
    told = found.told
    first = told.sentences if told.model else headlines(found.facts)
    return {
        "told": first, "more": [fact.text for fact in found.facts if fact.text not in first], "summary": told,
        "figures_on_top": _figures(found),
        "charts": charts(found.counted, link), "misread": found.counted.misread,
        "day": figures.full_day, "fewest": FEWEST,
    }  # fmt: skip


def _figures(found: Report) -> list[Figure]:
    whole = found.counted.whole
    if not whole.disputes:
        return []
    shown = [
        Figure(
            _("Disputes opened"),
            figures.count(whole.disputes),
            "",
            _("%(num)s still open", num=figures.count(whole.open)),
        )
    ]
    shown += _contested(whole)
    if whole.ended:
        shown.append(
            _of(
                _("Led to a credit"),
                whole.credited,
                whole.ended,
                _("%(part)s of %(whole)s ended", part=figures.count(whole.credited), whole=figures.count(whole.ended)),
            )
        )
    if whole.invoices:
        shown.append(
            _of(
                _("Invoices disputed"),
                whole.disputed or 0,
                whole.invoices,
                _(
                    "%(part)s of %(whole)s invoices dated in this time",
                    part=figures.count(whole.disputed or 0),
                    whole=figures.count(whole.invoices),
                ),
            )
        )
    if whole.half_within is not None and whole.ended >= FEWEST:
        unit = ngettext("day", "days", whole.half_within)
        shown.append(
            Figure(
                _("Half ended within"),
                str(whole.half_within),
                unit,
                _("nine of ten within %(days)s", days=whole.most_within),
            )
        )
    again = repeated(found.counted)
    shown.append(Figure(_("Same dispute 3 times or more"), str(len(again)), "", _who(len({r.customer for r in again}))))
    return shown


def _who(customers: int) -> str:
    return ngettext("%(num)s customer", "%(num)s customers", customers) if customers else _("no customer")


def _contested(whole: Group) -> list[Figure]:
    return [
        Figure(
            _("Contested"), figures.thousands(s.contested), s.currency,
            _("%(granted)s credited of %(settled)s in %(ended)s that ended", granted=figures.thousands(s.granted),
              settled=figures.thousands(s.settled), ended=figures.count(s.ended)) if s.ended else
            ngettext("in %(num)s dispute", "in %(num)s disputes", s.disputes),
        )
        for s in whole.sums[:3]
    ]  # fmt: skip


def _of(what: str, part: int, whole: int, of: str) -> Figure:
    if whole < FEWEST:
        return Figure(what, _("%(part)s of %(whole)s", part=part, whole=whole), "", of)
    return Figure(what, percent(part, whole).removesuffix("%"), "%", of)


def _amount(one: Dispute) -> Money | None:
    return Money(one.contested, one.currency) if one.contested is not None and one.currency else None


def _customers(session: Session, asked: Asked) -> list[str]:
    """Names to choose from: those with a dispute in this time, whoever is chosen now."""
    everyone = counting.customers(session, Asked(asked.since, asked.until, "", asked.company_id))
    return sorted({name for name in (*everyone, asked.customer) if name}, key=str.casefold)


def _link(asked: Asked, by: str, key: str) -> str:
    return "/patterns/disputes?" + reported.query(asked, by=by, key=key)
