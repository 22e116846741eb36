"""The middle pane: the arithmetic, what was read and how sure, the fields with their evidence, and Odoo's records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.assessments.findings import ArithmeticRow, Finding, Match
from app.assessments.results import Assessment, FieldValue
from app.documents.order import Order
from app.documents.reading import Evidence, Reading
from app.documents.withheld import without_accounts
from app.money import Money
from app.review import figures, wording
from app.review.highlights import ids
from app.review.source import UNMARKED
from app.vocabulary import FIELDS, CertaintyWord, Kind

_OPERATORS = {"minus": "minus", "plus": "plus"}


@dataclass(frozen=True, slots=True)
class Sum:
    """A finding laid out as on paper. Columns that no row fills are left out."""

    finding: Finding
    rows: tuple[ArithmeticRow, ...]
    unit: str
    currency: str
    with_quantity: bool
    with_rate: bool


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with where it stands: `places` are the ids to light, `first` the one to go to."""

    name: str
    label: str
    value: str
    places: str
    first: str
    where: str
    quote: str
    lang: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the summary and what it rests on."""

    text: str
    places: str
    first: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason that fits, and how likely in words; `bar` is its length out of 72."""

    reason: str
    label: str
    likelihood: str
    bar: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Found:
    """All that the pane shows."""

    sums: tuple[Sum, ...]
    sentences: tuple[Sentence, ...]
    choices: tuple[Choice, ...]
    fits: str
    reading: CertaintyWord | None
    fields: tuple[ShownField, ...]
    order: Order | None
    order_lines: tuple[dict[str, str], ...]
    order_places: str
    matches: tuple[Match, ...]


def found(
    assessment: Assessment | None, reading: Reading | None, matches: tuple[Match, ...], findings: tuple[Finding, ...],
    today: date,
) -> Found:  # fmt: skip
    """What we found, ready to be laid out."""
    sums = tuple(_sum(f) for f in findings)
    if assessment is None:
        return Found(sums, (), (), "", None, (), None, (), "", matches)
    suspect = assessment.classification.kind is Kind.SECURITY_ALERT

    def safe(text: str) -> str:
        return without_accounts(text) if suspect else text

    fields = tuple(
        _field(name, assessment.fields[name], assessment, reading, today, safe)
        for name in FIELDS
        if name in assessment.fields and name != "lines"
    )
    lines = assessment.fields.get("lines")
    return Found(
        sums=sums,
        sentences=tuple(
            Sentence(safe(c.text), ids(c.evidence), ids(c.evidence).partition(" ")[0]) for c in assessment.summary
        ),
        choices=_choices(assessment),
        fits=_fits(assessment),
        reading=assessment.classification.reading,
        fields=fields,
        order=assessment.order,
        order_lines=tuple(_order_lines(assessment)),
        order_places=ids(lines.evidence) if lines else "",
        matches=matches,
    )


def _sum(finding: Finding) -> Sum:
    unit = finding.unit or next((r.unit for r in finding.rows if r.unit), "")
    unit = "hours" if unit == "h" else unit
    money = next((m for r in finding.rows for m in (r.amount, r.rate) if m), finding.amount)
    return Sum(
        finding, finding.rows, unit, money.currency if money else "",
        with_quantity=any(r.quantity is not None for r in finding.rows), with_rate=any(r.rate for r in finding.rows),
    )  # fmt: skip


def operator(row: ArithmeticRow) -> str:
    return _OPERATORS.get(row.role, "")


def _choices(assessment: Assessment) -> tuple[Choice, ...]:
    c = assessment.classification
    reasons = list(dict.fromkeys([c.reason, *c.prediction_set]))
    shown = []
    for place, reason in enumerate(reasons[:4]):
        word, bar = wording.likelihood(c.confidence) if place == 0 else ("quite possible", 28)
        shown.append(Choice(reason, wording.full_reason(reason), word, bar, place == 0))
    return tuple(shown)


def _fits(assessment: Assessment) -> str:
    """The sentence over the choices when more than one reading fits."""
    c = assessment.classification
    if c.reading is not CertaintyWord.UNSURE or len(c.prediction_set) < 2:
        return ""
    words = [wording.REASON_WORDS[r].lower() for r in c.prediction_set]
    count = {2: "Two", 3: "Three", 4: "Four"}.get(len(words), str(len(words)))
    if len(words) > 4:
        return f"{count} readings fit, the likeliest are {wording.joined(words[:3])}."
    return f"{count} readings fit: {', '.join(words[:-1])}, or {words[-1]}."


def _field(
    name: str, found: FieldValue, assessment: Assessment, reading: Reading | None, today: date, safe: Any
) -> ShownField:
    evidence = () if name in UNMARKED else found.evidence
    places = ids(evidence)
    first = evidence[0] if evidence else None
    quote = " ".join(first.quote.split())[:160] if first else ""
    return ShownField(
        name=name, label=wording.FIELD_WORDS.get(name, wording.capital(name.replace("_", " "))),
        value=safe(_value(name, found.value, assessment, today)), places=places, first=places.partition(" ")[0],
        where=_where(evidence, reading), quote=safe(quote), lang=str(assessment.value("language") or ""),
    )  # fmt: skip


def _value(name: str, value: Any, assessment: Assessment, today: date) -> str:
    if name == "requested_action":
        return wording.REQUESTED_WORDS.get(str(value), str(value))
    if name == "language":
        return wording.LANGUAGE_WORDS.get(str(value), str(value))
    if name in ("amount_total", "amount_disputed"):
        currency = assessment.value("currency")
        try:
            return f"{figures.number(Money(Decimal(str(value)), str(currency or 'XXX')))}"
        except (InvalidOperation, ValueError):
            return str(value)
    if FIELDS[name] == "date":
        try:
            return figures.day(date.fromisoformat(str(value)), today)
        except ValueError:
            return str(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)


def _where(evidence: Iterable[Evidence], reading: Reading | None) -> str:
    """Where the evidence stands, in a few words: `mail`, `PDF p. 1`, `mail, PDF`."""
    if reading is None:
        return ""
    forms = {part.path: part for part in reading.walk()}
    words: list[str] = []
    for e in evidence:
        part = forms.get(e.part)
        if part is None:
            continue
        word = {"mail": "mail", "pdf": "PDF", "image": "picture", "sheet": "table", "word": "Word file"}.get(
            part.form, part.form.upper()
        )
        words.append(f"{word} p. {e.page}" if e.page is not None else word)
    return ", ".join(list(dict.fromkeys(words))[:2])


def _order_lines(assessment: Assessment) -> Iterable[dict[str, str]]:
    order = assessment.order
    for line in (order.lines if order else ())[:200]:
        yield {
            "number": line.number, "description": line.description,
            "quantity": _ordered(line.quantity, line.unit),
            "price": figures.quantity(line.unit_price) if line.unit_price is not None else "",
            "amount": figures.quantity(line.amount) if line.amount is not None else "",
            "note": "cancelled" if line.is_cancelled else "computed" if line.is_amount_derived else "",
        }  # fmt: skip


def _ordered(quantity: Decimal | None, unit: str) -> str:
    return f"{figures.quantity(quantity)} {wording.UNIT_WORDS.get(unit, unit)}".strip() if quantity is not None else ""
