"""Whatever a model says, it is an object that fits the schema, or unfit; nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.llm.chat import Schema
from app.llm.checking import LONGEST_PERIOD, Unfit, content_of, is_looping

SCHEMA = Schema("s", {
    "type": "object",
    "properties": {
        "reason": {"enum": ["rate", "hours"]},
        "amounts": {"type": "array", "maxItems": 3, "items": {"type": "string", "pattern": "^[0-9]{1,9}$"}},
    },
    "required": ["reason"],
    "additionalProperties": False,
})  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["reason", "amounts", "x"]), inner | st.just("rate"), max_size=3)
    ),
    max_leaves=12,
)


def holds(text: str, finish_reason: str) -> None:
    try:
        content = content_of(text, finish_reason, SCHEMA)
    except Unfit:
        return
    assert content is not None
    assert Draft202012Validator(SCHEMA.definition).is_valid(content)
    json.dumps(content, allow_nan=False, ensure_ascii=False).encode()


@given(st.text(), st.sampled_from(["stop", "length", "", "tool_calls"]))
def test_any_text(text: str, finish_reason: str) -> None:
    holds(text, finish_reason)


@given(ANY_JSON, st.booleans())
def test_any_json(value: Any, is_fenced: bool) -> None:
    text = json.dumps(value)
    holds(f"```json\n{text}\n```" if is_fenced else text, "stop")


@given(st.text("abc 1", min_size=1, max_size=LONGEST_PERIOD).filter(lambda t: t.strip()), st.text(max_size=20))
def test_any_piece_said_again_and_again_is_a_loop(piece: str, before: str) -> None:
    assert is_looping(before + piece * max(8, 200 // len(piece) + 1))


@pytest.mark.parametrize("text", [
    "",
    "a" * 100,
    "-" * 5_000,
    "Line 1: 8.00 h at 150.00. Line 2: 8.00 h at 150.00. Line 3: 8.00 h at 150.00.",
    "".join(f"On {day} November 8.00 h were billed at 150.00. " for day in range(1, 31)),
])  # fmt: skip
def test_what_business_text_repeats_is_no_loop(text: str) -> None:
    assert not is_looping(text)


def test_why_names_the_rule_and_not_the_answer() -> None:
    with pytest.raises(Unfit) as caught:
        content_of('{"reason": "rate", "amounts": ["IBAN DE00"]}', "stop", SCHEMA)
    assert caught.value.why == 'at properties/amounts/items of the schema it breaks the rule pattern: "^[0-9]{1,9}$"'
