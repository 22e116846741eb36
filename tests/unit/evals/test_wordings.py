"""The suite of replies: no sentence that no fact bears stands, in eight languages."""

from __future__ import annotations

import yaml

from evals.wordings import REPLIES, wordings


def test_nothing_that_no_fact_bears_stands_and_what_the_facts_say_does() -> None:
    found = wordings()
    assert found.leaked == ()
    assert found.lost == ()
    assert (found.leak_rate, found.loss_rate) == (0.0, 0.0)


def test_every_language_has_facts_and_sentences_of_both_sorts() -> None:
    cases = yaml.safe_load(REPLIES.read_text())
    assert {case["language"] for case in cases} == {"en", "de", "fr", "es", "nl", "it", "pt", "pl"}
    assert all(case["facts"] and case["must"] and len(case["must_not"]) >= 4 for case in cases)
