"""ANSI ASC X12 purchase orders: 850, 860 and 875 as orders, 855, 865 and schedules written down.

Source: X12 003040 to 008010; element codes 353 (purpose), 92 (type), 128 (references), 374 (dates), 522 (amounts),
670 (line change). Line amounts are not in the standard; quantity times price is never computed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.documents.order import OrderFunction, Party
from app.documents.orders.codes import response_wanted
from app.documents.orders.draft import Draft
from app.documents.orders.values import number
from app.documents.orders.x12_line import Line
from app.documents.orders.x12_syntax import Segment, TransactionSet, x12_day

SETS = {
    "850": ("Order", OrderFunction.NEW),
    "860": ("Order change", OrderFunction.CHANGE),
    "875": ("Grocery order", OrderFunction.NEW),
    "876": ("Grocery order change", OrderFunction.CHANGE),
    "855": ("Order acknowledgement", None),
    "865": ("Order change acknowledgement", None),
    "830": ("Planning schedule", None),
    "862": ("Shipping schedule", None),
}
"""Transaction sets read as orders or written down like them; what orders nothing has no function."""

_PURPOSES = {
    "01": OrderFunction.CANCELLATION, "03": OrderFunction.CANCELLATION,
    "02": OrderFunction.CHANGE, "04": OrderFunction.CHANGE, "05": OrderFunction.CHANGE, "19": OrderFunction.CHANGE,
}  # fmt: skip
_CHANGE_ORDER = "CP"  # element 92: change to purchase order, sent as an 850
_REFERENCES = {
    "CT": "Contract", "BC": "Contract", "AH": "Contract", "CC": "Contract", "PR": "Quotation", "Q1": "Quotation",
    "VN": "Our order number", "P4": "Project", "JB": "Project", "JR": "Project", "PJ": "Project",
    "BLT": "Framework order",
}  # fmt: skip
_STARTS, _ENDS = ("007", "092", "150", "193", "196"), ("036", "093", "151", "194", "197")
_LINE_OPENERS = frozenset({"PO1", "POC", "G68", "G92", "LIN"})
_PARTIES = ("BY", "BT", "SO", "OB", "LW", "IN", "ST")  # element 98, by who is the customer
_SUPPLIERS = ("SE", "SU", "VN", "SF", "MF")
_TOTALS = {"TT": "total_net", "GV": "total_net", "1": "total_net", "5": "total_net", "T": "total_tax"}
_MESSAGE_SEGMENTS = {"MSG": 1, "NTE": 2, "MTX": 2}


def read(found: TransactionSet) -> Draft:
    """A transaction set of one of `SETS` as a draft."""
    title, function = SETS[found.type]
    reader = _Reader(Draft("x12", title, function), found.component)
    for segment in found.segments:
        reader.take(segment)
    return reader.finish()


class _Reader:
    def __init__(self, draft: Draft, component: str) -> None:
        self.draft = draft
        self._component = component
        self._line: Line | None = None
        self._is_summary = False
        self._parties: dict[str, Party] = {}
        self._party = ""
        self._email = ""
        self._dates: dict[str, date] = {}

    def take(self, segment: Segment) -> None:
        tag = segment.tag
        if tag in _LINE_OPENERS:
            self._line = Line(segment, self._component)
            self.draft.lines.append(self._line.draft)
        elif tag in ("CTT", "G76", "TDS"):
            self._is_summary = True
            self._total(segment)
        elif tag == "AMT" and (self._is_summary or self._line is None or segment.at(1) == "TT"):
            self._total(segment)
        elif self._line is not None and not self._is_summary:
            self._line.take(segment)
            if tag == "CUR":
                self.draft.currency = self.draft.currency or segment.at(2)
        else:
            self._head(segment)

    def _head(self, segment: Segment) -> None:
        match segment.tag:
            case "BEG" | "BCH" | "BAK" | "BCA" | "G50" | "BFR" | "BSS":
                self._begin(segment)
            case "CUR":
                self.draft.currency = segment.at(2)
            case "REF" | "N9":
                self._reference(segment)
            case "DTM" | "G62":
                self._date(segment)
            case "ITD":
                self._terms(segment)
            case "N1" | "N2" | "N3" | "N4" | "PER":
                self._name(segment)
            case "MSG" | "NTE" | "MTX":
                self.draft.note(segment.at(_MESSAGE_SEGMENTS[segment.tag]))
            case "PID":
                self.draft.note(segment.at(5))
            case "SAC":
                amount = number(segment.at(5))
                label = {"A": "Allowance", "C": "Charge", "N": "No charge"}.get(segment.at(1), "Allowance or charge")
                cents = f"{amount.scaleb(-2):f}" if amount is not None else ""
                self.draft.detail(label, " ".join(part for part in (segment.at(15) or segment.at(2), cents) if part))
            case "FOB" | "TD5":
                place = segment.at(7) if segment.tag == "FOB" else segment.at(5)
                self.draft.detail("Delivery", place)

    def _begin(self, segment: Segment) -> None:
        draft, tag = self.draft, segment.tag
        if tag == "G50":
            draft.number, draft.issued_on = segment.at(3), x12_day(segment.at(2))
            return
        if tag in ("BFR", "BSS"):
            draft.number = segment.at(2)
            return
        draft.number = segment.at(3)
        purpose = _PURPOSES.get(segment.at(1))
        is_change = tag == "BCH" or segment.at(2) == _CHANGE_ORDER or purpose is OrderFunction.CHANGE
        if draft.function is not None and purpose is OrderFunction.CANCELLATION:
            draft.function, draft.title = purpose, "Order cancellation"
        elif draft.function is not None and is_change:
            draft.function, draft.title = OrderFunction.CHANGE, "Order change"
        draft.detail("Release", segment.at(4) if tag in ("BEG", "BCH") else "")
        if tag == "BCH":
            draft.detail("Change number", segment.at(5))
            ordered = (x12_day(segment.at(n)) for n in (6, 5, 7))  # some senders are one element out
            draft.issued_on, draft.changed_on = next(filter(None, ordered), None), x12_day(segment.at(11))
            draft.refer("Contract", segment.at(8))
        elif tag == "BEG":
            draft.refer("Contract", segment.at(6))
            draft.response_wanted = response_wanted(segment.at(7))
            dated = x12_day(segment.at(5))
            if draft.function is OrderFunction.NEW:
                draft.issued_on = dated
            else:
                draft.changed_on = dated
        elif tag == "BAK":
            draft.issued_on = x12_day(segment.at(4))

    def _reference(self, segment: Segment) -> None:
        kind, found = segment.at(1), segment.at(2)
        if kind in _REFERENCES:
            self.draft.refer(_REFERENCES[kind], found)
        elif found and not (kind == "PO" and found == self.draft.number):
            self.draft.detail(f"Reference {kind}", found)
        if segment.tag == "REF" and segment.at(3):
            self.draft.note(segment.at(3))

    def _date(self, segment: Segment) -> None:
        kind = segment.at(1)
        when = x12_day(segment.at(2))
        if when is None and segment.at(5) == "RD8":
            first, _, last = segment.at(6).partition("-")
            start, end = x12_day(first), x12_day(last)
            if start and kind in _STARTS:
                self.draft.valid_from, self.draft.valid_until = start, end
        elif when is not None:
            self._dates.setdefault(kind, when)

    def _terms(self, segment: Segment) -> None:
        written = segment.at(12)
        if written and not self.draft.payment_terms:
            self.draft.payment_terms = written
        elif not written:
            self.draft.detail("Payment in days", segment.at(7))

    def _name(self, segment: Segment) -> None:
        if segment.tag == "N1":
            self._party = segment.at(1)
            identifier = segment.at(4)
            self._parties.setdefault(self._party, Party(name=segment.at(2), ids=(identifier,) if identifier else ()))
            return
        party = self._parties.get(self._party, Party())
        if segment.tag == "PER":
            mails = [value for kind, value in segment.pairs(3) if kind == "EM"]
            self.draft.detail("Contact", " ".join([segment.at(2), *(value for _, value in segment.pairs(3))]))
            if not self._party:  # before the first name: the buyer's contact
                self._email = self._email or (mails[0] if mails else "")
                return
            party = replace(party, email=party.email or (mails[0] if mails else ""))
        else:
            parts = [party.address, *(segment.at(n) for n in range(1, 5))]
            party = replace(party, address=", ".join(part for part in parts if part))
        self._parties[self._party] = party

    def _total(self, segment: Segment) -> None:
        if segment.tag == "TDS":
            cents = number(segment.at(1))
            self.draft.total_net = self.draft.total_net or (cents.scaleb(-2) if cents is not None else None)
        elif segment.tag == "AMT":
            name, amount = _TOTALS.get(segment.at(1)), number(segment.at(2))
            if name and amount is not None and getattr(self.draft, name) is None:
                setattr(self.draft, name, amount)
            elif amount is not None:
                self.draft.detail(f"Amount {segment.at(1)}", segment.at(2))

    def finish(self) -> Draft:
        draft = self.draft
        draft.valid_from = draft.valid_from or self._first(_STARTS)
        draft.valid_until = draft.valid_until or self._first(_ENDS)
        if draft.function is OrderFunction.NEW:
            draft.issued_on = draft.issued_on or self._dates.get("004")
        else:
            draft.changed_on = draft.changed_on or self._first(("152", "137"))
        named = [self._parties[kind] for kind in _PARTIES if kind in self._parties and self._parties[kind].name]
        buyer = self._parties.get("BY", Party())
        if not buyer.name and named:
            buyer = replace(named[0], ids=buyer.ids or named[0].ids, email=buyer.email or named[0].email)
        draft.buyer = replace(buyer, email=buyer.email or self._email)
        draft.supplier = next((self._parties[kind] for kind in _SUPPLIERS if kind in self._parties), Party())
        for kind, label in (("BT", "Bill to"), ("ST", "Deliver to")):
            party = self._parties.get(kind, Party())
            draft.detail(label, ", ".join(part for part in (party.name, party.address) if part))
        return draft

    def _first(self, kinds: tuple[str, ...]) -> date | None:
        return next((self._dates[kind] for kind in kinds if kind in self._dates), None)
