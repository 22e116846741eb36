"""Figures and days that a person types are understood as that person writes them."""

from __future__ import annotations

from datetime import date

import pytest

from app.review.languages import speaking
from app.review.understood import plain

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("formats", "typed", "meant"),
    [
        ("en_GB", "1,234.50", "1234.50"), ("de_DE", "1.234,50", "1234.50"), ("de_DE", "900,00", "900.00"),
        ("fr_FR", "1\u202f234,50", "1234.50"), ("fr_FR", "1 234,50", "1234.50"), ("de_CH", "1’234.50", "1234.50"),
        ("de_DE", "850.50", "850.50"), ("de_DE", "some", "some"), ("en_GB", "-5", "-5"),
        ("en_GB", "5 and 6", "5 and 6"),
    ],
)  # fmt: skip
def test_amounts(formats: str, typed: str, meant: str) -> None:
    with speaking(formats[:2], formats=formats):
        assert plain({"amount": typed}, TODAY) == {"amount": meant}


@pytest.mark.parametrize(
    ("formats", "typed", "meant"),
    [
        ("de_DE", "27.11.2026", "2026-11-27"), ("fr_FR", "27/11/2026", "2026-11-27"),
        ("en_US", "11/27/2026", "2026-11-27"),
        ("en_GB", "2026-11-27", "2026-11-27"), ("en_GB", "27 Nov 2026", "2026-11-27"), ("en_GB", "soon", "soon"),
    ],
)  # fmt: skip
def test_days(formats: str, typed: str, meant: str) -> None:
    with speaking(formats[:2], formats=formats):
        assert plain({"due_on": typed}, TODAY) == {"due_on": meant}


def test_other_values_stay_as_they_were_typed() -> None:
    assert plain({"body": "1.234,50 on 27.11.2026"}, TODAY) == {"body": "1.234,50 on 27.11.2026"}
