"""The head and the summary of an EDIFACT order: numbers, dates, parties, references, terms, totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.documents.order import OrderFunction, Party
from app.documents.orders import edifact_codes as codes
from app.documents.orders.codes import PURPOSE, response_wanted
from app.documents.orders.draft import Draft
from app.documents.orders.edifact_syntax import Segment, joined
from app.documents.orders.values import coded_period, number

_CHANGE_REQUEST = "230"  # 1001, which some send as ORDERS
_GROUPS = frozenset({"RFF", "NAD", "TAX", "CUX", "PAT", "TDT", "TOD", "PAC", "SCC", "ALC", "DOC", "EQD", "GIS"})
_PARTY_NUMBERS = frozenset({"VA", "AHP", "GN", "FC", "XA"})  # 1153: VAT and registration numbers of a party
_STAND_INS = ("IV", "OB", "UC", "MI", "DP", "ST", "CN")  # 3035: who names the buyer if BY has a number only
_SUPPLIERS = ("SU", "SE", "SR", "MF")


class Head:
    """Takes the segments of the head in order; `finish` settles what depends on all of them."""

    def __init__(self, draft: Draft, *, is_call_off: bool) -> None:
        self.draft = draft
        self._is_call_off = is_call_off
        self._group = ""
        self._party = ""
        self._parties: dict[str, Party] = {}
        self._ordered: list[str] = []
        self._ordered_on: date | None = None
        self._dates: dict[str, Segment] = {}
        self._dates_of_groups: dict[str, Segment] = {}
        self._totals: dict[str, Decimal] = {}

    def take(self, segment: Segment) -> None:
        """A segment before the first line."""
        if segment.tag in _GROUPS:
            self._group = segment.tag
        match segment.tag:
            case "BGM":
                self._begin(segment)
            case "DTM":
                self._date(segment)
            case "RFF":
                self._reference(segment)
            case "NAD":
                self._party = segment.at(1)
                self._parties.setdefault(self._party, _party(segment))
            case "CTA" | "COM":
                self._contact(segment)
            case "CUX":
                self.draft.currency = self.draft.currency or segment.at(1, 1)
            case "PAT":
                self._terms(segment)
            case "FTX" | "IMD" | "MOA":
                self.take_behind_lines(segment)

    def take_behind_lines(self, segment: Segment) -> None:
        """A segment of the summary: totals and free text, which may stand in the head too."""
        if segment.tag == "MOA" and self._group != "ALC":
            amount = number(segment.at(1, 1), may_be_grouped=False)
            if amount is not None:
                self._totals.setdefault(segment.at(1), amount)
                self.draft.currency = self.draft.currency or segment.at(1, 2)
        elif segment.tag == "FTX":
            text = joined(segment.raw(4))
            if segment.at(1) == "AAB" and not self.draft.payment_terms:
                self.draft.payment_terms = text
            else:
                self.draft.note(text)
            self.draft.declared_language = self.draft.declared_language or segment.at(5)
        elif segment.tag == "IMD":
            self.draft.note(joined(segment.raw(3)[3:]))

    def ordered(self, number_of_order: str) -> None:
        """The order that a line calls off from: delivery schedules name it there."""
        if number_of_order and not self._ordered:
            self._ordered.append(number_of_order)

    def finish(self) -> None:
        """Settle numbers, dates, totals and parties."""
        self._dates = {**self._dates_of_groups, **self._dates}
        self._settle_number()
        draft = self.draft
        draft.valid_from, draft.valid_until = self._day(codes.STARTS), self._day(codes.ENDS)
        period = next((self._dates[q] for q in codes.PERIODS if q in self._dates), None)
        if period is not None and not (draft.valid_from or draft.valid_until):
            draft.valid_from, draft.valid_until = coded_period(period.at(1, 1), period.at(1, 2))
        draft.total_net, draft.total_gross, draft.total_tax = map(self._total, (codes.NET, codes.GROSS, codes.TAX))
        self._name_parties()

    def _begin(self, segment: Segment) -> None:
        draft = self.draft
        draft.number = segment.at(2) or segment.at(2, 1)
        purpose = PURPOSE.get(segment.at(3).lstrip("0"), OrderFunction.NEW)
        if draft.function is not None and not self._is_call_off:
            if purpose is OrderFunction.CANCELLATION:
                draft.function, draft.title = purpose, "Order cancellation"
            elif purpose is OrderFunction.CHANGE or segment.at(1) == _CHANGE_REQUEST:
                draft.function, draft.title = OrderFunction.CHANGE, "Order change"
        draft.response_wanted = response_wanted(segment.at(4))
        draft.detail("Document", segment.at(1, 3))

    def _date(self, segment: Segment) -> None:
        """A date of the document, or of the group before it: of a reference, a rate, a term of payment."""
        qualifier = segment.at(1)
        if self._group == "RFF" and qualifier == "171":
            if self._ordered and self._ordered_on is None:
                self._ordered_on = codes.day_of(segment)
        elif self._group:
            self._dates_of_groups.setdefault(qualifier, segment)
        else:
            self._dates.setdefault(qualifier, segment)

    def _reference(self, segment: Segment) -> None:
        qualifier, found = segment.at(1), segment.at(1, 1)
        party = self._parties.get(self._party)
        if party is not None and qualifier in _PARTY_NUMBERS:
            if qualifier == "VA":
                party = replace(party, vat_id=party.vat_id or found)
            else:
                party = replace(party, ids=(*party.ids, found))
            self._parties[self._party] = party
        elif qualifier in codes.ORDER_NUMBERS:
            self._ordered.append(found)
        elif qualifier in codes.REFERENCES:
            self.draft.refer(codes.REFERENCES[qualifier], found)
        else:
            self.draft.detail(f"Reference {qualifier}", found)

    def _contact(self, segment: Segment) -> None:
        party = self._parties.get(self._party)
        if segment.tag == "CTA":
            self.draft.detail("Contact", segment.at(2, 1) or segment.at(2))
        elif segment.at(1, 1) == "EM" and party is not None and not party.email:
            self._parties[self._party] = replace(party, email=segment.at(1))
        else:
            self.draft.detail("Contact", segment.at(1))

    def _terms(self, segment: Segment) -> None:
        text = joined(segment.raw(2)[3:])
        if any(c.isalpha() for c in text) and not self.draft.payment_terms:
            self.draft.payment_terms = text
        elif segment.at(3, 2) == "D":
            self.draft.detail("Payment in days", segment.at(3, 3))

    def _settle_number(self) -> None:
        """A change or a call-off is about the order it refers to, if it does; a new order has its own number."""
        draft = self.draft
        issued = self._day(codes.DOCUMENT_DATES)
        if draft.function is OrderFunction.NEW and not self._is_call_off:
            draft.issued_on = issued
            for found in self._ordered:
                draft.refer("Earlier order", found)
            return
        own = draft.number
        draft.number = next((found for found in self._ordered if found), own)
        draft.own_number = own if own != draft.number else ""
        draft.references = [(what, found) for what, found in draft.references if found != draft.number]
        if self._is_call_off:
            draft.issued_on = issued
        else:
            draft.changed_on, draft.issued_on = issued, self._ordered_on

    def _name_parties(self) -> None:
        draft = self.draft
        buyer = self._parties.get("BY", Party())
        stand_in = next((p for q in _STAND_INS if (p := self._parties.get(q, Party())).name), Party())
        draft.buyer = buyer if buyer.name else replace(buyer, name=stand_in.name)
        draft.supplier = next((self._parties[q] for q in _SUPPLIERS if q in self._parties), Party())
        for qualifier, label in (("IV", "Invoice to"), ("DP", "Deliver to"), ("UC", "Final customer")):
            party = self._parties.get(qualifier, Party())
            draft.detail(label, ", ".join(part for part in (party.name, party.address) if part))

    def _day(self, qualifiers: tuple[str, ...]) -> date | None:
        return next((day for q in qualifiers if q in self._dates and (day := codes.day_of(self._dates[q]))), None)

    def _total(self, qualifiers: tuple[str, ...]) -> Decimal | None:
        return next((self._totals[q] for q in qualifiers if q in self._totals), None)


def _party(segment: Segment) -> Party:
    """A NAD: the name in C080, else the first line of the unstructured C058; the rest is the address."""
    structured = bool(segment.at(4))
    lines = segment.raw(4) if structured else segment.raw(3)
    is_cut = len(lines) > 1 and len(lines[0]) == 35
    name = joined(lines[:2] if is_cut else lines[:1])
    address = [
        *lines[2 if is_cut else 1 : 5],
        *segment.all(5),
        segment.at(8),
        segment.at(6),
        segment.at(7),
        segment.at(9),
    ]
    return Party(
        name=name,
        ids=(segment.at(2),) if segment.at(2) else (),
        address=", ".join(part.strip() for part in address if part.strip()),
    )
