"""The middle pane: the arithmetic, what was read and how sure, the fields with their evidence, and Odoo's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.assessments import ordered, typed
from app.assessments.findings import ArithmeticRow, Finding, Match
from app.assessments.matching import plain_name, same_reference
from app.assessments.results import Assessment, Correction
from app.documents.order import Order
from app.documents.reading import Evidence, Reading
from app.documents.withheld import without_accounts
from app.money import Money
from app.review import figures, order_lines, wording
from app.review.highlights import ids
from app.review.languages import _
from app.review.order_lines import OrderLines
from app.review.source import UNMARKED
from app.vocabulary import FIELDS, CertaintyWord, Kind

_SHOWN_EMPTY: dict[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER_PO: (
        "customer_name", "po_number", "po_date", "valid_from", "valid_until", "order_refs", "currency", "amount_total",
        "payment_terms",
    ),
    Kind.DISPUTE: (
        "customer_name", "invoice_refs", "po_number", "currency", "amount_disputed", "quantity_disputed", "deadline",
    ),
    Kind.PAYMENT_NOTICE: ("customer_name", "invoice_refs", "currency", "amount_total"),
    Kind.BILLING_REQUEST: ("customer_name", "invoice_refs"),
    Kind.SECURITY_ALERT: ("customer_name", "invoice_refs", "currency", "amount_total"),
}  # fmt: skip
"""Fields that a person may want to fill in although the source does not state them, by kind."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A finding laid out as on paper. Columns that no row fills are left out."""

    finding: Finding
    rows: tuple[ArithmeticRow, ...]
    unit: str
    currency: str
    with_quantity: bool
    with_rate: bool
    with_amount: bool = True


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with where it stands: `places` are the ids to light, `first` the one to go to.

    `choices` are (value, words) where one of a few is chosen; `value` is then one of them. `changed` says who changed
    it and what had been read; `differs` what Odoo has instead.
    """

    name: str
    label: str
    value: str
    places: str
    first: str
    where: str
    quote: str
    lang: str
    choices: tuple[tuple[str, str], ...] = ()
    changed: str = ""
    differs: str = ""

    @property
    def word(self) -> str:
        """The value as people say it."""
        return dict(self.choices).get(self.value, self.value)


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
    order_lines: OrderLines | None
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom and beside what it is laid out: their day, what Odoo has for a field, and what they call themselves."""

    today: date
    in_odoo: Mapping[str, str]
    person: str = ""
    may_change: bool = False
    is_suspect: bool = False
    first_line: int = 1
    """Of an order, the line that a page of its lines begins with."""


def found(
    assessment: Assessment | None, reading: Reading | None, matches: tuple[Match, ...], findings: tuple[Finding, ...],
    shown: Shown,
) -> Found:  # fmt: skip
    """What we found, ready to be laid out."""
    sums = tuple(_sum(f) for f in findings)
    if assessment is None:
        return Found(sums, (), (), "", None, (), None, None, matches)
    suspect = shown.is_suspect or assessment.classification.kind is Kind.SECURITY_ALERT

    def safe(text: str) -> str:
        return without_accounts(text) if suspect else text

    asked_for = _SHOWN_EMPTY.get(assessment.classification.kind, ()) if shown.may_change else ()
    fields = tuple(
        _field(name, assessment, reading, shown, safe)
        for name in FIELDS
        if name != "lines" and (name in assessment.fields or name in assessment.corrections or name in asked_for)
    )
    return Found(
        sums=sums,
        sentences=tuple(
            Sentence(safe(c.text), ids(c.evidence), ids(c.evidence).partition(" ")[0]) for c in assessment.summary
        ),
        choices=_choices(assessment),
        fits=_fits(assessment),
        reading=assessment.classification.reading,
        fields=fields,
        order=ordered.of(assessment),
        order_lines=order_lines.shown(
            assessment, safe, person=shown.person, may_change=shown.may_change, start=shown.first_line
        ),
        matches=matches,
    )


def _sum(finding: Finding) -> Sum:
    unit = finding.unit or next((r.unit for r in finding.rows if r.unit), "")
    unit = {"h": _("hours"), "hours": _("hours"), "days": _("days"), "pieces": _("pieces")}.get(unit.casefold(), unit)
    money = next((m for r in finding.rows for m in (r.amount, r.rate) if m), finding.amount)
    return Sum(
        finding, finding.rows, unit, money.currency if money else "",
        with_quantity=any(r.quantity is not None for r in finding.rows), with_rate=any(r.rate for r in finding.rows),
    )  # fmt: skip


def operator(row: ArithmeticRow) -> str:
    """The word before a row that is taken away or added."""
    return {"minus": _("minus"), "plus": _("plus")}.get(row.role, "")


def _choices(assessment: Assessment) -> tuple[Choice, ...]:
    c = assessment.classification
    reasons = list(dict.fromkeys([c.reason, *c.prediction_set]))
    shown = []
    for place, reason in enumerate(reasons[:4]):
        word, bar = wording.likelihood(c.confidence) if place == 0 else (wording.likelihood(0.3)[0], 28)
        shown.append(Choice(reason, wording.full_reason(reason), word, bar, place == 0))
    return tuple(shown)


def _fits(assessment: Assessment) -> str:
    """The sentence over the choices when more than one reading fits."""
    c = assessment.classification
    if c.reading is not CertaintyWord.UNSURE or len(c.prediction_set) < 2:
        return ""
    words = [wording.within(wording.REASON_WORDS[r]) for r in c.prediction_set]
    if len(words) > 4:
        return _(
            "%(count)s readings fit, the likeliest are %(readings)s.", count=len(words),
            readings=wording.joined(words[:3]),
        )  # fmt: skip
    fit = _("%(first)s, or %(last)s", first=", ".join(words[:-1]), last=words[-1])
    sentences = {2: _("Two readings fit: %(readings)s.", readings=fit)}
    sentences[3] = _("Three readings fit: %(readings)s.", readings=fit)
    return sentences.get(len(words), _("Four readings fit: %(readings)s.", readings=fit))


def _field(name: str, assessment: Assessment, reading: Reading | None, shown: Shown, safe: Any) -> ShownField:
    stated, correction = assessment.fields.get(name), assessment.corrections.get(name)
    evidence = () if name in UNMARKED or stated is None else stated.evidence
    places = ids(evidence)
    first = evidence[0] if evidence else None
    quote = " ".join(first.quote.split())[:160] if first else ""
    raw = assessment.value(name)
    return ShownField(
        name=name, label=wording.FIELD_WORDS.get(name, wording.capital(name.replace("_", " "))),
        value=safe(_value(name, raw, assessment)), places=places, first=places.partition(" ")[0],
        where=_where(evidence, reading), quote=safe(quote), lang=str(assessment.value("language") or ""),
        choices=_to_choose_from(name, raw), changed=safe(_changed(name, correction, assessment, shown)),
        differs=safe(_differs(name, raw, shown)),
    )  # fmt: skip


def _to_choose_from(name: str, raw: Any) -> tuple[tuple[str, str], ...]:
    if name == "requested_action":
        return tuple((code, wording.REQUESTED_WORDS[code]) for code in typed.CHOICES[name])
    if name == "language":
        return tuple((code, wording.LANGUAGE_WORDS[code]) for code in typed.CHOICES[name])
    return ()


def _changed(name: str, correction: Correction | None, assessment: Assessment, shown: Shown) -> str:
    """Who changed a field, and what had been read."""
    if correction is None:
        return ""
    was = _said(name, correction.was, assessment)
    if correction.by == shown.person:
        return _("You changed this. It was: %(value)s", value=was) if was else _("You filled this in.")
    if was:
        return _("%(person)s changed this. It was: %(value)s", person=correction.by, value=was)
    return _("%(person)s filled this in.", person=correction.by)


def written_value(name: str, value: Any, assessment: Assessment | None) -> str:
    """A field's value in words, as it stands in its field; empty for none."""
    if assessment is None:
        return "" if value in (None, "", []) else str(value)
    return _said(name, value, assessment)


def _said(name: str, raw: Any, assessment: Assessment) -> str:
    value = _value(name, raw, assessment)
    return dict(_to_choose_from(name, raw)).get(value, value)


def _differs(name: str, raw: Any, shown: Shown) -> str:
    """What Odoo has where that is not what the source states."""
    there = shown.in_odoo.get(name, "")
    if not there or raw in (None, "", []):
        return ""
    here = str(raw)
    same = plain_name(here) == plain_name(there) if name == "customer_name" else same_reference(here, there)
    return "" if same or here.casefold() == there.casefold() else _("Differs from Odoo: %(value)s.", value=there)


def _value(name: str, value: Any, assessment: Assessment) -> str:
    """A value as it stands in its field, and as a person may type it."""
    if value is None:
        return ""
    if name in ("amount_total", "amount_disputed"):
        currency = assessment.value("currency")
        try:
            amount = Decimal(str(value))
            return figures.number(Money(amount, str(currency))) if currency else figures.quantity(amount)
        except (InvalidOperation, ValueError):
            return str(value)
    if FIELDS[name] == "decimal":
        try:
            return figures.quantity(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    if FIELDS[name] == "date":
        try:
            return figures.day(date.fromisoformat(str(value)), date.min)
        except ValueError:
            return str(value)
    if name == "lines":
        return "; ".join(order_lines.said(row) for row in value)
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
        word = {
            "mail": _("mail"), "pdf": "PDF", "image": _("picture"), "sheet": _("table"), "word": _("Word file"),
        }.get(part.form, part.form.upper())  # fmt: skip
        words.append(_("%(file)s p. %(page)s", file=word, page=e.page) if e.page is not None else word)
    return ", ".join(list(dict.fromkeys(words))[:2])
