"""What a standard's parser fills in, and how it becomes an `Order` with evidence.

A draft holds values only. `transcribe` writes them down as text that a person can read (label: value lines and a table
of order lines) and notes where each value stands, so that every field of the order has its span in that text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.documents.order import Order, OrderFunction, OrderLine, Party
from app.documents.orders.confirmation import asks_for_confirmation
from app.documents.orders.terms import terms_in
from app.documents.orders.values import plain, tidy
from app.documents.orders.words import language_of

LINES_LIMIT = 50_000  # lines kept of one order
_DETAILS_LIMIT = 60  # details kept of one line
_NO_NUMBERS = frozenset({"", "-", ".", "0", "none", "n/a", "na", "null"})  # written where a number was left out
_NOTE_LIMIT = 400  # notes kept of one document: hostile files repeat them by the million


@dataclass(slots=True)
class DraftLine:
    """A line as a parser finds it. `details` are (label, value) pairs shown after the line: item numbers, notes."""

    number: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_cancelled: bool = False
    details: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, label: str, value: str) -> None:
        """Keep something worth showing that is no field of a line."""
        value = tidy(value)
        if value and len(self.details) < _DETAILS_LIMIT:
            self.details.append((label, value))


@dataclass(slots=True)
class Draft:
    """An order document as a parser finds it.

    `function` is None for a message that is about an order but orders nothing (a response, a forecast): it is written
    down as text and yields no `Order`. `own_number` is the number of a change message where it differs from the
    order's. `response_wanted` holds the words (or the meaning of the code) by which an acknowledgement is asked for.
    """

    standard: str
    title: str
    function: OrderFunction | None = OrderFunction.NEW
    number: str = ""
    own_number: str = ""
    issued_on: date | None = None
    changed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    buyer: Party = field(default_factory=Party)
    supplier: Party = field(default_factory=Party)
    currency: str = ""
    total_net: Decimal | None = None
    total_tax: Decimal | None = None
    total_gross: Decimal | None = None
    payment_terms: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)
    """(what it is, number): quotation, contract, framework, project and our order numbers."""
    details: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[DraftLine] = field(default_factory=list)
    response_wanted: str = ""
    declared_language: str = ""

    def refer(self, what: str, number: str) -> None:
        """Keep a reference once; the order's own number is none, nor is a word for "none"."""
        number = tidy(number)
        if number.casefold() in _NO_NUMBERS:
            return
        if number != self.number and all(number != known for _, known in self.references):
            self.references.append((what, number))

    def detail(self, label: str, value: str) -> None:
        """Keep something worth showing that is no field of an order."""
        value = tidy(value)
        if value and (label, value) not in self.details[-50:]:
            self.details.append((label, value))

    def note(self, text: str) -> None:
        """Keep free text."""
        text = tidy(text)
        if text and len(self.notes) < _NOTE_LIMIT and text not in self.notes[-50:]:
            self.notes.append(text)


class Transcript:
    """Text written line by line, with the character ranges of what was written."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.spans: list[tuple[str, int, int]] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(self, text: str) -> tuple[int, int]:
        """Append text and say where it stands."""
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        return start, self._length

    def say(self, label: str, value: str, name: str = "") -> None:
        """A line "label: value"; the value's place is kept under `name`. Empty values are not written."""
        if not value:
            return
        self.write(f"{label}: ")
        span = self.write(value)
        if name:
            self.spans.append((name, *span))
        self.write("\n")


def transcribe(draft: Draft) -> tuple[str, Order | None]:
    """The draft as text, and the order it states with a span in that text for every value."""
    page = Transcript()
    start, end = page.write(draft.title)
    page.spans.append(("function", start, end))
    page.write("\n")
    _write_head(page, draft)
    _write_parties(page, draft)
    for label, value in draft.details:
        page.say(label, value)
    wants = _write_notes(page, draft)
    lines = _write_lines(page, draft.lines)
    page.say("Total without tax", plain(draft.total_net), "total_net")
    page.say("Tax", plain(draft.total_tax), "total_tax")
    page.say("Total to pay", plain(draft.total_gross), "total_gross")
    language = _language(page, draft, lines)
    if draft.function is None:
        return page.text, None
    return page.text, Order(
        standard=draft.standard,
        function=draft.function,
        number=draft.number,
        issued_on=draft.issued_on,
        changed_on=draft.changed_on,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        buyer=draft.buyer,
        supplier=draft.supplier,
        currency=draft.currency,
        total_net=draft.total_net,
        total_tax=draft.total_tax,
        total_gross=draft.total_gross,
        payment_terms=draft.payment_terms,
        references=tuple(number for _, number in draft.references),
        lines=tuple(lines),
        asks_for_confirmation=wants,
        language=language,
        spans=tuple(page.spans),
    )


def _write_head(page: Transcript, draft: Draft) -> None:
    page.say("Message number", draft.own_number, "own_number")
    page.say("Order number", draft.number, "number")
    page.say("Order date", _iso(draft.issued_on), "issued_on")
    page.say("Date of the change", _iso(draft.changed_on), "changed_on")
    page.say("Valid from", _iso(draft.valid_from), "valid_from")
    page.say("Valid until", _iso(draft.valid_until), "valid_until")
    for what, number in draft.references:
        page.say(what, number, "references")
    page.say("Currency", draft.currency, "currency")
    page.say("Payment terms", draft.payment_terms, "payment_terms")


def _write_parties(page: Transcript, draft: Draft) -> None:
    for role, name, party in (("Buyer", "buyer", draft.buyer), ("Supplier", "supplier", draft.supplier)):
        page.say(role, party.name, f"{name}.name")
        page.say(f"{role} VAT number", party.vat_id, f"{name}.vat_id")
        page.say(f"{role} identifiers", ", ".join(party.ids))
        page.say(f"{role} address", party.address)
        page.say(f"{role} e-mail", party.email, f"{name}.email")


def _write_notes(page: Transcript, draft: Draft) -> bool:
    """Write the notes and find in them what has no element: true if a confirmation is asked for; payment terms."""
    wants = bool(draft.response_wanted)
    page.say("Response wanted", draft.response_wanted, "asks_for_confirmation")
    for text in draft.notes:
        page.write("Note: ")
        start, _ = page.write(text)
        found = asks_for_confirmation(text)
        if found:
            wants = True
            page.spans.append(("asks_for_confirmation", start + found[0], start + found[1]))
        terms = None if draft.payment_terms else terms_in(text)
        if terms:
            draft.payment_terms = text[terms[0] : terms[1]]
            page.spans.append(("payment_terms", start + terms[0], start + terms[1]))
        page.write("\n")
    return wants


def _write_lines(page: Transcript, lines: Iterable[DraftLine]) -> list[OrderLine]:
    written: list[OrderLine] = []
    for line in lines:
        if not line.description:
            line.description = _item_number(line)
        if not written:
            page.write("\nNo. | Description | Quantity | Unit | Unit price | Amount\n")
        spans: list[tuple[str, int, int]] = []
        cells = (
            ("number", line.number),
            ("description", line.description),
            ("quantity", plain(line.quantity)),
            ("unit", line.unit),
            ("unit_price", plain(line.unit_price)),
            ("amount", plain(line.amount)),
        )
        for at, (name, value) in enumerate(cells):
            if at:
                page.write(" | ")
            span = page.write(value)
            if value:
                spans.append((name, *span))
        for label, name, value in (
            ("from", "starts_on", _iso(line.starts_on)),
            ("to", "ends_on", _iso(line.ends_on)),
            ("status", "is_cancelled", "cancelled" if line.is_cancelled else ""),
        ):
            if value:
                page.write(f" | {label} ")
                spans.append((name, *page.write(value)))
        for label, value in line.details:
            page.write(f" | {label} {value}")
        page.write("\n")
        written.append(
            OrderLine(
                number=line.number,
                description=line.description,
                quantity=line.quantity,
                unit=line.unit,
                unit_price=line.unit_price,
                amount=line.amount,
                starts_on=line.starts_on,
                ends_on=line.ends_on,
                is_cancelled=line.is_cancelled,
                spans=tuple(spans),
            )
        )
    if written:
        page.write("\n")
    return written


def _item_number(line: DraftLine) -> str:
    """An item's number, taken out of the details: it describes what is ordered where no words do."""
    for at, (label, value) in enumerate(line.details):
        if label.endswith("item"):
            del line.details[at]
            return value
    return ""


def _language(page: Transcript, draft: Draft, lines: list[OrderLine]) -> str:
    """The language of the buyer's own words; the evidence is the words themselves, else what the file declares."""
    words = [*draft.notes, draft.payment_terms, *(line.description for line in lines[:60])]
    language = language_of(words, declared=draft.declared_language)
    if not language:
        return ""
    described = [s for line in lines for s in line.spans if s[0] == "description"]
    whole = page.text
    if described:
        page.spans.append(("language", described[0][1], described[0][2]))
    else:
        first = next((w for w in words if w), "")
        at = whole.find(first) if first else -1
        if at >= 0:
            page.spans.append(("language", at, at + len(first)))
        else:
            page.say("Language", draft.declared_language or language, "language")
    return language


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
