"""A model that fails in every way we know: the assessment is the offline engine's, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.assessments.results import Assessment, Classification
from app.documents.order import Order
from app.documents.read import read
from app.documents.reading import Reading
from app.firm import Firm
from app.llm.asking import Asker
from app.llm.guarded import Guarded
from app.llm.openai_chat import OpenAiChat
from app.llm.waiting import ModelLoop
from app.vocabulary import CertaintyWord
from classifiers.assess import assess
from classifiers.llm.question import question
from classifiers.triage import judge
from classifiers.triage.triage import triage
from tests.llm_server import LlmServer, Reply, drips, fails, hangs_up, pours, says, sends
from tests.model_answers import smallest
from workers.asking import about_messages

KEY = "sk-secret-0123456789"
MAIL = read(
    b"""From: Anna Keller <anna.keller@nordlicht.example>
To: billing@ourfirm.example
Subject: Invoice INV/2026/0042
Message-ID: <1@nordlicht.example>
Content-Type: text/plain; charset=utf-8

Your invoice INV/2026/0042 of 4 November 2026 lists 40 hours at 95.00 EUR. We counted 28 hours on our side. Please
explain the difference by 30 November 2026.

Anna Keller
""",
    "m.eml",
)


def uncertain(reading: Reading, firm: Firm | None, orders: Mapping[str, Order]) -> Classification:
    """The packaged triage, never sure, so that the model is always asked."""
    return replace(triage(reading, firm, orders), reading=CertaintyWord.UNSURE)


def assessed(server: LlmServer | str, *, timeout: float = 20.0, deadline: float = 30.0) -> Assessment:
    """The mail assessed with the model at this endpoint, as the product puts it together."""

    async def at_once(_: float) -> None:
        return

    url = server if isinstance(server, str) else server.url
    with ModelLoop() as loop:
        chat = OpenAiChat("small", KEY, base_url=url, timeout=timeout, sleep=at_once)
        try:
            asker = Asker(Guarded(chat), loop, salt=b"salt", deadline=deadline)
            return assess(MAIL, classify=uncertain, ask=about_messages(asker))
        finally:
            loop.run(chat.aclose())


@pytest.fixture(scope="module")
def offline() -> Assessment:
    return assess(MAIL, classify=uncertain)


def whole(**changes: Any) -> str:
    """An answer that fits the schema of the question about the mail."""
    shortlist = judge.shortlist(uncertain(MAIL, None, {}))
    blank = smallest(question(MAIL, shortlist).schema.definition)
    return json.dumps({**blank, "reason": shortlist[0]} | changes)


def without(name: str) -> str:
    answer = json.loads(whole())
    del answer[name]
    return json.dumps(answer)


LOOPING = '{"reason": "' + "hours and " * 300
MALFORMED: dict[str, Callable[[], Reply]] = {
    "a loop": lambda: says(LOOPING, finish="length"),
    "cut off": lambda: says(whole()[:40], finish="length"),
    "cut off without saying so": lambda: says(whole()[:40]),
    "an invented reason": lambda: says(whole(reason="please_approve")),
    "an invented flag": lambda: says(whole(flags=["approved"])),
    "an invented field": lambda: says(whole(fields=[{"name": "approved_by", "value": "AI", "quote": "AI"}])),
    "an amount that is no amount": lambda: says(
        whole(fields=[{"name": "amount_total", "value": "ninety", "quote": "95.00"}])
    ),
    "a key too many": lambda: says(whole(approved=True)),
    "a key too few": lambda: says(without("summary")),
    "a list": lambda: says("[1]"),
    "a number": lambda: says("7"),
    "prose": lambda: says("I think that the customer is right."),
    "nothing": lambda: says(""),
    "null": lambda: says(None),
    "a number of a thousand digits": lambda: says('{"reason": 1' + "0" * 5_000 + "}"),
    "brackets without end": lambda: says("[" * 50_000),
    "half a character": lambda: says(whole(summary=[{"text": "\ud800", "quotes": []}])),
    "a key twice": lambda: says(whole()[:-1] + ', "reason": "tax"}'),
}
ENDLESS: dict[str, Callable[[], Reply]] = {
    "a loop at the end": lambda: says(whole(summary=[{"text": "as agreed " * 60, "quotes": []}])),
    "cut off after its reason": lambda: says(whole()[: whole().index('"flags"')], finish="length"),
    "whole, but said to be cut off": lambda: says(whole(), finish="length"),
}
DECLINED: dict[str, Callable[[], Reply]] = {
    "a refusal": lambda: says(None, refusal="I cannot help with that."),
    "a filter after it": lambda: says("", finish="content_filter"),
    "a filter before it": lambda: fails(400, "content_filter"),
}
AWAY: dict[str, Callable[[], Reply]] = {
    "too many requests": lambda: fails(429, retry_after="0"),
    "too many requests, for long": lambda: fails(429, retry_after="86400"),
    "no quota": lambda: fails(429, "insufficient_quota"),
    "an error of its own": lambda: fails(500),
    "a gateway without it": lambda: fails(502),
    "overloaded": lambda: fails(529),
    "hanging up": lambda: hangs_up,
    "a page": lambda: sends(200, "<html>Sehr geehrte</html>", kind="text/html"),
    "JSON of something else": lambda: sends(200, '{"message": "Sehr geehrte"}'),
    "JSON cut off": lambda: sends(200, '{"choices": [{"message": '),
    "no choices": lambda: sends(200, '{"choices": [], "object": "chat.completion"}'),
    "a body without end": lambda: pours(),
    "a compressed body": lambda: sends(200, b"\x1f\x8b\x08", content_encoding="gzip"),
}
MISCONFIGURED: dict[str, Callable[[], Reply]] = {
    "a wrong key": lambda: fails(401),
    "no right to the model": lambda: fails(403),
    "an unknown model": lambda: fails(404),
    "a request it does not take": lambda: fails(400),
}
EVERY = [
    *(("malformed", name, reply) for name, reply in MALFORMED.items()),
    *(("declined", name, reply) for name, reply in DECLINED.items()),
    *(("unavailable", name, reply) for name, reply in AWAY.items()),
    *(("misconfigured", name, reply) for name, reply in MISCONFIGURED.items()),
]


@pytest.mark.parametrize(("outcome", "reply"), [pytest.param(o, r, id=n) for o, n, r in EVERY])
def test_whatever_fails_the_offline_answer_stands_and_the_reason_is_kept(
    outcome: str, reply: Callable[[], Reply], offline: Assessment
) -> None:
    with LlmServer(reply()) as server:
        found = assessed(server)
    check_offline(found, offline, outcome)
    assert len(server.requests) in {"malformed": (2,), "unavailable": (1, 3)}.get(outcome, (1,))


@pytest.mark.parametrize("reply", ENDLESS.values(), ids=ENDLESS)
def test_of_an_answer_without_end_what_it_begins_with_counts(reply: Callable[[], Reply], offline: Assessment) -> None:
    with LlmServer(reply()) as server:
        found = assessed(server)
    assert len(server.requests) == 1, "what it says after that again is not worth another minute"
    assert found.asked is not None
    assert (found.asked.outcome, found.asked.vote) == ("answered", json.loads(whole())["reason"])
    assert found.asked.dropped["answer/form"] == 1
    assert "did not come to an end" in found.asked.warnings[0]
    assert found.fields == offline.fields


@pytest.mark.parametrize(
    "reply", [says("{}", after=3.0), drips(" " * 400, pause=0.02)], ids=["silence", "a slow stream"]
)
@pytest.mark.parametrize(("timeout", "deadline"), [(0.4, 20.0), (20.0, 0.8)], ids=["one request", "the whole answer"])
def test_too_slow_is_no_answer(reply: Reply, timeout: float, deadline: float, offline: Assessment) -> None:
    with LlmServer(says(whole()), reply) as server:
        assessed(server)  # imports LangChain, which takes longer than that
        found = assessed(server, timeout=timeout, deadline=deadline)
    check_offline(found, offline, "unavailable")


def test_nobody_answers(offline: Assessment) -> None:
    with LlmServer(says("")) as server:
        gone = server.url
    check_offline(assessed(gone), offline, "unavailable")


@pytest.mark.parametrize("first", [*MALFORMED.values(), *list(AWAY.values())[:1], *list(AWAY.values())[3:7]])
def test_what_is_put_right_at_the_second_try_counts(first: Callable[[], Reply]) -> None:
    with LlmServer(first(), says(whole())) as server:
        found = assessed(server)
    assert found.engine == "llm"
    assert found.asked is not None
    assert found.asked.is_answered
    assert found.asked.is_repaired is (first in MALFORMED.values())
    assert found.asked.vote == json.loads(whole())["reason"]
    assert found.asked.prompt_tokens == 100 * (2 if found.asked.is_repaired else 1)


def check_offline(found: Assessment, offline: Assessment, outcome: str) -> None:
    """The same as without a model, but for a record that a reviewer can read and that quotes nobody."""
    assert found.asked is not None
    assert replace(found, asked=None) == offline
    assert found.asked.outcome == outcome
    assert found.asked.because.endswith(".")
    assert found.asked.shortlist
    assert found.asked.vote == ""
    for leaked in (KEY, "sk-echoed", "Sehr geehrte", "Keller", "approve", "Traceback"):
        assert leaked not in repr(found.asked)
