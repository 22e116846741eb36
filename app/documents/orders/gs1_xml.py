"""GS1 XML orders, versions 2 and 3 (EAN.UCC)."""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.xml import first, within
from app.documents.orders.xml_map import LineMap, OrderMap, PartyMap, pick
from app.documents.orders.xml_map import read as read_mapped

_ACTIONS = {
    "DELETE": OrderFunction.CANCELLATION,
    "CANCEL": OrderFunction.CANCELLATION,
    "CHANGE_BY_REFRESH": OrderFunction.CHANGE,
    "CORRECT": OrderFunction.CHANGE,
    "PARTIAL_CHANGE": OrderFunction.CHANGE,
}
_STATUS = ("documentActionCode", "documentActionCode/@documentActionCode", "@documentStatus")


def _party(role: str) -> PartyMap:
    below = (f"{role}", f"orderPartyInformation/{role}")
    return PartyMap(
        at=below,
        name=(".//organisationName", ".//organizationName", "address/name", ".//address/name", ".//partyName"),
        vat_id=(".//vatRegistrationNumber", ".//dutyFeeTaxRegistrationID"),
        ids=("gln", "additionalPartyIdentification"),
        address=(".//streetAddressOne", ".//postalCode", ".//city"),
        email=(".//communicationValue",),
    )


_MAP = OrderMap(
    standard="gs1",
    number=("orderIdentification/entityIdentification", "orderIdentification/uniqueCreatorIdentification"),
    issued_on=("creationDateTime", "@creationDateTime"),
    valid_from=("orderEffectivePeriod/beginDate",),
    valid_until=("orderEffectivePeriod/endDate",),
    currency=(
        "currencyISOCode",
        "totalMonetaryAmountExcludingTaxes/@currencyCode",
        "totalMonetaryAmountIncludingTaxes/@currencyCode",
        "orderLineItem/netPrice/@currencyCode",
        "orderLineItem/netPrice/amount/currencyCode/currencyISOCode",
        ".//currencyISOCode",
    ),
    buyer=_party("buyer"),
    supplier=_party("seller"),
    total_net=("totalMonetaryAmountExcludingTaxes", "totalMonetaryAmountExcludingTaxes/monetaryAmount"),
    total_tax=("totalTaxAmount",),
    total_gross=("totalMonetaryAmountIncludingTaxes", "totalMonetaryAmountIncludingTaxes/monetaryAmount"),
    payment_terms=("paymentTerms/description", ".//paymentTermsDescription"),
    references=(
        ("Contract", "contract/entityIdentification"),
        ("Contract", "contract//uniqueCreatorIdentification"),
        ("Quotation", "quoteNumber/entityIdentification"),
        ("Framework order", "blanketOrder/entityIdentification"),
    ),
    notes=("additionalOrderInstruction", "note"),
    details=(("Order type", "orderTypeCode"),),
    language=(".//tradeItemDescription/@languageCode",),
    lines=LineMap(
        at=("orderLineItem",),
        number=("lineItemNumber", "@number"),
        description=(
            ".//transactionalTradeItem/tradeItemDescription",
            ".//tradeItemDescription",
            ".//itemDescription",
            ".//additionalTradeItemIdentificationValue",
        ),
        quantity=("requestedQuantity/value", "requestedQuantity"),
        unit=("requestedQuantity/@measurementUnitCode", "requestedQuantity/unitOfMeasure/measurementUnitCodeValue"),
        unit_price=("netPrice/amount/monetaryAmount", "netPrice", "listPrice/amount/monetaryAmount", "listPrice"),
        amount=("netAmount/amount/monetaryAmount", "netAmount", "monetaryAmountExcludingTaxes"),
        status=("orderLineItemInstructionCode", "lineItemActionCode"),
        cancelled=frozenset({"deleted", "not_requested"}),
        items=(
            ("item", ".//transactionalTradeItem/gtin"),
            ("item", ".//gtin"),
            ("item", ".//additionalTradeItemIdentification"),
        ),
        notes=("note", "additionalOrderLineInstruction"),
    ),
)


def documents(root: etree._Element) -> list[etree._Element]:
    """GS1 orders in a message: an `order` with an orderIdentification."""
    return [found for found in within(root, ("order",), depth=8) if first(found, "orderIdentification") is not None]


def read(root: etree._Element) -> Draft:
    """An order as a draft; the action in it, or in the command around it, says what it does."""
    action = pick(root, _STATUS) or _command(root)
    return read_mapped(root, _MAP, _ACTIONS.get(action.upper(), OrderFunction.NEW))


def _command(root: etree._Element) -> str:
    for ancestor in root.iterancestors():
        header = first(ancestor, "documentCommandHeader")
        if header is not None:
            return header.get("type") or ""
    return ""
