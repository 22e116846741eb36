"""What a person typed into a step, as the rest of the house writes it: 1.234,50 or 1 234,50 as 1234.50, days by ISO.

What is no number or day stays as it was typed; the step then says what it needs. A number that may be thousands as well
as decimals is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.assessments import typed
from app.assessments.typed import Habit
from app.documents import written_dates, written_numbers
from app.documents.folding import fold
from app.review import figures
from app.review.languages import reader

FIGURES = ("amount", "quantity")
"""The values of a step that are numbers."""
_DAYS = ("due_on",)


def habit(today: date) -> Habit:
    """How whoever reads the page writes numbers and dates."""
    return Habit(figures.written("."), reader().formats != "en_US", today, figures.written(","))


def plain(values: Mapping[str, str], today: date) -> dict[str, str]:
    """The values with figures and days as they are stored.

    Raises:
        Malformed: A number has two readings; the sentence names both.
    """
    return {name: _plain(name, text.strip(), habit(today)) for name, text in values.items()}


def _plain(name: str, text: str, own: Habit) -> str:
    if name in FIGURES:
        found = list(written_numbers.numbers(text, own.decimal_mark))
        if len(found) == 1 and not found[0].is_negative and text[found[0].start : found[0].end] == text:
            return f"{typed.number(name, text, own, is_money=name == 'amount'):f}"
    if name in _DAYS:
        days = list(written_dates.dates(fold(text), own.is_day_first, own.today))
        if len(days) == 1:
            return days[0].value.isoformat()
    return text
