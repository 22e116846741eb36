"""What a person set for themselves: language, formats, time zone, theme, single keys, time to undo."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.users.models import PersonalSettings

LANGUAGES = ("en", "de", "fr")
FORMATS = {"en": ("en_GB", "en_US"), "de": ("de_DE", "de_AT", "de_CH"), "fr": ("fr_FR", "fr_BE", "fr_CH")}
"""Locales of numbers and dates by language, the usual one first."""
THEMES = ("light", "dark")
UNDO_SECONDS = (5, 10, 20, 60)


@dataclass(frozen=True, slots=True)
class Personal:
    """A person's own settings. Empty: as the browser or the installation says."""

    language: str = ""
    formats: str = ""
    time_zone: str = ""
    theme: str = ""
    single_keys: bool = True
    undo_seconds: int | None = None


def personal_of(session: Session, user_id: UUID) -> Personal:
    """What this person set; all empty when they have set nothing."""
    row = session.get(PersonalSettings, user_id)
    if row is None:
        return Personal()
    return Personal(row.language, row.formats, row.time_zone, row.theme, row.single_keys, row.undo_seconds)


def keep_personal(session: Session, user_id: UUID, wanted: Personal) -> None:
    """Keep what this person set."""
    values = {
        "language": wanted.language, "formats": wanted.formats, "time_zone": wanted.time_zone, "theme": wanted.theme,
        "single_keys": wanted.single_keys, "undo_seconds": wanted.undo_seconds,
    }  # fmt: skip
    session.execute(
        insert(PersonalSettings).values(user_id=user_id, **values).on_conflict_do_update(
            index_elements=[PersonalSettings.user_id], set_=values
        )
    )  # fmt: skip
