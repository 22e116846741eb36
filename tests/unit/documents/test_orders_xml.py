"""XML made safe: entities, broken files, encodings, and XML that is no order."""

from __future__ import annotations

import pytest
from order_samples import CXML, UBL, XML_ORDERS, order_of, read

from app.documents.structured import parse


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_unicode_with_and_without_marks_is_read(charset: str) -> None:
    mark = b"\xff\xfe" if charset == "utf-16-le" else b""
    content = mark + UBL.replace(
        'encoding="UTF-8"', 'encoding="UTF-16"' if "16" in charset else 'encoding="UTF-8"'
    ).encode(charset)
    assert order_of(content) == order_of(UBL)


def test_the_declared_encoding_is_obeyed() -> None:
    text = UBL.replace("UTF-8", "ISO-8859-1").replace("Buyer GmbH", "Büyer GmbH")
    assert order_of(text.encode("latin-1")).buyer.name == "Büyer GmbH"


def test_blanks_before_the_declaration_are_passed_over() -> None:
    assert order_of("\r\n  " + UBL) == order_of(UBL)


def test_a_file_that_declares_entities_is_not_read() -> None:
    laughs = '<!DOCTYPE Order [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    found = read(UBL.replace("<Order ", f"{laughs}<Order ", 1).replace("PO-7", "&b;"))
    assert found.order is None
    assert found.text == ""
    assert [problem.code for problem in found.problems] == ["unsupported"]


def test_a_file_is_not_fetched_through_an_entity(tmp_path: object) -> None:
    found = read(
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]><Order><PoNumber>&file;</PoNumber></Order>'
    )
    assert found.order is None
    assert found.text == ""


def test_a_document_type_with_an_address_alone_is_harmless() -> None:
    assert order_of(CXML).number == "PO-7"


@pytest.mark.parametrize("standard", XML_ORDERS)
@pytest.mark.parametrize("part", [0.5, 0.8, 0.97])
def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(standard: str, part: float) -> None:
    text = '<?xml version="1.0"?>' + XML_ORDERS[standard].partition("?>")[2 if "?>" in XML_ORDERS[standard] else 0]
    found = read(text[: int(len(text) * part)])
    assert [problem.code for problem in found.problems] == ["corrupt"]
    assert found.text


def test_xml_of_no_order_is_written_down_leaf_by_leaf() -> None:
    found = read('<?xml version="1.0"?><TimeSheet period="2026-03"><WorkedHours>8</WorkedHours></TimeSheet>')
    assert found.order is None
    assert found.form == "xml"
    assert found.text == "Time sheet\nTime sheet Period: 2026-03\nWorked hours: 8\n"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "Dear all,\nplease find the order attached.", "<html><body><p>Hi</p></body></html>",
     "<anna@buyer.example> wrote:",
     "a;b;c\n1;2;3", "UNKNOWN", "STATUS*OK", "%PDF-1.7"],
)  # fmt: skip
def test_what_is_neither_xml_nor_edi_is_left_to_others(text: str) -> None:
    assert parse(text.encode(), "file") is None


def test_an_invoice_is_not_taken_for_the_order_it_names() -> None:
    found = read("<Invoice><Order><OrderNumber>PO-7</OrderNumber></Order><Total>5</Total></Invoice>")
    assert found.order is None


@pytest.mark.parametrize(
    ("text", "number", "lines"),
    [
        (
            '<PurchaseOrder PurchaseOrderNumber="99" OrderDate="2026-03-04"><Items><Item PartNumber="A">'
            "<ProductName>Saw</ProductName>"
            "<Quantity>1</Quantity><USPrice>148.95</USPrice></Item></Items></PurchaseOrder>",
            "99",
            [("Saw", 1)],
        ),
        (
            '<orders><order id="1"><item><name>Saw</name><qty>2</qty></item></order>'
            '<order id="2"><item><name>Axe</name><qty>3</qty></item></order></orders>',
            "1",
            [("Saw", 2)],
        ),
        (
            "<Bestellung><Kopf><Bestellnummer>B-1</Bestellnummer></Kopf><Positionen><Position><Bezeichnung>Beratung</Bezeichnung>"
            "<Menge>3</Menge><Einzelpreis>1.250,00</Einzelpreis></Position></Positionen></Bestellung>",
            "B-1",
            [("Beratung", 3)],
        ),
    ],
)
def test_orders_of_no_standard_are_read_by_what_their_elements_are_called(
    text: str, number: str, lines: list[tuple[str, int]]
) -> None:
    order = order_of(text)
    assert order.number == number
    assert [(line.description, line.quantity) for line in order.lines] == lines


def test_a_header_that_another_standard_shares_does_not_hide_the_lines() -> None:
    order = order_of(
        "<PurchaseOrder><OrderHeader><OrderNumber>12</OrderNumber><Buyer>ABC Ltd</Buyer></OrderHeader><OrderLineItems>"
        "<LineItem><ItemNumber>9</ItemNumber><Quantity>100</Quantity></LineItem></OrderLineItems></PurchaseOrder>"
    )
    assert (order.number, order.buyer.name, order.lines[0].quantity) == ("12", "ABC Ltd", 100)
