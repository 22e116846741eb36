"""The triage prompt, its schema and the vocabulary say the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.verification import verify
from app.llm.fencing import Fence
from app.vocabulary import FIELDS, KIND_OF, LANGUAGES, Flag, RequestedAction
from classifiers.llm.triage_answer import NAME, claims_of, schema, schema_of_reason
from prompts.load import Rendered, load

TEXT = "Nordlicht GmbH: invoice INV/2026/0042 bills 40 hours, we had 12. Please send a credit note by 4 December 2026."
EARLIER = "Nordlicht GmbH: the day rate on INV/2026/0039 is not the agreed one."


def render(**changes: Any) -> Rendered:
    fence = Fence.around([TEXT, EARLIER], salt=b"test")
    values: dict[str, Any] = {
        "message_texts": 1,
        "notes": ["Left out: the quoted history (599 characters)."],
        "confirmed": [],
        "is_own_staff": False,
    }
    texts = [fence.wrap(TEXT, "new"), fence.wrap(EARLIER, "earlier")]
    return load("triage").render(opening=fence.opening, closing=fence.closing, texts=texts, **{**values, **changes})


def answer(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "matter": "The customer contests the hours billed and wants a credit note.",
        "reason": "hours_quantity",
        "secondary_reasons": [],
        "flags": ["deadline"],
        "fields": [
            {"name": "invoice_refs", "value": "INV/2026/0042", "quote": "invoice INV/2026/0042"},
            {"name": "deadline", "value": "2026-12-04", "quote": "by 4 December 2026"},
            {"name": "quantity_disputed", "value": "28", "quote": "40 hours"},
            {"name": "requested_action", "value": "credit_note", "quote": "Please send a credit note"},
        ],
        "lines": [],
        "summary": [
            {"text": "Nordlicht GmbH says that 40 hours were billed instead of 12.", "quotes": ["we had 12"]},
            {"text": "They want 28 hours back.", "quotes": ["we had 12"]},
        ],
    }
    return {**whole, **changes}


def enum_of(part: str) -> list[str]:
    found = schema()["properties"][part]
    values: list[str] = found.get("enum") or found["items"]["enum"]
    return values


def forms() -> dict[str, dict[str, Any]]:
    every = schema()["properties"]["fields"]["items"]["anyOf"]
    return {name: form["properties"]["value"] for form in every for name in form["properties"]["name"]["enum"]}


def test_the_schema_is_the_vocabularys() -> None:
    Draft202012Validator.check_schema(schema())
    assert load("triage").schema == NAME
    assert enum_of("reason") == enum_of("secondary_reasons") == list(KIND_OF)
    assert enum_of("flags") == [flag.value for flag in Flag]
    assert set(forms()) == set(FIELDS) - {"lines"}
    assert forms()["requested_action"]["enum"] == [action.value for action in RequestedAction]
    assert forms()["language"]["enum"] == list(LANGUAGES)


def test_the_answer_begins_with_the_matter_then_the_reason() -> None:
    short = schema(lines=False)
    assert list(short["properties"])[:2] == list(schema_of_reason()["properties"]) == ["matter", "reason"]
    assert "lines" not in short["properties"]


def test_the_schema_is_strict_everywhere() -> None:
    def walk(node: Any, path: str = "") -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False, path
                assert node["required"] == list(node["properties"]), path
            if node.get("type") == "array":
                assert node["maxItems"] <= 60, path
            assert "default" not in node, path
            for key, value in node.items():
                walk(value, f"{path}/{key}")
        elif isinstance(node, list):
            for value in node:
                walk(value, path)

    walk(schema())


def test_what_is_no_free_text_has_a_pattern() -> None:
    free = {name for name, form in forms().items() if not form.keys() & {"pattern", "enum"}}
    assert free == {"customer_name", "payment_terms"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_total", "1,234.50"),
        ("deadline", "4 December"),
        ("currency", "euro"),
        ("po_number", " x"),
        ("lines", "x"),
    ],
)
def test_a_value_in_another_notation_does_not_fit(name: str, value: str) -> None:
    entry = {"name": name, "value": value, "quote": ""}
    assert not Draft202012Validator(schema()).is_valid(answer(fields=[entry]))


def test_what_may_be_chosen_stands_in_the_schema_alone() -> None:
    system = render().system
    assert [reason for reason in KIND_OF if "_" in reason and reason in system] == []
    assert [flag.value for flag in Flag if flag.value in system] == []
    assert schema()["properties"]["reason"] == {"enum": list(KIND_OF)}


def test_the_prompt_names_the_parts_of_an_answer_in_the_schemas_order() -> None:
    system = render().system
    places = [re.search(rf"(?:^|, ){part}[:,]", system, re.MULTILINE) for part in schema()["properties"]]
    assert None not in places
    assert sorted(place.start() for place in places if place) == [place.start() for place in places if place]


def test_the_system_part_is_the_same_for_every_question() -> None:
    assert render().system == render(confirmed=["tax"], is_own_staff=True, notes=[]).system


def test_the_prompt_names_the_fence_and_holds_outside_text_once_and_in_it_only() -> None:
    rendered = render()
    fence = Fence.around([TEXT, EARLIER], salt=b"test")
    assert TEXT not in rendered.system
    assert rendered.user.count(TEXT) == 1
    named, _, rest = rendered.user.partition(fence.wrap(TEXT, "new"))
    assert fence.opening in named
    assert fence.closing in named
    assert "Left out: the quoted history" in rest
    assert EARLIER not in rendered.user


def test_confirmed_messages_are_shown_fenced_with_their_reason() -> None:
    user = render(confirmed=["rate_price"]).user
    fence = Fence.around([TEXT, EARLIER], salt=b"test")
    assert f"{fence.wrap(EARLIER, 'earlier')}\nreason: rate_price" in user


def test_an_answer_is_taken_apart_and_verified() -> None:
    assert Draft202012Validator(schema()).is_valid(answer())
    claims = claims_of(answer())
    ground = Ground([SourceText("", TEXT, "en")])
    verified = verify(claims.fields, claims.sentences, ground, quotes=claims.quotes)
    assert {name: value.value for name, value in verified.fields.items()} == {
        "invoice_refs": ["INV/2026/0042"],
        "deadline": "2026-12-04",
        "requested_action": "credit_note",
    }
    assert [claim.text for claim in verified.sentences] == [answer()["summary"][0]["text"]]
    assert verified.counts() == {"field/not_found": 1, "sentence/number": 1}


def test_what_contradicts_itself_is_not_taken_over() -> None:
    twice = [{"name": "deadline", "value": f"2026-12-0{n}", "quote": ""} for n in (4, 4, 5)]
    long = {"name": "customer_name", "value": "x" * 500, "quote": ""}
    claims = claims_of(answer(fields=[*twice, long], summary=[{"text": "x" * 900, "quotes": []}]))
    assert claims.kind == "dispute"
    assert claims.fields == {"deadline": "2026-12-04"}
    assert claims.sentences == ()
    assert len(claims.problems) == 3


def test_an_order_line_says_only_what_it_states() -> None:
    empty = dict.fromkeys(("description", "quantity", "unit", "unit_price", "amount"))
    line = {**empty, "description": "Design", "quantity": "3"}
    both = answer(lines=[line, {**empty, "description": ""}])
    assert Draft202012Validator(schema()).is_valid(both)
    assert claims_of(both).fields["lines"] == [{"description": "Design", "quantity": "3"}, {"description": ""}]
