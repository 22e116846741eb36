"""What a person types into a field: understood as the guidelines write it, and found in the source where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.documents import written_dates, written_numbers
from app.documents.folding import fold
from app.documents.reading import Evidence, Reading
from app.errors import Malformed
from app.vocabulary import FIELDS, LANGUAGES, RequestedAction

LONGEST = 400
_SEARCHED = 200_000
CHOICES = {
    "requested_action": tuple(action.value for action in RequestedAction),
    "language": LANGUAGES,
}


@dataclass(frozen=True, slots=True)
class Habit:
    """How this person writes numbers and dates: the decimal mark where a number leaves a choice, the day first or not,
    and today, for dates without a year."""

    decimal_mark: str
    is_day_first: bool
    today: date


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a part's text that a person pointed at."""

    part: str
    start: int
    end: int


def understood(name: str, text: str, habit: Habit) -> Any:
    """The value in the guidelines' notation; None for an empty text: not stated.

    Raises:
        Malformed: It cannot be read as what this field holds; the sentence says how to write it.
    """
    written = " ".join(text.split())
    if not written:
        return None
    if len(written) > LONGEST:
        raise Malformed(f"That is too long for a field: {len(written)} characters, {LONGEST} at most.", field=name)
    kind = FIELDS.get(name)
    if kind == "references":
        return list(dict.fromkeys(r for r in re.split(r"\s*[,;]\s*|\n", written) if r))
    if kind == "decimal":
        return _decimal(name, written, habit)
    if kind == "date":
        return _date(name, written, habit)
    if kind == "currency":
        if not re.fullmatch(r"[A-Za-z]{3}", written):
            raise Malformed(f"“{written}” is no currency. Write its three letters, such as EUR.", field=name)
        return written.upper()
    if name in CHOICES and written not in CHOICES[name]:
        raise Malformed(f"“{written}” is none of {', '.join(CHOICES[name])}.", field=name)
    if kind is None or kind == "lines":
        raise Malformed(f"“{name}” cannot be changed here.", field=name)
    return written


def _decimal(name: str, written: str, habit: Habit) -> str:
    found = list(written_numbers.numbers(written, habit.decimal_mark))
    rest = written
    for number in found:
        rest = rest.replace(written[number.start : number.end], "", 1)
    if len(found) != 1 or re.search(r"\d", rest) or found[0].is_negative:
        raise Malformed(f"“{written}” is no number that can be read. Write it like 1234.50.", field=name)
    value = found[0].value
    return written_numbers.quantity_text(value) if name == "quantity_disputed" else written_numbers.as_text(value)


def _date(name: str, written: str, habit: Habit) -> str:
    found = list(written_dates.dates(fold(written), habit.is_day_first, habit.today))
    if len(found) != 1:
        raise Malformed(f"“{written}” is no date that can be read. Write it like 27 Nov 2026.", field=name)
    return found[0].value.isoformat()


def where(name: str, value: Any, reading: Reading | None, habit: Habit, pointed: Place | None) -> tuple[Evidence, ...]:
    """Where the value stands: the words that were pointed at if they say it, else the first that do; empty if none."""
    if reading is None or value is None:
        return ()
    wanted = value if isinstance(value, list) else [value]
    if pointed is not None and len(wanted) == 1 and (said := _pointed(name, wanted[0], reading, habit, pointed)):
        return (said,)
    found = [next(_stands(name, one, reading, habit), None) for one in wanted]
    return tuple(e for e in found if e is not None) if all(found) else ()


def _pointed(name: str, value: Any, reading: Reading, habit: Habit, place: Place) -> Evidence | None:
    part = next((p for p in reading.walk() if p.path == place.part), None)
    if part is None or not 0 <= place.start < place.end <= len(part.text) or place.end - place.start > LONGEST:
        return None
    try:
        said = understood(name, part.text[place.start : place.end].strip(" ,;:"), habit)
    except Malformed:
        return None
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    return part.evidence(place.start, place.end) if said == value else None


def _stands(name: str, value: Any, reading: Reading, habit: Habit) -> Iterator[Evidence]:
    kind = FIELDS[name]
    for part in reading.walk():
        text = part.text[:_SEARCHED]
        if kind == "decimal":
            mark = written_numbers.decimal_mark(text, part.language)
            yield from (
                part.evidence(n.start, n.end)
                for n in written_numbers.numbers(text, mark) if n.value == Decimal(str(value))
            )  # fmt: skip
        elif kind == "date":
            day = date.fromisoformat(str(value))
            folded = fold(text)
            first = written_dates.is_day_first(folded, part.language, None)
            yield from (
                part.evidence(d.start, d.end) for d in written_dates.dates(folded, first, habit.today)
                if d.value == day
            )  # fmt: skip
        elif kind in ("text", "reference", "references", "currency"):
            at = fold(text).find(fold(str(value)))
            if at >= 0:
                yield part.evidence(at, at + len(str(value)))
