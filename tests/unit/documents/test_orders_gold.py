"""The development set's structured orders (p051 to p062) are read without a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.documents.order import OrderFunction
from app.documents.reading import Reading
from app.documents.structured import parse
from classifiers.order_fields.as_fields import as_fields

_FOLDER = Path(__file__).parents[3] / "evals" / "datasets" / "purchase_orders"
_REASONS = {
    OrderFunction.NEW: "new_po",
    OrderFunction.CHANGE: "po_change",
    OrderFunction.CANCELLATION: "po_cancellation",
}


def _gold() -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (_FOLDER / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "p051" <= row["id"] <= "p062"]


def _content(file: str) -> bytes:
    """The file, or the order embedded in a PDF."""
    path = _FOLDER / file
    if path.suffix != ".pdf":
        return path.read_bytes()
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return bytes(document.get_attachment(0).get_data())
    finally:
        document.close()


@pytest.mark.parametrize("gold", _gold(), ids=lambda row: row["id"])
def test_every_field_of_the_gold_is_read_exactly(gold: dict[str, Any]) -> None:
    found = parse(_content(gold["file"]), gold["file"])
    assert found is not None
    assert found.order is not None
    assert _REASONS[found.order.function] == gold["reason"]
    part = Reading("", gold["file"], "", found.form, text=found.text, order=found.order)
    fields = {name: field.value for name, field in as_fields(found.order, part).items()}
    expected = dict(gold["fields"])
    if gold["file"].endswith(".pdf"):
        expected.pop("payment_terms")  # stands on the page only
    assert fields == expected
