"""openTRANS 1.0 and 2.1 ORDER and ORDERCHANGE (BMEcat's sister standard)."""

from __future__ import annotations

from lxml import etree

from app.documents.order import OrderFunction
from app.documents.orders.draft import Draft
from app.documents.orders.xml import within
from app.documents.orders.xml_map import LineMap, OrderMap, PartyMap
from app.documents.orders.xml_map import read as read_mapped

_FUNCTIONS = {"ORDER": OrderFunction.NEW, "ORDERCHANGE": OrderFunction.CHANGE, "ORDERRESPONSE": None}
_NAME = ("ADDRESS/NAME", "ADDRESS/NAME2", "PARTY/ADDRESS/NAME")
_ADDRESS = ("ADDRESS/STREET", "ADDRESS/ZIP", "ADDRESS/CITY", "PARTY/ADDRESS/STREET", "PARTY/ADDRESS/CITY")
_IDS = ("PARTY_ID", "PARTY/PARTY_ID")


def _party(role: str) -> PartyMap:
    return PartyMap(
        at=(f".//PARTIES/PARTY[PARTY_ROLE='{role}']", f".//{role.upper()}_PARTY", f".//{role.upper()}"),
        name=_NAME,
        vat_id=("ADDRESS/VAT_ID", "PARTY/ADDRESS/VAT_ID"),
        ids=_IDS,
        address=_ADDRESS,
        email=("ADDRESS/EMAIL", "ADDRESS//EMAIL", "PARTY/ADDRESS/EMAIL"),
    )


def _map(kind: str) -> OrderMap:
    head = f"{kind}_HEADER/{kind}_INFO"
    return OrderMap(
        standard="opentrans",
        number=(f"{head}/ORDER_ID",),
        issued_on=(f"{head}/ORDER_DATE",),
        changed_on=(f"{head}/ORDERCHANGE_DATE", f"{head}/ORDERRESPONSE_DATE"),
        currency=(f"{head}/CURRENCY", f"{head}/PRICE_CURRENCY", f"{head}/PRICE_CURRENCY/@type"),
        buyer=_party("buyer"),
        supplier=_party("supplier"),
        total_net=(f"{kind}_SUMMARY/TOTAL_AMOUNT",),
        payment_terms=(f"{head}/PAYMENT/PAYMENT_TERMS/PAYMENT_TERM", f"{head}/PAYMENT/PAYMENT_TERM"),
        references=(
            ("Quotation", f"{kind}_HEADER/SOURCING_INFO/QUOTATION_ID"),
            ("Contract", f"{kind}_HEADER/SOURCING_INFO/AGREEMENT/AGREEMENT_ID"),
            ("Our order number", f"{head}/SUPPLIER_ORDER_ID"),
        ),
        notes=(f"{head}/REMARKS", f"{head}/REMARK"),
        details=(("Terms", f"{head}/TERMS_AND_CONDITIONS"), ("Payment in days", f"{head}/PAYMENT//DAYS")),
        language=(f"{head}/LANGUAGE", ".//DESCRIPTION_SHORT/@lang"),
        lines=LineMap(
            at=(f"{kind}_ITEM_LIST/{kind}_ITEM",),
            number=("LINE_ITEM_ID",),
            description=tuple(
                f"{part}/DESCRIPTION_{length}" for length in ("SHORT", "LONG") for part in ("PRODUCT_ID", "ARTICLE_ID")
            ),
            quantity=("QUANTITY",),
            unit=("ORDER_UNIT",),
            unit_price=("PRODUCT_PRICE_FIX/PRICE_AMOUNT", "ARTICLE_PRICE/PRICE_AMOUNT"),
            amount=("PRICE_LINE_AMOUNT", "ARTICLE_PRICE/PRICE_LINE_AMOUNT"),
            basis=("PRODUCT_PRICE_FIX/PRICE_QUANTITY", "ARTICLE_PRICE/PRICE_QUANTITY"),
            items=(
                ("our item", "PRODUCT_ID/SUPPLIER_PID"),
                ("our item", "ARTICLE_ID/SUPPLIER_AID"),
                ("buyer's item", "PRODUCT_ID/BUYER_PID"),
                ("buyer's item", "ARTICLE_ID/BUYER_AID"),
            ),
            notes=("REMARKS", "REMARK"),
        ),
    )


def documents(root: etree._Element) -> list[etree._Element]:
    """openTRANS documents in a file: an ORDER is one if it has an ORDER_HEADER."""
    return [found for found in within(root, _FUNCTIONS) if found.find(f"{found.tag}_HEADER") is not None]


def read(root: etree._Element) -> Draft:
    """An order, change or response as a draft."""
    return read_mapped(root, _map(root.tag), _FUNCTIONS[root.tag])
