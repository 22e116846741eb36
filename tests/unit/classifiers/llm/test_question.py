"""What a model is asked about a message."""

from __future__ import annotations

import pytest

from app.documents.read import read
from classifiers.llm.question import EVERY_REASON, Example, Question, question

MAIL = b"""From: Anna Keller <anna.keller@nordlicht.example>
To: billing@ourfirm.example
Subject: Invoice INV/2026/0042
Message-ID: <1@nordlicht.example>
Content-Type: text/plain; charset=utf-8

We had 12 hours, not 40. Please send a credit note.

Best regards
Anna Keller
"""


def asked(shortlist: tuple[str, ...] = ("tax", "hours_quantity"), mail: bytes = MAIL, budget: int = 1500) -> Question:
    return question(read(mail, "m.eml"), shortlist, budget=budget)


def test_the_message_goes_out_in_parts_with_its_sender_and_the_names_to_be_masked() -> None:
    found = asked()
    assert [one.kind for one in found.outside][:2] == ["subject", "new"]
    assert found.outside[0].attributes == {"from": "Anna Keller (nordlicht.example)"}
    assert "Anna Keller" in found.names
    assert found.values["message_texts"] == len(found.outside)
    assert not any("Keller" in str(value) for value in found.values.values())


def test_a_model_is_not_told_what_other_readers_think() -> None:
    assert asked().shortlist == ("hours_quantity", "tax")
    assert asked().values == asked(EVERY_REASON).values
    assert asked().of_reason == asked(EVERY_REASON).of_reason


@pytest.mark.parametrize("shortlist", [(), ("tax", "nonsense")])
def test_a_shortlist_that_names_no_reason_is_refused(shortlist: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="shortlist"):
        asked(shortlist)


def test_order_lines_are_asked_for_only_where_it_may_be_an_order() -> None:
    assert "lines" not in asked().schema.definition["properties"]
    order = asked(("new_po", "tax"))
    assert "lines" in order.schema.definition["properties"]
    assert order.max_tokens > asked().max_tokens


def test_what_is_not_shown_is_said() -> None:
    long = asked(mail=MAIL + b"\nAnd another thing, said at length. " * 400, budget=200)
    assert long.left_out
    assert long.values["notes"] == list(long.left_out)
    assert asked().left_out == ()


def test_earlier_messages_are_outside_text_and_short() -> None:
    found = question(read(MAIL, "m.eml"), ("tax",), examples=[Example("Much too long. " * 200, "tax")])
    assert found.outside[-1].kind == "earlier"
    assert len(found.outside[-1].text) <= 600
    assert found.values["confirmed"] == ["tax"]


def test_the_beginning_alone_can_be_asked_with_the_same_question() -> None:
    schema, limit = asked().of_reason
    assert list(schema.definition["properties"]) == ["matter", "reason"]
    assert limit < asked().max_tokens


def test_our_own_staff_is_told_apart() -> None:
    own = MAIL.replace(b"nordlicht.example", b"ourfirm.example")
    assert asked(mail=own).values["is_own_staff"] is True
    assert asked().values["is_own_staff"] is False
