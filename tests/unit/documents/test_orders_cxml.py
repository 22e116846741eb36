"""cXML order requests: versions of an order, and a document type that is never fetched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from order_samples import CXML, order_of

from app.documents.order import OrderFunction


@pytest.mark.parametrize(
    ("kind", "function"),
    [("new", OrderFunction.NEW), ("update", OrderFunction.CHANGE), ("delete", OrderFunction.CANCELLATION)],
)
def test_the_type_says_what_a_request_does(kind: str, function: OrderFunction) -> None:
    assert order_of(CXML.replace('type="new"', f'type="{kind}"')).function is function


def test_the_order_date_is_the_day_as_written_in_its_own_zone() -> None:
    assert order_of(CXML).issued_on == date(2026, 3, 4)


def test_who_is_billed_is_the_customer_not_where_it_is_delivered() -> None:
    assert order_of(CXML).buyer.name == "Buyer GmbH"
    start, _, rest = CXML.partition("<BillTo>")
    assert order_of(start + rest.partition("</BillTo>")[2]).buyer.name == "Werk Nord"


def test_a_total_with_grouped_digits_is_read_exactly() -> None:
    assert order_of(CXML).total_net == Decimal("1000.00")


def test_a_payment_period_in_days_alone_is_not_made_into_terms() -> None:
    text = CXML.replace(
        '<Extrinsic name="PaymentTerms">30 Tage netto</Extrinsic>', '<PaymentTerm payInNumberOfDays="45"/>'
    )
    assert order_of(text).payment_terms == ""


def test_a_reference_word_in_an_extrinsics_name_makes_it_one() -> None:
    text = CXML.replace("<Comments>", '<Extrinsic name="Project Number">PRJ-55</Extrinsic><Comments>')
    assert "PRJ-55" in order_of(text).references


def test_a_description_with_a_short_name_inside_is_read_whole() -> None:
    text = CXML.replace("<Description>Beratung", "<Description><ShortName>Ber</ShortName>Beratung")
    assert order_of(text).lines[0].description == "BerBeratung"
