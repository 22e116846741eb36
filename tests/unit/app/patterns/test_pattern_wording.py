"""A model may choose, order and word the facts of a report; it can add nothing to them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.asking import Asker
from app.llm.chat import ModelUnavailable
from app.patterns.telling import Fact
from app.patterns.wording import own_words, stand, word

FACTS = (
    Fact(
        "whole",
        "53 disputes were opened from 1 December 2025 to 20 November 2026, about 61,810.50 EUR; 8 are still open.",
    ),
    Fact("month", "16 disputes from August 2026 to October 2026, 12 in the three months before: no clear change."),
    Fact("customer", "Fehnwerder Logistik GmbH has 12 of 53 disputes (23%)."),
    Fact("reason", "The most frequent reason is “Hours or quantity”: 16 of 53 disputes (30%)."),
)  # fmt: skip


OTHERS = (
    Fact(
        "whole",
        "24 disputes were opened from 1 June 2026 to 21 November 2026, about 61,810.50 EUR; 5 are still open. "
        "12% (24 of 200 invoices) dated in this time were disputed.",
    ),
    Fact(
        "outcome",
        "19 disputes ended: 11 led to a credit (58%), in 6 the invoice stood as billed (32%) and 2 were taken back by "
        "the customer.",
    ),
    Fact("money", "Of 50,000.00 EUR contested in 19 disputes that ended, 12,000.00 EUR was credited (24%)."),
    Fact(
        "manager",
        "Invoices of projects led by Ines Bauer are disputed more often than others: 30% (9 of 30 invoices) against "
        "9% (15 of 170 invoices), more than chance explains. The counts do not say why.",
    ),
)


def answer(*sentences: tuple[Any, Any]) -> dict[str, Any]:
    return {"sentences": [{"fact": fact, "text": text} for fact, text in sentences]}


@pytest.mark.parametrize("fact", range(1, len(FACTS) + 1))
def test_a_fact_as_it_is_stands(fact: int) -> None:
    text = FACTS[fact - 1].text
    assert stand(answer((fact, text)), FACTS) == ((text,), ())


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (1, FACTS[0].text.replace("; 8", ", and 8")),
        (3, "Fehnwerder Logistik GmbH currently has 12 of the 53 disputes (23%)."),
        (4, "The most frequent reason here is “Hours or quantity”: 16 of the 53 disputes (30%)."),
    ],
)
def test_a_sentence_that_says_the_fact_again_stands(fact: int, text: str) -> None:
    kept, drops = stand(answer((fact, text)), FACTS)
    assert (kept, drops) == ((text,), ())


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (1, "53 disputes were opened; 8 are still open."),
        (1, FACTS[0].text.partition("; ")[0]),
        (1, "53 disputes are still open."),
        (1, FACTS[0].text.replace("53", "8").replace("; 8", "; 53")),
        (1, "54 disputes were opened."),
        (1, "Disputes about 61,810.50 GBP were opened."),
        (1, "Disputes about 61.8 thousand EUR were opened."),
        (1, "About 15% of the disputes are still open."),
        (1, "53 disputes were opened, and Fehnwerder Logistik GmbH has 8."),
        (2, "16 disputes from August 2026 to October 2026, more than the 12 before."),
        (2, "Disputes rose to 16."),
        (2, "Disputes fell to 12."),
        (2, "16 disputes from September 2026 to October 2026."),
        (3, "Fehnwerder Logistik GmbH has the most disputes, 12 of 53."),
        (3, "Sandhagen Papier KG has 12 of 53 disputes."),
        (3, "Fehnwerder Logistik GmbH has 12 disputes because its timesheets are late."),
        (3, "Fehnwerder Logistik GmbH should be called about its 12 disputes."),
        (4, "All 16 disputes are about hours."),
        (4, "16 disputes about hours were lost."),
        (9, "53 disputes were opened."),
        (True, "53 disputes were opened."),
        ("1", "53 disputes were opened."),
        (1, ""),
        (1, "x" * 500),
    ],
)
def test_a_sentence_that_says_anything_else_is_left_out_and_counted(fact: Any, text: str) -> None:
    kept, drops = stand(answer((fact, text)), FACTS)
    assert kept == ()
    assert len(drops) >= 1


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (1, "24 disputes are still open."),
        (1, "5 disputes were opened, about 61,810.50 EUR."),
        (1, "200 disputes were opened."),
        (2, "11 disputes were taken back by the customer."),
        (2, "In 11 disputes the invoice stood as billed."),
        (2, "6 led to a credit and 11 stood as billed."),
        (2, "58% of customers took it back."),
        (3, "Of 12,000.00 EUR contested, 50,000.00 EUR was credited."),
        (3, "12,000.00 EUR was credited to customers who were overcharged."),
        (3, "24% of disputes ended."),
        (4, "Others were disputed more often than Ines Bauer: 9% against 30%."),
        (4, "Ines Bauer is incompetent: 30% were disputed."),
        (4, "Ines Bauer overbills in 30% of projects."),
        (4, OTHERS[3].text.removesuffix(" The counts do not say why.")),
        (4, OTHERS[3].text.replace("do not say", "say")),
    ],
)
def test_figures_cannot_change_places_and_nobody_is_judged(fact: int, text: str) -> None:
    kept, drops = stand(answer((fact, text)), OTHERS)
    assert kept == ()
    assert len(drops) >= 1
    whole = OTHERS[fact - 1].text
    assert stand(answer((fact, whole)), OTHERS) == ((whole,), ())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_OTHERS = ("54", "7%", "1,000.00", "Marlowe", "GBP", "doubled")
_WORDS = st.lists(st.sampled_from([*" ".join(fact.text for fact in FACTS).split(), *_OTHERS]), max_size=14).map(
    " ".join
)


@given(_JSON)
def test_whatever_json_a_model_answers_is_no_error(content: Any) -> None:
    stand({"sentences": content}, FACTS)
    stand(content if isinstance(content, dict) else {}, FACTS)


@given(st.lists(st.tuples(st.integers(0, 6), _WORDS), max_size=6))
def test_no_figure_reaches_a_reader_that_its_fact_does_not_have(said: list[tuple[int, str]]) -> None:
    kept, _ = stand(answer(*said), FACTS)
    for sentence in kept:
        numbers = set(re.findall(r"\d[\d.,]*\d|\d", sentence))
        assert any(numbers <= set(re.findall(r"\d[\d.,]*\d|\d", fact.text)) for fact in FACTS), sentence
        assert "GBP" not in sentence
        assert "Marlowe" not in sentence


def test_one_sentence_for_each_fact() -> None:
    kept, _ = stand(answer((3, FACTS[2].text), (3, FACTS[2].text.replace("has", "currently has"))), FACTS)
    assert kept == (FACTS[2].text,)


class Saying:
    """A model that answers this, or nothing."""

    model = "small-1"

    def __init__(self, content: dict[str, Any] | None) -> None:
        self.content = content

    def ask(self, prompt: Any, schema: Any, outside: Any, **more: Any) -> Any:
        from app.llm.asking import Said
        from app.llm.chat import Usage

        if self.content is None:
            raise ModelUnavailable("The model endpoint does not answer.")
        return Said(self.content, "pattern/v1", "0" * 64, self.model, Usage(), 0.1, False, False)


def told(content: dict[str, Any] | None) -> Any:
    asker: Any = Saying(content)
    found: Asker = asker
    return word(FACTS, found)


def test_without_a_model_or_its_answer_the_facts_are_the_summary() -> None:
    assert word(FACTS, None) == own_words(FACTS)
    silent = told(None)
    assert silent.sentences == own_words(FACTS).sentences
    assert "does not answer" in silent.because


def test_when_too_little_stands_the_facts_are_the_summary_and_the_rest_is_counted() -> None:
    poor = told(answer((1, "54 disputes."), (2, "Disputes rose."), (3, FACTS[2].text)))
    assert (poor.sentences, poor.model, len(poor.left_out)) == (own_words(FACTS).sentences, "", 2)
    good = told(answer((3, FACTS[2].text), (1, FACTS[0].text), (1, "99 disputes.")))
    assert good.sentences == (FACTS[2].text, FACTS[0].text)
    assert (good.model, good.prompt, len(good.left_out)) == ("small-1", "pattern/v1", 1)
