"""UN/EDIFACT orders: ORDERS, ORDCHG, ORDRSP, delivery schedules; EANCOM and other subsets, D.90 to D.24.

Source: UN/EDIFACT directories D.96A and D.01B, EANCOM 2002.
"""

from __future__ import annotations

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.edifact_head import Head
from app.documents.orders.edifact_line import read_line
from app.documents.orders.edifact_syntax import Message, Segment

MESSAGES = {
    "ORDERS": ("Order", OrderFunction.NEW),
    "ORDCHG": ("Order change", OrderFunction.CHANGE),
    "ORDRSP": ("Order response", None),
    "DELFOR": ("Delivery schedule (call-off)", OrderFunction.NEW),
    "DELJIT": ("Just-in-time delivery call-off", OrderFunction.NEW),
    "CALDEL": ("Call-off for delivery", OrderFunction.NEW),
    "OSTENQ": ("Order status enquiry", None),
    "OSTRPT": ("Order status report", None),
    "REQOTE": ("Request for quotation", None),
    "QUOTES": ("Quotation", None),
}
"""Message types read as orders or written down like them; what orders nothing has no function."""

_CALL_OFFS = frozenset({"DELFOR", "DELJIT", "CALDEL"})


def read(message: Message) -> Draft:
    """A message of one of `MESSAGES` as a draft."""
    title, function = MESSAGES[message.type]
    draft = Draft("edifact", title, function)
    is_call_off = message.type in _CALL_OFFS
    head_segments, groups, tail = _sections(message.segments)
    head = Head(draft, is_call_off=is_call_off)
    for segment in head_segments:
        head.take(segment)
    for segment in tail:
        head.take_behind_lines(segment)
    for group in groups:
        line, orders = read_line(group, is_call_off=is_call_off)
        draft.lines.append(line)
        if is_call_off:
            head.ordered(orders)
    head.finish()
    return draft


def _sections(segments: list[Segment]) -> tuple[list[Segment], list[list[Segment]], list[Segment]]:
    """The head, the groups that each LIN opens, and what follows the section control UNS."""
    head: list[Segment] = []
    groups: list[list[Segment]] = []
    tail: list[Segment] = []
    target = head
    for segment in segments:
        if segment.tag == "UNS" and segment.at(1) != "D":
            target = tail
        elif segment.tag == "LIN" and target is not tail:
            target = []
            groups.append(target)
        target.append(segment)
    return head, groups, tail
