"""xCBL 2, 3 and 4 orders and change orders."""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.xml import value, within
from app.documents.orders.xml_map import LineMap, OrderMap, PartyMap
from app.documents.orders.xml_map import read as read_mapped

_ROOTS = {
    "Order": ("OrderHeader", OrderFunction.NEW),
    "PurchaseOrder": ("OrderHeader", OrderFunction.NEW),
    "OrderRequest": ("OrderRequestHeader", OrderFunction.NEW),
    "ChangeOrder": ("ChangeOrderHeader", OrderFunction.CHANGE),
    "OrderResponse": ("OrderResponseHeader", None),
}
_PURPOSES = {
    "Cancellation": OrderFunction.CANCELLATION,
    "Change": OrderFunction.CHANGE,
    "Replace": OrderFunction.CHANGE,
}


def _party(*roles: str) -> PartyMap:
    return PartyMap(
        at=tuple(f".//{role}" for role in roles),
        name=(".//NameAddress/Name1", ".//Name1", ".//Name"),
        vat_id=(".//PartyTaxInformation/TaxIdentifier/Ident",),
        ids=(".//PartyID//Ident", ".//PartyID/Identifier/Ident"),
        address=(".//NameAddress/Street", ".//NameAddress/PostalCode", ".//NameAddress/City", ".//Address1", ".//City"),
        email=(".//ContactNumber[ContactNumberTypeCoded='EmailAddress']/ContactNumberValue", ".//EMail"),
    )


def _map(head: str) -> OrderMap:
    return OrderMap(
        standard="xcbl",
        number=(
            f"{head}/OrderNumber/BuyerOrderNumber",
            f"{head}/OrderReference/RefNum",
            f"{head}/OriginalOrderNumber/BuyerOrderNumber",
            f"{head}//BuyerOrderNumber",
            f"{head}/BuyerRefNum/Reference/RefNum",
            f"{head}//OrderReference//RefNum",
            f"{head}//BuyerOrderRequestNumber",
        ),
        own_number=(f"{head}/ChangeOrderNumber/BuyerChangeOrderNumber", f"{head}/ChangeOrderNumber//RefNum"),
        issued_on=(
            f"{head}/OrderIssueDate",
            f"{head}/POIssuedDate",
            f"{head}/OriginalOrderIssueDate",
            f"{head}/OrderRequestIssueDate",
        ),
        changed_on=(f"{head}/ChangeOrderIssueDate", f"{head}/OrderResponseIssueDate"),
        valid_from=(f"{head}//ValidityDates/StartDate",),
        valid_until=(f"{head}//ValidityDates/EndDate",),
        currency=(f"{head}/OrderCurrency//CurrencyCoded", f"{head}//CurrencyCoded"),
        buyer=_party("BuyerParty", "BillToParty", "ShipToParty"),
        supplier=_party("SellerParty", "SupplierParty"),
        total_net=(".//OrderSummary//OrderSubTotal//MonetaryAmount", ".//TotalSummary//SubTotal//MonetaryAmount"),
        total_tax=(".//OrderSummary//TotalTax//MonetaryAmount",),
        total_gross=(
            ".//OrderSummary/OrderTotal//MonetaryAmount",
            ".//OrderSummary//TotalAmount//MonetaryAmount",
            ".//ChangeOrderSummary//RevisedOrderSummary//OrderTotal//MonetaryAmount",
        ),
        payment_terms=(
            f"{head}//PaymentTerms//PaymentTermDescription",
            f"{head}//PaymentTerms//TermDescription",
            f"{head}//PaymentTerms//PaymentTermCodedOther",
        ),
        references=(
            ("Contract", f"{head}//ContractReferences//ContractID//Ident"),
            ("Contract", f"{head}//ContractReference//RefNum"),
            ("Quotation", f"{head}//QuoteReference//RefNum"),
            ("Our order number", f"{head}/OrderNumber/SellerOrderNumber"),
        ),
        notes=(
            f"{head}/OrderHeaderNote",
            f"{head}/GeneralNote",
            f"{head}/ChangeOrderHeaderNote",
            f"{head}//GeneralNote",
        ),
        language=(f"{head}/OrderLanguage/LanguageCoded", f"{head}//LanguageCoded"),
        lines=LineMap(
            at=(".//ListOfItemDetail/ItemDetail", ".//ItemDetail", ".//OrderDetail/OrderLine"),
            number=("BaseItemDetail/LineItemNum/BuyerLineItemNum", ".//BuyerLineItemNum", ".//LineItemNum"),
            description=(".//ItemIdentifiers/ItemDescription", ".//ItemDescription", ".//LongDescription"),
            quantity=(".//TotalQuantity//QuantityValue", ".//Quantity//QuantityValue", ".//Quantity/Qty"),
            unit=(".//TotalQuantity//UOMCoded", ".//Quantity//UOMCoded", ".//UOMCoded"),
            unit_price=(".//UnitPrice/UnitPriceValue", ".//UnitPriceValue", ".//BuyerExpectedUnitPrice//UnitPrice"),
            amount=(
                ".//PricingDetail/LineItemSubTotal//MonetaryAmount",
                ".//PricingDetail/LineItemTotal//MonetaryAmount",
                ".//LineItemSubTotal",
            ),
            basis=(".//PriceBasisQuantity//QuantityValue",),
            status=(".//ItemDetailChangeCoded", ".//ActionRequestCoded"),
            cancelled=frozenset({"delete", "cancel", "itemdeleted"}),
            items=(
                ("our item", ".//SellerPartNumber//PartID"),
                ("buyer's item", ".//BuyerPartNumber//PartID"),
                ("item", ".//PartNum//PartID"),
            ),
            notes=(".//LineItemNote", ".//GeneralNote"),
        ),
    )


def documents(root: etree._Element) -> list[etree._Element]:
    """xCBL's order documents in a file: told from others' by the header element's name."""
    return [found for found in within(root, _ROOTS) if found.find(_ROOTS[found.tag][0]) is not None]


def read(root: etree._Element) -> Draft:
    """An order, change order or response as a draft."""
    head, function = _ROOTS[root.tag]
    if function is not None:
        function = _PURPOSES.get(value(root, f"{head}/Purpose/PurposeCoded"), function)
    return read_mapped(root, _map(head), function)
