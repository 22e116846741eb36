"""cXML OrderRequest: new, update, delete; releases and blanket orders included. The DTD is never fetched.

Source: cXML reference guide 1.2. A total excludes tax and freight; lines state quantity and unit price, no amount.
"""

from __future__ import annotations

import re

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import day, number, tidy
from app.documents.orders.xml import attribute, first, language, value, values, within

_FUNCTIONS = {"update": OrderFunction.CHANGE, "delete": OrderFunction.CANCELLATION}
_TITLES = {
    OrderFunction.NEW: "Order",
    OrderFunction.CHANGE: "Order change",
    OrderFunction.CANCELLATION: "Order cancellation",
}
_REFERENCE = re.compile(r"(quot|offer)|(contract|agreement|framework)|(project)", re.IGNORECASE)
_TERMS = re.compile(r"(?:payment|net)\W?_?\s?terms?(?:\W?(?:description|text))?", re.IGNORECASE)


def documents(root: etree._Element) -> list[etree._Element]:
    """Order requests in a file: told from xCBL's by the attribute that holds the order's number."""
    found = within(root, ("OrderRequest",))
    return [
        node
        for node in found
        if attribute(first(node, "OrderRequestHeader"), "orderID") or node.find("ItemOut") is not None
    ]


def read(root: etree._Element) -> Draft:
    """An order request as a draft."""
    head = first(root, "OrderRequestHeader")
    function = _FUNCTIONS.get(attribute(head, "type").casefold(), OrderFunction.NEW)
    draft = Draft("cxml", _TITLES[function], function, number=attribute(head, "orderID"))
    ordered = day(attribute(head, "orderDate"))
    if function is OrderFunction.NEW:
        draft.issued_on = ordered
    else:
        draft.changed_on = ordered
    draft.valid_from = day(attribute(head, "effectiveDate"))
    draft.valid_until = day(attribute(head, "expirationDate"))
    total = first(head, "Total/Money")
    draft.total_net = number(value(total, "."))
    draft.total_tax = number(value(head, "Tax/Money"))
    draft.currency = attribute(total, "currency", "alternateCurrency")
    draft.declared_language = language(root) or _outer_language(root)
    _read_references(head, draft)
    draft.buyer = _buyer(head)
    draft.supplier = _supplier(root, head)
    _read_words(head, draft)
    draft.lines.extend(_line(node) for node in root.iterfind("ItemOut"))
    if not draft.currency:
        draft.currency = attribute(first(root, "ItemOut/ItemDetail/UnitPrice/Money"), "currency")
    return draft


def _read_references(head: etree._Element | None, draft: Draft) -> None:
    if head is None:
        return
    for what, path, name in (
        ("Our reference", "SupplierOrderInfo", "orderID"),
        ("Contract", "MasterAgreementReference", "agreementID"),
        ("Contract", "MasterAgreementIDInfo", "agreementID"),
        ("Contract", ".", "agreementID"),
        ("Quotation", "QuoteMessageReference", "quoteID"),
    ):
        for node in head.iterfind(path) if path != "." else [head]:
            draft.refer(what, attribute(node, name))
    for node in head.iterfind("Extrinsic"):
        label, found = attribute(node, "name"), tidy("".join(map(str, node.itertext())))
        kind = _REFERENCE.search(label)
        if kind and any(c.isdigit() for c in found) and len(found) <= 40:
            draft.refer(("Quotation", "Contract", "Project")[(kind.lastindex or 1) - 1], found)
        elif _TERMS.fullmatch(label):
            draft.payment_terms = draft.payment_terms or found
        else:
            draft.detail(label, found)


def _read_words(head: etree._Element | None, draft: Draft) -> None:
    for text in values(head, "Comments"):
        draft.note(text)
    terms = first(head, "PaymentTerm")
    days = attribute(terms, "payInNumberOfDays")
    draft.detail("Payment in days", days)
    written = tidy("".join(map(str, terms.itertext()))) if terms is not None else ""
    if any(c.isalpha() for c in written) and not draft.payment_terms:
        draft.payment_terms = written
    for text in values(head, "TermsOfDelivery/Comments"):
        draft.note(text)


def _buyer(head: etree._Element | None) -> Party:
    """Who is billed is the customer; the place of delivery stands in where no bill-to is named."""
    contact = first(head, "Contact[@role='purchasingAgent']", "Contact[@role='buyer']", "Contact")
    for path in ("BillTo/Address", "Contact[@role='soldTo']", "ShipTo/Address"):
        node = first(head, path)
        name = value(node, "Name")
        if name:
            return Party(
                name=name,
                ids=tuple(found for found in (attribute(node, "addressID"),) if found),
                address=_address(node),
                email=value(contact, "Email") or value(node, "Email"),
            )
    return Party(email=value(contact, "Email"))


def _supplier(root: etree._Element, head: etree._Element | None) -> Party:
    node = first(head, "Contact[@role='supplierCorporate']", "Contact[@role='supplier']")
    outer = _envelope(root)
    ids = values(outer, "Header/To/Credential/Identity")
    return Party(name=value(node, "Name"), ids=tuple(dict.fromkeys(ids)), email=value(node, "Email"))


def _address(node: etree._Element | None) -> str:
    paths = ("Street", "PostalCode", "City", "State", "Country")
    return ", ".join(part for path in paths if (part := ", ".join(values(node, f"PostalAddress/{path}"))))


def _line(node: etree._Element) -> DraftLine:
    detail = first(node, "ItemDetail", "BlanketItemDetail")
    description = first(detail, "Description")
    full = tidy("".join(map(str, description.itertext()))) if description is not None else ""
    period = first(node, "SpendDetail//Period", "SpendDetail//TimeRange", "Period")
    line = DraftLine(
        number=attribute(node, "lineNumber"),
        description=full or value(description, "ShortName"),
        quantity=number(attribute(node, "quantity")),
        unit=value(detail, "UnitOfMeasure"),
        unit_price=number(value(detail, "UnitPrice/Money")),
        starts_on=day(attribute(period, "startDate")),
        ends_on=day(attribute(period, "endDate")),
        is_cancelled=attribute(node, "operation").casefold() == "delete",
    )
    line.tell("our item", value(node, "ItemID/SupplierPartID"))
    line.tell("buyer's item", value(node, "ItemID/BuyerPartID"))
    line.tell("at most", value(detail, "MaxAmount/Money"))
    line.tell("delivery", attribute(node, "requestedDeliveryDate")[:10])
    for text in values(node, "Comments"):
        line.tell("note", text)
    return line


def _envelope(root: etree._Element) -> etree._Element:
    top = root
    while (parent := top.getparent()) is not None:
        top = parent
    return top


def _outer_language(root: etree._Element) -> str:
    return language(_envelope(root))
