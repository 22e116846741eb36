"""What a person types into a field: understood as the guidelines write it, and found in the source where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_SCALED = re.compile(
    r"(?<![^\W\d_])(?:k|t|tsd|thousand|tausend|mille|m|mn|mm|mio|million\w*|mrd|milliard\w*|bn|b|billion\w*|lakh|crore)"
    r"(?:eur|usd|gbp|chf)?(?![^\W\d_])|[百千万億亿]",
    re.IGNORECASE,
)
"""Words that multiply: 40k is not 40."""
_BELOW_ZERO = re.compile(r"\s?[-−–]\s*(?:[A-Z]{3}|[€$£])?\s*$")
"""A minus after the figure, as some systems print it; not the one for no cents: 100,-."""
_OF_SOMETHING = re.compile(r"[%‰¼-¾⅐-⅞]")
"""A share, or a fraction beside the figure: 1½ is not 1."""
CHOICES = {
    "requested_action": tuple(action.value for action in RequestedAction),
    "language": LANGUAGES,
}
MONEY = ("amount_total", "amount_disputed", "unit_price", "amount")
OF_A_LINE = {"description": "text", "quantity": "decimal", "unit": "text", "unit_price": "decimal", "amount": "decimal"}
"""What a line of an order states, and how it is written, as `FIELDS` says it of a message."""
_KINDS = {**FIELDS, **OF_A_LINE}


@dataclass(frozen=True, slots=True)
class Habit:
    """How this person writes numbers and dates: the decimal mark, the day first or not, and today, for dates without a
    year; the mark between thousands, if it is not the other one of point and comma. `is_doubtful`: the text may have
    been taken from a source that writes numbers the other way."""

    decimal_mark: str
    is_day_first: bool
    today: date
    group_mark: str = ""
    is_doubtful: bool = False


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
    kind = _KINDS.get(name)
    if kind == "references":
        return list(dict.fromkeys(r for r in re.split(r"\s*[,;]\s*|\n", written) if r))
    if kind == "decimal":
        value = number(name, written, habit, is_money=name in MONEY)
        return written_numbers.as_text(value) if name in MONEY else written_numbers.quantity_text(value)
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


def number(name: str, written: str, habit: Habit, *, is_money: bool) -> Decimal:
    """The one number above zero that a text states, perhaps with its currency or unit.

    Raises:
        Malformed: There is none, or it may be thousands as well as decimals; the sentence says how to write it.
    """
    found = list(written_numbers.numbers(written, habit.decimal_mark))
    values: tuple[Decimal, ...] = ()
    if len(found) == 1 and not found[0].is_negative:
        before, text, after = written[: found[0].start], written[found[0].start : found[0].end], written[found[0].end :]
        rest = f"{before} {after}"
        if not re.search(r"\d", rest) and not _SCALED.search(rest) and not _says_otherwise(before, after):
            values = _readings(text, habit, is_money=is_money)
    if not values:
        raise Malformed(f"“{written}” is no number that can be read. Write it like 1234.50.", field=name)
    if len(values) > 1:
        decimals, thousands = f"{values[0]:.4f}", f"{values[1]:.2f}"
        raise Malformed(f"“{written}” may be {decimals} or {thousands}. Write which of the two you mean.", field=name)
    return values[0]


def _says_otherwise(before: str, after: str) -> bool:
    """Whether what stands around a figure makes another of it: a minus after it or brackets, which say below zero, a
    share, a fraction."""
    is_bracketed = before.rfind("(") > before.rfind(")")
    return bool(is_bracketed or _BELOW_ZERO.match(after) or _OF_SOMETHING.search(f"{before}{after}"))


def _readings(text: str, habit: Habit, *, is_money: bool) -> tuple[Decimal, ...]:
    group = habit.group_mark or ("," if habit.decimal_mark == "." else ".")
    return written_numbers.readings(
        text, habit.decimal_mark, "" if habit.is_doubtful else group, is_money=is_money or habit.is_doubtful
    )


def as_pointed_at(text: str, habit: Habit, reading: Reading | None, place: Place | None) -> Habit:
    """How numbers are written where the text comes from: in the part that was pointed at, if the text stands there.

    A text that nobody pointed at is in doubt where it also stands in a part that writes numbers the other way.
    """
    part, bare = _part(reading, place), text.strip()
    if part is not None and place is not None and bare in part.text[place.start : place.end]:
        return replace(habit, decimal_mark=_mark(part), group_mark="")
    parts = reading.walk() if reading is not None and bare else ()
    return replace(habit, is_doubtful=any(bare in p.text[:_SEARCHED] and _mark(p) != habit.decimal_mark for p in parts))


def _mark(part: Reading) -> str:
    """The decimal mark of a part's text."""
    return written_numbers.decimal_mark(part.text[:_SEARCHED], part.language)


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
    part = _part(reading, place)
    if part is None:
        return None
    text = part.text[place.start : place.end].strip(" ,;:()" if _KINDS[name] == "decimal" else " ,;:")
    try:
        said = understood(name, text, as_pointed_at(text, habit, reading, place))
    except Malformed:
        return None
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    return part.evidence(place.start, place.end) if said == value else None


def _part(reading: Reading | None, place: Place | None) -> Reading | None:
    """The part that a place lies in; None if it lies in none."""
    if reading is None or place is None:
        return None
    if not 0 <= place.start < place.end <= place.start + LONGEST:
        return None
    return next((p for p in reading.walk() if p.path == place.part and place.end <= len(p.text)), None)


def _stands(name: str, value: Any, reading: Reading, habit: Habit) -> Iterator[Evidence]:
    kind = _KINDS[name]
    for part in reading.walk():
        text = part.text[:_SEARCHED]
        if kind == "decimal":
            yield from (
                part.evidence(n.start, n.end)
                for n in written_numbers.numbers(text, _mark(part)) if n.value == Decimal(str(value))
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
