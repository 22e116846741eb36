"""Orders in XML of no published standard: read by what their elements are called.

Shops, ERP exports, Comarch/ECOD `Document-Order`, PIDX, Microsoft's and W3C's sample orders: all name a quantity, an
order number and a date in words of the trade. Nothing is taken that is not called so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders import plain_words as words
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import calendar_day, day, number, tidy
from app.documents.orders.xml import within
from app.documents.orders.xml_map import TITLES

_ELEMENTS_LIMIT = 300_000
_DEPTH = 6  # levels below the order at which lines are looked for
_DEEPEST = 24

_CURRENCY = re.compile(r"[A-Z]{3}")
_PLAIN_NAMES = frozenset({"number", "id", "date", "documentnumber"})
_HEADS = ("header", "orderinfo", "head")
_ROLES = frozenset({"type", "role", "partnerroleindicator"})

_LINE_NAMES = re.compile(
    r"(line|item|position|product|detail|row|article|artikel|ligne|linea|riga|linha|pozycja|regel)s?\d*$"
)
_BUYERS = re.compile(
    r"^(buyer|customer|purchaser|soldto|billto|billing|bill|client|orderedby|company|invoicee|payer"
    r"|auftraggeber|kunde|besteller)"
)
_DELIVERY = re.compile(r"^(shipto|shipping|ship|deliverto|delivery|deliverypoint|recipient)")
_SUPPLIERS = re.compile(r"^(supplier|seller|vendor|sellto|shipfrom|lieferant|fournisseur)")
_CHANGE = re.compile(r"change|update|amend|replace|revis|modif", re.IGNORECASE)
_CANCEL = re.compile(r"cancel|delete|withdraw|storno", re.IGNORECASE)


class _Leaf(NamedTuple):
    """A text or attribute, its plain name and the plain names of the elements around it, outermost first."""

    name: str
    text: str
    around: tuple[str, ...]


class _Leaves:
    """All texts and attributes below an element, to be found by name. Elements in `skip` are left out."""

    def __init__(self, node: etree._Element, skip: set[int]) -> None:
        self.all = list(_below(node, (), skip))
        self._named: dict[str, list[_Leaf]] = {}
        for leaf in self.all:
            self._named.setdefault(leaf.name, []).append(leaf)

    def best(self, names: str) -> str:
        """The text of the leaf with the best name."""
        return next((leaf.text for name in names.split() for leaf in self._named.get(name, ())), "")

    def best_of_head(self, names: str) -> str:
        """The same, but a name as plain as "id" counts only directly in the order or its head."""
        for name in names.split():
            for leaf in self._named.get(name, ()):
                if name not in _PLAIN_NAMES or _is_near(leaf):
                    return leaf.text
        return ""

    def number(self, names: str) -> Decimal | None:
        """The number of such a name, or the first number in an element of such a name."""
        found = self.best(names)
        if found:
            return number(found)
        wanted = frozenset(names.split())
        around = (leaf for leaf in self.all if not wanted.isdisjoint(leaf.around))
        return next((value for leaf in around if (value := number(leaf.text)) is not None), None)


def documents(root: etree._Element) -> list[etree._Element]:
    """Elements called an order that hold lines with quantities."""
    if sum(1 for _, _ in zip(range(_ELEMENTS_LIMIT + 1), root.iter(), strict=False)) > _ELEMENTS_LIMIT:
        return []
    tags = {element.tag for element in root.iter(etree.Element) if isinstance(element.tag, str)}
    names = {tag for tag in tags if _plain(tag) in words.ORDERS}
    found = within(root, names, depth=3) if names else []
    orders = [node for outer in found for node in _unlisted(outer, names)]
    return [node for node in orders if _lines(node)]


def _unlisted(node: etree._Element, names: set[str]) -> list[etree._Element]:
    """The orders of a list of orders, or the order itself."""
    inner = [child for child in node if isinstance(child.tag, str) and child.tag in names]
    return inner if inner and all(_lines(child) for child in inner) else [node]


def read(root: etree._Element) -> Draft:
    """An order as a draft, read by the names of its elements."""
    lines = _lines(root)
    head = _Leaves(root, {id(line) for line in lines})
    function = _function(root, head.all)
    draft = Draft("xml", TITLES[function], function, number=head.best_of_head(words.HEAD["number"]))
    issued = _day_of(head.best_of_head(words.HEAD["issued_on"]))
    if function is OrderFunction.NEW:
        draft.issued_on = issued
    else:
        draft.changed_on = issued
    draft.valid_from = _day_of(head.best(words.HEAD["valid_from"]))
    draft.valid_until = _day_of(head.best(words.HEAD["valid_until"]))
    draft.total_net = number(head.best(words.HEAD["total_net"]))
    draft.total_tax = number(head.best(words.HEAD["total_tax"]))
    draft.total_gross = number(head.best(words.HEAD["total_gross"]))
    draft.payment_terms = head.best(words.HEAD["payment_terms"])
    for what, names in words.REFERENCES.items():
        draft.refer(what, head.best(names))
    draft.buyer = _party(head.all, _BUYERS) or _party(head.all, _DELIVERY) or Party()
    draft.supplier = _party(head.all, _SUPPLIERS) or Party()
    for leaf in head.all:
        if leaf.name in words.NOTES:
            draft.note(leaf.text)
    currencies = [head.best(words.HEAD["currency"])]
    for at, node in enumerate(lines):
        leaves = _Leaves(node, set())
        draft.lines.append(_line(leaves))
        if at == 0:
            currencies.append(leaves.best(words.HEAD["currency"]))
    draft.currency = next((found for found in currencies if _CURRENCY.fullmatch(found)), "")
    return draft


def _plain(tag: str) -> str:
    return re.sub(r"[^a-z0-9]", "", tag.rpartition("}")[2].casefold())


def _lines(root: etree._Element) -> list[etree._Element]:
    """The outermost elements called a line, an item or the like that hold a quantity."""
    quantities = frozenset(words.QUANTITY.split())
    found: list[etree._Element] = []

    def search(node: etree._Element, depth: int) -> None:
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if _LINE_NAMES.search(_plain(child.tag)) and _holds_once(child, quantities):
                found.append(child)
            elif depth:
                search(child, depth - 1)

    search(root, _DEPTH)
    return found


def _holds_once(node: etree._Element, names: frozenset[str]) -> bool:
    """Whether a quantity stands in this element, and not in several children of one kind (then it is a list)."""
    if any(_plain(str(key)) in names for key in node.attrib):
        return True
    holders = [child for child in node if isinstance(child.tag, str) and _has(child, names, 3)]
    tags = [child.tag for child in holders if len(child) or child.attrib]
    return bool(holders) and not (
        any(_LINE_NAMES.search(_plain(tag)) for tag in tags) and (len(tags) != len(set(tags)) or _is_list(node.tag))
    )


def _is_list(tag: str) -> bool:
    return _plain(tag).endswith("s")


def _has(node: etree._Element, names: frozenset[str], depth: int) -> bool:
    if _plain(node.tag) in names or any(_plain(str(key)) in names for key in node.attrib):
        return True
    return depth > 0 and any(_has(child, names, depth - 1) for child in node if isinstance(child.tag, str))


def _below(node: etree._Element, around: tuple[str, ...], skip: set[int]) -> Iterator[_Leaf]:
    name = _plain(str(node.tag))
    role = next((tidy(str(v)) for k, v in node.attrib.items() if _plain(str(k)) in _ROLES), "")
    inner = (*around, _plain(role), name) if role else (*around, name)
    for key, text in node.attrib.items():
        if tidy(str(text)):
            yield _Leaf(_plain(str(key)), tidy(str(text)), inner)
    if tidy(node.text):
        yield _Leaf(name, tidy(node.text), around)
    for child in node:
        if isinstance(child.tag, str) and id(child) not in skip and len(inner) < _DEEPEST:
            yield from _below(child, inner, skip)


def _is_near(leaf: _Leaf) -> bool:
    """Whether a leaf stands directly in the order or in its head."""
    return bool(leaf.around) and (leaf.around[-1] in words.ORDERS or leaf.around[-1].endswith(_HEADS))


def _party(leaves: list[_Leaf], role: re.Pattern[str]) -> Party | None:
    inside = [leaf for leaf in leaves if any(role.search(name) for name in leaf.around[1:])]
    named = next((leaf.text for word in words.PARTY_NAMES.split() for leaf in inside if leaf.name == word), "")
    if not named:
        named = next((leaf.text for leaf in leaves if role.search(leaf.name) and leaf.name.endswith("name")), "")
    if not named:
        named = next(
            (leaf.text for leaf in leaves if role.fullmatch(leaf.name) and any(map(str.isalpha, leaf.text))), ""
        )
    if not named:
        return None
    mail = next((leaf.text for leaf in inside if "mail" in leaf.name and "@" in leaf.text), "")
    vat_id = next((leaf.text for leaf in inside if leaf.name in words.VAT_NUMBERS), "")
    return Party(name=named, vat_id=vat_id, email=mail)


def _function(root: etree._Element, head: list[_Leaf]) -> OrderFunction:
    """By the root's name, or by what an action, status or type attribute of the head says."""
    said = [str(root.tag), *(leaf.text for leaf in head if leaf.name in words.ACTIONS and len(leaf.text) < 30)]
    if any(_CANCEL.search(text) for text in said):
        return OrderFunction.CANCELLATION
    return OrderFunction.CHANGE if any(_CHANGE.search(text) for text in said) else OrderFunction.NEW


def _line(leaves: _Leaves) -> DraftLine:
    line = DraftLine(
        number=leaves.best(words.LINE["line_number"]),
        description=leaves.best(words.LINE["description"]),
        quantity=leaves.number(words.LINE["quantity"]),
        unit=leaves.best(words.LINE["unit"]),
        unit_price=leaves.number(words.LINE["unit_price"]),
        amount=number(leaves.best(words.LINE["amount"])),
        starts_on=_day_of(leaves.best(words.LINE["starts_on"])),
        ends_on=_day_of(leaves.best(words.LINE["ends_on"])),
    )
    line.tell("item", leaves.best(words.LINE["item"]))
    for leaf in leaves.all:
        if leaf.name in words.NOTES and leaf.text != line.description:
            line.tell("note", leaf.text)
    return line


_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_EUROPEAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def _day_of(text: str) -> date | None:
    """ISO first; with slashes only what can be read in one way; with dots day, month, year."""
    found = day(text)
    if found is not None:
        return found
    match = _EUROPEAN.match(text)
    if match:
        return calendar_day(match[3], match[2], match[1])
    match = _AMERICAN.match(text)
    if match and (int(match[1]) > 12) != (int(match[2]) > 12):
        return calendar_day(match[3], *((match[2], match[1]) if int(match[1]) > 12 else (match[1], match[2])))
    return None
