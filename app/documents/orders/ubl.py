"""UBL 2.x orders (and 1.0's), with their Peppol BIS, OIOUBL and EHF variants.

Source: OASIS UBL 2.4 Order, OrderChange, OrderCancellation, OrderResponse, OrderResponseSimple.
"""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import day, number
from app.documents.orders.xml import attribute, first, value, values, within

_TITLES = {
    "Order": ("Order", OrderFunction.NEW),
    "OrderChange": ("Order change", OrderFunction.CHANGE),
    "OrderCancellation": ("Order cancellation", OrderFunction.CANCELLATION),
    "OrderResponse": ("Order response", None),
    "OrderResponseSimple": ("Order response", None),
}
_MARKS = ("BuyerCustomerParty", "SellerSupplierParty", "OrderLine", "BuyerParty", "CustomizationID", "UBLVersionID")
_LINE_CANCELLED = "2"  # UN/ECE 4405 as UBL's LineStatusCode uses it: 1 added, 2 cancelled, 3 changed


def documents(root: etree._Element) -> list[etree._Element]:
    """UBL's order documents in a file: told from others' `Order` by the parties and lines only UBL names so."""
    return [found for found in within(root, _TITLES) if first(found, *_MARKS) is not None]


def read(root: etree._Element) -> Draft:
    """An order, change, cancellation or response as a draft."""
    title, function = _TITLES[root.tag]
    draft = Draft("ubl", title, function)
    issued = day(value(root, "IssueDate"))
    if function is OrderFunction.NEW:
        draft.number = value(root, "ID", "BuyersID")
        draft.issued_on = issued
    else:
        draft.own_number = value(root, "ID")
        draft.number = value(root, "OrderReference/ID", "OrderReference/BuyersID") or draft.own_number
        draft.issued_on = day(value(root, "OrderReference/IssueDate"))
        draft.changed_on = issued
    draft.declared_language = attribute(first(root, "Note", "OrderLine/LineItem/Item/Name"), "languageID")
    _read_head(root, draft)
    for node in root.iterfind("OrderLine"):
        draft.lines.append(_line(node))
    if not draft.currency:
        draft.currency = attribute(first(root, "OrderLine/LineItem/Price/PriceAmount"), "currencyID")
    return draft


def _read_head(root: etree._Element, draft: Draft) -> None:
    draft.valid_from = day(value(root, "ValidityPeriod/StartDate"))
    draft.valid_until = day(value(root, "ValidityPeriod/EndDate"))
    for what, path in (
        ("Quotation", "QuotationDocumentReference/ID"),
        ("Quotation", "QuoteID"),
        ("Our order number", "SalesOrderID"),
        ("Our order number", "SellersID"),
        ("Contract", "Contract/ID"),
        ("Contract", "ContractDocumentReference/ID"),
        ("Project", "ProjectReference/ID"),
        ("Earlier order", "OrderDocumentReference/ID"),
        ("Our order number", "OrderReference/SalesOrderID"),
    ):
        for found in values(root, path):
            draft.refer(what, found)
    draft.buyer = _party(first(root, "BuyerCustomerParty", "BuyerParty"))
    if not draft.buyer.name:
        draft.buyer = _party(first(root, "AccountingCustomerParty")) or draft.buyer
    draft.supplier = _party(first(root, "SellerSupplierParty", "SellerParty"))
    totals = first(root, "AnticipatedMonetaryTotal", "LegalMonetaryTotal", "LegalTotals")
    draft.total_tax = number(value(root, "TaxTotal/TaxAmount"))
    extension = number(value(totals, "LineExtensionAmount")) or number(value(root, "LineExtensionTotalAmount"))
    net = number(value(totals, "TaxExclusiveAmount"))
    if net is not None and extension is not None and net == draft.total_tax and net != extension:
        net = None  # OIOUBL and other 2.0 profiles put the tax itself there
    draft.total_net = extension if net is None else net
    draft.total_gross = number(value(totals, "TaxInclusiveAmount", "PayableAmount"))
    draft.currency = value(
        root, "DocumentCurrencyCode", "PricingCurrencyCode", "RequestedInvoiceCurrencyCode", "TransactionCurrencyCode"
    ) or attribute(first(totals, "LineExtensionAmount", "PayableAmount"), "currencyID")
    draft.payment_terms = "; ".join(values(root, "PaymentTerms/Note"))
    for label, path in (("Buyer's reference", "CustomerReference"), ("Cost centre", "AccountingCost")):
        draft.detail(label, value(root, path))
    for path in ("Note", "CancellationNote", "RejectionNote"):
        for text in values(root, path):
            draft.note(text)


def _party(holder: etree._Element | None) -> Party:
    party = first(holder, "Party")
    if party is None:
        return Party()
    return Party(
        name=value(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        vat_id=value(party, "PartyTaxScheme/CompanyID"),
        ids=tuple(
            dict.fromkeys(
                identifier
                for path in ("EndpointID", "PartyIdentification/ID", "PartyLegalEntity/CompanyID")
                for identifier in values(party, path)
            )
        ),
        address=", ".join(
            part
            for path in ("StreetName", "AdditionalStreetName", "BuildingNumber", "PostalZone", "CityName")
            if (part := value(first(party, "PostalAddress", "Address"), path))
        ),
        email=value(party, "Contact/ElectronicMail"),
    )


def _line(node: etree._Element) -> DraftLine:
    line_item = first(node, "LineItem")
    if line_item is None:
        return DraftLine()
    quantity = first(line_item, "Quantity")
    line = DraftLine(
        number=value(line_item, "ID", "BuyersID"),
        description=value(line_item, "Item/Name", "Item/Description"),
        quantity=number(value(quantity, ".")),
        unit=attribute(quantity, "unitCode", "quantityUnitCode"),
        unit_price=number(value(line_item, "Price/PriceAmount", "Item/BasePrice/PriceAmount")),
        amount=number(value(line_item, "LineExtensionAmount")),
        starts_on=day(value(line_item, "Delivery/RequestedDeliveryPeriod/StartDate")),
        ends_on=day(value(line_item, "Delivery/RequestedDeliveryPeriod/EndDate")),
        is_cancelled=value(line_item, "LineStatusCode") == _LINE_CANCELLED,
    )
    line.tell("our item", value(line_item, "Item/SellersItemIdentification/ID"))
    line.tell("buyer's item", value(line_item, "Item/BuyersItemIdentification/ID"))
    line.tell("item", value(line_item, "Item/StandardItemIdentification/ID"))
    basis = value(line_item, "Price/BaseQuantity")
    line.tell("price per", basis if number(basis) != 1 else "")
    description = value(line_item, "Item/Description")
    line.tell("details", description if description != line.description else "")
    for text in (*values(line_item, "Note"), *values(node, "Note")):
        line.tell("note", text)
    return line
