"""The language a person reads the pages in: `_` and `ngettext` speak the language of the request under way.

Templates use `{{ _("…") }}` and `{% trans %}`; modules import `_` from here. Whole sentences are translated, with what
varies as named values (`_("Answer by %(day)s", day=…)`), never glued. Sentences that other stages made and that stand
in the database in English are recognised by their pattern: `telling.told`.

Who reads is known per request: `ReadersLanguage` begins with what the browser asks for, and `follow` goes on with what
the signed-in person has chosen. The catalogues are `locale/<language>/messages.po`, read as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.users.personal import FORMATS, LANGUAGES, Personal

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"
"""The language that the sentences are written in; it has no catalogue."""
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Each in its own language."""


@dataclass(slots=True)
class Reader:
    """Who reads: language of the words, locale of numbers and dates, time zone."""

    language: str = SOURCE
    formats: str = FORMATS[SOURCE][0]
    zone: str = "UTC"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


_CURRENT: ContextVar[Reader | None] = ContextVar("reader", default=None)
_NOBODY = Reader()


def reader() -> Reader:
    """Who reads what is being made now; English and UTC outside of a request."""
    return _CURRENT.get() or _NOBODY


def begin(accepted: str = "") -> Reader:
    """Begin a request: the first of our languages that the browser accepts (`Accept-Language`)."""
    found = Reader()
    language = _negotiated(accepted)
    found.language, found.formats = language, FORMATS[language][0]
    _CURRENT.set(found)
    return found


def follow(personal: Personal) -> None:
    """Go on with what a person has chosen; what they have not chosen stays as it is."""
    found = _CURRENT.get()
    if found is None:
        found = begin()
    if personal.language in LANGUAGES:
        found.language, found.formats = personal.language, FORMATS[personal.language][0]
    if personal.formats in _ALL_FORMATS:
        found.formats = personal.formats
    if is_zone(personal.time_zone):
        found.zone = personal.time_zone


@contextmanager
def speaking(language: str, *, formats: str = "", zone: str = "UTC") -> Iterator[None]:
    """Make what is inside in this language, for whoever reads it."""
    token = _CURRENT.set(Reader(language, formats or FORMATS[language][0], zone))
    try:
        yield
    finally:
        _CURRENT.reset(token)


_ALL_FORMATS = frozenset(code for codes in FORMATS.values() for code in codes)


@cache
def zones() -> tuple[str, ...]:
    """The time zones to choose from, by name: places, and UTC."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(areas)))


def is_zone(name: str) -> bool:
    return name in zones()


def _negotiated(accepted: str) -> str:
    """The first language of ours in the order of the browser's wishes."""
    wishes: list[tuple[float, int, str]] = []
    for place, wish in enumerate(accepted[:500].split(",")):
        name, _, rest = wish.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        language = name.strip().partition("-")[0].casefold()
        if language in LANGUAGES and weight > 0:
            wishes.append((-weight, place, language))
    return min(wishes)[2] if wishes else SOURCE


class ReadersLanguage:
    """Middleware: every request begins in the language its browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            begin("" if scope["path"].startswith("/v1/") else Headers(scope=scope).get("accept-language", ""))
        await self.app(scope, receive, send)


# -- sentences ----------------------------------------------------------------------------------------------------


def catalogue_file(language: str) -> Path:
    return LOCALE / language / "messages.po"


@cache
def catalogue(language: str) -> Catalog:
    """The sentences of a language as they stand in the file; empty where there is none."""
    file = catalogue_file(language)
    if language == SOURCE or not file.exists():
        return Catalog(language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language to look up in; sentences without a translation stay English."""
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(sentence: str) -> str:
    """The sentence in the reader's language, unfilled."""
    return translations(reader().language).gettext(sentence) if sentence else ""


def plural_form(one: str, many: str, n: int) -> str:
    """The form that fits a count, unfilled."""
    return translations(reader().language).ngettext(one, many, n)


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """The form that fits a count, filled; `num` is the count as the reader writes it."""
    from app.review import figures

    return plural_form(one, many, n) % {"num": figures.count(n), **values}


def _(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, filled."""
    found = gettext(sentence)
    return found % values if values else found


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a sentence that is translated when it is shown
    """Marks a sentence of a table for the catalogue; it is translated with `_` where it is used."""
    return sentence


class Words(Mapping[str, str]):
    """A table of words by code, each in the reader's language when it is looked up."""

    def __init__(self, words: Mapping[Any, str]) -> None:
        self._words = dict(words)

    def __getitem__(self, code: str) -> str:
        return gettext(self._words[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def told(text: str) -> str:
    """A sentence that another stage made in English, in the reader's language as far as it is known."""
    from app.review import telling

    return telling.told(text)
