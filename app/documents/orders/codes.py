"""Code lists that several standards share, in words."""

from __future__ import annotations

from app.documents.order import OrderFunction

PURPOSE: dict[str, OrderFunction] = {
    "1": OrderFunction.CANCELLATION,
    "17": OrderFunction.CANCELLATION,
    "39": OrderFunction.CANCELLATION,
    "40": OrderFunction.CANCELLATION,
    "2": OrderFunction.CHANGE,
    "3": OrderFunction.CHANGE,
    "4": OrderFunction.CHANGE,
    "5": OrderFunction.CHANGE,
    "20": OrderFunction.CHANGE,
    "21": OrderFunction.CHANGE,
    "33": OrderFunction.CHANGE,
    "36": OrderFunction.CHANGE,
}
"""UN/EDIFACT 1225, message function: what is not listed is a first issue (9), a copy or a confirmation of it."""

LINE_CANCELLED = frozenset({"2"})
"""UN/EDIFACT 1229, action on a line: deleted."""

_RESPONSES = {
    "AB": "acknowledgement of the message",
    "AC": "acknowledgement with detail and change",
    "AD": "acknowledgement with detail, no change",
    "AE": "acknowledgement with exceptions only",
    "AF": "acknowledgement with detail",
    "AK": "acknowledgement, no detail",
    "AP": "acceptance",
    "CO": "confirmation of the measurements",
}


def response_wanted(code: str) -> str:
    """UN/EDIFACT 4343 and X12 587 in words; the empty string if no answer is asked for (NA) or nothing is said."""
    return f"{code} ({_RESPONSES[code]})" if code in _RESPONSES else ""
