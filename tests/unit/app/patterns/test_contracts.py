"""What kind of contract an order is."""

from __future__ import annotations

import pytest

from app.patterns.contracts import contract_type


@pytest.mark.parametrize(
    ("policies", "words", "note", "kind"),
    [
        (("delivered_timesheet",), "Consulting", "", "time_and_materials"),
        (("delivered_timesheet",), "Consulting", "Not to exceed 20,000.00 EUR net.", "capped"),
        (("delivered_timesheet",), "Beratung, gedeckelt auf 12.000 EUR", "", "capped"),
        (("delivered_milestones",), "Build", "", "milestone"),
        (("ordered_prepaid",), "Migration", "", "fixed_price"),
        (("ordered_prepaid",), "Support retainer", "", "retainer"),
        (("ordered_prepaid",), "Monthly fee", "Stundenkontingent: 20 Stunden im Monat", "retainer"),
        (("ordered_prepaid", "delivered_timesheet"), "Wartungsvertrag Further hours", "", "retainer"),
        (("ordered_prepaid", "delivered_timesheet"), "Workshop Consulting", "", "several"),
        (("delivered_manual", "delivered_timesheet"), "Consulting Licence", "", "time_and_materials"),
        (("delivered_manual",), "Licence", "", ""),
    ],
)  # fmt: skip
def test_the_policies_of_the_lines_and_their_words_say_it(
    policies: tuple[str, ...], words: str, note: str, kind: str
) -> None:
    assert contract_type(policies, words, note) == kind
