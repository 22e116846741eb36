"""Money neither appears nor disappears."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import Money, minor_unit

currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
amounts = st.decimals("-1000000000", "1000000000", places=4)


@given(amounts, currencies, st.lists(st.decimals("0", "1000", places=3), min_size=1, max_size=12))
def test_a_split_amount_neither_gains_nor_loses_a_cent(amount: Decimal, currency: str, weights: list[Decimal]) -> None:
    total = Money(amount, currency)
    if not sum(weights):
        with pytest.raises(ValueError, match="not all zero"):
            total.allocate(weights)
        return
    parts = total.allocate(weights)
    assert sum(parts, Money.zero(currency)) == total.rounded()
    assert all(p.amount == p.amount.quantize(minor_unit(currency)) for p in parts)
    exact = [total.rounded().amount * w / sum(weights, Decimal(0)) for w in weights]
    assert all(abs(p.amount - e) < minor_unit(currency) for p, e in zip(parts, exact, strict=True))


@given(amounts, amounts, currencies)
def test_sums_are_exact_and_signs_cancel(a: Decimal, b: Decimal, currency: str) -> None:
    x, y = Money(a, currency), Money(b, currency)
    assert x + y - y == x
    assert Money.zero(currency) - x == -x


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="no rate"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("900", "EUR", "900.00 EUR"),
        ("14700.005", "EUR", "14,700.01 EUR"),
        ("-5", "JPY", "-5 JPY"),
        ("1.2345", "KWD", "1.235 KWD"),
    ],
)
def test_amounts_are_written_with_their_decimals(amount: str, currency: str, text: str) -> None:
    assert str(Money(Decimal(amount), currency)) == text
