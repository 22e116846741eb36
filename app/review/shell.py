"""Templates, and what stands around every page: navigation, counts, theme, undo bar, the form token."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.queries import Filter
from app.cases.taking_back import last_done
from app.clock import now
from app.decisions.reach import only_asked
from app.money import Money
from app.review import commands, figures, handling_words, languages, telling, wording
from app.review.areas import Areas, Entry, areas, navigation
from app.review.banner import Banner, banner
from app.review.found import operator
from app.review.health_dot import Dot, dot
from app.review.languages import _
from app.review.sessions import Visit, form_token, is_https, undo_seconds
from app.review.tour import Stop, stop_of
from app.suggestions.models import Suggestion
from app.users.personal import THEMES
from app.writebacks.queries import undoable_by

STATIC = Path(__file__).parent / "static"
WAITS_FOR_A_PERSON = ("to_decide", "needs_approval", "stale", "needs_attention")
SCRIPTS = (
    "vendor/htmx-2.0.11.min.js", "vendor/htmx-ext-sse-2.2.4.min.js", "base.js", "connection.js", "dialogs.js",
    "evidence.js", "source.js", "list.js", "deciding.js", "commands.js",
)  # fmt: skip
"""In the order in which they run; Alpine comes only when the palette is opened."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What a person did and can still take back, by a form: `seconds` are left at the time of rendering."""

    address: str
    sent: tuple[tuple[str, str], ...]
    label: str
    text: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around a page."""

    name: str
    initials: str
    roles: str
    waiting: int
    undo: Undo | None
    token: str
    areas: Areas
    navigation: tuple[Entry, ...]
    health: Dot
    banner: Banner | None
    """What everybody who decides should know now, when a peer is away."""
    tour: Stop | None
    """Where in the guided tour this person is; None when they are in none."""
    keys_on: bool
    """Whether single letters are keys, as this person set it."""
    theme: str
    """Light or dark, as this person set it; empty: as the browser says."""
    role_codes: tuple[str, ...]


def shell(session: Session, request: Request, visit: Visit, *, at: datetime) -> Shell:
    """Gather what stands around a page for this person."""
    person = visit.person
    asked_of = person.user_id if only_asked(person) else None
    waiting = queries.counts(session, [Filter(states=WAITS_FOR_A_PERSON, asked_of=asked_of)])[0]
    return Shell(
        name=person.name,
        initials="".join(part[0] for part in person.name.split()[:2]).upper() or "?",
        roles=wording.joined([wording.role_word(r) for r in person.roles]) if person.roles else _("no role"),
        waiting=waiting,
        undo=_handled(session, request, visit, at) or _confirmed(session, visit, at),
        token=form_token(request, visit),
        areas=areas(person.roles),
        navigation=navigation(person.roles),
        health=dot(session, request),
        banner=banner(session, request),
        tour=stop_of(request),
        keys_on=person.personal.single_keys,
        theme=person.personal.theme,
        role_codes=tuple(person.roles),
    )


def _handled(session: Session, request: Request, visit: Visit, at: datetime) -> Undo | None:
    """What this person did with cases last, if it was putting off or assigning: newer than any confirmation then."""
    seconds = undo_seconds(request, visit)
    done = last_done(session, visit.person, since=at - timedelta(seconds=seconds))
    if not done or not seconds:
        return None
    sent = tuple(("event", f"{event.case_id}:{event.seq}") for event in done)
    left = seconds - int((at - done[0].at).total_seconds())
    return Undo("/inbox/undo", sent, _("Undo what was done last"), handling_words.done_just_now(done), max(1, left))


def _confirmed(session: Session, visit: Visit, at: datetime) -> Undo | None:
    """The newest confirmation of this person that can be taken back: all steps of one case at once."""
    found = undoable_by(session, visit.person.user_id, at=at)
    if not found:
        return None
    case_id = found[0][0].case_id
    mine = sorted(((s, until) for s, until in found if s.case_id == case_id), key=lambda pair: pair[0].rank)
    nouns = [_noun(s) for s, _until in mine]
    left = min(int((until - at).total_seconds()) for _s, until in mine)
    text = _("Confirmed: %(steps)s.", steps=wording.joined(nouns))
    sent = tuple(("step", f"{s.id}:") for s, _until in mine)
    return Undo(f"/cases/{case_id}/undo", sent, _("Undo the last decision"), text, max(1, left))


def _noun(suggestion: Suggestion) -> str:
    if suggestion.kind == "draft_credit_note" and suggestion.amount is not None and suggestion.currency:
        return _("credit of %(amount)s", amount=figures.money(Money(suggestion.amount, suggestion.currency)))
    return wording.STEP_NAMES[suggestion.kind]


@cache
def asset(name: str) -> str:
    """The address of a static file with its content's hash, so that it may be kept for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def environment() -> Environment:
    """The templates: every value is escaped, and a missing one is an error, not a gap."""
    env = Environment(
        loader=PackageLoader("app.review", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.install_gettext_callables(languages.gettext, languages.plural_form, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(asset=asset, words=wording, figures=figures, operator=operator, reader=languages.reader)
    env.globals.update(scripts=SCRIPTS, commands=commands.table)
    env.filters.update(told=telling.told)
    return env


def keep_theme(request: Request, response: Response, theme: str) -> None:
    """Remember light or dark on this device, or, empty, forget it."""
    name = "countersign_theme"
    if theme not in THEMES:
        response.delete_cookie(name, path="/", httponly=True, samesite="lax")
        return
    response.set_cookie(
        name, theme, max_age=365 * 86400, path="/", httponly=True, samesite="lax", secure=is_https(request)
    )


def page(
    request: Request, template: str, context: Mapping[str, Any], *, status: int = 200, around: Shell | None = None
) -> HTMLResponse:
    """A rendered page. Without `around` it has no navigation (sign-in, errors)."""
    theme = request.cookies.get("countersign_theme", "") or (around.theme if around else "")
    html = environment().get_template(template).render(
        **context, shell=around, theme=theme if theme in THEMES else "", at=now(), today=figures.today(now()),
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    )  # fmt: skip
    return HTMLResponse(html, status)
