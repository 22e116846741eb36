"""Labels and their values: beside, below, behind, wrapped, glued; who orders from whom."""

from __future__ import annotations

from datetime import date

import pytest
from order_pages import Sheet, order_head, order_table, text_reading

from app.documents.order import OrderFunction
from app.firm import Firm
from classifiers.order_fields import read_order

ROWS = [("Consulting on site", "10", "950.00", "9,500.00"), ("Travel, capped", "1", "800.00", "800.00")]


def test_a_plain_order_is_read_with_evidence_for_every_field() -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, ROWS)
    sheet.put_right(450, y, "Total GBP").put_right(545, y, "10,300.00")
    sheet.put(50, y + 30, "Payment Terms:").put(150, y + 30, "Net 30")
    part = sheet.reading()
    order = read_order(part)
    assert order is not None
    assert (order.number, order.issued_on, order.currency) == ("PO-4711", date(2026, 5, 14), "GBP")
    assert (order.buyer.name, order.supplier.name) == ("Hollowmere Water plc", "Brightwater Advisory Ltd")
    assert order.payment_terms == "Net 30"
    quotes = {name: part.text[start:end] for name, start, end in order.spans}
    assert quotes["number"] == "PO-4711"
    assert quotes["issued_on"] == "14 May 2026"
    assert quotes["total_net"] == "10,300.00"
    assert quotes["buyer.name"] == "Hollowmere Water plc"
    for line in order.lines:
        for name, start, end in line.spans:
            assert part.text[start:end], name


def test_a_row_of_labels_has_its_values_below() -> None:
    sheet = Sheet().put(50, 40, "Hollowmere Water plc").put(50, 52, "14 Weir Lane, Derby DE1 0ZZ")
    for x, label, value in ((50, "ORDER NO", "4500017"), (180, "DATE", "03/06/2026"), (300, "TERMS", "30 days net")):
        sheet.put(x, 90, label).put(x, 104, value)
    order_table(sheet, ROWS)
    order = read_order(sheet.reading())
    assert order is not None
    assert (order.number, order.issued_on, order.payment_terms) == ("4500017", date(2026, 6, 3), "30 days net")


def test_two_labels_joined_by_a_stroke_share_a_value() -> None:
    sheet = Sheet().put(50, 40, "Kesselring Maschinenbau GmbH").put(50, 52, "Industriestr. 88, 89999 Ulm")
    sheet.put(330, 60, "Bestellnummer/Datum").put(330, 72, "4700221846 / 29.06.2026")
    order = read_order(sheet.reading("de"))
    assert order is not None
    assert (order.number, order.issued_on) == ("4700221846", date(2026, 6, 29))


def test_labels_of_one_line_each_take_their_own_value() -> None:
    sheet = (
        Sheet()
        .put(50, 40, "Aceites Sierra Blanca S.L.")
        .put(50, 52, "Nave 12, 23999 Jaén")
        .put(50, 70, "Pedido CRA/26/31")
    )
    sheet.put(50, 90, "Fecha: 14 de abril de 2026. Pago: 60 días. Vence el: 31 de octubre de 2026. Oferta: TOF-60")
    order = read_order(sheet.reading("es"))
    assert order is not None
    assert (order.number, order.issued_on, order.valid_until) == ("CRA/26/31", date(2026, 4, 14), date(2026, 10, 31))
    assert order.payment_terms.startswith("60 días")
    assert order.references == ("TOF-60",)


def test_terms_wrapped_in_a_narrow_box_are_put_together() -> None:
    sheet = (
        order_head(Sheet())
        .put(330, 96, "Payment")
        .put(330, 106, "terms")
        .put(430, 96, "Due on")
        .put(430, 106, "receipt")
    )
    order = read_order(sheet.reading())
    assert order is not None
    assert order.payment_terms == "Due on receipt"


def test_a_date_behind_the_quotation_is_not_the_orders_date() -> None:
    sheet = Sheet().put(50, 40, "Bestellung Nr. 77-148").put(50, 56, "Datum: 10.02.2026")
    sheet.put(50, 72, "Ihr Angebot: AN-31 vom 28.01.2026")
    order = read_order(sheet.reading("de"))
    assert order is not None
    assert order.issued_on == date(2026, 2, 10)
    assert order.references == ("AN-31",)


def test_our_own_number_is_a_reference_and_the_customers_the_order() -> None:
    sheet = Sheet().put(50, 40, "De Graaf Glastuinbouw B.V.").put(50, 52, "Kassenlaan 44, 2699 ZZ De Lier")
    for x, label, value in (
        (50, "Datum", "3 april 2026"),
        (170, "Ons kenmerk", "2026-0118/ICT"),
        (300, "Uw kenmerk", "TO-0102"),
    ):
        sheet.put(x, 90, label).put(x, 102, value)
    sheet.put(50, 130, "Betreft: opdrachtverstrekking 2026-0118/ICT")
    order = read_order(sheet.reading("nl"))
    assert order is not None
    assert order.number == "2026-0118/ICT"
    assert order.references == ("TO-0102",)


@pytest.mark.parametrize(
    ("title", "function"),
    [
        ("Purchase Order", OrderFunction.NEW),
        ("Bestelländerung", OrderFunction.CHANGE),
        ("Avenant n° 1 à la commande", OrderFunction.CHANGE),
        ("Annulering bestelling", OrderFunction.CANCELLATION),
        ("Anulowanie zamówienia", OrderFunction.CANCELLATION),
        ("Purchase Order Revision 2", OrderFunction.CHANGE),
        ("Purchase Order Revision 0", OrderFunction.NEW),
    ],
)
def test_the_title_says_what_the_document_does(title: str, function: OrderFunction) -> None:
    sheet = Sheet().put(50, 40, "Hollowmere Water plc").put(50, 52, "14 Weir Lane, Derby DE1 0ZZ").put(50, 80, title)
    sheet.put(50, 100, "Order No: HW-2231")
    order = read_order(sheet.reading())
    assert order is not None
    assert order.function is function


def test_a_right_to_cancel_in_the_terms_cancels_nothing() -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, ROWS)
    sheet.put(50, y + 40, "We reserve the right to cancel this order if delivery is late.")
    order = read_order(sheet.reading())
    assert order is not None
    assert order.function is OrderFunction.NEW


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("Please confirm receipt of this order within 3 days.", True),
        ("Please sign and fax back.", True),
        ("Auftragsbestätigung nicht erforderlich.", False),
        ("Rogamos confirmen el pedido por escrito.", True),
        ("", False),
    ],
)
def test_a_request_for_confirmation(said: str, asks: bool) -> None:
    sheet = order_head(Sheet())
    y = order_table(sheet, ROWS)
    if said:
        sheet.put(50, y + 40, said)
    order = read_order(sheet.reading())
    assert order is not None
    assert order.asks_for_confirmation is asks


def test_parties_named_in_a_sentence() -> None:
    said = (
        'Purchase order no. CVN-511, issued May 11, 2026 by Corvane Labs Ltd, Campus 4, Cambridge ("Client") to '
        'Brightwater Advisory Ltd, 3 Quayside Court, Bristol ("Consultant").'
    )
    order = read_order(text_reading(said))
    assert order is not None
    assert (order.buyer.name, order.supplier.name) == ("Corvane Labs Ltd", "Brightwater Advisory Ltd")
    assert (order.number, order.issued_on) == ("CVN-511", date(2026, 5, 11))


def test_who_we_are_settles_two_unlabelled_addresses() -> None:
    sheet = Sheet().put(50, 40, "Brightwater Advisory Ltd").put(50, 52, "3 Quayside Court, Bristol BS2 0ZZ")
    sheet.put(350, 40, "Hollowmere Water plc").put(350, 52, "14 Weir Lane, Derby DE1 0ZZ").put(
        50, 90, "Purchase Order PO-88"
    )
    order = read_order(sheet.reading(), Firm(names=("Hollowmere Water",)))
    assert order is not None
    assert order.buyer.name == "Brightwater Advisory Ltd"
    order = read_order(sheet.reading(), Firm(names=("Brightwater Advisory",)))
    assert order is not None
    assert order.buyer.name == "Hollowmere Water plc"


def test_text_too_small_to_be_read_counts_for_nothing() -> None:
    sheet = order_head(Sheet())
    part = sheet.reading()
    from dataclasses import replace

    from app.documents.reading import Box, Word

    hidden = "PO Number: PO-9999"
    words = list(part.pages[0].words)
    at = len(part.text)
    x = 50.0
    start = at
    for word in hidden.split():
        words.append(Word(start, start + len(word), Box(x, 700, x + len(word), 701.5)))
        start += len(word) + 1
        x += len(word) + 1
    page = replace(part.pages[0], words=tuple(words), end=at + len(hidden))
    order = read_order(replace(part, text=part.text + hidden, pages=(page,)))
    assert order is not None
    assert order.number == "PO-4711"
