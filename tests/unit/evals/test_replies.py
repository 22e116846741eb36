"""The measure of worded replies sees what it must see, and the product's own sentences pass it."""

from __future__ import annotations

from typing import Any

import pytest

from app.suggestions.facts import templates
from evals.tasks import replies


def letter(matter: str, language: str, *texts: str) -> dict[str, Any]:
    sentences = [{"facts": ["F1"], "text": text} for text in texts]
    return {"matter": matter, "language": language, "content": {"sentences": sentences}, "seconds": 1, "tokens": 9,
            "model": "small"}  # fmt: skip


@pytest.mark.parametrize("matter", replies.MATTERS)
@pytest.mark.parametrize("language", sorted(templates()))
def test_our_own_sentences_are_grounded_promise_nothing_and_are_used(matter: str, language: str) -> None:
    texts = [s.text for s in replies.facts(matter, language)]
    measured = replies.measure(letter(matter, language, *texts))
    assert (measured["raw_ungrounded"], measured["raw_promises"]) == (0, 0)
    assert measured["is_used"]
    assert measured["kept_language_right"]
    assert measured["own_wording"] == 0


def test_what_is_made_up_is_counted_before_and_gone_after() -> None:
    texts = [s.text for s in replies.facts("hours", "en")]
    wrong = "We refund 1,900.00 EUR and apologise for our mistake."
    measured = replies.measure(letter("hours", "en", *texts, wrong))
    assert (measured["raw_ungrounded"], measured["raw_promises"]) == (1, 1)
    assert (measured["kept_ungrounded"], measured["kept_promises"]) == (0, 0)
    made = replies.report([letter("hours", "en", *texts, wrong)])
    assert (made["letters"], made["is_used"], made["kept_sentences"]) == (1, 1, len(texts))
