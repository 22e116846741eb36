"""TRADACOMS orders (ORDHDR file, ORDERS messages): the United Kingdom's EDI standard in retail and book trade.

Source: ANA TRADACOMS 1993. Dates are YYMMDD; a unit cost (OUCT) has four implied decimals.
"""

from __future__ import annotations

import re

from app.documents.order import OrderFunction, Party
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.edifact_syntax import Segment, components, decoded, joined, split, unwrapped
from app.documents.orders.values import coded_day, number
from app.documents.orders.xml_map import TITLES

_SEGMENTS_LIMIT = 400_000
_OUCT_DECIMALS = 4


def is_tradacoms(start: bytes) -> bool:
    """Whether these first bytes open a TRADACOMS transmission."""
    return re.match(rb"STX=ANA[AC]?:", start) is not None


def read(content: bytes) -> list[Draft]:
    """The orders of a transmission; what the file header says of type, supplier and customer holds for each."""
    text = unwrapped(decoded(content).lstrip("\ufeff \t\r\n"), "'")
    found: list[Draft] = []
    head: dict[str, Segment] = {}
    order: Draft | None = None
    for raw in split(text, "'", "?")[:_SEGMENTS_LIMIT]:
        segment = _segment(raw.strip())
        match segment.tag:
            case "TYP" | "SDT" | "CDT":
                head[segment.tag] = segment
            case "MHD":
                order = None
                if segment.at(2) == "ORDERS":
                    order = _opened(head)
                    found.append(order)
            case "ORD" if order is not None:
                order.number, order.issued_on = segment.at(1), coded_day(segment.at(1, 2), "101")
                order.refer("Our order number", segment.at(1, 1))
            case "CLO" if order is not None:
                order.detail("Deliver to", ", ".join(part for part in (segment.at(2), *segment.all(3)) if part))
            case "DIN" if order is not None:
                order.note(joined(segment.raw(4)))
            case "DNB" if order is not None:
                order.note(joined(segment.raw(4)))
            case "OLD" if order is not None:
                order.lines.append(_line(segment))
    return [_settled(draft) for draft in found]


def _segment(raw: str) -> Segment:
    tag, _, body = raw.partition("=")
    return Segment(tag.strip()[:3].upper(), [components(part, ":", "?") for part in split(body, "+", "?")])


def _opened(head: dict[str, Segment]) -> Draft:
    kind = " ".join(part for element in head["TYP"].elements for part in element) if "TYP" in head else ""
    function = OrderFunction.NEW
    if re.search(r"cancel", kind, re.IGNORECASE):
        function = OrderFunction.CANCELLATION
    elif re.search(r"change|amend", kind, re.IGNORECASE):
        function = OrderFunction.CHANGE
    draft = Draft("tradacoms", TITLES[function], function)
    draft.buyer, draft.supplier = _party(head.get("CDT")), _party(head.get("SDT"))
    return draft


def _party(segment: Segment | None) -> Party:
    if segment is None:
        return Party()
    ids = tuple(identifier for identifier in segment.all(1)[:2] if identifier)
    return Party(segment.at(2), segment.at(4), ids, ", ".join(part for part in segment.all(3) if part))


def _line(segment: Segment) -> DraftLine:
    cost = number(segment.at(7), may_be_grouped=False)
    line = DraftLine(
        number=segment.at(1),
        description=joined(segment.raw(10)),
        quantity=number(segment.at(6), may_be_grouped=False),
        unit_price=cost.scaleb(-_OUCT_DECIMALS) if cost is not None else None,
    )
    line.tell("our item", segment.at(2) or segment.at(2, 1))
    line.tell("item", segment.at(3) or segment.at(3, 1))
    line.tell("buyer's item", segment.at(4) or segment.at(4, 1))
    line.tell("units in one", segment.at(5))
    return line


def _settled(draft: Draft) -> Draft:
    if draft.function is not OrderFunction.NEW:
        draft.changed_on, draft.issued_on = draft.issued_on, None
    return draft
