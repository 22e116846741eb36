"""A drafted text as a document, and back: the lines, what each sentence rests on, what was held back and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from app.assessments.reconcile import units
from app.detectors.page import Page, shortened
from app.documents.reading import Reading
from app.errors import Malformed
from app.narratives.drafting import Draft, LineDraft
from app.narratives.entries import EXPENSE, MILESTONE, TIMESHEET, Entry
from app.odoo.commands import canonical_json
from app.sources.incoming import Incoming

SOURCE = "narrative:"
"""What the source of such a document begins with. No door to the outside gives such a name."""
TITLE = "Drafted by Countersign"
MEDIA_TYPE = "application/vnd.countersign.narrative+json"
_WORDS = {TIMESHEET: "timesheet", MILESTONE: "milestone", EXPENSE: "expense"}
_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A draft as it was made at one time."""

    draft: Draft
    drafted_at: datetime


@cache
def _adapter() -> TypeAdapter[Draft]:
    return TypeAdapter(Draft)


def fingerprint(draft: Draft, guards: object) -> str:
    """What the reviewer would read and what Odoo would be guarded by, as one hash."""
    body = {"draft": _adapter().dump_python(draft, mode="json"), "guards": guards}
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def incoming(draft: Draft, *, at: datetime) -> Incoming:
    """The draft as something that arrives; nobody outside can have sent these bytes, which hold a number made here."""
    serial = str(uuid4())
    body = {"drafted_at": at.isoformat(), "narrative": _adapter().dump_python(draft, mode="json"), "serial": serial}
    clean = "".join(c if c.isalnum() or c in " .-_" else "-" for c in draft.invoice.name).strip(" .")[:80]
    return Incoming(
        canonical_json(body).encode(), f"{clean} text.json", f"{SOURCE}draft", f"{draft.invoice.id}#{serial}", at
    )


def read(content: bytes) -> Told:
    """The draft that a document tells.

    Raises:
        Malformed: The bytes are not such a document.
    """
    import json

    try:
        body = json.loads(content)
        return Told(_adapter().validate_python(body["narrative"]), datetime.fromisoformat(str(body["drafted_at"])))
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Malformed(f"This is no drafted text of ours: {type(error).__name__}.") from None


def tell(told: Told) -> Reading:
    """The document as a person reads it."""
    d, page = told.draft, Page()
    page.line(title(d))
    page.gap()
    page.line(summary(d))
    for note in d.notes:
        page.line(note)
    page.gap()
    page.labelled("Customer", d.invoice.customer)
    page.labelled("Language", _LANGUAGES.get(d.language, d.language))
    page.labelled("Rules", _rules(d))
    for line in d.lines:
        _line(page, line)
    held = d.held_back
    if held:
        page.gap()
        page.line("Held back from the customer:")
        page.table(
            ("Words", "Stands in", "Why"),
            [(h.text, _record(h.record) if h.record else "a title", f"It {h.why}") for h in held],
        )
    page.gap()
    page.line(f"{TITLE} on {told.drafted_at:%Y-%m-%d} at {told.drafted_at:%H:%M} UTC.{_worded(d)}")
    return Reading("", TITLE, MEDIA_TYPE, "text", text=page.text, tables=tuple(page.tables), language="en")


def title(d: Draft) -> str:
    return f"{d.invoice.customer}, text of {d.invoice.name}"


def summary(d: Draft) -> str:
    """What is proposed, in a few sentences: lines, hours, what was held back, what got no text."""
    offered, lines = len(d.offered), len(d.lines)
    hours = units.count(sum((line.stated for line in d.offered), Decimal(0)))
    said = [
        f"A text for {offered} of 1 line, {hours} hours told."
        if offered and lines == 1
        else f"A text for {offered} of {lines} lines, {hours} hours told."
        if offered
        else "No text for the 1 line."
        if lines == 1
        else f"No text for any of {lines} lines."
    ]
    held = len(d.held_back)
    if held == 1:
        said.append("1 remark was held back.")
    else:
        said.append(f"{held} remarks were held back." if held else "Nothing had to be held back.")
    without = [line for line in d.lines if line.not_offered]
    if without:
        said.append(without[0].not_offered)
    return " ".join(said)


def _rules(d: Draft) -> str:
    p = d.profile
    po = {"first": "order number first", "last": "order number last", "none": "no order number"}[p.po_number]
    return ", ".join(
        [
            po, "names of staff allowed" if p.staff_names else "no names of staff", f"grouped by {p.group_by}",
            f"{p.tone} tone", f"{p.length} length, {p.max_length} characters at most",
            "one text for the invoice" if p.per == "invoice" else "a text for each line",
            *([f"never: {', '.join(p.forbidden_words)}"] if p.forbidden_words else []),
        ]
    )  # fmt: skip


def _line(page: Page, line: LineDraft) -> None:
    page.gap()
    page.line(f"Line {line.line.id}: {line.line.subject} ({units.count(line.line.quantity)} {line.line.unit})")
    if line.not_offered:
        page.line(f"No text: {line.not_offered}")
    if line.sentences:
        page.table(
            ("Proposed", "Rests on"),
            [(s.text, ", ".join(map(_record, s.records[:40])) + _more(len(s.records))) for s in line.sentences],
        )
    if line.line.entries:
        page.table(
            ("Entry", "Day", "Hours", "Remark", "Person"),
            [_entry(e) for e in line.line.entries[:200]],
        )


def _more(count: int) -> str:
    return f" and {count - 40} more" if count > 40 else ""


def _entry(entry: Entry) -> tuple[str, ...]:
    amount = str(entry.amount) if entry.amount else units.count(entry.hours) if entry.hours is not None else ""
    remark = entry.remark or "(no remark)"
    task = f" [{shortened(entry.task)}]" if entry.task else ""
    return _record(entry.record), entry.day.isoformat() if entry.day else "", amount, remark + task, entry.person


def _record(record: tuple[str, int]) -> str:
    model, number = record
    return f"{_WORDS.get(model, model)} {number}"


def _worded(d: Draft) -> str:
    if not d.worded_by:
        return " No model was asked, or nothing it said was used."
    return f" Descriptions worded by {d.worded_by.get('model', 'a model')} with prompt {d.worded_by.get('prompt', '')}."
