"""Bank accounts in suspect messages are found, and amounts, dates and references are left alone."""

from __future__ import annotations

import itertools
import time

import pytest

from app.documents.withheld import accounts, without_accounts


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE44 5001 0517 5407 3249 31 bei der Bank",
        "iban: FR7630006000011234567890189.",
        "Please use account number 12345678, sort code 20-00-00",
        "Kontonummer 532013000, BLZ 37040044",
        "Rekeningnummer: NL91ABNA0417164300",
        "numero de cuenta 2100 0418 45 0200051332",
        "rachunek bankowy 61 1090 1014 0000 0712 1981 2874",
        "routing number 021000021",
    ],
)
def test_accounts_are_left_out(text: str) -> None:
    said = without_accounts(text)
    assert "[account withheld]" in said
    assert not any(part.isdigit() and len(part) > 4 for part in said.replace("-", " ").split())


@pytest.mark.parametrize(
    "text",
    [
        "Invoice INV/2026/00012 of 18,400.00 USD is due on 2026-11-27.",
        "Order 4500098217, 42 hours at 150.00",
        "Your VAT number DE123456789",
        "Call +49 40 123456",
        "PO AB12 CDEF",
    ],
)
def test_other_figures_stay(text: str) -> None:
    assert without_accounts(text) == text


def test_hostile_text_takes_linear_time() -> None:
    began = time.perf_counter()
    for unit in ("account ", "1 ", "DE44 5001 ", "konto" + "x" * 40, "A"):
        accounts(unit * 60_000)
    assert time.perf_counter() - began < 20


def test_ranges_are_in_order_and_do_not_overlap() -> None:
    found = accounts("IBAN DE44 5001 0517 5407 3249 31 and account 12345678 and IBAN FR7630006000011234567890189")
    assert len(found) == 3
    assert all(a[1] < b[0] for a, b in itertools.pairwise(found))
