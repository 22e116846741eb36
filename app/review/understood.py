"""What a person typed into a step, as the rest of the house writes it: 1.234,50 or 1 234,50 as 1234.50, days by ISO.

What cannot be read for certain stays as it was typed; the step then says what it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.documents import written_dates, written_numbers
from app.documents.folding import fold
from app.review import figures
from app.review.languages import reader

_AMOUNTS, _DAYS = ("amount", "quantity"), ("due_on",)


def plain(values: Mapping[str, str], today: date) -> dict[str, str]:
    """The values with figures and days as they are stored."""
    return {name: _plain(name, text.strip(), today) for name, text in values.items()}


def _plain(name: str, text: str, today: date) -> str:
    if name in _AMOUNTS:
        found = list(written_numbers.numbers(text, figures.written(".")))
        if len(found) == 1 and not found[0].is_negative and text[found[0].start : found[0].end] == text:
            return f"{found[0].value:f}"
    if name in _DAYS:
        days = list(written_dates.dates(fold(text), reader().formats != "en_US", today))
        if len(days) == 1:
            return days[0].value.isoformat()
    return text
