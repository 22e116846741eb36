"""A line of an X12 order: PO1 (850), POC (860), G68 (875) and the segments of its loop."""

from __future__ import annotations

from datetime import date

from app.documents.orders.draft import DraftLine
from app.documents.orders.values import number
from app.documents.orders.x12_syntax import Segment, x12_day

_DELETED = frozenset({"DI", "DL"})  # element 670: delete item(s)
_CHANGES = {
    "AI": "added", "CA": "changed", "DI": "deleted", "PC": "price changed", "PQ": "unit price and quantity changed",
    "QD": "quantity decreased", "QI": "quantity increased", "RS": "rescheduled", "RZ": "all values replaced",
    "CT": "dates changed", "NC": "no change", "PR": "unit price and rescheduled",
}  # fmt: skip

# Element 235: whose number of a product it is.
_ITEMS = {
    "VP": "our item", "VN": "our item", "VC": "our item", "VA": "our item", "SK": "item", "BP": "buyer's item",
    "IN": "buyer's item", "PI": "buyer's item", "CB": "buyer's item", "MG": "maker's item", "MF": "maker's item",
}  # fmt: skip
_ITEM_ORDER = ("our item", "buyer's item", "maker's item", "item")
_DESCRIPTIVE = frozenset({"PD", "DE", "TY"})  # 235: the pair's value is a description
_STARTS, _ENDS = frozenset({"150", "193", "196", "007"}), frozenset({"151", "194", "197", "036"})
_DELIVERY = frozenset({"002", "010", "011", "017", "037", "038", "063", "064", "067", "068", "074", "106"})
_EXTENDED = "1"  # 522: line item total


class Line:
    """Takes the segments of a line's loop in order."""

    def __init__(self, opening: Segment, component: str) -> None:
        self.draft = DraftLine(number=opening.at(1))
        self._component = component
        self._has_description = False
        match opening.tag:
            case "PO1":
                self._begin(opening, quantity=2, unit=3, price=4, items=6)
            case "POC":
                self._begin(opening, quantity=3, unit=5, price=6, items=8)
                self.draft.is_cancelled = opening.at(2) in _DELETED
                self.draft.tell("change", _CHANGES.get(opening.at(2), opening.at(2)))
            case "G68" | "G92":
                at = 0 if opening.tag == "G68" else 1
                self.draft.number = ""
                self._begin(opening, quantity=1 + at, unit=2 + at, price=3 + at, items=5 + at)
                self.draft.tell("item", opening.at(4 + at))
            case _:
                self._items(opening.pairs(2))

    def take(self, segment: Segment) -> None:
        """A segment of the loop."""
        draft = self.draft
        match segment.tag:
            case "PID":
                self._describe(segment.at(5) or segment.at(4))
            case "G69":
                self._describe(segment.at(1))
            case "MSG" | "MTX" | "NTE":
                draft.tell("note", segment.at(1) if segment.tag == "MSG" else segment.at(2))
            case "AMT" if segment.at(1) == _EXTENDED and draft.amount is None:
                draft.amount = number(segment.at(2))
            case "CTP" if draft.unit_price is None:
                draft.unit_price = number(segment.at(3))
            case "DTM":
                self._date(segment.at(1), x12_day(segment.at(2)))
            case "SCH":
                draft.tell("schedule", f"{segment.at(1)} {segment.at(2)} {segment.at(6)}")
            case "FST":
                draft.tell("schedule", f"{segment.at(1)} {segment.at(4)}")
            case "LIN":
                self._items(segment.pairs(2))
            case "REF" | "N9" if segment.at(2):
                draft.tell("reference", f"{segment.at(1)} {segment.at(2)}")
            case "QTY" if draft.quantity is None and segment.at(1) in ("21", "38", "63"):
                draft.quantity, draft.unit = number(segment.at(2)), draft.unit or self._unit(segment.at(3))

    def _begin(self, opening: Segment, *, quantity: int, unit: int, price: int, items: int) -> None:
        draft = self.draft
        draft.quantity = number(opening.at(quantity))
        draft.unit = self._unit(opening.at(unit))
        draft.unit_price = number(opening.at(price))
        self._items(opening.pairs(items))

    def _unit(self, text: str) -> str:
        """A unit; of a composite (C001) its first component."""
        return text.partition(self._component)[0].strip() if self._component else text

    def _items(self, pairs: list[tuple[str, str]]) -> None:
        labelled = [(_ITEMS.get(kind, "item"), value, kind) for kind, value in pairs]
        for label, value, kind in sorted(labelled, key=lambda item: _ITEM_ORDER.index(item[0])):
            if kind in _DESCRIPTIVE:
                self._describe(value)
            self.draft.tell(label, value)

    def _describe(self, text: str) -> None:
        """Descriptions of one line belong together: element 352 is cut at 80 characters."""
        draft = self.draft
        if not text or text in draft.description:
            return
        draft.description = f"{draft.description} {text}".strip()

    def _date(self, kind: str, when: date | None) -> None:
        draft = self.draft
        if when is None:
            return
        if kind in _STARTS:
            draft.starts_on = draft.starts_on or when
        elif kind in _ENDS:
            draft.ends_on = draft.ends_on or when
        elif kind in _DELIVERY:
            draft.tell("delivery", when.isoformat())
