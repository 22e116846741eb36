"""A person puts right the lines of a customer's order: a description or figure typed over, a line added or taken out.
The order is compared with Odoo anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.assessments import ordered, typed
from app.assessments.claims.ground import CODES, CURRENCY_WORDS
from app.assessments.models import AssessmentRow
from app.assessments.ordered import CELLS, Row
from app.assessments.results import Assessment, Correction
from app.assessments.typed import Habit, Place
from app.audit import trail
from app.cases.models import Case
from app.decisions.correcting import elsewhere, keep_anew, opened, reading_of
from app.documents.folding import fold
from app.documents.reading import Evidence, Reading
from app.errors import Conflict, Malformed, NotFound, Refused
from app.users.access import Caller

MOST = 500
"""Lines that an order may come to have by hand."""
_SIGNED = ("unit_price", "amount")
"""What may be below zero: a discount is a line of its own on many orders."""
_MINUS = ("-", "−", "–")
_WORD = re.compile(r"[€£$¥₺₹₪₽₴]|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Cells:
    """What a person entered in a line: new texts by `CELLS`, an empty one for "not stated"; the words they pointed
    at."""

    texts: Mapping[str, str]
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EnteredLines:
    """Lines typed over and taken out, by their place from 1 as the order stands, and lines added at its end.

    `seen` is the fingerprint of the lines that the person had before them; empty where a version says so already.
    """

    habit: Habit
    changed: Mapping[int, Cells] = field(default_factory=dict)
    added: Sequence[Cells] = ()
    taken_out: frozenset[int] = frozenset()
    seen: str = ""


def correct_lines(session: Session, case_id: int, entered: EnteredLines, *, by: Caller, at: datetime) -> bool:
    """Keep an order's lines as a person left them, as a new assessment, and have the case compared with Odoo again.

    A line without any words or figures is taken out. False when what was entered says what stood there already.

    Raises:
        NotFound: There is no such case or line, or the case has not been read yet.
        Refused: The person is neither reviewer nor controller, or the case has no order.
        Malformed: A figure cannot be understood, or an added line does not say what is ordered; nothing is changed.
        Conflict: The lines changed since they were seen, or the case is being written or has ended.
    """
    paper = _opened(session, case_id, by)
    now = ordered.rows(paper.before)
    if entered.seen and entered.seen != ordered.fingerprint(now):
        raise Conflict("The lines of this order changed since you opened it. Nothing was changed.")
    for place in (*entered.changed, *entered.taken_out):
        if not 0 < place <= len(now):
            raise NotFound(f"The order has no line {place}.")
    found: list[Evidence] = []
    left: list[Row] = []
    for place, line in enumerate(now, 1):
        if place not in entered.taken_out:
            left.append(_typed_over(line, entered.changed[place], paper, entered.habit, found)
                        if place in entered.changed else line)  # fmt: skip
    left += [_added(cells, paper, entered.habit, found) for cells in entered.added]
    left = [line for line in left if any(line.get(name) for name in CELLS)]
    if len(left) > MOST:
        raise Malformed(f"An order has {MOST} lines at most here; this one would have {len(left)}.")
    return _keep(session, paper, left, found, by=by, at=at)


def put_back(session: Session, case_id: int, *, by: Caller, at: datetime) -> bool:
    """Take the lines again as the document has them. False when they are that already.

    Raises: as `correct_lines`.
    """
    paper = _opened(session, case_id, by)
    return _keep(session, paper, ordered.read_rows(paper.before), (), by=by, at=at)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A case's order as it stands, and what to find words in."""

    session: Session
    case: Case
    row: AssessmentRow
    before: Assessment
    reading: Reading
    currency: str

    def understood(self, name: str, text: str, habit: Habit, place: Place | None) -> tuple[Any, tuple[Evidence, ...]]:
        """The value of a cell, and where it stands: in the words pointed at, else anywhere in the case's mails."""
        if name in typed.MONEY and _is_in_another(text, self.currency):
            written = " ".join(text.split())
            raise Malformed(
                f"“{written}” is in another currency than the order. Write the amount in the order’s, or change the "
                "order’s currency first.",
                field=name,
            )
        is_below = name in _SIGNED and text.strip().startswith(_MINUS)
        sign, bare = ("-", text.strip()[1:]) if is_below else ("", text)
        value = typed.understood(name, bare, typed.as_pointed_at(bare, habit, self.reading, place))
        if value is None:
            return "", ()
        evidence = typed.where(name, value, self.reading, habit, place) or elsewhere(
            self.session, self.before, self.row, name, value, habit
        )
        return sign + value, evidence


def _opened(session: Session, case_id: int, by: Caller) -> _Paper:
    case, row, before = opened(session, case_id, by)
    order = ordered.of(before)
    if order is None:
        raise Refused("No order was read on this case, so it has no order lines to change.")
    return _Paper(session, case, row, before, reading_of(session, row), order.currency)


def _is_in_another(text: str, currency: str) -> bool:
    """Whether a text names a currency that is not this one; "$" is that of many."""
    for word in _WORD.findall(fold(text)):
        meant = {word.upper()} if word.upper() in CODES else CURRENCY_WORDS.get(word, set())
        if currency and meant and currency not in meant and (len(meant) == 1 or currency in CODES):
            return True
    return False


def _added(cells: Cells, paper: _Paper, habit: Habit, found: list[Evidence]) -> Row:
    line = _typed_over({}, cells, paper, habit, found)
    if line and not line.get("description"):
        raise Malformed("Say what is ordered in the line that you add.", field="description")
    return line


def _typed_over(line: Row, cells: Cells, paper: _Paper, habit: Habit, found: list[Evidence]) -> Row:
    """The line with what was entered; where the new values stand in the source is added to `found`."""
    said = dict(line)
    for name, text in cells.texts.items():
        if name not in CELLS:
            raise Refused(f"A line of an order has no {name} that can be changed.")
        value, evidence = paper.understood(name, text, habit, cells.places.get(name))
        if ordered.says_the_same({**said, name: value}, said):
            continue
        said[name] = value
        found += evidence
        if said.get("is_amount_derived") and name in ("quantity", "unit_price", "amount"):
            said |= {"is_amount_derived": False} | ({"amount": ""} if name != "amount" else {})
    return {name: value for name, value in said.items() if value}


def _keep(
    session: Session, paper: _Paper, left: Sequence[Row], found: Sequence[Evidence], *, by: Caller, at: datetime
) -> bool:
    before = paper.before
    now, read, known = ordered.rows(before), ordered.read_rows(before), before.corrections.get("lines")
    if list(left) == now:
        return False
    corrections = {name: c for name, c in before.corrections.items() if name != "lines"}
    if not _is_as_read(left, read):
        evidence = tuple(dict.fromkeys((*(known.evidence if known else ()), *found)))
        lines = [dict(line) for line in left]
        corrections["lines"] = Correction(lines, known.was if known else read, by.name, at, evidence)
    changed = {"was": [line for line in now if line not in left], "is": [line for line in left if line not in now]}
    trail.record(
        session, "fields.corrected", case_id=paper.case.id, actor=by.email, at=at, fields={"lines": changed}
    )  # fmt: skip
    after = replace(before, corrections=corrections)
    keep_anew(session, paper.case, paper.row, after, paper.reading, at=at)
    return True


def _is_as_read(left: Sequence[Row], read: Sequence[Row]) -> bool:
    return len(left) == len(read) and all(
        line.get("as_read") == place and ordered.says_the_same(line, was)
        for place, (line, was) in enumerate(zip(left, read, strict=True), 1)
    )
