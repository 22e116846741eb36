"""A person's own settings: language, numbers and dates, time zone, theme, single keys, time to undo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from babel import Locale
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from app.audit import trail
from app.clock import now
from app.errors import Malformed
from app.money import Money
from app.review import figures, sessions
from app.review.forms import sent_form, text_of
from app.review.languages import LANGUAGE_NAMES, N_, Words, _, is_zone, reader, speaking, zones
from app.review.sessions import SignedIn
from app.review.shell import keep_theme, page, shell
from app.users.personal import FORMATS, LANGUAGES, THEMES, UNDO_SECONDS, Personal, keep_personal

router = APIRouter()

FORMAT_PLACES = Words({
    "en_GB": "United Kingdom, Ireland", "en_US": "United States", "de_DE": "Germany", "de_AT": "Austria",
    "de_CH": "Switzerland (German)", "fr_FR": "France", "fr_BE": "Belgium", "fr_CH": "Switzerland (French)",
})  # fmt: skip
THEME_WORDS = {"": N_("As the device says"), "light": N_("Light"), "dark": N_("Dark")}


@router.get("/settings")
def my_settings(request: Request, visit: SignedIn) -> HTMLResponse:
    """What this person has set, to change."""
    at, mine = now(), visit.person.personal
    context = {
        "mine": mine,
        "saved": request.query_params.get("saved") == "1",
        "languages": [("", _("As the browser says")), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)],
        "formats": [(code, FORMAT_PLACES[code], _sample(code, at)) for codes in FORMATS.values() for code in codes],
        "formats_now": reader().formats,
        "zones": _zones_by_area(),
        "zone_now": reader().zone,
        "local_time": figures.moment(at, figures.today(at)),
        "themes": [(code, _(word)) for code, word in THEME_WORDS.items()],
        "undo_times": [(seconds, figures.seconds(seconds)) for seconds in UNDO_SECONDS],
        "undo_usual": request.app.state.settings.countersign_undo_seconds,
    }
    with request.app.state.database.transaction() as session:
        return page(request, "my_settings.html", context, around=shell(session, request, visit, at=at))


@router.post("/settings")
def keep_my_settings(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Keep what this person chose."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    wanted = _wanted(form)
    with request.app.state.database.transaction() as session:
        keep_personal(session, visit.person.user_id, wanted)
        trail.record(
            session, "person.settings", actor=visit.person.email, at=now(), language=wanted.language,
            formats=wanted.formats, time_zone=wanted.time_zone, undo_seconds=wanted.undo_seconds,
        )  # fmt: skip
    response = RedirectResponse("/settings?saved=1", 303)
    keep_theme(request, response, wanted.theme)
    return response


def _wanted(form: FormData) -> Personal:
    """The settings sent. Raises Malformed for one that cannot be chosen."""
    language, formats = text_of(form, "language"), text_of(form, "formats")
    zone, theme, undo = text_of(form, "time_zone"), text_of(form, "theme"), text_of(form, "undo_seconds")
    known = (
        language in ("", *LANGUAGES), formats in ("", *(f for codes in FORMATS.values() for f in codes)),
        zone == "" or is_zone(zone), theme in ("", *THEMES), undo in ("", *map(str, UNDO_SECONDS)),
    )  # fmt: skip
    if not all(known):
        raise Malformed(_("One of these settings cannot be chosen, so nothing was changed. Open the page again."))
    return Personal(language, formats, zone, theme, text_of(form, "single_keys") == "on", int(undo) if undo else None)


def _sample(formats: str, at: datetime) -> str:
    """How numbers and days look: `1,234.50 · Fri 27 Nov`."""
    with speaking(reader().language, formats=formats):
        return f"{figures.number(Money(Decimal('1234.50'), 'EUR'))} · {figures.day(at.date(), at.date())}"


def _zones_by_area() -> list[tuple[str, list[tuple[str, str]]]]:
    """(area, [(zone, place)]), places in the reader's language."""
    areas: dict[str, list[tuple[str, str]]] = {}
    names: Mapping[str, Mapping[str, str]] = Locale.parse(reader().language).time_zones
    for zone in zones():
        area, _slash, place = zone.partition("/")
        if place:
            city = names.get(zone, {}).get("city") or place.replace("_", " ").replace("/", ", ")
            areas.setdefault(area, []).append((zone, city))
    return [(area, sorted(places, key=lambda pair: pair[1].casefold())) for area, places in areas.items()]
