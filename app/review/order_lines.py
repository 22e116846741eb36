"""The lines of a customer's order on the case page: shown with what a person put right, and typed over in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.datastructures import FormData

from app.assessments import ordered
from app.assessments.ordered import CELLS, Row
from app.assessments.results import Assessment
from app.assessments.typed import Habit, Place
from app.decisions.correcting_lines import Cells, EnteredLines
from app.review import figures, wording
from app.review.forms import place_of, text_of, whole_number
from app.review.highlights import ids
from app.review.languages import _

MOST = 200
"""Lines shown to read."""
MOST_TYPED = 40
"""Lines to type over on one page; the others follow on the next."""
_FIGURES = ("quantity", "unit_price", "amount")
_OFFERED = ("HUR", "DAY", "WEE", "MON", "C62", "LS", "E48", "KMT")


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it is typed over; `choices` are (value, words) where one of a few is chosen."""

    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the order: `place` from 1 as the order stands, 0 for a line to be added; `changed` says what it was."""

    place: int
    number: str
    description: str
    quantity: str
    price: str
    amount: str
    note: str
    changed: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class OrderLines:
    """The lines of one page. `first` and `last` are their places of `count`; 0 for `before` or `after`: none."""

    lines: tuple[ShownLine, ...]
    blank: ShownLine
    fingerprint: str
    changed: str
    taken_out: str
    places: str
    first: int
    last: int
    count: int
    before: int
    after: int


def shown(
    assessment: Assessment, safe: Callable[[str], str], *, person: str, may_change: bool, start: int = 1
) -> OrderLines | None:
    """The order's lines from this one on, `safe` applied to their words; None where no order was read."""
    if assessment.order is None:
        return None
    rows, correction = ordered.rows(assessment), assessment.corrections.get("lines")
    was: Sequence[Row] = (correction.was or ()) if correction else ()
    most = MOST_TYPED if may_change else MOST
    start = start if 0 < start <= len(rows) else 1
    window = rows[start - 1 : start - 1 + most]
    stated = assessment.fields.get("lines")
    evidence = (*(stated.evidence if stated else ()), *(correction.evidence if correction else ()))
    gone = [line for place, line in enumerate(was, 1) if all(row.get("as_read") != place for row in rows)]
    return OrderLines(
        lines=tuple(
            _line(place, row, safe, _read(row, was) if correction else row) for place, row in enumerate(window, start)
        ),
        blank=_line(0, {}, safe, {}), fingerprint=ordered.fingerprint(rows),
        changed=_by(correction.by, person) if correction else "",
        taken_out=safe(_("Taken out: %(lines)s", lines="; ".join(said(row) for row in gone))) if gone else "",
        places=ids(evidence), first=start if window else 0, last=start + len(window) - 1 if window else 0,
        count=len(rows), before=max(1, start - most) if start > 1 else 0,
        after=start + most if start + most <= len(rows) else 0,
    )  # fmt: skip


def said(row: Row) -> str:
    """A line in one piece: `2 Review: 12.00 hours × 100.00 = 1,200.00`."""
    what = f"{row.get('number', '')} {' '.join(str(row.get('description', '')).split())}".strip()
    count, price, amount = (_written(row, name) for name in _FIGURES)
    unit = str(row.get("unit", ""))
    counted = " × ".join(one for one in (f"{count} {wording.UNIT_WORDS.get(unit, unit)}".strip(), price) if one)
    worth = " = ".join(one for one in (counted, amount) if one)
    return ": ".join(one for one in (what, worth) if one)


def entered(form: FormData, habit: Habit) -> EnteredLines:
    """What the form's person typed over, added and took out, against what the page showed."""
    texts: dict[str, dict[str, str]] = {}
    places: dict[str, dict[str, Place]] = {}
    for name in dict.fromkeys(key.removeprefix("value-") for key in form if key.startswith("value-lines-")):
        match = wording.CELL_NAME.fullmatch(name)
        if match is None or _in_one(text_of(form, f"value-{name}")) == _in_one(text_of(form, f"was-{name}")):
            continue
        line, cell = match[1], match[2]
        texts.setdefault(line, {})[cell] = text_of(form, f"value-{name}")
        if (place := place_of(form, name)) is not None:
            places.setdefault(line, {})[cell] = place
    cells = {line: Cells(values, places.get(line, {})) for line, values in texts.items()}
    return EnteredLines(
        habit,
        changed={whole_number(line): one for line, one in cells.items() if not line.startswith("new")},
        added=[one for line, one in cells.items() if line.startswith("new")],
        taken_out=frozenset(whole_number(str(place)) for place in form.getlist("lines-out")),
        seen=text_of(form, "lines-seen"),
    )


def _in_one(text: str) -> str:
    return " ".join(text.split())


def _line(place: int, row: Row, safe: Callable[[str], str], read: Row | None) -> ShownLine:
    """A line beside what was read of it; None: a person added it."""
    unit = str(row.get("unit", ""))
    texts = {name: _written(row, name) for name in _FIGURES} | {"unit": unit}
    texts["description"] = safe(str(row.get("description", "")).strip())
    note = _("cancelled") if row.get("is_cancelled") else _("computed") if row.get("is_amount_derived") else ""
    if read is None:
        changed = _("Added by hand.")
    else:
        changed = "" if ordered.says_the_same(row, read) else _("It was: %(value)s", value=said(read))
    return ShownLine(
        place=place, number=str(row.get("number", "")), description=texts["description"],
        quantity=f"{texts['quantity']} {wording.UNIT_WORDS.get(unit, unit)}".strip() if texts["quantity"] else "",
        price=texts["unit_price"], amount=texts["amount"], note=note, changed=safe(changed),
        cells=tuple(
            ShownCell(
                name, wording.LINE_WORDS[name], texts[name], _units(unit) if name == "unit" else (),
                is_changed=ordered.differs(row, read or {}, name),
            )
            for name in CELLS
        ),
    )  # fmt: skip


def _units(unit: str) -> tuple[tuple[str, str], ...]:
    codes = dict.fromkeys((*([unit] if unit else []), *_OFFERED))
    return ("", ""), *((code, wording.UNIT_WORDS.get(code, code)) for code in codes)


def _written(row: Row, name: str) -> str:
    return figures.quantity(Decimal(str(row[name]))) if row.get(name) else ""


def _read(row: Row, was: Sequence[Row]) -> Row | None:
    """The line of the document that a line goes back to; None for one that a person added."""
    place = row.get("as_read", 0)
    return was[place - 1] if 0 < place <= len(was) else None


def _by(name: str, person: str) -> str:
    return _("You changed these lines.") if name == person else _("%(person)s changed these lines.", person=name)
