"""X12 orders: delimiters, changes, parties of retailers, several sets, groceries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from order_samples import X12, order_of, read

from app.documents.order import OrderFunction


def _set(*segments: str, kind: str = "850") -> str:
    return f"ST*{kind}*0001~" + "".join(f"{segment}~" for segment in segments) + "SE*9*0001~"


@pytest.mark.parametrize("element", ["|", "^", "\x1d", "\t"])
@pytest.mark.parametrize("terminator", ["\n", "'", "\x1c", "~\r\n"])
def test_delimiters_are_read_from_the_interchange_header(element: str, terminator: str) -> None:
    text = X12.replace("*", element).replace("~", terminator)
    assert order_of(text) == order_of(X12)


def test_a_header_with_trimmed_fields_or_without_component_separator_is_read() -> None:
    trimmed = X12.replace("          ", "").replace("         ", "")
    without = X12.replace("*P*>~", "*P*~\n").replace("~", "~\n").replace("\n\n", "\n")
    assert order_of(trimmed) == order_of(X12)
    assert order_of(without) == order_of(X12)


def test_a_set_without_envelope_and_text_before_it_are_read() -> None:
    body = X12[X12.index("ST*") :]
    assert order_of(body) == order_of(X12)
    assert order_of(f"Subject: FW\r\n\r\n{X12}") == order_of(X12)


def test_a_change_has_the_orders_number_and_its_own_date() -> None:
    text = _set(
        "BCH*04*SA*PO-7**1*20260304*****20260401", "POC*1*QI*4**EA*10**VP*A", "POC*2*DI*0*5*EA*1**VP*B", kind="860"
    )
    order = order_of(text)
    assert (order.function, order.number) == (OrderFunction.CHANGE, "PO-7")
    assert (order.issued_on, order.changed_on) == (date(2026, 3, 4), date(2026, 4, 1))
    assert [(line.quantity, line.unit, line.is_cancelled) for line in order.lines] == [
        (4, "EA", False),
        (0, "EA", True),
    ]


@pytest.mark.parametrize(
    ("begin", "function"),
    [
        ("BEG*00*SA*1**20260304", OrderFunction.NEW),
        ("BEG*06*CF*1**20260304", OrderFunction.NEW),
        ("BEG*00*CP*1**20260304", OrderFunction.CHANGE),
        ("BEG*05*SA*1**20260304", OrderFunction.CHANGE),
        ("BEG*01*SA*1**20260304", OrderFunction.CANCELLATION),
    ],
)
def test_purpose_and_type_say_what_an_order_does(begin: str, function: OrderFunction) -> None:
    assert order_of(_set(begin)).function is function


def test_the_bill_to_names_a_buyer_of_whom_only_a_number_is_given() -> None:
    order = order_of(_set("BEG*00*SA*1**20260304", "N1*ST*Store 12*92*12", "N1*BT*Retail Inc.*9*1", "N1*BY**92*1500"))
    assert order.buyer.name == "Retail Inc."


def test_a_date_of_six_digits_is_of_this_century() -> None:
    assert order_of(_set("BEG*00*SA*1**260304")).issued_on == date(2026, 3, 4)


def test_the_extended_price_of_a_line_is_read_where_a_sender_states_it() -> None:
    order = order_of(_set("BEG*00*SA*1**20260304", "PO1*1*2*EA*10**VP*A", "AMT*1*20.00", "CTT*1", "AMT*TT*20.00"))
    assert order.lines[0].amount == Decimal("20.00")
    assert order.total_net == Decimal("20.00")


def test_a_total_before_the_lines_does_not_end_the_head() -> None:
    order = order_of(
        _set("BEG*00*SA*1**20260304", "AMT*TT*20.00", "N1*LW*Buyer", "PO1*1*2*EA*10**BP*7", "PID*F****Advice")
    )
    assert order.total_net == Decimal("20.00")
    assert order.buyer.name == "Buyer"
    assert order.lines[0].description == "Advice"


def test_a_line_amount_is_never_computed() -> None:
    assert order_of(X12).lines[0].amount is None


def test_a_currency_that_stands_in_the_lines_holds_for_the_order() -> None:
    assert order_of(_set("BEG*00*SA*1**20260304", "PO1*1*2*EA*10", "CUR*BY*USD")).currency == "USD"


def test_a_line_without_description_is_described_by_its_item_number() -> None:
    order = order_of(_set("BEG*00*SA*1**20260304", "PO1*1*2*EA*10**UP*012345678905*VN*A-1"))
    assert order.lines[0].description == "A-1"


def test_descriptions_of_one_line_belong_together() -> None:
    order = order_of(
        _set("BEG*00*SA*1**20260304", "PO1*1*2*EA*10", "PID*F****Advisory", "PID*F****on site", "MSG*call first")
    )
    assert order.lines[0].description == "Advisory on site"
    assert "call first" in read(_set("BEG*00*SA*1**20260304", "PO1*1*2*EA*10", "MSG*call first")).text


def test_a_grocery_order_is_read() -> None:
    order = order_of(
        _set("G50*N*20260304*PO-7", "N1*BY*Buyer", "G68*10*CA*5.00*012345678905", "G69*Widget", kind="875")
    )
    assert (order.number, order.issued_on, order.buyer.name) == ("PO-7", date(2026, 3, 4), "Buyer")
    line = order.lines[0]
    assert (line.description, line.quantity, line.unit, line.unit_price) == ("Widget", 10, "CA", Decimal("5.00"))


def test_an_acknowledgement_orders_nothing() -> None:
    found = read(_set("BAK*00*AC*PO-7*20260304", "PO1*1*2*EA*10", kind="855"))
    assert found.order is None
    assert found.title == "Order acknowledgement"


def test_what_is_no_order_is_written_down_under_its_name() -> None:
    found = read(_set("BPR*C*100", kind="820"))
    assert found.order is None
    assert found.title == "Payment order and remittance advice"
