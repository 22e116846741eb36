"""RosettaNet PIP 3A4, 3A8 and 3A9: purchase order request, change and cancellation."""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.xml import within
from app.documents.orders.xml_map import LineMap, OrderMap, PartyMap
from app.documents.orders.xml_map import read as read_mapped

_FUNCTIONS: dict[str, OrderFunction | None] = {
    "Pip3A4PurchaseOrderRequest": OrderFunction.NEW,
    "PurchaseOrderRequest": OrderFunction.NEW,
    "Pip3A8PurchaseOrderChangeRequest": OrderFunction.CHANGE,
    "PurchaseOrderChangeRequest": OrderFunction.CHANGE,
    "Pip3A9PurchaseOrderCancellationRequest": OrderFunction.CANCELLATION,
    "PurchaseOrderCancellationRequest": OrderFunction.CANCELLATION,
    "Pip3A4PurchaseOrderConfirmation": None,
}


def _party(*at: str) -> PartyMap:
    return PartyMap(
        at=at,
        name=(".//businessName/FreeFormText", ".//businessName", ".//BusinessName"),
        ids=(".//GlobalBusinessIdentifier", ".//ProprietaryBusinessIdentifier"),
        address=(".//addressLine1/FreeFormText", ".//NationalPostalCode", ".//cityName/FreeFormText"),
        email=(".//EmailAddress",),
    )


_MAP = OrderMap(
    standard="rosettanet",
    number=(
        "PurchaseOrder//purchaseOrderNumber/ProprietaryDocumentIdentifier",
        "PurchaseOrder//PurchaseOrderNumber",
        "PurchaseOrder/DocumentReference/ProprietaryDocumentIdentifier",
        "thisDocumentIdentifier/ProprietaryDocumentIdentifier",
        ".//thisDocumentIdentifier/ProprietaryDocumentIdentifier",
    ),
    issued_on=(
        "PurchaseOrder/purchaseOrderDate//DateStamp",
        "thisDocumentGenerationDateTime/DateTimeStamp",
        ".//thisDocumentGenerationDateTime/DateTimeStamp",
    ),
    currency=("PurchaseOrder/totalAmount//GlobalCurrencyCode", ".//GlobalCurrencyCode"),
    buyer=_party("fromRole", "PurchaseOrder/AccountDescription", "PurchaseOrder//billTo", "PurchaseOrder//shipTo"),
    supplier=_party("toRole"),
    total_net=("PurchaseOrder/totalAmount//MonetaryAmount", "PurchaseOrder//TotalAmount//MonetaryAmount"),
    payment_terms=("PurchaseOrder/FinancingTerms/PaymentTerms//FreeFormText",),
    references=(
        ("Contract", "PurchaseOrder/contractIdentifier//ProprietaryDocumentIdentifier"),
        ("Contract", "PurchaseOrder//ContractInformation//ProprietaryDocumentIdentifier"),
        ("Quotation", "PurchaseOrder//quoteIdentifier//ProprietaryDocumentIdentifier"),
    ),
    notes=("PurchaseOrder/comments/FreeFormText", "PurchaseOrder//comments//FreeFormText"),
    lines=LineMap(
        at=("PurchaseOrder/ProductLineItem", ".//ProductLineItem"),
        number=("LineNumber",),
        description=(
            ".//productDescription/FreeFormText",
            ".//ProductDescription/FreeFormText",
            ".//ProductDescription",
            ".//ProprietaryProductIdentifier",
            ".//GlobalProductIdentifier",
        ),
        quantity=("OrderQuantity/requestedQuantity/ProductQuantity", ".//requestedQuantity//ProductQuantity"),
        unit=(".//GlobalProductUnitOfMeasureCode",),
        unit_price=(
            "requestedUnitPrice//MonetaryAmount",
            ".//requestedUnitPrice//MonetaryAmount",
            ".//unitPrice//MonetaryAmount",
        ),
        amount=("totalLineItemAmount//MonetaryAmount",),
        items=(
            ("our item", ".//PartnerProductIdentification//ProprietaryProductIdentifier"),
            ("item", ".//GlobalProductIdentifier"),
        ),
        notes=("comments/FreeFormText",),
    ),
)


def documents(root: etree._Element) -> list[etree._Element]:
    """Purchase order PIPs in a file."""
    return [found for found in within(root, _FUNCTIONS) if found.find(".//PurchaseOrder") is not None]


def read(root: etree._Element) -> Draft:
    """A purchase order request, change or cancellation as a draft."""
    return read_mapped(root, _MAP, _FUNCTIONS[root.tag])
