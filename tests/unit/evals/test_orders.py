"""Figures over a folder of orders: what is right, wrong and missed, by kind of file."""

import json
from pathlib import Path

import pytest

from evals.tasks import orders

SHEET = """Purchase order,PO-4711
Date,2026-03-05
Buyer,Harbour Mill Ltd
Currency,GBP

Item,Description,Qty,Unit,Unit price,Amount
1,Consulting,10,day,900.00,9000.00
2,Travel,1,lot,500.00,500.00
"""
LINES = [
    {"description": "Consulting", "quantity": "10", "unit_price": "900.00", "amount": "9000.00"},
    {"description": "Travel", "quantity": "1", "unit_price": "500.00", "amount": "500.00"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(SHEET, "utf-8")
    gold = {"po_number": "PO-4711", "currency": "EUR", "valid_until": "2026-12-31", "lines": LINES}
    line = {"id": "a", "file": "a.csv", "kind": "customer_po", "reason": "new_po", "fields": gold}
    (tmp_path / "labels.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    return tmp_path


def test_figures_by_kind_of_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders.main(["--folder", str(folder), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["sheets", "all"]
    assert found["all"]["fields"]["po_number"] == {"right": 1.0, "stated": 1, "wrongly_given": 0}
    assert found["all"]["fields"]["currency"] == {"right": 0.0, "stated": 1, "wrongly_given": 1}
    assert found["all"]["fields"]["valid_until"] == {"right": 0.0, "stated": 1, "wrongly_given": 0}
    assert found["all"]["fields"]["po_date"]["wrongly_given"] == 1
    assert found["all"]["lines"] == {"f1": 1.0, "right": 2, "extra": 0, "missed": 0}


def test_the_table_says_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders.main(["--folder", str(folder), "--wrong"])
    shown = capsys.readouterr().out
    assert "100.0% of 1" in shown
    assert "a.csv currency: 'GBP' for 'EUR'" in shown
