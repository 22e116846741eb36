"""What rules understand of written text, in eight languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.detectors.words.caps import cap_in
from app.detectors.words.expense_kinds import kinds_of
from app.detectors.words.expense_terms import read_terms
from app.detectors.words.figures import number
from app.detectors.words.periods import months_in
from app.detectors.words.po_words import is_number, wants_po
from app.detectors.words.retainer_terms import is_further, retainer_in, rolls_over, waiver_in
from fixtures.odoo.planted_words import WORDS

LANGUAGES = sorted(WORDS)
GIVEN = {"subject": "Ledger", "hours": "20", "rate": "1,150.00", "currency": "EUR", "value": "12,500.00"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_is_known_by_its_name(language: str) -> None:
    for month in range(1, 13):
        day = date(2026, month, 1)
        assert months_in(f"Ledger {WORDS[language].month(day)}") == {(2026, month)}


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("services of August", {(2026, 8)}),
        ("Leistungen im Dezember", {(2025, 12)}),
        ("01.08.2026 - 31.09.2026", {(2026, 8), (2026, 9)}),
        ("août à octobre 2026", {(2026, 8), (2026, 9), (2026, 10)}),
        ("2026-08", {(2026, 8)}),
        ("work that may be billed", set()),
        ("Invoice 4500128811", set()),
    ],
)
def test_the_months_a_text_names(text: str, months: set[tuple[int, int]]) -> None:
    assert months_in(text, near=date(2026, 11, 2)) == months


@pytest.mark.parametrize("language", LANGUAGES)
def test_retainers_their_overage_and_its_waiver(language: str) -> None:
    words = WORDS[language]
    month = words.month(date(2026, 8, 1))
    retainer = retainer_in(words.retainer.format(**GIVEN))
    assert retainer is not None
    assert (retainer.hours, retainer.rate) == (20, (Decimal("1150.00"), "EUR"))
    assert is_further(words.overage.format(month=month))
    waiver = waiver_in(words.waived.format(month=month), written_on=date(2026, 10, 1))
    assert waiver is not None
    assert waiver.months == {(2026, 8)}


@pytest.mark.parametrize("text", ["Consulting, 160 hours", "Up to 20 days a year", "Fixed fee 20 000 EUR"])
def test_what_is_no_retainer(text: str) -> None:
    assert retainer_in(text) is None


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("Unused hours roll over to the next month.", True),
        ("Nicht genutzte Stunden sind übertragbar.", True),
        ("Unused hours do not roll over.", False),
        ("Retainer, unused hours lapse.", False),
    ],
)
def test_whether_unused_hours_are_kept(text: str, keeps: bool) -> None:
    assert rolls_over(text) is keeps


@pytest.mark.parametrize("text", ["We will not waive the hours of August.", "Please waive August.", "Hours of August"])
def test_what_is_no_waiver(text: str) -> None:
    assert waiver_in(text, written_on=date(2026, 10, 1)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_costs_that_are_excluded_and_allowed(language: str) -> None:
    words = WORDS[language]
    terms = read_terms(words.costs)
    assert terms.excludes(kinds_of(words.refused_cost)) == words.costs.rstrip(".").split("; ")[-1] or terms.excluded
    assert terms.excludes(kinds_of(words.refused_cost)) is not None
    assert terms.allows(kinds_of(words.fine_cost))


@pytest.mark.parametrize(
    ("terms", "cost", "is_allowed"),
    [
        ("Expenses at cost except minibar.", "Minibar", False),
        ("Expenses at cost except minibar.", "Taxi", True),
        ("Rail and hotel only; flights are not reimbursed.", "Flight to Rome", False),
        ("Rail and hotel only; flights are not reimbursed.", "Hotel Rome", True),
        ("Travel expenses are included in the daily rate.", "Train", False),
        ("Time and materials, invoiced monthly.", "Train", False),
    ],
)
def test_what_terms_allow(terms: str, cost: str, is_allowed: bool) -> None:
    assert read_terms(terms).allows(kinds_of(cost)) is is_allowed


def test_terms_of_time_and_materials_say_nothing_of_costs() -> None:
    assert not read_terms("Time and materials, invoiced monthly from approved timesheets.").speak


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_tags_and_placeholders(language: str) -> None:
    words = WORDS[language]
    assert cap_in(words.cap.format(**GIVEN)) == (Decimal("12500.00"), "EUR")
    assert wants_po([words.po_tag])
    assert not is_number(words.no_po, ["S00012"])


@pytest.mark.parametrize(
    "text",
    ["hotel up to 180 EUR a night", "Obergrenze 40 Stunden", "ceiling of 160 EUR per hour", "Value 500 EUR", ""],
)
def test_what_is_no_limit_of_the_order(text: str) -> None:
    assert cap_in(text) is None


@pytest.mark.parametrize(
    "tag", ["VIP", "PO not required", "Ohne Bestellnummer möglich", "Order by phone", "Required: VAT"]
)
def test_tags_that_ask_for_no_order(tag: str) -> None:
    assert not wants_po([tag])


@pytest.mark.parametrize(
    ("reference", "is_one"),
    [("4500128811", True), ("S00012", False), ("s00012", False), ("TBD", False), ("", False), ("S00012, 4500", True)],
)
def test_whether_a_reference_is_an_order_number(reference: str, is_one: bool) -> None:
    assert is_number(reference, ["S00012"]) is is_one


@pytest.mark.parametrize(
    ("written", "value"),
    [("20,000.00", "20000.00"), ("20.000,00", "20000.00"), ("20 000", "20000"), ("8'500", "8500"), ("12.5", "12.5")],
)
def test_figures(written: str, value: str) -> None:
    assert number(written) == Decimal(value)
