"""The screen's words: every value of the product has one, and figures are written one way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.models import STATES
from app.decisions.amendment import EDITABLE
from app.decisions.approval_matrix import load
from app.decisions.changes import MATERIAL
from app.decisions.decide import REJECT_REASONS
from app.money import Money
from app.review import figures, history, wording
from app.review.figures import Exchange
from app.review.list_state import ENDED, VIEWS, ListState
from app.suggestions.models import RISKS
from app.suggestions.proposal import KINDS, TAKE_BACK
from app.vocabulary import FIELDS, LANGUAGES, REASONS, CertaintyWord, Flag, Kind, RequestedAction


def test_nothing_of_the_products_vocabulary_is_without_words() -> None:
    assert set(wording.STATE_WORDS) == set(STATES)
    assert set(wording.KIND_ICONS) == set(wording.STAKE_WORDS) == set(Kind)
    assert set(wording.FLAG_WORDS) == set(Flag)
    assert set(wording.FIELD_WORDS) == set(FIELDS)
    assert set(wording.REQUESTED_WORDS) == set(RequestedAction)
    assert set(wording.LANGUAGE_WORDS) == set(LANGUAGES)
    assert set(wording.RISK_WORDS) == set(RISKS)
    for words in (wording.STEP_TITLES, wording.STEP_NOUNS, wording.STEP_PHRASES, wording.STEP_EFFECTS):
        assert set(words) == {*KINDS, TAKE_BACK}
    assert set(wording.REJECT_WORDS) == set(REJECT_REASONS)
    assert {name for names in EDITABLE.values() for name in names} <= set(wording.EDIT_WORDS)


@pytest.mark.parametrize("reason", [r for reasons in REASONS.values() for r in reasons])
def test_every_reason_is_said_with_its_kind(reason: str) -> None:
    assert ": " in wording.full_reason(reason)
    assert wording.question((reason, reason)).endswith("?")


def test_every_state_is_in_a_view() -> None:
    seen = {state for view in (*VIEWS, *ENDED) for state in view.states}
    assert seen == set(STATES)


def test_words_say_neither_please_nor_percent() -> None:
    said = str([v for k, v in vars(wording).items() if k.isupper()]).lower()
    for avoided in ("please", "oops", "%", "!", " ai "):
        assert avoided not in said


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("1234.5", "EUR", "1,234.50"), ("-3", "GBP", "−3.00"), ("1500", "JPY", "1,500"), ("2.0005", "KWD", "2.001")],
)
def test_amounts_have_their_currencys_decimals(amount: str, currency: str, written: str) -> None:
    assert figures.number(Money(Decimal(amount), currency)) == written


def test_days_say_the_year_when_it_is_another() -> None:
    today = date(2026, 11, 20)
    assert figures.day_word(today, today) == "today"
    assert figures.day(date(2026, 11, 27), today) == "Fri 27 Nov"
    assert figures.day(date(2027, 1, 4), today) == "Mon 4 Jan 2027"
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert [figures.waiting(at - timedelta(minutes=m), at) for m in (5, 120, 1500, 5000)] == [
        "5 min", "2 h", "1 day", "3 days",
    ]  # fmt: skip


def test_other_currencies_are_shown_at_the_policys_rates() -> None:
    exchange = Exchange.of(load())
    assert exchange.about(Money(Decimal("22750"), "GBP")) == "≈ 25,935 EUR"
    assert exchange.about(Money(Decimal("1"), "EUR")) == ""
    assert exchange.about(Money(Decimal("1"), "SEK")) == ""


@given(st.text(max_size=300), st.integers(10, 200))
def test_shortened_text_is_short_and_a_beginning(text: str, most: int) -> None:
    short = figures.short(text, most)
    assert len(short) <= most + 2
    assert " ".join(text.split()).startswith(" ".join(short.removesuffix(" …").split()))


def test_shortened_text_keeps_the_spaces_that_do_not_break() -> None:
    assert figures.short("Litige\u00a0:  900,00\u00a0EUR") == "Litige\u00a0: 900,00\u00a0EUR"


@given(
    st.sampled_from([*VIEWS, *ENDED]), st.lists(st.sampled_from(list(Kind)), unique=True),
    st.sampled_from(["priority", "amount", "deadline", "newest"]), st.text(max_size=40), st.text(max_size=40),
)  # fmt: skip
def test_a_lists_address_brings_the_list_back(view, kinds, sort, text, cursor) -> None:  # type: ignore[no-untyped-def]
    plain = " ".join(text.replace("\x00", "").split())
    state = ListState(view, tuple(kinds), sort, plain, cursor.replace("\x00", ""))
    assert ListState.of(urlsplit(state.address()).query) == state
    assert ListState.of(urlsplit(state.case(7)).query).cursor == ""


@given(st.text(max_size=80))
def test_any_query_is_some_list(query: str) -> None:
    assert ListState.of(query).filter.states


@given(st.sampled_from(MATERIAL), st.dictionaries(st.sampled_from(
    ["kind", "reason", "reading", "after", "why", "note", "version", "matches", "receipt", "versions", "name"]),
    st.none() | st.just("x"), max_size=0))  # fmt: skip
def test_every_event_has_a_sentence_even_with_little_in_it(action: str, content: dict) -> None:
    sentence, _ = history._sentence(action, content, by_person=False)
    assert sentence.endswith(".")


def test_certainty_is_said_in_four_words() -> None:
    assert [wording.likelihood(p)[0] for p in (0.99, 0.85, 0.6, 0.3, 0.1)] == [
        "very likely", "likely", "more likely", "quite possible", "unlikely",
    ]  # fmt: skip
    assert len(CertaintyWord) == 4
