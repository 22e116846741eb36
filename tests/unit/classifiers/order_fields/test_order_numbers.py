"""Numbers in every notation, and dates in every language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.order_fields import dates
from classifiers.order_fields.figures import Notation, figures, interpret, notation_of, parse
from classifiers.order_fields.layout import Token

COMMA, POINT = Notation(is_comma_decimal=True), Notation(is_comma_decimal=False)


def tokens(text: str) -> list[Token]:
    out = []
    at = 0.0
    start = 0
    for word in text.split(" "):
        out.append(Token(word, start, start + len(word), at, at + 5 * len(word), 0, 8))
        at += 5 * len(word) + 3
        start += len(word) + 1
    return out


amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)


@given(amounts)
def test_an_amount_reads_back_in_every_notation(amount: Decimal) -> None:
    plain = f"{amount:,.2f}"
    swapped = plain.translate(str.maketrans(",.", ".,"))
    assert interpret(plain, is_comma_decimal=False)[0] == amount
    assert interpret(swapped, is_comma_decimal=True)[0] == amount
    assert interpret(plain.replace(",", "'"), is_comma_decimal=False)[0] == amount
    spaced = figures(tokens(swapped.replace(".", " ")), COMMA)
    assert [f.value for f in spaced] == [amount]


@given(st.text(max_size=45))
def test_no_text_breaks_the_parser(text: str) -> None:
    for notation in (COMMA, POINT):
        found = parse(text, notation, is_scanned=True)
        assert found is None or found.value.is_finite()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("€1.210,00", "1210.00"),
        ("1.210,00€", "1210.00"),
        ("-45,50", "-45.50"),
        ("45,50-", "-45.50"),
        ("(45,50)", "-45.50"),
        ("1.200,-", "1200"),
        ("12.345", "12345"),
        ("0,125", "0.125"),
        ("CHF", None),
        ("12:30", None),
        ("3.400.000", "3400000"),
    ],
)
def test_signs_and_dashes(written: str, value: str | None) -> None:
    found = parse(written, COMMA)
    assert (found.value if found else None) == (Decimal(value) if value else None)


def test_indian_groups_are_read() -> None:
    assert interpret("39,96,600.00", is_comma_decimal=False)[0] == Decimal("3996600.00")


def test_three_digits_behind_a_mark_keep_a_second_reading() -> None:
    found = parse("10,000", COMMA)
    assert found is not None
    assert (found.value, found.other) == (Decimal("10.000"), Decimal("10000"))


def test_a_scan_may_have_letters_for_digits_but_words_stay_words() -> None:
    found = parse("l2.5O0,00", COMMA, is_scanned=True)
    assert found is not None
    assert found.value == Decimal("12500.00")
    assert parse("Oil", COMMA, is_scanned=True) is None


def test_a_torn_number_is_put_together() -> None:
    assert [f.value for f in figures(tokens("1 ,880,000.00"), POINT)] == [Decimal("1880000.00")]


def test_blanks_part_thousands_only_where_nothing_else_does() -> None:
    assert notation_of(tokens("12 1.250,00 100,00")).has_blanks is False
    assert notation_of(tokens("12 250,00")).has_blanks is True


GERMAN_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31)))
def test_a_date_reads_back_however_it_is_written(day: date) -> None:
    for written in (
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day.day}. {GERMAN_MONTHS[day.month - 1]} {day.year}",
        f"{day:%d-%b-%Y}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert [f.on for f in dates.find(f"on {written} at last")] == [day]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("le 1er février 2026", date(2026, 2, 1)),
        ("14 de abril de 2026", date(2026, 4, 14)),
        ("3 augustus 2026", date(2026, 8, 3)),
        ("23 października 2026 r.", date(2026, 10, 23)),
        ("9 março 2026", date(2026, 3, 9)),
        ("12 dicembre 2026", date(2026, 12, 12)),
        ("23rd of July, 2026", date(2026, 7, 23)),
        ("11/Jan/24", date(2024, 1, 11)),
    ],
)
def test_months_have_names_in_eight_languages(written: str, day: date) -> None:
    assert [f.on for f in dates.find(written)] == [day]


def test_month_or_day_first_is_decided_by_the_documents_own_dates() -> None:
    assert dates.is_month_first("shipped 07/25/2026, due 08/03/2026", "en") is True
    assert dates.is_month_first("shipped 25/07/2026, due 03/08/2026, Columbus, OH 43299", "en") is False
    assert dates.is_month_first("due 03/08/2026, Columbus, OH 43299, USA", "en") is True


@given(st.text(max_size=120))
def test_no_text_breaks_the_date_finder(text: str) -> None:
    assert all(1990 <= f.on.year <= 2079 for f in dates.find(text, is_compact_allowed=True))
