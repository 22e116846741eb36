"""An order becomes the guideline's fields: each with evidence, none without."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.documents.order import Order, OrderFunction, OrderLine, Party
from app.documents.reading import Box, Page, Reading, Word
from classifiers.order_fields.as_fields import as_fields

_TEXT = "Order PO-7 of 2026-03-04 Buyer GmbH EUR 1000.00 1190.00 Q-1 C-9 | Advice 10 HUR 100.00 1000.00"


def _span(name: str, value: str) -> tuple[str, int, int]:
    start = _TEXT.index(value)
    return name, start, start + len(value)


_LINE = OrderLine(
    description="Advice",
    quantity=Decimal("10"),
    unit="HUR",
    unit_price=Decimal("100.00"),
    amount=Decimal("1000.00"),
    spans=(_span("description", "Advice"), _span("quantity", "10 HUR"), _span("unit_price", "100.00 1000.00")),
)
_ORDER = Order(
    standard="layout",
    number="PO-7",
    issued_on=date(2026, 3, 4),
    buyer=Party("Buyer GmbH"),
    currency="EUR",
    total_net=Decimal("1000.00"),
    total_gross=Decimal("1190.00"),
    references=("Q-1", "C-9", "PO-7"),
    lines=(_LINE,),
    language="en",
    spans=(
        _span("function", "Order"), _span("number", "PO-7"), _span("issued_on", "2026-03-04"),
        _span("buyer.name", "Buyer GmbH"), _span("currency", "EUR"), _span("total_net", "1000.00"),
        _span("total_gross", "1190.00"), _span("references", "Q-1"), _span("references", "C-9"),
        _span("language", "Advice"),
    ),
)  # fmt: skip
_PART = Reading("0.1", "order.pdf", "application/pdf", "pdf", text=_TEXT)


def test_an_order_becomes_the_fields_of_the_guidelines() -> None:
    fields = {name: field.value for name, field in as_fields(_ORDER, _PART).items()}
    assert fields == {
        "customer_name": "Buyer GmbH",
        "po_number": "PO-7",
        "po_date": "2026-03-04",
        "order_refs": ["Q-1", "C-9"],
        "currency": "EUR",
        "amount_total": "1000.00",
        "lines": [
            {"description": "Advice", "quantity": "10", "unit": "HUR", "unit_price": "100.00", "amount": "1000.00"}
        ],
        "language": "en",
        "requested_action": "none",
    }


def test_every_field_has_evidence_in_its_part() -> None:
    for name, field in as_fields(_ORDER, _PART).items():
        assert field.evidence, name
        assert all(piece.part == "0.1" and piece.quote for piece in field.evidence)
    assert as_fields(_ORDER, _PART)["po_number"].evidence[0].quote == "PO-7"


def test_a_value_without_a_span_is_no_field() -> None:
    bare = replace(_ORDER, spans=tuple(span for span in _ORDER.spans if span[0] != "currency"))
    assert "currency" not in as_fields(bare, _PART)
    assert as_fields(Order("layout", number="PO-7"), _PART) == {}


def test_a_total_with_tax_stands_in_only_where_no_other_is_stated() -> None:
    assert as_fields(replace(_ORDER, total_net=None), _PART)["amount_total"].value == "1190.00"


def test_the_date_of_a_change_is_its_own_if_it_has_one() -> None:
    spans = (*_ORDER.spans, _span("changed_on", "2026-03-04"))
    change = replace(
        _ORDER, function=OrderFunction.CHANGE, issued_on=date(2026, 1, 1), changed_on=date(2026, 3, 4), spans=spans
    )
    assert as_fields(change, _PART)["po_date"].value == "2026-03-04"
    assert as_fields(replace(change, changed_on=None), _PART)["po_date"].value == "2026-01-01"


def test_changes_and_cancellations_are_to_be_recorded_and_orders_confirmed_if_asked() -> None:
    asked = replace(_ORDER, asks_for_confirmation=True)
    assert as_fields(asked, _PART)["requested_action"].value == "confirm_order"
    for function in (OrderFunction.CHANGE, OrderFunction.CANCELLATION):
        assert as_fields(replace(asked, function=function), _PART)["requested_action"].value == "update_record"


def test_an_amount_that_was_worked_out_is_not_a_field() -> None:
    derived = replace(_ORDER, lines=(replace(_LINE, is_amount_derived=True),))
    assert "amount" not in as_fields(derived, _PART)["lines"].value[0]


def test_a_line_on_a_page_shows_the_boxes_of_its_words() -> None:
    words = tuple(Word(at, at + 5, Box(at, 0, at + 5, 10)) for at in range(0, len(_TEXT) - 5, 5))
    page = Page(1, 600, 800, 0, len(_TEXT), words)
    evidence = as_fields(_ORDER, replace(_PART, pages=(page,)))["lines"].evidence
    assert evidence[0].page == 1
    assert evidence[0].boxes
