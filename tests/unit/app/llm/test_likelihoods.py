"""How likely a model found each value: read from an endpoint's log probabilities, whatever these look like."""

from __future__ import annotations

from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.chat import Message, Schema
from app.llm.likelihoods import likelihoods
from app.llm.openai_chat import OpenAiChat
from app.llm.waiting import ModelLoop
from tests.llm_server import LlmServer, fails, says

SCHEMA = Schema(
    "sure",
    {
        "type": "object", "properties": {"sure": {"enum": ["yes", "no"]}}, "required": ["sure"],
        "additionalProperties": False,
    },
    weighs="sure",
)  # fmt: skip


def token(text: str, **alternatives: float) -> dict[str, Any]:
    return {"token": text, "top_logprobs": [{"token": t, "logprob": log(p)} for t, p in alternatives.items()]}


ANSWER = [token('{"'), token("sure"), token('":'), token(' "'), token("yes", yes=0.6, no=0.2, Yes=0.1, maybe=0.1)]


def test_shares_are_those_of_the_token_that_begins_the_value() -> None:
    assert likelihoods(ANSWER, "sure", ["yes", "no"]) == pytest.approx({"yes": 7 / 9, "no": 2 / 9})
    joined = [token('{"sure": "'), {"token": "no", "top_logprobs": [{"token": "n", "logprob": log(0.5)}]}]
    assert likelihoods(joined, "sure", ["yes", "no"]) == {"yes": 0.0, "no": 1.0}
    in_one = [{"token": '{"sure":"no"}', "top_logprobs": [{"token": '{"sure":"no', "logprob": log(0.5)}]}]
    assert likelihoods(in_one, "sure", ["yes", "no"]) == {"yes": 0.0, "no": 1.0}


@pytest.mark.parametrize("told", [None, [], "yes", [{}], [token("maybe")], [{"token": 7}], ANSWER[:4]])
def test_what_cannot_be_told_is_nothing(told: object) -> None:
    assert likelihoods(told, "sure", ["yes", "no"]) == {}


anything = st.recursive(
    st.none() | st.floats() | st.text(max_size=5) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["token", "logprob", "top_logprobs"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.lists(anything, max_size=3))
def test_whatever_an_endpoint_sends_shares_are_shares(told: list[Any]) -> None:
    found = likelihoods([*ANSWER[:4], *told], "sure", ["yes", "no"])
    assert not found or sum(found.values()) == pytest.approx(1)


def asked(server: LlmServer, times: int = 1) -> list[dict[str, float]]:
    with ModelLoop() as loop:
        chat = OpenAiChat("small", "key", base_url=server.url)
        told = [
            loop.run(chat.answer([Message("user", "Sure?")], schema=SCHEMA, max_tokens=9, deadline=20.0)).likelihoods
            for _ in range(times)
        ]
        loop.run(chat.aclose())
    return [dict(one) for one in told]


def test_they_are_asked_for_where_a_schema_weighs_a_key() -> None:
    with LlmServer(says('{"sure": "yes"}', logprobs={"content": ANSWER})) as server:
        assert asked(server)[0]["yes"] == pytest.approx(7 / 9)
    assert server.requests[0]["logprobs"] is True


def test_an_endpoint_that_does_not_tell_them_is_asked_without_from_then_on() -> None:
    with LlmServer(fails(400), says('{"sure": "yes"}')) as server:
        assert asked(server, times=2) == [{}, {}]
    assert ["logprobs" in request for request in server.requests] == [True, False, False]
