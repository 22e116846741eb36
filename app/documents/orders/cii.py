"""Order-X: UN/CEFACT Cross Industry Order (SCRDM), all profiles, order, change and response.

Source: FNFE-MPE/FeRD Order-X 1.0; UN/EDIFACT code lists 1001 (type), 1225 (purpose), 1229 (line), 4343 (response).
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders.codes import LINE_CANCELLED, PURPOSE, response_wanted
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import coded_day, number, tidy
from app.documents.orders.xml import attribute, first, value, values, within

_RESPONSE = "231"
_CHANGE = "230"


def documents(root: etree._Element) -> list[etree._Element]:
    """Cross Industry Order messages in a file."""
    return within(root, ("SCRDMCCBDACIOMessageStructure", "CrossIndustryOrder", "CrossIndustryOrderChange"))


def read(root: etree._Element) -> Draft:
    """An order, change, cancellation or response as a draft."""
    head = first(root, "ExchangedDocument")
    trade = first(root, "SupplyChainTradeTransaction")
    agreement = first(trade, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
    settlement = first(trade, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
    function = _function(value(head, "TypeCode"), value(head, "PurposeCode"))
    draft = Draft("cii", _title(function), function)
    own = value(head, "ID")
    ordered = value(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID")
    issued = _day(head, "IssueDateTime")
    if function is OrderFunction.NEW:
        draft.number, draft.issued_on = own or ordered, issued
    else:
        draft.number, draft.own_number = ordered or own, own
        draft.changed_on = issued
        draft.issued_on = _day(agreement, "BuyerOrderReferencedDocument/FormattedIssueDateTime")
    draft.valid_from = _day(head, "EffectiveSpecifiedPeriod/StartDateTime")
    draft.valid_until = _day(head, "EffectiveSpecifiedPeriod/EndDateTime")
    draft.declared_language = value(head, "LanguageID")
    draft.response_wanted = response_wanted(value(head, "RequestedResponseTypeCode"))
    for text in values(head, "IncludedNote/Content"):
        draft.note(text)
    _read_agreement(agreement, draft)
    _read_settlement(settlement, draft)
    if trade is not None:
        draft.lines.extend(_line(node) for node in trade.iterfind("IncludedSupplyChainTradeLineItem"))
    return draft


def _function(type_code: str, purpose: str) -> OrderFunction | None:
    if type_code == _RESPONSE:
        return None
    function = PURPOSE.get(purpose, OrderFunction.NEW)
    return OrderFunction.CHANGE if type_code == _CHANGE and function is OrderFunction.NEW else function


def _title(function: OrderFunction | None) -> str:
    return {
        OrderFunction.NEW: "Order",
        OrderFunction.CHANGE: "Order change",
        OrderFunction.CANCELLATION: "Order cancellation",
        None: "Order response",
    }[function]


def _read_agreement(agreement: etree._Element | None, draft: Draft) -> None:
    draft.buyer = _party(first(agreement, "BuyerTradeParty"))
    draft.supplier = _party(first(agreement, "SellerTradeParty"))
    for what, path in (
        ("Quotation", "QuotationReferencedDocument/IssuerAssignedID"),
        ("Our order number", "SellerOrderReferencedDocument/IssuerAssignedID"),
        ("Contract", "ContractReferencedDocument/IssuerAssignedID"),
        ("Framework order", "BlanketOrderReferencedDocument/IssuerAssignedID"),
        ("Project", "SpecifiedProcuringProject/ID"),
    ):
        for found in values(agreement, path):
            draft.refer(what, found)
    draft.detail("Buyer's reference", value(agreement, "BuyerReference"))
    draft.detail("Requisition", value(agreement, "RequisitionReferencedDocument/IssuerAssignedID"))
    draft.detail("Project name", value(agreement, "SpecifiedProcuringProject/Name"))


def _read_settlement(settlement: etree._Element | None, draft: Draft) -> None:
    draft.currency = value(settlement, "OrderCurrencyCode", "InvoiceCurrencyCode")
    draft.payment_terms = "; ".join(values(settlement, "SpecifiedTradePaymentTerms/Description"))
    totals = first(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    draft.total_net = number(value(totals, "TaxBasisTotalAmount", "LineTotalAmount"))
    draft.total_tax = number(value(totals, "TaxTotalAmount"))
    draft.total_gross = number(value(totals, "GrandTotalAmount"))
    if not draft.currency:
        draft.currency = attribute(first(totals, "TaxTotalAmount", "GrandTotalAmount"), "currencyID")


def _party(node: etree._Element | None) -> Party:
    if node is None:
        return Party()
    ids = [found for path in ("ID", "GlobalID", "SpecifiedLegalOrganization/ID") for found in values(node, path)]
    address = first(node, "PostalTradeAddress")
    lines = ("LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName", "CountryID")
    return Party(
        name=value(node, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        vat_id=_vat_id(node),
        ids=tuple(dict.fromkeys(ids)),
        address=", ".join(part for line in lines if (part := value(address, line))),
        email=value(node, "DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
    )


def _vat_id(node: etree._Element) -> str:
    for identifier in node.iterfind("SpecifiedTaxRegistration/ID"):
        if attribute(identifier, "schemeID") in ("VA", ""):
            return tidy(identifier.text)
    return ""


def _line(node: etree._Element) -> DraftLine:
    document = first(node, "AssociatedDocumentLineDocument")
    product = first(node, "SpecifiedTradeProduct")
    agreement = first(node, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
    delivery = first(node, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
    settlement = first(node, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
    quantity = first(delivery, "RequestedQuantity", "AgreedQuantity", "BilledQuantity")
    period = first(
        delivery,
        "RequestedDeliverySupplyChainEvent/OccurrenceSpecifiedPeriod",
        "RequestedDespatchSupplyChainEvent/OccurrenceSpecifiedPeriod",
    )
    price = first(agreement, "NetPriceProductTradePrice", "GrossPriceProductTradePrice")
    line = DraftLine(
        number=value(document, "LineID"),
        description=value(product, "Name", "Description"),
        quantity=number(value(quantity, ".")),
        unit=attribute(quantity, "unitCode"),
        unit_price=number(value(price, "ChargeAmount")),
        amount=number(value(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount")),
        starts_on=_day(period, "StartDateTime"),
        ends_on=_day(period, "EndDateTime"),
        is_cancelled=value(document, "LineStatusCode") in LINE_CANCELLED,
    )
    line.tell("our item", value(product, "SellerAssignedID"))
    line.tell("buyer's item", value(product, "BuyerAssignedID"))
    line.tell("item", value(product, "GlobalID"))
    basis = value(price, "BasisQuantity")
    line.tell("price per", basis if number(basis) != 1 else "")
    description = value(product, "Description")
    line.tell("details", description if description != line.description else "")
    for text in values(document, "IncludedNote/Content"):
        line.tell("note", text)
    return line


def _day(node: etree._Element | None, path: str) -> date | None:
    found = first(node, f"{path}/DateTimeString", f"{path}/DateTime", path)
    return coded_day(value(found, "."), attribute(found, "format"))
