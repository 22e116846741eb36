"""EDIFACT orders: delimiters, character sets, release characters, changes, call-offs, several messages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from order_samples import EDIFACT, THOUSAND, order_of, read

from app.documents.order import OrderFunction


def _message(*segments: str, kind: str = "ORDERS:D:01B:UN") -> str:
    return f"UNH+1+{kind}'" + "".join(f"{segment}'" for segment in segments) + "UNT+9+1'"


def test_other_delimiters_named_in_una_are_obeyed() -> None:
    text = EDIFACT.replace("UNA:+.? '", "").replace("'", "~").replace("+", "*").replace(":", "|")
    assert order_of("UNA|*,? ~" + text) == order_of(EDIFACT)


def test_segments_on_lines_of_their_own_and_cut_at_80_characters_are_read() -> None:
    on_lines = EDIFACT.replace("'", "'\r\n")
    wrapped = "\n".join(EDIFACT[at : at + 80] for at in range(0, len(EDIFACT), 80))
    assert order_of(on_lines) == order_of(EDIFACT)
    assert order_of(wrapped) == order_of(EDIFACT)


def test_a_line_end_as_terminator_is_read() -> None:
    text = EDIFACT.replace("UNA:+.? '", "UNA:+.? \n").replace("'", "\n")
    assert order_of(text) == order_of(EDIFACT)


def test_release_characters_make_delimiters_text() -> None:
    order = order_of(_message("BGM+220+PO?+7??", "NAD+BY+1++A?+B ?'Söhne?': Co?:KG", "LIN+1", "IMD+F++:::R?: 50 ?+ 1"))
    assert order.number == "PO+7?"
    assert order.buyer.name == "A+B 'Söhne'"
    assert order.lines[0].description == "R: 50 + 1"


@pytest.mark.parametrize(
    ("syntax", "charset", "name"),
    [
        ("UNOC", "latin-1", "Müller & Söhne"),
        ("UNOD", "iso8859-2", "Łódź Żubr"),
        ("UNOE", "iso8859-5", "Рога"),
        ("UNOF", "iso8859-7", "Ελλάς"),
        ("UNOY", "utf-8", "Łódź Müller"),
        ("UNOA", "cp1252", "Façade"),
        ("UNOC", "utf-8", "Čeština"),
    ],
)
def test_the_syntax_identifier_names_the_character_set(syntax: str, charset: str, name: str) -> None:
    text = f"UNB+{syntax}:3+A+B+260304:0900+1'" + _message("BGM+220+1", f"NAD+BY+1++{name}") + "UNZ+1+1'"
    assert order_of(text.encode(charset)).buyer.name == name


def test_a_comma_is_the_decimal_mark_and_never_groups() -> None:
    order = order_of(_message("BGM+220+1", "LIN+1", "QTY+21:1,500:KGM", "PRI+AAA:2,125", "MOA+203:3,188"))
    line = order.lines[0]
    assert (line.quantity, line.unit_price, line.amount) == (Decimal("1.500"), Decimal("2.125"), Decimal("3.188"))


def test_a_description_cut_at_the_fields_length_is_put_together() -> None:
    order = order_of(
        _message(
            "BGM+220+1",
            "LIN+1",
            "IMD+F++:::Auswertungen und Berichtswesen, Ent:wicklung",
            "LIN+2",
            "IMD+F++:::Oil 10l:blue",
        )
    )
    assert [line.description for line in order.lines] == ["Auswertungen und Berichtswesen, Entwicklung", "Oil 10l blue"]


def test_free_text_describes_a_line_that_has_no_description() -> None:
    order = order_of(_message("BGM+220+1", "LIN+1++123:EN", "FTX+AFM+1++Ring cycle", "LIN+2++456:EN"))
    assert [line.description for line in order.lines] == ["Ring cycle", "456"]


def test_the_net_price_is_preferred_to_the_gross_price() -> None:
    order = order_of(_message("BGM+220+1", "LIN+1", "PRI+AAB:12", "PRI+AAA:10:CT:AAE:1:HUR"))
    assert order.lines[0].unit_price == 10


def test_a_date_of_a_group_is_not_the_orders_date() -> None:
    order = order_of(
        _message("BGM+220+1", "RFF+CT:C", "DTM+171:20200101:102", "CUX+2:EUR:9", "DTM+134:2020010120200131:718")
    )
    assert order.issued_on is None
    assert order.valid_from is None


def test_a_period_gives_both_ends_of_the_validity() -> None:
    order = order_of(_message("BGM+220+1", "DTM+137:26030409:201", "DTM+273:20260401-20261231:718"))
    assert (order.valid_from, order.valid_until) == (date(2026, 4, 1), date(2026, 12, 31))
    assert order.issued_on == date(2026, 3, 4)


def test_a_change_is_about_the_order_it_refers_to() -> None:
    order = order_of(
        _message(
            "BGM+230+CHG-1+4", "DTM+137:20260401:102", "RFF+ON:PO-7", "DTM+171:20260304:102",
            "LIN+1+2+A1:SA", "LIN+2+3+A2:SA",
            kind="ORDCHG:D:96A:UN",
        )
    )  # fmt: skip
    assert (order.function, order.number) == (OrderFunction.CHANGE, "PO-7")
    assert (order.changed_on, order.issued_on) == (date(2026, 4, 1), date(2026, 3, 4))
    assert [line.is_cancelled for line in order.lines] == [True, False]


def test_a_change_that_refers_to_nothing_is_about_its_own_number() -> None:
    order = order_of(_message("BGM+230+PO-7+4", "DTM+137:20260401:102", kind="ORDCHG:D:96A:UN"))
    assert order.number == "PO-7"


@pytest.mark.parametrize(
    ("purpose", "function"),
    [
        ("9", OrderFunction.NEW),
        ("7", OrderFunction.NEW),
        ("5", OrderFunction.CHANGE),
        ("1", OrderFunction.CANCELLATION),
    ],
)
def test_the_message_function_says_what_an_order_does(purpose: str, function: OrderFunction) -> None:
    assert order_of(_message(f"BGM+220+1+{purpose}")).function is function


def test_a_delivery_schedule_calls_off_the_order_it_names() -> None:
    found = read(
        _message(
            "BGM+241+S-1+9", "NAD+BY+1++Buyer", "LIN+1++P:VN", "QTY+113:10:PCE", "RFF+ON:PO-7", "LIN+2++Q:VN",
            "QTY+113:5:PCE",
            "QTY+113:6:PCE", kind="DELFOR:D:96A:UN",
        )
    )  # fmt: skip
    assert found.order is not None
    assert found.order.number == "PO-7"
    assert [line.quantity for line in found.order.lines] == [10, None]


def test_a_response_orders_nothing() -> None:
    found = read(_message("BGM+231+R-1+4", "RFF+ON:PO-7", kind="ORDRSP:D:96A:UN"))
    assert found.order is None
    assert found.title == "Order response"


def test_an_invoicee_names_a_buyer_of_whom_only_a_number_is_given() -> None:
    order = order_of(_message("BGM+220+1", "NAD+BY+4000000000001::9", "NAD+IV+4000000000001::9++Buyer GmbH"))
    assert order.buyer.name == "Buyer GmbH"
    assert order.buyer.ids == ("4000000000001",)


def test_all_messages_of_an_interchange_are_read_and_an_order_comes_first() -> None:
    invoice = _message("BGM+380+INV-1", kind="INVOIC:D:96A:UN")
    found = read("UNB+UNOC:3+A+B+260304:0900+1'" + invoice + _message("BGM+220+1") + _message("BGM+220+2") + "UNZ+3+1'")
    assert found.order is not None
    assert found.order.number == "1"
    assert [further.title for further in found.further] == ["Invoice", "Order"]


def test_a_message_that_ends_early_is_read_as_far_as_it_goes_and_says_so() -> None:
    found = read(EDIFACT[: EDIFACT.index("MOA+79")])
    assert found.order is not None
    assert found.order.lines[0].amount == THOUSAND
    assert [problem.code for problem in found.problems] == ["corrupt"]
    assert not found.problems[0].is_fatal


def test_text_before_an_interchange_is_passed_over() -> None:
    assert order_of(f"Forwarded by the gateway\r\n\r\n{EDIFACT}") == order_of(EDIFACT)
