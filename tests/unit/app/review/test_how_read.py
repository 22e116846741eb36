"""How a case was read, said to a reviewer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.assessments.results import Assessment, Classification, ModelAsked
from app.review.how_read import HowRead, how_read
from app.vocabulary import CertaintyWord

READ = Assessment(
    Classification("rate_price", 0.7, CertaintyWord.LIKELY, ("rate_price",)), {}, (), None, "offline", {"triage": "5"}
)


def shown(asked: ModelAsked, reason: str = "rate_price") -> HowRead:
    classification = replace(READ.classification, reason=reason)
    found = how_read(replace(READ, classification=classification, asked=asked))
    assert found is not None
    return found


def test_without_a_model_there_is_nothing_to_say() -> None:
    assert how_read(READ) is None
    assert how_read(None) is None


@pytest.mark.parametrize(
    "outcome", ["unavailable", "declined", "malformed", "budget_spent", "misconfigured", "not_asked"]
)
def test_the_offline_engine_alone_is_said_with_the_reason(outcome: str) -> None:
    found = shown(ModelAsked(outcome, because="The model at x.example cannot be reached."))
    assert found.says == "Read by the offline engine alone. The model at x.example cannot be reached."
    assert found.record == ()


def test_while_the_model_is_asked_a_reviewer_knows_that_the_reading_may_change() -> None:
    found = shown(ModelAsked("waiting"))
    assert found.is_waiting
    assert "may still change" in found.says


def test_what_was_left_out_is_counted_and_named_and_what_was_asked_is_recorded() -> None:
    asked = ModelAsked(
        "answered", model="m-1", prompt="triage/v2", fingerprint="0123456789abcdef", vote="rate_price",
        prompt_tokens=2652, completion_tokens=748, seconds=2.04, is_repaired=True, examples=1,
        left_out=("Not shown to the model: the quoted history (900 characters).",),
        dropped={"sentence/number": 1, "field/not_found": 2}, warnings=("“77.00” was left out: …",),
        taken=("po_number",),
    )  # fmt: skip
    found = shown(asked)
    assert found.says == "The language model m-1 was asked too and chose dispute: rate. Taken over from it: PO number."
    assert found.dropped.startswith("3 claims were left out")
    assert found.dropped.endswith(": 1 sentence, 2 values.")
    assert found.left_out == asked.left_out
    record = " ".join(found.record)
    assert "triage/v2, 0123456789ab" in record
    assert "2,652 tokens asked, 748 answered, 2.0 s" in record
    assert "1 earlier message of this customer" in record


def test_what_was_left_out_of_a_suspect_message_shows_no_bank_account() -> None:
    asked = ModelAsked(
        "answered", warnings=("“IBAN DE89370400440532013000” was left out: …",), dropped={"quote/quote": 1}
    )
    assert "DE89" not in " ".join(shown(asked, "bank_details_change").drops)
    assert "DE89" in " ".join(shown(asked).drops)
