"""A line of an EDIFACT order: the segments from one LIN to the next."""

from __future__ import annotations

from decimal import Decimal

from app.documents.orders import edifact_codes as codes
from app.documents.orders.codes import LINE_CANCELLED
from app.documents.orders.draft import DraftLine
from app.documents.orders.edifact_syntax import Segment, joined
from app.documents.orders.values import coded_period, number

_GROUPS = frozenset({"ALC", "TAX", "RFF", "LOC", "PAC", "NAD", "TDT", "SCC"})


def read_line(group: list[Segment], *, is_call_off: bool) -> tuple[DraftLine, str]:
    """A line, and the number of the order it refers to ("" if it names none).

    A schedule's quantities are shown one by one; they make the line's quantity only if there is a single one.
    """
    reader = _Line(group[0])
    for segment in group[1:]:
        reader.take(segment)
    return reader.finish(is_call_off=is_call_off), reader.ordered


class _Line:
    def __init__(self, lin: Segment) -> None:
        self.line = DraftLine(number=lin.at(1), is_cancelled=lin.at(2) in LINE_CANCELLED)
        self.ordered = ""
        self._items: list[tuple[str, str]] = [(lin.at(3, 1), lin.at(3))]
        self._words: list[str] = []
        self._title = ""
        self._texts: list[str] = []
        self._quantities: dict[str, list[Segment]] = {}
        self._prices: dict[str, Segment] = {}
        self._amounts: dict[str, Decimal] = {}
        self._group = ""

    def take(self, segment: Segment) -> None:
        if segment.tag in _GROUPS:
            self._group = segment.tag
        match segment.tag:
            case "PIA":
                self._items.extend((segment.at(n, 1), segment.at(n)) for n in range(2, 7) if segment.at(n))
            case "IMD":
                self._describe(segment)
            case "FTX":
                self._texts.append(joined(segment.raw(4)))
            case "QTY":
                self._quantities.setdefault(segment.at(1), []).append(segment)
            case "PRI":
                self._prices.setdefault(segment.at(1), segment)
            case "MOA" if self._group not in ("ALC", "TAX"):
                amount = number(segment.at(1, 1), may_be_grouped=False)
                if amount is not None:
                    self._amounts.setdefault(segment.at(1), amount)
            case "DTM" if self._group in ("", "SCC"):
                self._date(segment)
            case "RFF":
                self._reference(segment)

    def finish(self, *, is_call_off: bool) -> DraftLine:
        line = self.line
        line.description = self._title or joined(self._words)
        texts = [text for text in self._texts if text]
        if not line.description and texts:
            line.description = texts.pop(0)
        for kind, identifier in self._items:
            line.tell(codes.ITEM_NUMBERS.get(kind, "item"), identifier)
        found = next((self._quantities[q] for q in codes.QUANTITIES if q in self._quantities), [])
        if len(found) == 1 or (found and not is_call_off):
            line.quantity = number(found[0].at(1, 1), may_be_grouped=False)
            line.unit = found[0].at(1, 2)
        else:
            for segment in found:
                line.tell("quantity", f"{segment.at(1, 1)} {segment.at(1, 2)}")
        price = next((self._prices[q] for q in (*codes.PRICES, *self._prices) if q in self._prices), None)
        if price is not None:
            line.unit_price = number(price.at(1, 1), may_be_grouped=False)
            basis = number(price.at(1, 4), may_be_grouped=False)
            line.tell("price per", f"{price.at(1, 4)} {price.at(1, 5)}" if basis not in (None, Decimal(1)) else "")
        line.amount = next((self._amounts[q] for q in codes.LINE_AMOUNTS if q in self._amounts), None)
        for text in texts:
            line.tell("note", text)
        return line

    def _describe(self, segment: Segment) -> None:
        parts = segment.raw(3)[3:]
        if not any(part.strip() for part in parts) and segment.at(1) == "F":
            parts = segment.raw(3)[:1] if segment.at(3) else segment.raw(4)[:1]  # seen where C273 was miscounted
        if segment.at(2) in codes.TITLES_OF_WORKS:
            self._title = self._title or joined(parts)
        if any(part.strip() for part in parts) and self._words[-len(parts) :] != parts:
            self._words.extend(parts)

    def _date(self, segment: Segment) -> None:
        line, qualifier = self.line, segment.at(1)
        if qualifier in codes.STARTS:
            line.starts_on = line.starts_on or codes.day_of(segment)
        elif qualifier in codes.ENDS:
            line.ends_on = line.ends_on or codes.day_of(segment)
        elif qualifier in codes.PERIODS and not line.starts_on:
            line.starts_on, line.ends_on = coded_period(segment.at(1, 1), segment.at(1, 2))
        elif qualifier in codes.DELIVERY_DATES:
            found = codes.day_of(segment)
            line.tell("delivery", found.isoformat() if found else segment.at(1, 1))

    def _reference(self, segment: Segment) -> None:
        qualifier, found = segment.at(1), segment.at(1, 1)
        if qualifier in codes.ORDER_NUMBERS:
            self.ordered = self.ordered or found
        if qualifier in codes.REFERENCES:
            self.line.tell(codes.REFERENCES[qualifier].casefold(), found)
