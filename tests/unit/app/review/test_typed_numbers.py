"""No number changes by a thousand on its way from a person's fingers into a case or a step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments import typed
from app.assessments.typed import Habit, Place
from app.documents.reading import Reading
from app.errors import Malformed
from app.money import Money
from app.review import figures, understood
from app.review.languages import speaking
from app.users.personal import FORMATS
from tests.web import a_reading

TODAY = date(2026, 11, 20)
EVERYBODY = [(language, formats) for language, all_of in FORMATS.items() for formats in all_of]
ENGLISH, GERMAN = Habit(".", True, TODAY), Habit(",", True, TODAY)
amounts = st.decimals(Decimal("0.01"), Decimal("999999999.99"), places=2)
quantities = st.decimals(Decimal("0.001"), Decimal("999999.999"), places=3)


def in_step(name: str, text: str) -> str:
    return understood.plain({name: text}, TODAY)[name]


@pytest.mark.parametrize(("language", "formats"), EVERYBODY)
@given(amount=amounts, quantity=quantities)
def test_what_the_page_wrote_is_read_back_as_it_was(
    language: str, formats: str, amount: Decimal, quantity: Decimal
) -> None:
    with speaking(language, formats=formats):
        own = understood.habit(TODAY)
        for text in (figures.number(Money(amount, "EUR")), figures.written(f"{amount:f}")):
            assert Decimal(typed.understood("amount_disputed", text, own)) == amount, text
            assert Decimal(in_step("amount", text)) == amount, text
        for text in (figures.quantity(quantity), figures.written(f"{quantity:f}")):
            assert Decimal(typed.understood("quantity_disputed", text, own)) == quantity, text
            assert Decimal(in_step("quantity", text)) == quantity, text
        whole = figures.number(Money(amount.quantize(Decimal(1)) + 1, "JPY"))
        assert Decimal(typed.understood("amount_total", whole, own)) == amount.quantize(Decimal(1)) + 1, whole


@pytest.mark.parametrize(("language", "formats"), EVERYBODY)
@given(head=st.integers(0, 99_999_999), mark=st.sampled_from(".,"), tail=st.integers(0, 999))
def test_money_whose_mark_may_part_thousands_or_decimals_is_asked_back(
    language: str, formats: str, head: int, mark: str, tail: int
) -> None:
    """Unless it is grouped as this person groups."""
    text = f"{head}{mark}{tail:03}"
    with speaking(language, formats=formats):
        own = understood.habit(TODAY)
        if head == 0:
            assert Decimal(typed.understood("amount_disputed", text, own)) < 1
        elif head <= 999 and figures.written(",") == mark:
            assert Decimal(typed.understood("amount_disputed", text, own)) == head * 1000 + tail
        else:
            with pytest.raises(Malformed, match="may be"):
                typed.understood("amount_disputed", text, own)
            with pytest.raises(Malformed, match="may be"):
                in_step("amount", text)


@pytest.mark.parametrize("text", ["40k", "TEUR 40", "1,5 Mio", "1,234,56", "1.234.5", "40 000 k€", "3万"])
@pytest.mark.parametrize("habit", [ENGLISH, GERMAN])
def test_a_multiple_or_a_broken_group_is_no_number(text: str, habit: Habit) -> None:
    with pytest.raises(Malformed):
        typed.understood("amount_disputed", text, habit)


@pytest.mark.parametrize("text", ["100.00-", "100 −", "100,00- EUR", "(100)", "EUR (100.00)", "1½", "5%", "12.5 %"])
@pytest.mark.parametrize("name", ["amount_disputed", "unit_price", "quantity"])
def test_a_figure_that_what_stands_around_it_makes_another_is_no_number(name: str, text: str) -> None:
    with pytest.raises(Malformed, match="no number that can be read"):
        typed.understood(name, text, ENGLISH)


@pytest.mark.parametrize("text", ["100,-", "100.–", "EUR 100 (net)", "(net) 100"])
def test_what_says_no_more_of_a_figure_is_left_aside(text: str) -> None:
    assert typed.understood("amount_disputed", text, ENGLISH) == "100.00"


def test_a_figure_in_brackets_that_was_pointed_at_keeps_its_place() -> None:
    reading = a_reading(body="Sehr geehrte, es fehlen Stunden (7,25) und 7,25 Tage.")
    start = reading.text.index("(7,25)")
    (found,) = typed.where("quantity_disputed", "7.25", reading, GERMAN, Place("", start, start + 6))
    assert found.start == start


def test_the_question_names_both_readings_and_each_can_be_typed() -> None:
    with pytest.raises(Malformed) as raised:
        typed.understood("amount_disputed", "1.250", ENGLISH)
    assert str(raised.value) == "“1.250” may be 1.2500 or 1250.00. Write which of the two you mean."
    assert typed.understood("amount_disputed", "1.2500", ENGLISH) == "1.25"
    assert typed.understood("amount_disputed", "1250.00", ENGLISH) == "1250.00"


def english_mail() -> tuple[Reading, Any]:
    reading = a_reading(body="Dear all, total 1,250 EUR of 1,900.50 EUR and 12.125 hours. Sehr geehrte")

    def place(text: str) -> Place:
        part = next(p for p in reading.walk() if text in p.text)
        return Place(part.path, part.text.index(text), part.text.index(text) + len(text))

    return reading, place


def test_a_word_that_was_pointed_at_is_read_as_its_source_writes_numbers() -> None:
    reading, place = english_mail()
    for name, text, value in (("amount_disputed", "1,250", "1250.00"), ("quantity_disputed", "12.125", "12.125")):
        there = typed.as_pointed_at(text, GERMAN, reading, place(text))
        assert typed.understood(name, text, there) == value
        assert typed.where(name, value, reading, GERMAN, place(text))[0].quote == text
        with pytest.raises(Malformed, match="may be"):  # the same characters, but nobody pointed: whose are they?
            typed.understood(name, text, typed.as_pointed_at(text, GERMAN, reading, None))
    own = typed.as_pointed_at("1.300", GERMAN, reading, None)  # stands nowhere
    assert typed.understood("amount_disputed", "1.300", own) == "1300.00"


def test_a_word_changed_after_pointing_is_the_persons_own() -> None:
    reading, place = english_mail()
    assert typed.as_pointed_at("1.300", GERMAN, reading, place("1,250")) == GERMAN
