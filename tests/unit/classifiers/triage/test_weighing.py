"""What a model's vote is worth: learned from messages, and how its words are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.assessments.results import Vote
from classifiers.triage.evidence import ALL_REASONS
from classifiers.triage.hearsay import heard
from classifiers.triage.votes import load_votes
from classifiers.triage.weighing import Heard, Unasked, Weighing, learn


def scores(**likely: float) -> dict[str, float]:
    rest = (1 - sum(likely.values())) / (len(ALL_REASONS) - len(likely))
    return {reason: likely.get(reason, rest) for reason in ALL_REASONS}


def asked(words: dict[str, float], choice: str, gold: str = "tax") -> Heard:
    own = scores(tax=0.4, legal_form=0.45) if gold == "tax" else scores(tax=0.45, legal_form=0.4)
    return Heard(own, Vote("llm", choice, words), frozenset({gold}), gold)


def test_words_that_help_get_a_weight_and_a_choice_that_does_not_gets_none() -> None:
    told = [asked(scores(tax=0.8), "new_po"), asked(scores(legal_form=0.8), "new_po", "legal_form")] * 20
    found = learn(told, [])
    assert found.words > 0.2
    assert abs(found.choice) < 0.3
    assert max(found.combine(told[0].scores, told[0].vote).items(), key=lambda one: one[1])[0] == "tax"


def test_an_answer_on_what_is_contested_gets_a_weight_of_its_own_about_what_is_usual() -> None:
    own = scores(remittance=0.4, tax=0.38)
    told = [
        Heard(own, Vote("llm", "tax", {}, contested=0.9), frozenset({"tax"}), "tax"),
        Heard(own, Vote("llm", "tax", {}, contested=0.6), frozenset({"remittance"}), "remittance"),
    ] * 20
    found = learn(told, [])
    assert found.contested > 0.5
    assert found.usual > 0, "more than even odds are what this model says of everything"
    assert max(found.combine(own, told[1].vote).items(), key=lambda one: one[1])[0] == "remittance"


def test_learning_is_the_same_every_time_and_survives_being_kept() -> None:
    told = [asked(scores(tax=0.8), "tax"), asked(scores(legal_form=0.5), "tax", "legal_form")] * 10
    certain = [Unasked(scores(new_po=0.97), "new_po", frozenset({"new_po"}), "new_po")] * 10
    found = learn(told, certain)
    assert found == learn(told, certain)
    assert Weighing.of(json.loads(json.dumps(found.as_settings()))) == found


def test_a_combination_is_a_probability_of_every_reason() -> None:
    found = learn([asked(scores(tax=0.8), "tax")] * 5, [])
    combined = found.combine(scores(tax=0.4), Vote("llm", "tax", {}))
    assert set(combined) == set(ALL_REASONS)
    assert sum(combined.values()) == pytest.approx(1)


def test_a_models_own_words_are_read_by_the_sentence_model() -> None:
    found = heard("The sender contests the number of hours billed. Too many hours were invoiced.")
    assert max(found, key=found.__getitem__) == "hours_quantity"
    assert heard("  ") == {}


def test_an_answer_that_did_not_fit_is_kept_as_none(tmp_path: Path) -> None:
    file = tmp_path / "votes.jsonl"
    lines = [{"id": "m1", "words": "Paid.", "reason": "remittance"}, {"id": "m2", "words": "", "reason": None}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = load_votes(file)
    assert found["m1"].words == "Paid."
    assert found["m2"].reason is None
