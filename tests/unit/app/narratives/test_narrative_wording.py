"""Whatever a model answers: figures stay ours, what is held back stays back, and words rest on the remarks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm.asking import Said
from app.llm.chat import Usage
from app.narratives import wording
from app.narratives.drafting import Draft, draft
from app.narratives.internal import Guard, Others
from app.narratives.profile import Profile
from tests.unit.app.narratives.invoices import invoice, line, worked
from tests.unit.app.narratives.test_narrative_drafting import stated_hours

GUARD = Guard(Others.of(["Polder Instruments B.V."]), staff=("Anna Petersen", "Jonas Wieck"), forbidden=("cheap",))
HELD = "Fixed our own bug in the allocation run"


def drafted(**changes: Any) -> Draft:
    return draft(
        invoice(
            line(
                worked(1, "Workshop with key users", "8", task="Design"),
                worked(2, "Data model review", "4", 8, task="Design"), worked(3, HELD, "2", 9, task="Design"),
                worked(4, "Migration rehearsal", "6", 14, task="Build"),
                worked(5, "Interface for ticket 4812", "7.5", 21, task="Build"),
            ),
            **changes,
        ),
        Profile(), GUARD,
    )  # fmt: skip


def answered(said: object, base: Draft | None = None) -> Draft:
    base = base or drafted()
    asked = wording.question(base)
    assert asked is not None
    content = {"pieces": said}
    return wording.taken_over(base, GUARD, asked, Said(content, "narrative/v1", "f", "m", Usage(), 0.1, False, False))


def test_only_what_a_customer_may_read_is_asked_about() -> None:
    asked = wording.question(drafted())
    assert asked is not None
    assert [o.text for o in asked.outside] == [
        "Workshop with key users\nData model review", "Migration rehearsal\nInterface for ticket 4812",
    ]  # fmt: skip
    assert asked.values["numbers"] == [1, 2]
    nothing = draft(invoice(line(worked(1, HELD, "2"))), Profile(), GUARD)
    assert wording.question(nothing) is None


def test_words_that_rest_on_the_remarks_are_taken_over() -> None:
    told = answered([
        {"number": 1, "text": "Workshop with key users and review of the data model."},
        {"number": 2, "text": "Rehearsal of the migration, interface for ticket 4812"},
    ])  # fmt: skip
    assert told.lines[0].text.replace("\u00a0", " ").splitlines()[3:] == [
        "Design: Workshop with key users and review of the data model: 14 h",
        "Build: Rehearsal of the migration, interface for ticket 4812: 13.5 h",
    ]
    assert told.worded_by == {"prompt": "narrative/v1", "model": "m", "fingerprint": "f"}
    assert {h.text for h in told.held_back} == {HELD}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Workshop with key users, 12 hours", "states hours or amounts"),
        ("Workshop with 25 key users", "a number in it stands in no remark"),
        ("Workshop with key users, ticket 4812", "a number in it stands in no remark"),
        ("Workshop with twelve key users", "a number in it stands in no remark"),
        ("Workshop with key users of Polder", "names another customer"),
        ("Workshop with key users by Jonas", "names a colleague"),
        ("Workshop with Silke Brandt", "a name in it stands in no remark"),
        ("Workshop with key users and correction of the allocation run", "it says what was held back"),
        ("Workshop with key users, our own bug fixed", "speaks of a mistake"),
        ("We held a workshop with key users", "speaks of ourselves"),
        ("Cheap workshop with key users", "is not to be used for this customer"),
        ("Workshop with key users and migration rehearsal", "what the remarks of another piece say"),
        ("Strategic alignment with leadership", "shares no word with the remarks"),
        ("Atelier sur la gouvernance", "shares no word with the remarks"),
        ("Workshop that secured the success of the whole programme", "it says what no remark says"),
        ("Workshop with key users " * 20, "too long"),
    ],
)
def test_what_does_not_stand_is_left_out_and_told(text: str, why: str) -> None:
    told = answered([{"number": 1, "text": text}])
    assert text.strip() not in told.lines[0].text
    assert "Workshop with key users, Data model review" in told.lines[0].text
    assert any(why in note for note in told.notes), told.notes


def of(remark: str, text: str, *, language: str = "en") -> Draft:
    base = draft(invoice(line(worked(1, remark, "8", task="Design")), language=language), Profile(), GUARD)
    return answered([{"number": 1, "text": text}], base)


@pytest.mark.parametrize(
    ("remark", "text"),
    [
        ("Prepared workshop, not held with key users", "Workshop with key users held"),
        ("Workshop with key users cancelled by customer", "Workshop with key users"),
        ("Tested export, deployment not done", "Export tested, deployment done"),
        ("Tested export, deployment not done", "Export not tested, deployment done"),
        ("Draft of migration concept for review", "Migration concept completed and approved after review"),
        ("Draft of migration concept", "Migration concept completed"),
        ("Draft of migration concept", "Migration concept"),
        ("Planned rollout of release 4", "Rollout of release 4"),
        ("Analysed error in customer interface", "Solved error in customer interface"),
        ("Analysed import, repaired export", "Repaired import, analysed export"),
        ("Migration rehearsal", "Migration"),
        ("Migration rehearsal", "Migration rehearsal successful"),
        ("Migration from Sage to Odoo", "Migration from Odoo to Sage"),
        ("Load tests, 3 runs", "Load tests"),
        ("Contact review", "Content review"),
        ("Meeting with key users about data model", "Urgent meeting with key users about data model"),
        ("Reviewed interface specification with Jens", "Reviewed interface specification with jens and agreed"),
    ],
)
def test_no_remark_is_turned_round_or_overstated(remark: str, text: str) -> None:
    told = of(remark, text)
    assert f": {text}:" not in told.lines[0].text
    assert f": {remark}:" in told.lines[0].text
    assert told.worded_by == {}


@pytest.mark.parametrize(
    ("remark", "text"),
    [
        ("Data model review", "Review of the data model"),
        ("Prepared workshop, not held with key users", "Prepared workshop, not held with the key users"),
        ("Reviewed spec, tested export", "Export tested and spec reviewed"),
    ],
)
def test_other_grammar_stands(remark: str, text: str) -> None:
    told = of(remark, text)
    assert text in told.lines[0].text
    assert told.worded_by["model"] == "m"


@pytest.mark.parametrize(
    ("remark", "french", "back", "stands"),
    [
        ("Migration rehearsal cancelled", "Répétition annulée", "Cancelled migration rehearsal", False),
        ("Migration rehearsal cancelled", "Répétition annulée", "Migration rehearsal cancelled", True),
        ("Migration rehearsal cancelled", "Répétition faite", "Migration rehearsal cancelled", False),
        ("Migration rehearsal", "Répétition annulée", "Migration rehearsal", False),
        ("Migration rehearsal", "Répétition générale", "Migration", False),
        ("Migration rehearsal", "Répétition générale", "Migration rehearsal", True),
    ],
)
def test_a_translation_neither_denies_nor_finishes_what_the_remark_does_not(
    remark: str, french: str, back: str, stands: bool
) -> None:
    base = draft(invoice(line(worked(1, remark, "8", task="Design")), language="fr"), Profile(), GUARD)
    asked = wording.question(base)
    assert asked is not None

    def said(text: str) -> Said:
        pieces = {"pieces": [{"number": 1, "text": text}]}
        return Said(pieces, "narrative/v1", "f", "m", Usage(), 0.1, False, False)

    told = wording.taken_over(base, GUARD, asked, said(french), said(back))
    assert (french in told.lines[0].text) == stands


@pytest.mark.parametrize(
    ("back", "stands"),
    [
        ("Workshop with key users and data model review", True),
        ("Workshop on governance and strategy with the board", False),
        ("", False),
    ],
)
def test_a_translation_stands_where_its_way_back_says_the_same(back: str, stands: bool) -> None:
    base = drafted(language="fr")
    asked = wording.question(base)
    assert asked is not None

    def said(text: str) -> Said:
        pieces = {"pieces": [{"number": 1, "text": text}]}
        return Said(pieces, "narrative/v1", "f", "m", Usage(), 0.1, False, False)

    french = said("Atelier et revue du schéma")
    assert wording.translations(base, GUARD, asked, french) == {1: "Atelier et revue du schéma"}
    again = wording.way_back(asked, {1: "Atelier et revue du schéma"})
    assert (again.values["language"], [o.text for o in again.outside]) == ("English", ["Atelier et revue du schéma"])
    told = wording.taken_over(base, GUARD, asked, french, said(back))
    assert ("Atelier et revue" in told.lines[0].text) == stands


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["number", "text"]), inner, max_size=2),
    max_leaves=6,
)
phrases = st.lists(
    st.sampled_from([
        "Workshop", "with key users", "Data model review", "Migration rehearsal", "8 h", "3 Stunden", "1.000,00 EUR",
        "2027", "Fixed our own bug", "allocation run", "Polder", "Jonas", "we", "ticket 4812", "and", "£5", "twelve",
        "6 Oct",
    ]),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(junk, st.lists(st.fixed_dictionaries({"number": st.integers(0, 3), "text": phrases | st.text()}))))
def test_whatever_it_answers_the_hours_add_up_and_nothing_internal_appears(said: object) -> None:
    told = answered(said)
    text = told.lines[0].text
    assert sum(stated_hours(text, "en"), Decimal(0)) == 2 * Decimal("27.5")
    assert told.lines[0].stated == Decimal("27.5")
    for held in ("own bug", "allocation run", "Polder", "Jonas", "EUR", "£", "2027", "Stunden"):
        assert held not in text
    figures = {"4500781120", "27.5", "14", "13.5", "4812", "6", "21", "2026"}
    assert {"".join(c for c in w if c.isdigit() or c == ".").strip(".") for w in text.split()} - {""} <= figures
