"""The same order in each standard says the same, and every value has its place in the text."""

from __future__ import annotations

from datetime import date

import pytest
from order_samples import HUNDRED, ORDERS, TEN, THOUSAND, WITHOUT_LINE_AMOUNTS, read, shown

from app.documents.order import OrderFunction

_WITH_VALIDITY = ("ubl", "cii", "cxml", "edifact", "x12", "idoc", "xcbl")


@pytest.mark.parametrize("standard", ORDERS)
def test_an_order_says_the_same_in_every_standard(standard: str) -> None:
    order = read(ORDERS[standard]).order
    assert order is not None
    assert order.standard == standard
    assert order.function is OrderFunction.NEW
    assert order.number == "PO-7"
    assert order.issued_on == date(2026, 3, 4)
    assert order.buyer.name == "Buyer GmbH"
    assert order.currency == "EUR"
    assert order.total_net == THOUSAND
    assert order.payment_terms == "30 Tage netto"
    assert set(order.references) == {"Q-1", "C-9"}


@pytest.mark.parametrize("standard", ORDERS)
def test_a_line_says_the_same_in_every_standard(standard: str) -> None:
    order = read(ORDERS[standard]).order
    assert order is not None
    line = order.lines[0]
    assert (line.description, line.quantity, line.unit, line.unit_price) == ("Beratung", TEN, "HUR", HUNDRED)
    assert line.amount == (None if standard in WITHOUT_LINE_AMOUNTS else THOUSAND)


@pytest.mark.parametrize("standard", ORDERS)
def test_every_value_stands_in_the_text_where_its_span_says(standard: str) -> None:
    found = read(ORDERS[standard])
    assert found.order is not None
    assert shown(found, "number") == ["PO-7"]
    assert shown(found, "issued_on") == ["2026-03-04"]
    assert shown(found, "buyer.name") == ["Buyer GmbH"]
    assert shown(found, "total_net") == ["1000.00"]
    assert shown(found, "payment_terms") == ["30 Tage netto"]
    assert set(shown(found, "references")) == {"Q-1", "C-9"}
    for line in found.order.lines:
        for name, start, end in line.spans:
            value = getattr(line, name)
            assert found.text[start:end] == (value if isinstance(value, str) else format(value, "f"))


@pytest.mark.parametrize("standard", _WITH_VALIDITY)
def test_validity_is_read_where_the_standard_has_it(standard: str) -> None:
    order = read(ORDERS[standard]).order
    assert order is not None
    assert (order.valid_from, order.valid_until) == (date(2026, 4, 1), date(2026, 12, 31))


@pytest.mark.parametrize("standard", ["ubl", "cii", "edifact", "idoc"])
def test_the_buyers_vat_number_is_read(standard: str) -> None:
    order = read(ORDERS[standard]).order
    assert order is not None
    assert order.buyer.vat_id == "DE000000000"


@pytest.mark.parametrize("standard", ["ubl", "cii", "cxml", "edifact", "x12", "oagis"])
def test_a_wish_for_confirmation_is_read_in_words_or_code(standard: str) -> None:
    found = read(ORDERS[standard])
    assert found.order is not None
    assert found.order.asks_for_confirmation
    assert all(shown(found, "asks_for_confirmation"))


@pytest.mark.parametrize("standard", ["idoc", "opentrans", "xcbl", "gs1", "xml"])
def test_no_wish_for_confirmation_is_invented(standard: str) -> None:
    order = read(ORDERS[standard]).order
    assert order is not None
    assert not order.asks_for_confirmation


def test_a_total_of_quantities_is_not_taken_for_money() -> None:
    text = (
        ORDERS["xml"]
        .replace("<TotalNetAmount>1000.00", "<TotalOrderedAmount>11.00")
        .replace("</TotalNetAmount>", "</TotalOrderedAmount>")
    )
    order = read(text).order
    assert order is not None
    assert order.total_net is None
    assert order.total_gross is None
