"""Qualifiers of UN/EDIFACT's code lists that an order's fields are read from, in order of preference."""

from __future__ import annotations

from datetime import date

from app.documents.orders.edifact_syntax import Segment
from app.documents.orders.values import coded_day

# 1153: our quotation and order numbers, the customer's contract, framework and project numbers.
REFERENCES = {
    "CT": "Contract", "BC": "Contract", "AHI": "Contract", "AAG": "Quotation", "PRQ": "Quotation",
    "VN": "Our order number", "BO": "Framework order", "AEP": "Project", "AER": "Project",
}  # fmt: skip
ORDER_NUMBERS = frozenset({"ON", "OP", "PO"})
"""1153: the order that a change or a call-off refers to."""

# 2005: dates of the order itself (of a line: of its period).
STARTS = ("157", "7", "194", "163")
ENDS = ("36", "206", "164")
PERIODS = ("273", "324", "263")
DOCUMENT_DATES = ("137", "4", "4A")
DELIVERY_DATES = frozenset({"2", "10", "17", "63", "64", "69", "76"})

# 5025: totals of the message without tax, with tax, tax; amounts of a line without tax.
NET = ("79", "125", "289")
GROSS = ("86", "39", "77", "128", "9")
TAX = ("124", "176", "150")
LINE_AMOUNTS = ("203", "38", "66", "79", "128")

# 5125: net and agreed prices first, then information and gross prices. 6063: ordered, then delivered quantities.
PRICES = ("AAA", "NTP", "CAL", "INV", "CON", "AAE", "INF", "TU", "AAB", "AAF", "GRP")
QUANTITIES = ("21", "1", "113", "99", "145", "3")

ITEM_NUMBERS = {
    "SA": "our item", "VN": "our item", "VP": "our item", "IN": "buyer's item", "BP": "buyer's item",
    "BO": "buyer's item", "MF": "maker's item",
}  # fmt: skip
"""7143: whose number of an item it is."""

TITLES_OF_WORKS = frozenset({"BTI", "050"})
"""7081 in the book trade: the title; author, publisher and binding stand beside it."""


def day_of(segment: Segment) -> date | None:
    """The day of a DTM segment, in the format it names (2379)."""
    return coded_day(segment.at(1, 1), segment.at(1, 2))
