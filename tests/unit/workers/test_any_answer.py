"""Whatever a model answers, no figure reaches a reviewer as fact that the message does not hold."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assessments.grounding import grounded
from app.assessments.results import Assessment
from app.documents.read import read
from app.llm.asking import Asker
from app.llm.chat import Answer, AnswerMalformed, Message, Schema, Usage
from app.llm.checking import Unfit, content_of
from app.llm.waiting import ModelLoop
from app.vocabulary import FIELDS, Flag, RequestedAction
from classifiers.assess import assess
from classifiers.llm.question import question
from classifiers.triage import judge
from tests.model_answers import smallest
from tests.unit.workers.test_faulty_model import uncertain
from workers.asking import about_messages

MAIL = read(
    b"""From: Anna Keller <anna.keller@nordlicht.example>
To: billing@ourfirm.example
Subject: Invoice INV/2026/0042
Message-ID: <1@nordlicht.example>
Content-Type: text/plain; charset=utf-8

Your invoice INV/2026/0042 of 4 November 2026 lists 40 hours at 95.00 EUR, 3,800.00 EUR in all. We counted twenty-eight
hours (28) on our side, so 1,140.00 EUR are open to question. Our order is PO-88150. Please explain the difference by
30 November 2026; Mr Sam Okafor of Nordlicht GmbH waits for it.

Anna Keller
""",
    "m.eml",
)
"""A message without a seven: whatever has one was made up."""

TRUE = [
    "INV/2026/0042", "INV 2026 0042", "40 hours", "95.00 EUR", "EUR 95", "3,800.00", "3800", "28", "twenty-eight hours",
    "1,140.00 EUR", "1140", "4 November 2026", "2026-11-04", "30 November 2026", "PO-88150", "PO 88150", "Okafor",
    "Nordlicht GmbH", "[NAME-1-",
]  # fmt: skip
MADE_UP = [
    "7", "77 hours", "77,310.55 EUR", "77.310,55", "7 7", "7\u200b7", "\uff17\uff17", "\u2466", "seven",
    "seventy-seven", "siebzehn", "sept", "70k", "0.7 million", "INV/2026/0047", "INV/2027/0042", "PO-88157",
    "17 March 2026", "2027-11-04", "7.11.2026", "week 47", "7%", "DE77 7777 7777", "1e7", "+7", "-7", "4-7", "407",
    "9.57", "3,800.07", "47:00",
]  # fmt: skip
TURNED = [
    "82 hours",
    "59.00 EUR",
    "4,095",
    "4.28",
    "2840",
    "8,300.00",
    "0,95",
    "30 October 2026",
    "2026-04-11",
    "951",
]
"""Figures of the message, put together otherwise."""
JOINTS = [
    "",
    " ",
    ", ",
    ". ",
    " of ",
    " and ",
    " minus ",
    "\n",
    "-",
    "/",
    "(",
    ")",
    " is ",
    "The customer says ",
    " EUR",
    "%",
    ".",
]

figure = st.sampled_from(TRUE + MADE_UP + TURNED)
wording = st.lists(st.one_of(figure, st.sampled_from(JOINTS), st.text(max_size=3)), max_size=8).map("".join)
quote = st.one_of(
    st.sampled_from([MAIL.text[a : a + 40] for a in range(0, len(MAIL.text), 25)]), figure, st.just(""), wording
)
_VALUES: dict[str, st.SearchStrategy[str]] = {
    "decimal": st.sampled_from(
        ["40", "95.00", "95", "3800.00", "28", "1140", "7", "77310.55", "82", "4.28", "0.95", "2026"]
    ),
    "date": st.sampled_from(["2026-11-04", "2026-11-30", "2026-11-07", "2027-11-04", "2026-04-11", "2026-13-01"]),
    "currency": st.sampled_from(["EUR", "USD", "GBP", "XXX"]),
    "reference": st.sampled_from(
        ["INV/2026/0042", "INV/2026/0047", "PO-88150", "PO-88157", "88150", "0042", "40 hours", "7"]
    ),
}
_VALUES["references"] = _VALUES["reference"]


def entry(name: str) -> st.SearchStrategy[dict[str, str]]:
    form = FIELDS[name]
    choices = {
        "requested_action": [a.value for a in RequestedAction],
        "quantity_unit": ["hours"],
        "language": ["en", "de"],
    }
    value = st.sampled_from(choices[name]) if name in choices else _VALUES.get(form, wording)
    return st.fixed_dictionaries({"name": st.just(name), "value": value, "quote": quote})


answers = st.fixed_dictionaries({
    "matter": wording,
    "flags": st.lists(st.sampled_from([flag.value for flag in Flag]), max_size=3),
    "fields": st.lists(st.sampled_from([n for n in FIELDS if n != "lines"]).flatmap(entry), max_size=8),
    "summary": st.lists(
        st.fixed_dictionaries({"text": wording, "quotes": st.lists(quote, max_size=3)}), max_size=4
    ),
})  # fmt: skip


@dataclass
class Saying:
    """A model that says one thing, checked as an endpoint's answer is."""

    text: str = ""
    name: str = "small"

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        text = '{"contested": "yes"}' if schema is not None and schema.name == "contested" else self.text
        try:
            content = content_of(text, "stop", schema)
        except Unfit as unfit:
            raise AnswerMalformed("It could not be used.", why=unfit.why) from None
        return Answer(text, content, self.name, Usage(1, 1), 0.0, 1, "stop")


class Reviewed:
    """The mail, assessed with a model that says one thing."""

    def __init__(self, loop: ModelLoop) -> None:
        self._loop = loop
        self._settled = uncertain(MAIL, None, {})
        self.shortlist = judge.shortlist(self._settled)

    def when_said(self, text: str) -> Assessment:
        ask = about_messages(Asker(Saying(text), self._loop, salt=b"salt"))
        return grounded(assess(MAIL, classify=lambda *_: self._settled, ask=ask), MAIL)

    def when_answered(self, answer: dict[str, Any], **more: Any) -> Assessment:
        definition = question(MAIL, self.shortlist).schema.definition
        known = {name: value for name, value in answer.items() if name in definition["properties"]}
        return self.when_said(json.dumps({**smallest(definition), "reason": self.shortlist[0], **known, **more}))


@pytest.fixture(scope="module")
def reviewed() -> Iterator[Reviewed]:
    with ModelLoop() as loop:
        yield Reviewed(loop)


def shown(found: Assessment) -> list[str]:
    """All that a reviewer takes for fact: the summary, and the values of fields."""
    values: list[Any] = [value.value for value in found.fields.values()]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return [claim.text for claim in found.summary] + [str(text) for text in texts]


_SEVEN = re.compile(r"\b(?:seven|seventy|siebzehn|sept)\b", re.IGNORECASE)


def has_seven(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    return bool(_SEVEN.search(plain)) or any("7" in str(unicodedata.numeric(c)) for c in text + plain if c.isnumeric())


@pytest.mark.parametrize(
    "said",
    [
        "Nordlicht GmbH contests 1140 EUR, 40 hours on INV/2026/0042, and wants an answer by 30 Nov 2026.",
        "The customer agrees to INV/2026/0042 of 2026-11-04 over 3,800.00 EUR, 40 hours at 95.00 EUR.",
        "Nothing is wanted: 1,140.00 EUR was paid on 30 November 2026, and Sam Okafor thanks for 28 hours.",
    ],
)
def test_the_summary_is_ours_however_well_the_figures_of_another_stand(said: str, reviewed: Reviewed) -> None:
    nothing: dict[str, Any] = {"flags": [], "fields": [], "summary": []}
    ours = reviewed.when_answered(nothing).summary
    sentence = {"text": said, "quotes": ["1,140.00 EUR are open to question"]}
    found = reviewed.when_answered(nothing | {"summary": [sentence]})
    assert found.asked is not None
    assert found.asked.dropped == {}
    assert found.asked.taken == ()
    assert ours
    assert found.summary == ours


@pytest.mark.parametrize("made_up", [*MADE_UP, *TURNED])
def test_one_figure_that_is_not_there_takes_the_sentence_away(made_up: str, reviewed: Reviewed) -> None:
    sentence = {"text": f"They contest 40 hours and {made_up}.", "quotes": ["We counted twenty-eight"]}
    found = reviewed.when_answered({"flags": [], "fields": [], "summary": [sentence]})
    assert found.asked is not None
    assert sum(found.asked.dropped.values()) == 1
    assert sentence["text"] not in shown(found)
    assert "was left out" in found.asked.warnings[0]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=answers)
def test_no_made_up_figure_reaches_a_reviewer(reviewed: Reviewed, answer: dict[str, Any]) -> None:
    found = reviewed.when_answered(answer)
    assert found.asked is not None
    assert found.asked.outcome in ("answered", "malformed")  # a loop in it
    for text in shown(found):
        assert not has_seven(text), text
        assert not any(turned in text for turned in TURNED), text
    parts = {part.path: part.text for part in MAIL.walk()}
    rests = [claim.evidence for claim in found.summary] + [value.evidence for value in found.fields.values()]
    for evidence in chain.from_iterable(rests):
        assert parts[evidence.part][evidence.start : evidence.end] == evidence.quote


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | figure,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["reason", "summary", "text"]), inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text() | wording | _json.map(json.dumps))
def test_what_is_no_answer_at_all_changes_nothing(reviewed: Reviewed, text: str) -> None:
    found = reviewed.when_said(text)
    assert found.asked is not None
    assert found.asked.outcome == "malformed"
    assert found.engine == "offline"
    assert not any(has_seven(one) for one in shown(found))
