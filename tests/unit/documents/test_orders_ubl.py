"""UBL orders: changes and cancellations, older versions, odd totals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from order_samples import UBL, order_of, read

from app.documents.order import OrderFunction

_CHANGE = (
    UBL.replace("<Order ", "<OrderChange ")
    .replace("</Order>", "</OrderChange>")
    .replace(
        "<cac:QuotationDocumentReference>",
        "<cac:OrderReference><cbc:ID>PO-6</cbc:ID><cbc:IssueDate>2026-01-02</cbc:IssueDate></cac:OrderReference>"
        "<cac:QuotationDocumentReference>",
    )
)


def test_a_change_is_about_the_order_it_refers_to_and_has_its_own_date() -> None:
    order = order_of(_CHANGE)
    assert order.function is OrderFunction.CHANGE
    assert order.number == "PO-6"
    assert order.issued_on == date(2026, 1, 2)
    assert order.changed_on == date(2026, 3, 4)
    assert "PO-7" in read(_CHANGE).text


def test_a_cancelled_line_of_a_change_is_marked() -> None:
    text = _CHANGE.replace(
        "<cbc:ID>1</cbc:ID><cbc:Q", "<cbc:ID>1</cbc:ID><cbc:LineStatusCode>2</cbc:LineStatusCode><cbc:Q"
    )
    assert order_of(text).lines[0].is_cancelled


def test_a_cancellation_without_lines_is_an_order_document() -> None:
    order = order_of(
        '<OrderCancellation xmlns="urn:oasis:names:specification:ubl:schema:xsd:OrderCancellation-2"><ID>X-1</ID>'
        "<IssueDate>2026-05-06</IssueDate><CancellationNote>Project stopped</CancellationNote>"
        "<OrderReference><ID>PO-7</ID></OrderReference><BuyerCustomerParty><Party><PartyName><Name>Buyer</Name>"
        "</PartyName></Party></BuyerCustomerParty></OrderCancellation>"
    )
    assert (order.function, order.number, order.changed_on) == (OrderFunction.CANCELLATION, "PO-7", date(2026, 5, 6))
    assert order.lines == ()


def test_a_response_is_written_down_and_orders_nothing() -> None:
    found = read(UBL.replace("<Order ", "<OrderResponse ").replace("</Order>", "</OrderResponse>"))
    assert found.order is None
    assert found.title == "Order response"
    assert "Beratung" in found.text


def test_the_tax_standing_for_the_total_without_tax_is_not_believed() -> None:
    text = UBL.replace('TaxExclusiveAmount currencyID="EUR">1000.00', 'TaxExclusiveAmount currencyID="EUR">190.00')
    assert order_of(text).total_net == Decimal("1000.00")


def test_the_trading_name_stands_in_for_a_missing_legal_name() -> None:
    start, _, rest = UBL.partition("<cac:PartyLegalEntity>")
    assert order_of(start + rest.partition("</cac:PartyLegalEntity>")[2]).buyer.name == "Buyer"


def test_payment_terms_in_a_note_are_found_under_their_name() -> None:
    start, _, rest = UBL.partition("<cac:PaymentTerms>")
    text = (start + rest.partition("</cac:PaymentTerms>")[2]).replace(
        "<cbc:Note>Bitte",
        "<cbc:Note>Zahlungsbedingungen: 14 Tage netto. Es gelten unsere AGB.</cbc:Note><cbc:Note>Bitte",
    )
    assert order_of(text).payment_terms == "14 Tage netto"


def test_namespaces_of_any_prefix_or_none_are_read() -> None:
    bare = UBL.replace("cac:", "").replace("cbc:", "")
    undeclared = UBL.replace("xmlns:cbc", "xmlns:other")
    assert order_of(bare).lines == order_of(UBL).lines
    assert order_of(undeclared).number == "PO-7"


def test_an_order_in_an_envelope_is_found() -> None:
    body = UBL.partition("?>")[2]
    wrapped = (
        f'<StandardBusinessDocument xmlns="urn:x"><StandardBusinessDocumentHeader/>{body}</StandardBusinessDocument>'
    )
    assert order_of(wrapped).number == "PO-7"


def test_several_orders_in_one_file_are_all_read() -> None:
    body = UBL.partition("?>")[2]
    found = read(f"<batch>{body}{body.replace('PO-7', 'PO-8')}</batch>")
    assert [found.order and found.order.number, *(f.order and f.order.number for f in found.further)] == [
        "PO-7",
        "PO-8",
    ]
