"""Amounts are left out of what project managers read; quantities, dates and references stay."""

from __future__ import annotations

import pytest

from app.review.amounts import without_amounts


@pytest.mark.parametrize(
    "text",
    ["EUR 6.300,00", "6,300.00 EUR", "€ 300", "300 €", "$18,400.00", "CHF 1’250.50", "1 250,00 EUR", "-900,00 €",
     "12.000 Euro", "150.00", "1.380,00", "150,- EUR"],
)  # fmt: skip
def test_an_amount_is_left_out(text: str) -> None:
    assert without_amounts(f"Wir zahlen {text} nicht.") == "Wir zahlen [amount] nicht."


@pytest.mark.parametrize(
    "text",
    ["36,00 Stunden", "42 h", "7.5 days", "INV/2026/00012", "30.10.2026", "2026-11-05", "PO-7731", "40", "8:30",
     "12.50 h", "Kapitel 3.12.4"],
)  # fmt: skip
def test_what_is_no_amount_stays(text: str) -> None:
    assert without_amounts(f"Es geht um {text} hier.") == f"Es geht um {text} hier."
