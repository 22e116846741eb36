"""Terms of order papers in eight languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.detectors.order_terms import PaperTerms
from app.documents.read import read
from classifiers.order_terms import read_terms
from fixtures.odoo.planted_words import WORDS


def terms_of(text: str) -> PaperTerms:
    return read_terms(read(text.encode(), "paper.txt"))


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("until", ["2026-12-31", "31.12.2026", "31/12/2026"])
def test_number_value_and_validity(language: str, until: str) -> None:
    text = WORDS[language].paper.format(number="AB/2026/77", value="12,500.00", currency="EUR", until=until)
    assert terms_of(text) == PaperTerms("AB/2026/77", Decimal("12500.00"), "EUR", None, date(2026, 12, 31))


def test_a_not_to_exceed_goes_before_a_total() -> None:
    terms = terms_of(
        "PURCHASE ORDER 4711\nOrder value: 9,000.00 GBP\nValue not to exceed: 12,000.00 GBP (net)\n"
        "Start date: 1 March 2026\nValid until: 30 June 2026\n"
    )
    assert terms == PaperTerms("4711", Decimal("12000.00"), "GBP", date(2026, 3, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        "Minutes of the meeting on order, valid until 2026-12-31",
        "Quotation S00012\nTotal: 500 EUR\nValid until 2026-12-31",
    ],
)
def test_other_papers_have_no_terms(text: str) -> None:
    assert terms_of(text) == PaperTerms()


def test_a_paper_that_cannot_be_read_says_why() -> None:
    assert read_terms(read(b"", "paper.pdf")).problem
