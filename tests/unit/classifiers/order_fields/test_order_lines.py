"""Tables and lists of order lines: columns, wrapped words, pages, notations, sums."""

from __future__ import annotations

from decimal import Decimal

import pytest
from order_pages import Sheet, order_head, order_table, sheet_reading, text_reading

from app.documents.order import Order
from classifiers.order_fields import read_order

Figures = tuple[str, str, str, str]


def lines(order: Order | None) -> list[Figures]:
    assert order is not None
    return [(x.description, str(x.quantity), str(x.unit_price), str(x.amount)) for x in order.lines]


def test_a_description_goes_on_below_its_figures() -> None:
    sheet = order_head(Sheet())
    sheet.put(50, 160, "Description").put_right(350, 160, "Qty").put_right(450, 160, "Unit Price").put_right(
        545, 160, "Amount"
    )
    sheet.put(50, 176, "Cleansing and loading of contract data,").put_right(350, 176, "1").put_right(
        450, 176, "900.00"
    ).put_right(545, 176, "900.00")
    sheet.put(50, 186, "with sign-off meeting")
    sheet.put(50, 202, "Training").put_right(350, 202, "2").put_right(450, 202, "50.00").put_right(545, 202, "100.00")
    assert lines(read_order(sheet.reading())) == [
        ("Cleansing and loading of contract data, with sign-off meeting", "1", "900.00", "900.00"),
        ("Training", "2", "50.00", "100.00"),
    ]


def test_a_description_stands_above_its_figures() -> None:
    sheet = order_head(Sheet())
    for x, label in ((50, "Item"), (90, "Material"), (200, "Quantity"), (300, "Unit"), (400, "Price"), (500, "Value")):
        sheet.put(x, 160, label)
    y = 176.0
    for number, words, quantity, price, value in (
        ("00010", "Support hours", "135", "133.50", "18,022.50"),
        ("00020", "Go-live fee", "1", "500.00", "500.00"),
    ):
        sheet.put(50, y, number).put(90, y, f"SRV{number}").put(160, y, words)
        sheet.put_right(240, y + 12, quantity).put(300, y + 12, "h").put_right(425, y + 12, price).put_right(
            525, y + 12, value
        )
        sheet.put(160, y + 24, "Delivery date: 18.12.2026")
        y += 40
    assert lines(read_order(sheet.reading())) == [
        ("Support hours", "135", "133.50", "18022.50"),
        ("Go-live fee", "1", "500.00", "500.00"),
    ]


def test_figures_in_the_middle_of_a_three_line_description() -> None:
    sheet = order_head(Sheet())
    sheet.put(50, 160, "Line").put(90, 160, "Description").put_right(350, 160, "Qty").put_right(
        450, 160, "Price"
    ).put_right(545, 160, "Total")
    y = 180.0
    for number in ("1", "2"):
        sheet.put(90, y, f"First words of {number}ab").put(90, y + 20, "last words")
        sheet.put(50, y + 10, number).put(90, y + 10, "middle words").put_right(350, y + 10, "3").put_right(
            450, y + 10, "10.00"
        ).put_right(545, y + 10, "30.00")
        y += 48
    found = lines(read_order(sheet.reading()))
    assert [x[0] for x in found] == [
        "First words of 1ab middle words last words",
        "First words of 2ab middle words last words",
    ]


def test_a_table_goes_on_over_a_page_with_its_heading_and_carry_over() -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, [(f"Service {n}", "2", "10.00", "20.00") for n in range(1, 20)])
    sheet.put(300, y, "Carried forward").put_right(545, y, "380.00").put(280, 800, "Page 1 of 2")
    sheet.turn().put(50, 40, "Hollowmere Water plc")
    y = order_table(sheet, [("Service 20", "2", "10.00", "20.00")], top=80)
    sheet.put(300, y, "Net total").put_right(545, y, "400.00").put(280, 800, "Page 2 of 2")
    order = read_order(sheet.reading())
    assert order is not None
    assert len(order.lines) == 20
    assert order.total_net == Decimal("400.00")


def test_a_heading_of_two_rows_is_one() -> None:
    sheet = order_head(Sheet())
    sheet.put(50, 165, "Description").put_right(350, 165, "Quantity")
    sheet.put_right(450, 160, "Unit").put_right(450, 170, "price").put_right(545, 160, "Extended").put_right(
        545, 170, "cost"
    )
    sheet.put(50, 190, "Hinges").put_right(350, 190, "4").put_right(450, 190, "2.50").put_right(545, 190, "10.00")
    assert lines(read_order(sheet.reading())) == [("Hinges", "4", "2.50", "10.00")]


def test_quantity_and_unit_in_one_cell_and_a_currency_in_each_price() -> None:
    sheet = order_head(Sheet())
    sheet.put(50, 160, "Description").put(300, 160, "Qty").put_right(450, 160, "Rate").put_right(545, 160, "Amount")
    sheet.put(50, 176, "Adviser").put(300, 176, "12 days").put_right(450, 176, "€ 1.210,00").put_right(
        545, 176, "€ 14.520,00"
    )
    sheet.put(50, 192, "Travel").put(300, 192, "1 lump sum").put_right(450, 192, "€ 300,00").put_right(
        545, 192, "€ 300,00"
    )
    order = read_order(sheet.reading())
    assert order is not None
    assert [(x.quantity, x.unit, x.unit_price) for x in order.lines] == [
        (Decimal(12), "days", Decimal("1210.00")),
        (Decimal(1), "lump sum", Decimal("300.00")),
    ]
    assert order.currency == "EUR"


def test_labels_left_of_figures_set_to_the_right() -> None:
    sheet = order_head(Sheet())
    for x, label in ((50, "Details"), (250, "Quantity"), (330, "Price"), (430, "Total")):
        sheet.put(x, 160, label)
    for y, (words, quantity, price, total) in (
        (176, ("Design", "3", "100.00", "300.00")),
        (192, ("Build of the first part", "10", "90.00", "900.00")),
    ):
        sheet.put(50, y, words).put_right(310, y, quantity).put_right(415, y, price).put_right(520, y, total)
    assert lines(read_order(sheet.reading())) == [
        ("Design", "3", "100.00", "300.00"),
        ("Build of the first part", "10", "90.00", "900.00"),
    ]


def test_arithmetic_chooses_between_ten_and_ten_thousand() -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, [("Bolts", "10,000", "2,50", "25,00"), ("Nuts", "3,000", "1,00", "3,00")])
    sheet.put_right(450, y, "Total EUR").put_right(545, y, "28,00")
    order = read_order(sheet.reading("de"))
    assert order is not None
    assert [x.quantity for x in order.lines] == [Decimal(10), Decimal(3)]


def test_a_printed_sum_that_is_wrong_stays_as_printed() -> None:
    sheet = order_head(Sheet())
    y = order_table(
        sheet, [("One", "2", "100.00", "210.00"), ("Two", "3", "10.00", "30.00"), ("Three", "1", "5.00", "5.00")]
    )
    sheet.put_right(450, y, "Subtotal").put_right(545, y, "999.00")
    order = read_order(sheet.reading())
    assert order is not None
    assert order.lines[0].amount == Decimal("210.00")
    assert order.total_net == Decimal("999.00")


def test_unknown_headings_are_settled_by_arithmetic() -> None:
    sheet = order_head(Sheet())
    sheet.put(50, 160, "Description").put_right(350, 160, "Amount").put_right(450, 160, "Price").put_right(
        545, 160, "Qty"
    )
    for y, (words, quantity, price, total) in (
        (176, ("Design", "3", "100.00", "300.00")),
        (192, ("Build", "10", "90.00", "900.00")),
    ):
        sheet.put(50, y, words).put_right(350, y, quantity).put_right(450, y, price).put_right(545, y, total)
    assert lines(read_order(sheet.reading())) == [
        ("Design", "3", "100.00", "300.00"),
        ("Build", "10", "90.00", "900.00"),
    ]


@pytest.mark.parametrize(
    ("sums", "net", "gross"),
    [
        ([("Subtotal", "100.00"), ("VAT 20%", "20.00"), ("Total", "120.00")], "100.00", "120.00"),
        ([("Total", "100.00")], "100.00", None),
        ([("Subtotal", "100.00"), ("Shipping", "15.00"), ("Total", "115.00")], "115.00", None),
        ([("Total excl. VAT", "100.00"), ("Total incl. VAT", "120.00")], "100.00", "120.00"),
        ([("Not to exceed", "500.00")], "500.00", None),
    ],
)
def test_the_total_is_the_one_without_tax(sums: list[tuple[str, str]], net: str, gross: str | None) -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, [("Service", "1", "100.00", "100.00")])
    for label, value in sums:
        sheet.put_right(450, y, label).put_right(545, y, value)
        y += 14
    order = read_order(sheet.reading())
    assert order is not None
    assert order.total_net == Decimal(net)
    assert order.total_gross == (Decimal(gross) if gross else None)


def test_totals_in_boxes_stand_below_their_labels() -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, [("Service", "4", "25.00", "100.00")]) + 10
    for x, label, value in ((250, "Net", "EUR 100.00"), (350, "VAT", "EUR 20.00"), (450, "Gross", "EUR 120.00")):
        sheet.put(x, y, label).put(x, y + 12, value)
    order = read_order(sheet.reading())
    assert order is not None
    assert len(order.lines) == 1
    assert (order.total_net, order.total_gross) == (Decimal("100.00"), Decimal("120.00"))


def test_lines_pasted_into_a_mail() -> None:
    text = (
        "Purchase order PO-2231\n\n"
        "Pos  Description            Qty  Unit   Price      Amount\n"
        "1    Consulting             10   d      1,200.00   12,000.00\n"
        "2    Travel                 1    ls     500.00     500.00\n"
        "Total net EUR                                      12,500.00\n"
    )
    assert lines(read_order(text_reading(text))) == [
        ("Consulting", "10", "1200.00", "12000.00"),
        ("Travel", "1", "500.00", "500.00"),
    ]


def test_lines_without_any_heading() -> None:
    text = (
        "Order HX-20\n\n1. Key user coaching\n   12 half day x 570.00 = 6,840.00\n"
        "2. Workshop\n   1 ea x 3,905.00 = 3,905.00\n"
    )
    assert lines(read_order(text_reading(text))) == [
        ("Key user coaching", "12", "570.00", "6840.00"),
        ("Workshop", "1", "3905.00", "3905.00"),
    ]


def test_a_numbered_list_with_one_sum_each() -> None:
    text = "Bestellung KA-3390\n\n1) Konzept, pauschal 9.600 EUR\n2) Begleitung, pauschal 5.200,00 EUR\n"
    assert lines(read_order(text_reading(text, "de"))) == [
        ("Konzept", "None", "None", "9600"),
        ("Begleitung", "None", "None", "5200.00"),
    ]


def test_a_sheet_with_its_head_above_the_table() -> None:
    rows = [
        ["PURCHASE ORDER", "LAC/26/0502"],
        ["PO DATE", "28-Oct-2026"],
        ["BUYER", "Lakshmi Auto Components Ltd"],
        ["CURRENCY", "INR"],
        ["SL", "DESCRIPTION", "QTY", "UOM", "RATE", "AMOUNT"],
        ["1", "Manager", "14", "week", "1,65,600.00", "23,18,400.00"],
        ["", "", "", "", "TOTAL", "23,18,400.00"],
    ]
    order = read_order(sheet_reading(rows))
    assert order is not None
    assert (order.number, order.currency, order.buyer.name) == ("LAC/26/0502", "INR", "Lakshmi Auto Components Ltd")
    assert lines(order) == [("Manager", "14", "165600.00", "2318400.00")]
    assert order.total_net == Decimal("2318400.00")


def test_a_sheet_that_repeats_its_head_in_every_row() -> None:
    rows = [
        [
            "Ordernummer",
            "Orderdatum",
            "Opdrachtgever",
            "Leverancier",
            "Regel",
            "Omschrijving",
            "Aantal",
            "Eenheid",
            "Prijs",
            "Bedrag",
        ],
        [
            "2026-0151",
            "25-09-2026",
            "Gemeente Oost",
            "Brightwater B.V.",
            "1",
            "Onderhoud",
            "11,00",
            "mnd",
            "3125,00",
            "34375,00",
        ],
        [
            "2026-0151",
            "25-09-2026",
            "Gemeente Oost",
            "Brightwater B.V.",
            "2",
            "Advies",
            "6,00",
            "dag",
            "955,00",
            "5730,00",
        ],
    ]
    order = read_order(sheet_reading(rows, "nl"))
    assert order is not None
    assert (order.number, order.buyer.name, order.supplier.name) == ("2026-0151", "Gemeente Oost", "Brightwater B.V.")
    assert len(order.lines) == 2
    assert order.total_net is None
