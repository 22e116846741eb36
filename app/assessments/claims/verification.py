"""Every claim of a model is looked for in the sources and the records; what is not found is left out and counted.

The model's word is never enough: a value stands where the source writes it (a date in any of eight languages, an
amount with either decimal mark, a reference with other separators), or in a record, or in a finding. Pure and without
IO; never raises for what a model may say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.assessments.claims.ground import CODES, Found, Ground
from app.assessments.claims.sentence import Ungrounded, check
from app.assessments.claims.units import MONEY
from app.assessments.results import Claim, FieldValue
from app.documents.reading import Evidence
from app.vocabulary import FIELDS, LANGUAGES, RequestedAction

MOST_LINES = 500
_UNITS = frozenset({"hours", "days", "units"})
_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,8})?", re.ASCII)
_LINE_CELLS = ("description", "quantity", "unit", "unit_price", "amount")


@dataclass(frozen=True, slots=True)
class ClaimedSentence:
    """A sentence and the words of the source that it says it rests on."""

    text: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """What was left out. `sort` is field, line, sentence or quote; `reason` is stable, `what` is for a person.

    Reasons: unknown (no field of that name), form (not a value of that field), not_found, date, number, reference,
    currency, name, length, quote, no_evidence.
    """

    sort: str
    reason: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What stands, with its evidence, and what was left out. A claim without evidence rests on records alone."""

    fields: dict[str, FieldValue]
    sentences: tuple[Claim, ...]
    drops: tuple[Drop, ...]

    def counts(self) -> dict[str, int]:
        """How much was left out for each "sort/reason"."""
        return dict(Counter(f"{drop.sort}/{drop.reason}" for drop in self.drops))

    def warnings(self) -> tuple[str, ...]:
        """A line for the reviewer for each thing left out."""
        return tuple(f"{drop.what} was left out: {_IN_WORDS[drop.reason]}." for drop in self.drops)


_IN_WORDS = {
    "unknown": "there is no such field",
    "form": "it is not a value of that field",
    "not_found": "it stands neither in the document nor in the records",
    "date": "a date in it stands neither in the document nor in the records",
    "number": "a number in it stands neither in the document nor in the records",
    "reference": "a reference in it stands neither in the document nor in the records",
    "currency": "its currency stands neither in the document nor in the records",
    "name": "a name in it stands neither in the document nor in the records",
    "length": "it is too long",
    "quote": "these words are not in the document",
    "no_evidence": "it rests on no words of the document",
}


def verify(
    fields: Mapping[str, Any],
    sentences: Sequence[ClaimedSentence],
    ground: Ground,
    *,
    quotes: Mapping[str, str] | None = None,
    language: str = "en",
) -> Verified:
    """What of these claims is grounded: fields in the source, sentences (in this `language`) in the records as well.

    `quotes` are the words that a field says it rests on. A choice (`requested_action`, `quantity_unit`) is written
    nowhere as such and needs them; for other fields they are evidence beside the place where the value stands.
    """
    drops: list[Drop] = []
    kept: dict[str, FieldValue] = {}
    source = ground.of_the_source()
    for name, value in fields.items():
        stands = _field(name, value, source, drops)
        quote = (quotes or {}).get(name, "")
        if stands is None:
            continue
        quoted = ground.literal(quote) if quote else None
        if quote and quoted is None:
            drops.append(Drop("quote", "quote", f"{name}: “{_short(quote)}”"))
        if FIELDS[name] == "choice" and quoted is None:
            drops.append(Drop("field", "no_evidence", f"{name} = {_short(value)}"))
            continue
        kept[name] = FieldValue(stands.value, _evidence([*([quoted] if quoted else []), *map(Found, stands.evidence)]))
    claims = [claim for one in sentences if (claim := _sentence(one, ground, language, drops)) is not None]
    return Verified(kept, tuple(claims), tuple(drops))


def _sentence(one: ClaimedSentence, ground: Ground, language: str, drops: list[Drop]) -> Claim | None:
    shown = f"“{_short(one.text)}”"
    checked = check(one.text, ground, language)
    if isinstance(checked, Ungrounded):
        drops.append(Drop("sentence", checked.reason, f"{shown} ({_short(checked.what)})"))
        return None
    quotes = [(quote, ground.literal(quote)) for quote in one.quotes]
    drops += [Drop("quote", "quote", f"“{_short(quote)}”") for quote, found in quotes if found is None]
    evidence = [found.evidence for _, found in quotes if found and found.evidence]
    every = tuple(dict.fromkeys([*evidence, *checked]))
    is_in_records = any(found and not found.evidence for _, found in quotes) or _has_figure(one.text)
    if not every and not is_in_records:
        drops.append(Drop("sentence", "no_evidence", shown))
        return None
    return Claim(one.text, every)


def _has_figure(text: str) -> bool:
    return any(c.isnumeric() for c in text)


def _field(name: str, value: Any, ground: Ground, drops: list[Drop]) -> FieldValue | None:
    if value is None or value == "" or value == []:
        return None  # not stated: nothing is claimed
    form = FIELDS.get(name)
    if form is None:
        drops.append(Drop("field", "unknown", f"{_short(name)} = {_short(value)}"))
        return None
    if form in ("references", "lines"):
        return _list(name, form, value, ground, drops)
    if not isinstance(value, str):
        drops.append(Drop("field", "form", f"{name} = {_short(value)}"))
        return None
    result = _one(name, form, value.strip(), ground)
    if isinstance(result, str):
        drops.append(Drop("field", result, f"{name} = {_short(value)}"))
        return None
    return FieldValue(value.strip(), _evidence([result]))


def _one(name: str, form: str, value: str, ground: Ground) -> Found | str:
    """Where a value stands, or the reason why it does not."""
    if form == "decimal":
        number = _decimal(value)
        units = {MONEY} if name.startswith("amount") else ()
        return "form" if number is None else ground.number(number, is_negative=number < 0, units=units) or "not_found"
    if form == "date":
        day = _day(value)
        return "form" if day is None else ground.day(day) or "not_found"
    if form == "currency":
        return "form" if value not in CODES else ground.currency({value}) or "not_found"
    if form == "language":
        return Found() if value in LANGUAGES else "form"
    if form == "choice":
        allowed = _UNITS if name == "quantity_unit" else {action.value for action in RequestedAction}
        return Found() if value in allowed else "form"
    if form == "reference":
        return ground.reference(value) or "not_found"
    return ground.literal(value) or ground.words(value) or "not_found"


def _list(name: str, form: str, value: Any, ground: Ground, drops: list[Drop]) -> FieldValue | None:
    if not isinstance(value, list | tuple):
        drops.append(Drop("field", "form", f"{name} = {_short(value)}"))
        return None
    if len(value) > MOST_LINES:
        drops.append(Drop("field", "length", f"{len(value) - MOST_LINES} of {name}"))
    kept: list[Any] = []
    found: list[Found] = []
    for one in value[:MOST_LINES]:
        if form == "lines":
            line = _line(one, ground, drops, found)
            kept += [line] if line else []
            continue
        place = ground.reference(one.strip()) if isinstance(one, str) and one.strip() else None
        if place is None:
            drops.append(Drop("field", "not_found" if isinstance(one, str) else "form", f"{name} = {_short(one)}"))
        else:
            kept.append(one.strip())
            found.append(place)
    return FieldValue(kept, _evidence(found)) if kept else None


def _line(line: Any, ground: Ground, drops: list[Drop], found: list[Found]) -> dict[str, str] | None:
    """The cells of an order line that stand; an amount may be the exact product of a quantity and a price that do."""
    if not isinstance(line, Mapping):
        drops.append(Drop("line", "form", _short(line)))
        return None
    kept: dict[str, str] = {}
    before = len(drops)
    for name, value in line.items():
        if value is None or value == "":
            continue
        place: Found | str = "unknown"
        if name in _LINE_CELLS:
            place = "form" if not isinstance(value, str) else _cell(name, value.strip(), ground, kept)
        if isinstance(place, str):
            drops.append(Drop("line", place, f"{_short(name)} = {_short(value)}"))
        else:
            kept[name] = value.strip()
            found.append(place)
    if kept.keys() - {"unit"}:
        return kept
    if len(drops) == before:
        drops.append(Drop("line", "form", "a line that says nothing"))
    return None


def _cell(name: str, value: str, ground: Ground, kept: Mapping[str, str]) -> Found | str:
    if name == "unit":
        return Found() if value in _UNITS else ground.literal(value) or "not_found"
    if name == "description":
        return ground.literal(value) or ground.words(value) or "not_found"
    number = _decimal(value)
    if number is None:
        return "form"
    stands = ground.number(number, is_negative=number < 0)
    quantity, price = _decimal(kept.get("quantity", "")), _decimal(kept.get("unit_price", ""))
    if stands is None and name == "amount" and quantity is not None and price is not None:
        stands = Found() if quantity * price == number else None
    return stands or "not_found"


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    except InvalidOperation:
        return None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else None
    except ValueError:
        return None


def _evidence(found: Iterable[Found]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(one.evidence for one in found if one.evidence))


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 120 else f"{text[:119]}…"
