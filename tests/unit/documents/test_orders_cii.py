"""Order-X: what a message does by its type and purpose."""

from __future__ import annotations

from datetime import date

import pytest
from order_samples import CII, order_of, read

from app.documents.order import OrderFunction

_REFERRED = CII.replace(
    "<ram:QuotationReferencedDocument>",
    "<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-6</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>"
    "<ram:QuotationReferencedDocument>",
)


@pytest.mark.parametrize(
    ("type_code", "purpose", "function"),
    [
        ("220", "9", OrderFunction.NEW),
        ("220", "7", OrderFunction.NEW),
        ("230", "9", OrderFunction.CHANGE),
        ("230", "4", OrderFunction.CHANGE),
        ("220", "5", OrderFunction.CHANGE),
        ("230", "1", OrderFunction.CANCELLATION),
    ],
)
def test_type_and_purpose_say_what_a_message_does(type_code: str, purpose: str, function: OrderFunction) -> None:
    text = CII.replace("TypeCode>220", f"TypeCode>{type_code}").replace("PurposeCode>9", f"PurposeCode>{purpose}")
    assert order_of(text).function is function


def test_a_change_is_about_the_buyers_order() -> None:
    order = order_of(_REFERRED.replace("TypeCode>220", "TypeCode>230"))
    assert (order.number, order.changed_on) == ("PO-6", date(2026, 3, 4))


def test_a_response_orders_nothing() -> None:
    found = read(CII.replace("TypeCode>220", "TypeCode>231"))
    assert found.order is None
    assert found.title == "Order response"
