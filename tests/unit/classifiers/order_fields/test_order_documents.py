"""Whole invented orders through the real reader, and what is no order at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_pages import Sheet, order_head, order_table, text_reading

from app.documents.read import read
from classifiers.order_fields import is_order_document, order_likeness, read_order
from classifiers.order_fields.as_fields import as_fields
from fixtures.orders.build import DESIGNS, write_order


@pytest.mark.parametrize("design", [d for d in DESIGNS if d != "dynamics"])
def test_an_invented_order_is_read_in_every_page_design(design: str, tmp_path: Path) -> None:
    for seed, language in ((11, "en"), (12, "de")):
        label = write_order(tmp_path, seed, design, language)
        file = tmp_path / label["file"]
        part = read(file.read_bytes(), file.name)
        order = read_order(part)
        assert order is not None
        assert is_order_document(part)
        found = {name: field.value for name, field in as_fields(order, part).items()}
        gold = label["fields"]
        for name in ("po_number", "po_date", "amount_total", "currency"):
            assert found.get(name) == gold.get(name), (design, language, name)
        assert found["customer_name"].casefold() == gold["customer_name"].casefold()
        assert [(x["quantity"], x["unit_price"]) for x in found["lines"]] == [
            (str(x["quantity"]), x["unit_price"]) for x in gold["lines"]
        ] or [float(x["quantity"]) for x in found["lines"]] == [float(x["quantity"]) for x in gold["lines"]]


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("INVOICE", "Invoice No:"),
        ("Rechnung", "Rechnungsnummer:"),
        ("Remittance Advice", "Payment ref:"),
        ("Timesheet", "Week:"),
        ("Quotation", "Quote No:"),
    ],
)
def test_other_papers_with_tables_are_no_orders(title: str, label: str) -> None:
    sheet = (
        Sheet().put(50, 40, "Brightwater Advisory Ltd").put(50, 70, title).put(50, 90, label).put(150, 90, "2026-0088")
    )
    sheet.put(50, 104, "Your order:").put(150, 104, "PO-4711")
    y = order_table(sheet, [("Consulting", "2", "100.00", "200.00")])
    sheet.put_right(450, y, "Total").put_right(545, y, "200.00")
    assert not is_order_document(sheet.reading())


def test_an_order_is_one_and_says_why() -> None:
    sheet = order_head(Sheet())
    order_table(sheet, [("Consulting", "2", "100.00", "200.00")])
    likeness = order_likeness(sheet.reading())
    assert likeness.score > 0.9
    assert any("order number" in reason for reason in likeness.because)


def test_a_letter_without_an_order_gives_none() -> None:
    assert read_order(text_reading("Dear colleagues,\n\nthe office is closed on Friday.\n\nBest regards\nAnn")) is None
    assert read_order(text_reading("")) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 560),
            st.integers(0, 800),
            st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=14),
        ),
        max_size=60,
    )
)
def test_no_page_breaks_the_reader(placed: list[tuple[int, int, str]]) -> None:
    sheet = order_head(Sheet())
    order_table(sheet, [("Consulting", "2", "100.00", "200.00")])
    for x, y, word in placed:
        sheet.put(x, y, word)
    part = sheet.reading()
    order = read_order(part)
    if order is not None:
        assert all(0 <= start < end <= len(part.text) for _, start, end in order.spans)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_order(text_reading(text))
    order_likeness(text_reading(text))
