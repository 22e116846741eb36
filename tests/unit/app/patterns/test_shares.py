"""Few cases get no percentage, and only what is more than chance is called more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.patterns.shares import FEWEST, beside, is_clear_change, is_more_than_chance, percent, share


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 3, "33%"), (2, 3, "67%"), (1, 1000, "under 1%"), (999, 1000, "over 99%"), (0, 7, "0%"), (7, 7, "100%"),
     (1, 8, "13%")],
)  # fmt: skip
def test_percentages_round_half_up_and_never_make_some_none_or_all(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_always_shows_its_numbers_and_few_get_no_percentage(part: int, whole: int) -> None:
    part = min(part, whole)
    said = share(part, whole, "disputes")
    assert said.startswith(f"{part:,} of {whole:,} disputes")
    assert ("%" in said) == ("%" in beside(part, whole)) == (whole >= FEWEST)


def test_a_difference_counts_when_it_is_more_than_one_in_a_hundred() -> None:
    assert is_more_than_chance(25, 72, 28, 168)
    assert not is_more_than_chance(10, 48, 43, 192)
    assert not is_more_than_chance(4, 4, 0, 1000)  # too few to say
    assert not is_more_than_chance(5, 5, 0, 0)  # nothing to compare with
    assert not is_more_than_chance(5, 5, 5, 5)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_of_two_groups_at_most_one_is_disputed_more(a: int, m: int, b: int, n: int) -> None:
    a, b = min(a, m), min(b, n)
    first, second = is_more_than_chance(a, m, b, n), is_more_than_chance(b, n, a, m)
    assert not (first and second)
    if first:
        assert Decimal(a) / m > Decimal(b) / n


def test_small_counts_change_by_chance() -> None:
    assert not is_clear_change(16, 12)
    assert is_clear_change(30, 12)
    assert not is_clear_change(0, 0)
