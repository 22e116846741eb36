"""The language a person reads the pages in: `_` and `ngettext` speak the language of the request under way.

Templates use `{{ _("…") }}` and `{% trans %}`; modules import `_` from here. Whole sentences are translated, with what
varies as named values (`_("Answer by %(day)s", day=…)`), never glued.
"""

from __future__ import annotations

from contextvars import ContextVar
from gettext import NullTranslations

_CURRENT: ContextVar[NullTranslations] = ContextVar("translations", default=NullTranslations())  # noqa: B039 - unchanging


def gettext(sentence: str) -> str:
    """The sentence in the reader's language, unfilled."""
    return _CURRENT.get().gettext(sentence)


def plural_form(one: str, many: str, n: int) -> str:
    """The form that fits a count, unfilled."""
    return _CURRENT.get().ngettext(one, many, n)


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """The form that fits a count, filled; `num` is the count."""
    return plural_form(one, many, n) % {"num": n, **values}


def _(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, filled."""
    found = gettext(sentence)
    return found % values if values else found


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a sentence that is translated when it is shown
    """Marks a sentence of a table for the catalogue; it is translated with `_` where it is used."""
    return sentence
