"""Orders of XML standards that differ in their element names only: a table of paths says where each value stands.

A path is one of ElementPath; "path/@name" is an attribute. Where several are given, the first that holds something
counts. Paths are of local names: namespaces were put aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import day, number, tidy

Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyMap:
    """Where a party's values stand below `at`."""

    at: Paths
    name: Paths
    vat_id: Paths = ()
    ids: Paths = ()
    address: Paths = ()
    email: Paths = ()


@dataclass(frozen=True, slots=True)
class LineMap:
    """Where a line's values stand below each element that `at` finds."""

    at: Paths
    number: Paths
    description: Paths
    quantity: Paths
    unit: Paths
    unit_price: Paths
    amount: Paths
    basis: Paths = ()
    starts_on: Paths = ()
    ends_on: Paths = ()
    status: Paths = ()
    cancelled: frozenset[str] = frozenset()
    items: tuple[tuple[str, str], ...] = ()
    notes: Paths = ()


@dataclass(frozen=True, slots=True)
class OrderMap:
    """Where an order's values stand below its root."""

    standard: str
    number: Paths
    issued_on: Paths
    buyer: PartyMap
    supplier: PartyMap
    lines: LineMap
    own_number: Paths = ()
    changed_on: Paths = ()
    valid_from: Paths = ()
    valid_until: Paths = ()
    currency: Paths = ()
    total_net: Paths = ()
    total_tax: Paths = ()
    total_gross: Paths = ()
    payment_terms: Paths = ()
    references: tuple[tuple[str, str], ...] = ()
    notes: Paths = ()
    details: tuple[tuple[str, str], ...] = ()
    language: Paths = ()


TITLES = {
    OrderFunction.NEW: "Order",
    OrderFunction.CHANGE: "Order change",
    OrderFunction.CANCELLATION: "Order cancellation",
    None: "Order response",
}


def read(root: etree._Element, table: OrderMap, function: OrderFunction | None) -> Draft:
    """An order as a draft. A change's number is of the order it refers to, its date its own where it has one."""
    draft = Draft(table.standard, TITLES[function], function, number=pick(root, table.number))
    draft.own_number = pick(root, table.own_number)
    draft.number, draft.own_number = draft.number or draft.own_number, draft.own_number if draft.number else ""
    draft.own_number = "" if draft.own_number == draft.number else draft.own_number
    draft.issued_on, draft.changed_on = _day(root, table.issued_on), _day(root, table.changed_on)
    if function is not OrderFunction.NEW and not table.changed_on:
        draft.changed_on, draft.issued_on = draft.issued_on, None
    draft.valid_from, draft.valid_until = _day(root, table.valid_from), _day(root, table.valid_until)
    draft.currency = pick(root, table.currency)
    draft.total_net, draft.total_tax = _number(root, table.total_net), _number(root, table.total_tax)
    draft.total_gross = _number(root, table.total_gross)
    draft.payment_terms = "; ".join(dict.fromkeys(_all(root, table.payment_terms)))
    draft.declared_language = pick(root, table.language)
    for what, path in table.references:
        for found in _all(root, (path,)):
            draft.refer(what, found)
    for label, path in table.details:
        draft.detail(label, pick(root, (path,)))
    for text in _all(root, table.notes):
        draft.note(text)
    draft.buyer, draft.supplier = _party(root, table.buyer), _party(root, table.supplier)
    for path in table.lines.at:
        draft.lines.extend(_line(node, table.lines) for node in root.iterfind(path))
        if draft.lines:
            break
    return draft


def pick(node: etree._Element | None, paths: Paths) -> str:
    """The first text found at one of the paths, tidied."""
    if node is None:
        return ""
    return next((found for path in paths for found in _texts(node, path)), "")


def _all(node: etree._Element, paths: Paths) -> list[str]:
    """All texts at the first path that has any."""
    return next((found for path in paths if (found := list(_texts(node, path)))), [])


def _texts(node: etree._Element, path: str) -> Iterator[str]:
    where, _, name = path.rpartition("@") if "/@" in path or path.startswith("@") else (path, "", "")
    found = [node] if where in ("", ".") else node.iterfind(where.rstrip("/"))
    for element in found:
        text = tidy(element.get(name)) if name else tidy("".join(map(str, element.itertext())))
        if text:
            yield text


def _day(node: etree._Element, paths: Paths) -> date | None:
    return next((when for path in paths for text in _texts(node, path) if (when := day(text))), None)


def _number(node: etree._Element, paths: Paths) -> Decimal | None:
    return number(pick(node, paths))


def _party(root: etree._Element, table: PartyMap) -> Party:
    found = Party()
    for path in table.at:
        node = root.find(path)
        if node is None:
            continue
        address = [text for where in table.address for text in _texts(node, where)]
        ids = [text for where in table.ids for text in _texts(node, where)]
        party = Party(
            name=pick(node, table.name),
            vat_id=pick(node, table.vat_id),
            ids=tuple(dict.fromkeys(ids)),
            address=", ".join(dict.fromkeys(address)),
            email=pick(node, table.email),
        )
        if party.name:
            return party
        found = found if found.ids else party
    return found


def _line(node: etree._Element, table: LineMap) -> DraftLine:
    line = DraftLine(
        number=pick(node, table.number),
        description=pick(node, table.description),
        quantity=_number(node, table.quantity),
        unit=pick(node, table.unit),
        unit_price=_number(node, table.unit_price),
        amount=_number(node, table.amount),
        starts_on=_day(node, table.starts_on),
        ends_on=_day(node, table.ends_on),
        is_cancelled=pick(node, table.status).casefold() in table.cancelled,
    )
    for label, path in table.items:
        line.tell(label, pick(node, (path,)))
    basis = pick(node, table.basis)
    line.tell("price per", basis if number(basis) != 1 else "")
    for text in _all(node, table.notes):
        line.tell("note", text)
    return line
