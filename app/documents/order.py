"""A customer's order as it stands in a document, whatever the standard. Values as written, numbers as Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class OrderFunction(StrEnum):
    """What the document does to the order."""

    NEW = "new"
    CHANGE = "change"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer or supplier as the document names it; `ids` are registration, GLN, DUNS or network ids."""

    name: str = ""
    vat_id: str = ""
    ids: tuple[str, ...] = ()
    address: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order. What the document does not state is None or empty, never computed."""

    number: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_amount_derived: bool = False
    is_cancelled: bool = False
    spans: tuple[tuple[str, int, int], ...] = ()
    """Evidence: (field name, start, end) in the text of the part the order was read from."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order document.

    `standard` is ubl, cii, cxml, edifact, x12, idoc, opentrans, xcbl, oagis, gs1, rosettanet, tradacoms, xml (of no
    published standard), sheet or layout (read from a page's layout). The names in `spans` are the attributes' own:
    number, issued_on, changed_on, valid_from, valid_until, buyer.name, buyer.vat_id, supplier.name, currency,
    total_net, total_tax, total_gross, payment_terms, references (one span each), function,
    asks_for_confirmation, language.
    """

    standard: str
    function: OrderFunction = OrderFunction.NEW
    number: str = ""
    issued_on: date | None = None
    changed_on: date | None = None
    """For a change or cancellation: the date of the change itself, if the document has one."""
    valid_from: date | None = None
    valid_until: date | None = None
    buyer: Party = Party()
    supplier: Party = Party()
    currency: str = ""
    total_net: Decimal | None = None
    total_tax: Decimal | None = None
    total_gross: Decimal | None = None
    payment_terms: str = ""
    references: tuple[str, ...] = ()
    """Our quotation or order numbers and the customer's contract, framework or project numbers, as written."""
    lines: tuple[OrderLine, ...] = ()
    asks_for_confirmation: bool = False
    language: str = ""
    spans: tuple[tuple[str, int, int], ...] = ()
    """Evidence: (field name, start, end) in the text of the part the order was read from."""
