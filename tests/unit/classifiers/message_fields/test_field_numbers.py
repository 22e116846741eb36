"""Numbers as eight countries write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.written_numbers import as_text, decimal_mark, numbers, parse, quantity_text

# Group mark, decimal mark.
_NOTATIONS = {
    "en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "fr with plain blanks": (" ", ","),
    "es": (".", ","), "nl": (".", ","), "it": (".", ","), "pt": (" ", ","), "pl": ("\u00a0", ","),
    "ch": ("'", "."), "ch typographic": ("’", "."), "ungrouped": ("", "."),
}  # fmt: skip
_amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999.99"), places=2)


def _written(value: Decimal, group: str, mark: str) -> str:
    whole, _, cents = f"{value:,.2f}".partition(".")
    return whole.replace(",", group) + mark + cents


@given(_amounts, st.sampled_from(sorted(_NOTATIONS)))
def test_an_amount_with_cents_is_read_in_every_notation(value: Decimal, notation: str) -> None:
    text = f"Total: {_written(value, *_NOTATIONS[notation])} EUR"
    found = list(numbers(text, decimal_mark(text)))
    assert [n.value for n in found] == [value]


@given(st.integers(1_000, 999_999), st.sampled_from(["de", "es", "nl", "it", "en"]))
def test_whole_thousands_follow_the_other_numbers_of_the_text(value: int, notation: str) -> None:
    group, mark = _NOTATIONS[notation]
    text = f"{value:,}".replace(",", group) + " EUR, 12" + mark + "50 EUR"
    assert next(numbers(text, decimal_mark(text))).value == value


@given(_amounts)
def test_decimal_text_is_read_back_to_the_same_value(value: Decimal) -> None:
    assert Decimal(as_text(value)) == value
    assert Decimal(quantity_text(value)) == value


@pytest.mark.parametrize(
    ("written", "mark", "value"),
    [
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1.234.567", ".", "1234567"),
        ("0,125", ".", "0.125"),
        ("7 980", ",", "7980"),
    ],
)
def test_a_doubtful_mark_is_settled_by_the_text(written: str, mark: str, value: str) -> None:
    found = parse(written, mark)
    assert found is not None
    assert found[0] == Decimal(value)


@pytest.mark.parametrize("text", ["version 6.2.1", "at 10:30", "RE/2026/00541", "S00412", "abc12345def", "12/31"])
def test_versions_times_and_codes_are_no_numbers(text: str) -> None:
    assert not [n for n in numbers(text, ".") if n.value > 30]


@given(st.text(alphabet="0123456789.,' \u00a0€-/kEUR", max_size=80))
def test_any_text_is_read_without_fault(text: str) -> None:
    for number in numbers(text, decimal_mark(text)):
        assert text[number.start : number.end].strip()
        assert number.value >= 0
