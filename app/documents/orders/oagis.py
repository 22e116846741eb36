"""OAGIS 8, 9 and 10 purchase orders: Process, Change, Cancel, Sync and Show PurchaseOrder."""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.xml import attribute, first
from app.documents.orders.xml_map import LineMap, OrderMap, PartyMap
from app.documents.orders.xml_map import read as read_mapped

_CHANGES = ("Change", "Update")
_CANCELS = ("Cancel",)


def _party(*roles: str) -> PartyMap:
    return PartyMap(
        at=tuple(f".//{role}" for role in roles),
        name=("Name", ".//BusinessName", ".//OrganizationName", ".//Name"),
        vat_id=(".//TaxID", ".//TaxIDSet/ID"),
        ids=(".//PartyIDs/ID", ".//PartyId/Id", "PartyIDs//ID"),
        address=(".//AddressLine", ".//PostalCode", ".//CityName", ".//City"),
        email=(".//EMailAddress", ".//EMailAddressCommunication/EMailAddressID"),
    )


def _map(head: str, line: str) -> OrderMap:
    return OrderMap(
        standard="oagis",
        number=(
            f"{head}/DocumentID/ID",
            f"{head}/DocumentIds/CustomerDocumentId/Id",
            f"{head}/DocumentIds/DocumentId/Id",
            f"{head}/ID",
            f"{head}/DocumentIDSet/ID",
        ),
        issued_on=(f"{head}/DocumentDateTime", f"{head}/DocumentDate", f"{head}/OrderDateTime", f"{head}/OrderDate"),
        valid_from=(f"{head}/EffectivePeriod/StartDateTime", f"{head}/ContractTimePeriod/StartDateTime"),
        valid_until=(f"{head}/EffectivePeriod/EndDateTime", f"{head}/ContractTimePeriod/EndDateTime"),
        currency=(
            f"{head}/CurrencyCode",
            f"{head}/TotalAmount/@currencyID",
            f"{head}/ExtendedAmount/@currencyID",
            f"{head}/ExtendedPrice/@currency",
            f"{head}/TotalPrice/@currency",
            f"{line}/UnitPrice/Amount/@currencyID",
            f"{line}/UnitPrice/Amount/@currency",
        ),
        buyer=_party("CustomerParty", "BillToParty", "ShipToParty"),
        supplier=_party("SupplierParty"),
        total_net=(f"{head}/ExtendedAmount", f"{head}/ExtendedPrice", f"{head}/TotalAmount", f"{head}/TotalPrice"),
        payment_terms=(f"{head}/PaymentTerm/Description", f"{head}//PaymentTerms/Description", f"{head}//Term"),
        references=(
            ("Contract", f"{head}/ContractReference/DocumentID/ID"),
            ("Contract", f"{head}/BlanketOrderReference/DocumentID/ID"),
            ("Quotation", f"{head}/QuoteReference/DocumentID/ID"),
            ("Our order number", f"{head}/SalesOrderReference/DocumentID/ID"),
            ("Our order number", f"{head}/DocumentIds/SupplierDocumentId/Id"),
            ("Project", f"{head}/ProjectReference/DocumentID/ID"),
        ),
        notes=(f"{head}/Note", f"{head}/Description"),
        lines=LineMap(
            at=(line,),
            number=("LineNumber", "LineNumberID"),
            description=("Item/Description", "OrderItem/Description", "Description", "Item/Name", "Item/ID"),
            quantity=("Quantity", "OrderQuantity"),
            unit=("Quantity/@unitCode", "OrderQuantity/@uom", "Quantity/@uom", "OrderQuantity/@unitCode"),
            unit_price=("UnitPrice/Amount", "UnitPrice//Amount", "UnitPrice"),
            amount=("ExtendedAmount", "ExtendedPrice", "TotalAmount"),
            basis=("UnitPrice/PerQuantity",),
            status=("Status/Code", "@actionCode"),
            cancelled=frozenset({"cancelled", "canceled", "deleted", "delete"}),
            items=(
                ("our item", ".//SupplierItemIdentification/ID"),
                ("our item", ".//SupplierItemId/Id"),
                ("buyer's item", ".//CustomerItemIdentification/ID"),
                ("item", ".//ItemID/ID"),
            ),
            notes=("Note",),
        ),
    )


def documents(root: etree._Element) -> list[etree._Element]:
    """Purchase orders in a business object document: its data area holds a verb and the orders."""
    return list(root.iterfind(".//DataArea/PurchaseOrder"))


def read(root: etree._Element) -> Draft:
    """A purchase order as a draft; the verb of the document says what it does."""
    head = "PurchaseOrderHeader" if root.find("PurchaseOrderHeader") is not None else "Header"
    line = "PurchaseOrderLine" if root.find("PurchaseOrderLine") is not None else "Line"
    function = _function(root)
    draft = read_mapped(root, _map(head, line), function)
    process = first(root.getparent(), "Process")
    if attribute(process, "acknowledge", "acknowledgeCode") == "Always":
        draft.response_wanted = "Acknowledge: Always"
    return draft


def _function(root: etree._Element) -> OrderFunction:
    area = root.getparent()
    outer = area.getparent() if area is not None else None
    names = [child.tag for child in area if isinstance(child.tag, str)] if area is not None else []
    name = outer.tag if outer is not None and isinstance(outer.tag, str) else ""
    if name.startswith(_CANCELS) or "Cancel" in names:
        return OrderFunction.CANCELLATION
    if name.startswith(_CHANGES) or "Change" in names:
        return OrderFunction.CHANGE
    return OrderFunction.NEW
