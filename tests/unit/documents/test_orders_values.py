"""Numbers and dates are read exactly or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.orders.values import coded_day, coded_period, day, number, plain, tidy

_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
_DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31))


@given(_DECIMALS)
def test_a_number_is_read_as_it_was_written(value: Decimal) -> None:
    assert number(format(value, "f")) == value
    assert number(plain(value)) == value


@given(_DECIMALS)
def test_edifacts_comma_is_a_decimal_mark(value: Decimal) -> None:
    assert number(format(value, "f").replace(".", ","), may_be_grouped=False) == value


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_grouped_digits_are_read_in_both_notations(whole: int, cents: int) -> None:
    value = Decimal(whole) + Decimal(cents) / 100
    assert number(f"{whole:,}.{cents:02d}") == value
    assert number(f"{whole:,}".replace(",", ".") + f",{cents:02d}") == value


@given(st.text(max_size=80))
def test_no_text_makes_a_number_fail_or_run_away(text: str) -> None:
    found = number(text)
    assert found is None or found.is_finite()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100.00-", "-100.00"), ("+5", "5"), ("1E3", "1000"), ("1,234", "1234"), ("12,5", "12.5"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"), ("1,00,000.00", "100000.00"), (".5", "0.5"),
    ],
)  # fmt: skip
def test_notations_of_the_trade_are_read(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "1.2.3", "1,2,3", "12 EUR", "NaN", "Infinity", "1e999", "0x10", "١٢", "9" * 80]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@given(_DAYS)
def test_a_day_is_read_from_every_format_that_names_it(when: date) -> None:
    assert day(when.isoformat()) == when
    assert day(f"{when.isoformat()}T23:59:59-11:00") == when
    assert day(when.strftime("%Y%m%d")) == when
    assert day(when.strftime("%Y%m%dT101500Z")) == when
    assert coded_day(when.strftime("%Y%m%d"), "102") == when
    assert coded_day(when.strftime("%y%m%d"), "101") == when
    assert coded_day(when.strftime("%Y%m%d1015"), "203") == when
    assert coded_day(when.strftime("%d%m%y"), "2") == when
    assert coded_day(when.strftime("%Y%j"), "107") == when


@given(_DAYS, _DAYS)
def test_a_period_is_read_with_and_without_hyphen(start: date, end: date) -> None:
    for hyphen in ("", "-"):
        assert coded_period(f"{start:%Y%m%d}{hyphen}{end:%Y%m%d}", "718") == (start, end)


@given(st.text(max_size=40), st.text(max_size=4))
def test_no_text_makes_a_date_fail(text: str, code: str) -> None:
    for found in (day(text), coded_day(text, code), *coded_period(text, code)):
        assert found is None or isinstance(found, date)


@pytest.mark.parametrize("text", ["", "20261301", "2026-02-30", "soon", "0000-00-00", "99999999"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text) is None


@given(st.text(max_size=300))
def test_tidied_text_is_one_printable_line(text: str) -> None:
    found = tidy(text)
    assert found.isprintable()
    assert found == tidy(found)
