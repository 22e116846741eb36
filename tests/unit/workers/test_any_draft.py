"""Whatever a model says of facts that it is to word, no figure that is not among them stands in the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.drafts.wording import checked, statements
from app.llm.asking import Asker
from app.llm.waiting import ModelLoop
from app.narratives.drafting import draft
from app.narratives.internal import Guard, Others
from app.narratives.profile import Profile
from app.narratives.wording import question, worded
from app.patterns.telling import Fact
from app.patterns.wording import own_words, word
from tests.unit.app.narratives.invoices import invoice, line, worked
from tests.unit.workers.test_any_answer import MADE_UP, Saying, has_seven

ITS_WORDS = [
    "Workshop on the interface", "workshop", "interface", "tests of release 2.4", "release 2.4", "minutes", "8 hours",
    "53 disputes", "61,810.50 EUR", "Fehnwerder Logistik GmbH", "12 of 53", "23%", "invoice", "INV/2026/0042",
    "3,800.00 EUR", "30 November 2026", "were opened", "is open", "The customer", "not", "is due on",
]  # fmt: skip
wording = st.lists(
    st.one_of(
        st.sampled_from(ITS_WORDS), st.sampled_from(MADE_UP), st.sampled_from(["", " ", ", ", ". ", " of ", "\n"])
    ),
    max_size=6,
).map("".join)
SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FACTS = (
    Fact("whole", "53 disputes were opened from 1 December 2025 to 20 November 2026, about 61,810.50 EUR."),
    Fact("customer", "Fehnwerder Logistik GmbH has 12 of 53 disputes (23%)."),
    Fact("reason", "The most frequent reason is “Hours or quantity”: 16 of 53 disputes (30%)."),
)
GUARD = Guard(Others.of(["Polder Instruments B.V."], []), staff=("Anna Petersen",))
DRAFT = draft(
    invoice(
        line(worked(14, "Workshop on the interface, minutes", "8"), worked(15, "Tests of release 2.4", "4", 8)),
        po_number="4500812",
    ),
    Profile(),
    GUARD,
)
REPLY = statements([
    ("Your invoice INV/2026/0042 over 3,800.00 EUR is due on 30 November 2026.", True),
    ("We have noted 12 hours that you contest.", True),
    ("The customer is Fehnwerder Logistik GmbH.", False),
])  # fmt: skip


@pytest.fixture(scope="module")
def loop() -> Iterator[ModelLoop]:
    with ModelLoop() as running:
        yield running


def saying(loop: ModelLoop, content: Any) -> Asker:
    return Asker(Saying(json.dumps(content)), loop, salt=b"salt")


def test_what_they_start_from_has_no_seven() -> None:
    ours = [*(fact.text for fact in FACTS), *(one.text for one in DRAFT.lines), *(one.text for one in REPLY)]
    assert [text for text in ours if has_seven(text)] == []
    assert question(DRAFT) is not None


@SETTINGS
@given(said=st.lists(st.fixed_dictionaries({"fact": st.integers(1, 4), "text": wording}), max_size=6))
def test_a_pattern_report(loop: ModelLoop, said: Sequence[Any]) -> None:
    told = word(FACTS, saying(loop, {"sentences": said}))
    assert told.sentences == own_words(FACTS).sentences or told.model
    check(told.sentences)


@SETTINGS
@given(texts=st.lists(wording, max_size=3), number=st.integers(0, 2))
def test_the_text_of_an_invoice(loop: ModelLoop, texts: Sequence[str], number: int) -> None:
    asked = question(DRAFT)
    assert asked is not None
    numbers = list(asked.pieces)
    pieces = [{"number": numbers[(number + n) % len(numbers)], "text": text} for n, text in enumerate(texts)]
    found = worded(DRAFT, GUARD, saying(loop, {"pieces": pieces[: len(numbers)]}))
    check([one.text for one in found.lines])


@SETTINGS
@given(texts=st.lists(st.tuples(wording, st.lists(st.sampled_from(["F1", "F2", "F3", "F9"]), max_size=3)), max_size=5))
def test_a_letter_or_a_brief(texts: Sequence[tuple[str, list[str]]]) -> None:
    said = {"sentences": [{"text": text, "facts": facts} for text, facts in texts]}
    check([one.text for one in checked(said, REPLY, "en").sentences])


def check(texts: Sequence[str]) -> None:
    assert [text for text in texts if has_seven(text)] == []
