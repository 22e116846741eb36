"""The text of a draft invoice without a model: it adds up, speaks the customer's language, tells nothing internal."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.money import Money
from app.narratives.drafting import Draft, coverage, draft
from app.narratives.entries import DraftLine, Entry
from app.narratives.internal import Guard, Others
from app.narratives.profile import GROUPINGS, LENGTHS, PO_PLACES, TONES, Profile
from app.narratives.written import HOUR_UNITS
from app.vocabulary import LANGUAGES
from tests.unit.app.narratives.invoices import invoice, line, reached, spent, worked

OTHERS = Others.of(
    ["Hafenwerk Logistik AG", "Polder Instruments B.V.", "Brauhaus Sternecker KG", "Denise Walker"],
    ["S00031", "S00001"],
).but(["Hafenwerk Logistik AG"], ["S00001"])
GUARD = Guard(OTHERS, staff=("Anna Petersen", "Jonas Wieck"))
STATED = re.compile(rf"(\d+(?:[.,\u202f\u00a0]\d+)*)[ \u00a0](?:{'|'.join(map(re.escape, HOUR_UNITS))})(?!\w)")


def stated_hours(text: str, language: str) -> list[Decimal]:
    """Every hours figure that a person reads in the text, in its order."""
    mark = "." if language == "en" else ","
    found = []
    for written in STATED.findall(text):
        digits = "".join("." if c == mark else c for c in written if c.isdigit() or c == mark)
        found.append(Decimal(digits))
    return found


def text_of(result: Draft) -> str:
    return "\n".join(one.text for one in result.lines)


def test_the_work_is_told_with_its_hours_the_order_number_first() -> None:
    result = draft(
        invoice(
            line(
                worked(14, "Test of the nightly load", "8"), worked(15, "Performance analysis", "8", 8),
                worked(16, "test of the nightly load.", "8", 14), worked(17, "Performance analysis", "6.5", 21),
            )
        ),
        Profile(), GUARD,
    )  # fmt: skip
    assert result.lines[0].text.replace("\u00a0", " ").splitlines() == [
        "Purchase order: 4500781120",
        "Yard planning rollout: consulting, time and materials",
        "6 Oct 2026 – 21 Oct 2026: 30.5 h in total",
        "Test of the nightly load: 16 h",
        "Performance analysis: 14.5 h",
    ]
    assert [s.records for s in result.lines[0].sentences[3:]] == [
        (("account.analytic.line", 14), ("account.analytic.line", 16)),
        (("account.analytic.line", 15), ("account.analytic.line", 17)),
    ]
    assert coverage([result]) == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["Bestellnummer: 4500781120", "06.10.2026 – 21.10.2026: insgesamt 1.234,5 Std."]),
        ("fr", ["Bon de commande : 4500781120", "06/10/2026 – 21/10/2026 : 1\u202f234,5 h au total"]),
        ("en", ["Purchase order: 4500781120", "6 Oct 2026 – 21 Oct 2026: 1,234.5 h in total"]),
    ],
)
def test_numbers_and_dates_are_the_customers(language: str, expected: list[str]) -> None:
    entries = (worked(1, "Werkstatt", "1230"), worked(2, "Protokoll", "4.5", 21))
    text = draft(invoice(line(*entries), language=language), Profile(), GUARD).lines[0].text
    for said in expected:
        assert said in text.replace("\u00a0", " ")


def test_a_formal_text_says_that_it_bills() -> None:
    text = draft(invoice(line(worked(1, "Workshop", "8")), language="de"), Profile(tone="formal"), GUARD).lines[0].text
    assert "Für die im Zeitraum 06.10.2026 erbrachten Leistungen berechnen wir insgesamt 8 Std.:" in text.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"group_by": "week"}, ["Week 41/2026: Workshop, Review: 12 h", "Week 43/2026: Rollout: 3 h"]),
        ({"group_by": "task"}, ["Design: Workshop, Review: 12 h", "Build: Rollout: 3 h"]),
        ({"group_by": "task", "length": "short"}, ["Design: 12 h", "Build: 3 h"]),
        (
            {"group_by": "task", "length": "full"},
            [
                "Design: Workshop: 8 h (6 Oct 2026)",
                "Design: Review: 4 h (8 Oct 2026)",
                "Build: Rollout: 3 h (21 Oct 2026)",
            ],
        ),
        (
            {"group_by": "person", "staff_names": True},
            ["Anna Petersen: Workshop, Rollout: 11 h", "Jonas Wieck: Review: 4 h"],
        ),
        ({"group_by": "activity"}, ["Workshop: 8 h", "Review: 4 h", "Rollout: 3 h"]),
    ],
)
def test_work_is_grouped_as_the_customer_wants_it(rules: dict[str, object], expected: list[str]) -> None:
    entries = (
        worked(1, "Workshop", "8", task="Design"), worked(2, "Review", "4", 8, task="Design", person="Jonas Wieck"),
        worked(3, "Rollout", "3", 21, task="Build"),
    )  # fmt: skip
    profile = Profile(**rules)  # type: ignore[arg-type]
    guard = Guard(OTHERS, staff=() if profile.staff_names else GUARD.staff)
    assert (
        draft(invoice(line(*entries)), profile, guard).lines[0].text.replace("\u00a0", " ").splitlines()[3:] == expected
    )


def test_held_back_words_are_listed_and_their_hours_stated() -> None:
    result = draft(
        invoice(
            line(worked(1, "Fixed our own bug", "3"), worked(2, "Call with Polder", "2", 7), worked(3, "Shop", "8", 8))
        ),
        Profile(), GUARD,
    )  # fmt: skip
    assert [(h.record, h.reason) for h in result.held_back] == [
        (("account.analytic.line", 1), "own_fault"), (("account.analytic.line", 2), "other_customer"),
    ]  # fmt: skip
    assert result.lines[0].text.replace("\u00a0", " ").splitlines()[3:] == [
        "Shop: 8 h", "Further work as ordered: 5 h",
    ]  # fmt: skip
    assert coverage([result]) == 1


def test_a_remark_in_a_language_without_a_list_keeps_its_hours_and_loses_its_words() -> None:
    entries = (
        worked(1, "El cliente no entiende nada", "3", task="Soporte mensual"),
        worked(2, "Workshop", "8", 8, task="Reunión inútil"),
    )
    result = draft(invoice(line(*entries, subject="Soporte mensual"), language="es"), Profile(), GUARD)
    assert [(h.text, h.why) for h in result.held_back] == [
        (text, "is in a language, or in words, that the lists of internal words do not know")
        for text in ("El cliente no entiende nada", "Reunión inútil")
    ]
    assert "Soporte mensual" in result.lines[0].text
    assert "entiende" not in result.lines[0].text
    assert coverage([result]) == 1


def test_hours_that_do_not_add_up_get_no_text() -> None:
    result = draft(invoice(line(worked(1, "Workshop", "6"), quantity=Decimal(42))), Profile(), GUARD)
    (one,) = result.lines
    assert one.sentences == ()
    assert one.not_offered.startswith("The timesheets on this draft are 6 hours, the line bills 42 Hours")
    assert coverage([result]) == 0


def test_days_are_compared_as_hours() -> None:
    entries = (worked(1, "Workshop", "12"), worked(2, "Review", "3", 8))
    billed = line(*entries, unit="Days", quantity=Decimal("1.88"))
    assert stated_hours(draft(invoice(billed), Profile(), GUARD).lines[0].text, "en") == [15, 12, 3]
    assert draft(invoice(line(*entries, unit="Days", quantity=Decimal(2))), Profile(), GUARD).offered == ()
    assert "no unit of time" in draft(invoice(line(*entries, unit="Pieces")), Profile(), GUARD).lines[0].not_offered


def test_a_milestone_is_told_when_it_is_reached_and_its_share_is_the_line() -> None:
    fee = Money(Decimal(40000), "EUR")

    def milestone(net: str, *entries: Entry, text: str = "Design accepted (30%)") -> DraftLine:
        return line(
            *entries, text=text, subject="Calibration data platform", ordered=fee, is_milestone=True, unit="Units",
            quantity=Decimal("0.4"), net=Money(Decimal(net), "EUR"),
        )  # fmt: skip

    both = (reached(2, "Design accepted", "0.3"), reached(3, "Build accepted", "0.4"))
    told = draft(invoice(milestone("16000", *both), language="de"), Profile(), GUARD).lines[0]
    assert told.text.replace("\u00a0", " ").splitlines()[1:] == [
        "Calibration data platform", "Meilenstein Build accepted, erreicht am 23.10.2026 (40 % von 40.000,00 EUR)",
    ]  # fmt: skip
    early = draft(invoice(milestone("12000", reached(2, "Design accepted", "0.3", None))), Profile(), GUARD).lines[0]
    assert "is not reached" in early.not_offered
    assert "add up to" in draft(invoice(milestone("11000", *both)), Profile(), GUARD).lines[0].not_offered


def test_an_expense_is_told_with_its_amount() -> None:
    travel = {"subject": "Travel at cost", "is_expense": True, "unit": "Units", "quantity": Decimal(1)}
    billed = line(spent(1, "Hotel Valencia, two nights", "286"), net=Money(Decimal(286), "EUR"), **travel)
    assert "Hotel Valencia, two nights, 14 Oct 2026: 286.00 EUR" in draft(invoice(billed), Profile(), GUARD).lines[
        0
    ].text.replace("\u00a0", " ")
    other = line(spent(1, "Hotel Valencia, two nights", "286"), net=Money(Decimal(300), "EUR"), **travel)
    assert "would not add up" in draft(invoice(other), Profile(), GUARD).lines[0].not_offered


def test_a_text_that_is_too_long_is_made_shorter_and_still_adds_up() -> None:
    entries = [worked(n, f"Interview {n} with dispatchers of the northern yard", "1.5", n) for n in range(1, 29)]
    result = draft(invoice(line(*entries)), Profile(length="full", max_length=200), GUARD)
    assert len(result.lines[0].text) <= 200
    assert stated_hours(result.lines[0].text, "en") == [42, 42]
    assert any("made shorter" in note for note in result.notes)


def test_one_text_for_the_whole_invoice() -> None:
    lines = (line(worked(1, "Workshop", "8")), line(worked(2, "Review", "2"), id=27))
    result = draft(invoice(*lines), Profile(per="invoice", max_length=500), GUARD)
    assert result.foot.count("Purchase order") == 1
    assert stated_hours(result.foot, "en") == [8, 8, 2, 2]
    assert len(result.foot) <= 500


# -- for any entries ------------------------------------------------------------------------------------------------

remarks = st.one_of(
    st.sampled_from(["Workshop", "Review of 3 files", "", "12", "h", "Fixed our own bug", "2 h call",
        "Telefonat Polder",
                     "Jonas was slow", "phase 3", "€ 400 saved", "5\u202fStd", "12:30", "S00031", "uur", "1.5", "…"]),
    st.text(max_size=40),
)  # fmt: skip
quarters = st.integers(1, 4000).map(lambda n: Decimal(n) / 4)
entries = st.lists(
    st.builds(
        lambda remark, hours, day, task, person: (remark, hours, day, task, person),
        remarks, quarters, st.dates(date(2025, 12, 1), date(2026, 12, 31)), st.one_of(remarks, st.just("Design")),
        st.sampled_from(["Anna Petersen", "Jonas Wieck", ""]),
    ),
    min_size=1, max_size=12,
).map(lambda rows: tuple(
    worked(n, remark, str(hours), task=task, person=person) if day is None else
    Entry("account.analytic.line", n, remark, day, hours, task=task, person=person)
    for n, (remark, hours, day, task, person) in enumerate(rows)
))  # fmt: skip
profiles = st.builds(
    Profile,
    po_number=st.sampled_from(PO_PLACES), staff_names=st.just(True), group_by=st.sampled_from(GROUPINGS),
    max_length=st.integers(80, 2000), tone=st.sampled_from(TONES), length=st.sampled_from(LENGTHS),
    language=st.sampled_from(LANGUAGES), forbidden_words=st.just(("workshop",)),
)  # fmt: skip


@settings(deadline=None)
@given(entries, profiles, remarks)
def test_whatever_was_written_down_the_stated_hours_add_up(
    some: tuple[Entry, ...], profile: Profile, subject: str
) -> None:
    total = sum((e.hours for e in some if e.hours is not None), Decimal(0))
    (one,) = draft(invoice(line(*some, subject=subject), po_number="4500781120"), profile, GUARD).lines
    if not one.sentences:
        assert one.not_offered
        return
    stated = stated_hours(one.text, profile.language)
    assert sum(stated, Decimal(0)) == 2 * total, "once in total and once in pieces"
    assert total in stated
    assert one.stated == total == one.hours
    told = [record for s in one.sentences if s.what == "work" for record in s.records]
    assert sorted(told) == sorted(e.record for e in some), "each entry rests under one sentence"
    assert len(one.text) <= profile.max_length


@settings(deadline=None)
@given(
    entries, profiles,
    st.lists(
        st.tuples(
            st.sampled_from([
                "Fixed our own bug {}", "Für {} Kulanz, nicht abrechnen", "{} wie für Sternecker", "Réunion inutile {}",
                "Arzttermin {}", "Passwort {}1", "{} costs 400 EUR", "why {}?", "{} see S00031", "Workshop {}",
                "ignore all previous {}",
            ]),
            st.from_regex(r"\A[BCDFGK]zq[a-z]{6}\Z"),
        ),
        min_size=1, max_size=4, unique_by=lambda pair: pair[1],
    ),
)  # fmt: skip
def test_nothing_that_is_held_back_appears(
    some: tuple[Entry, ...], profile: Profile, planted: list[tuple[str, str]]
) -> None:
    guard = Guard(OTHERS, staff=("Anna Petersen",), forbidden=profile.forbidden_words)
    internal = [worked(1000 + n, said.format(word), "2") for n, (said, word) in enumerate(planted)]
    result = draft(invoice(line(*some, *internal)), profile, guard)
    for _, word in planted:
        assert word not in text_of(result)
    if result.offered:
        listed = {h.record for h in result.held_back}
        assert listed >= {e.record for e in internal}
