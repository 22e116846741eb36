"""The learned choice: probabilities, training, and weights that ship."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from classifiers.message_fields import ranker
from classifiers.message_fields.priors import PRIORS
from classifiers.message_fields.ranker import Choice
from classifiers.message_fields.training import SPREAD, fit

_features = st.dictionaries(st.sampled_from("abcd"), st.floats(-1, 1), max_size=4)


@given(st.lists(_features, max_size=6), _features, st.dictionaries(st.sampled_from("abcd"), st.floats(-50, 50)))
def test_probabilities_are_positive_and_add_up_to_one(
    options: list[dict[str, float]], none: dict[str, float], weights: dict[str, float]
) -> None:
    found = ranker.probabilities(Choice(options, none), weights)
    assert len(found) == len(options) + 1
    assert all(p >= 0 for p in found)
    assert math.isclose(sum(found), 1.0, rel_tol=1e-9)


def test_training_learns_what_marks_the_right_option_and_repeats_itself() -> None:
    choices = [Choice([{"good": 1.0}, {"bad": 1.0}], {"none": 1.0}, frozenset({0})) for _ in range(20)]
    weights = fit(choices, {"none": 0.0}, 1.0)
    assert weights["good"] > 0.5 > weights.get("bad", 0.0)
    assert weights == fit(choices, {"none": 0.0}, 1.0)


def test_without_examples_the_rules_of_thumb_stand() -> None:
    assert fit([], {"x": 1.5, "y": 0.0}, 1.0) == {"x": 1.5}


def test_an_option_too_unlikely_is_not_taken() -> None:
    choice = Choice([{"x": 1.0}], {"none": 1.0})
    assert ranker.best(choice, {"x": 2.0, "none": 0.0}, 0.5) is not None
    assert ranker.best(choice, {"x": 0.0, "none": 2.0}, 0.5) is None
    assert ranker.best(Choice([], {"none": 1.0}), {}, 0.0) is None


def test_weights_ship_for_every_learned_field() -> None:
    assert set(ranker.packaged()) == set(SPREAD) == set(PRIORS)


def test_other_weights_hold_for_a_while_only() -> None:
    before = ranker.weights_of("deadline")
    with ranker.using({"deadline": {"none": 1.0}}):
        assert ranker.weights_of("deadline") == {"none": 1.0}
    assert ranker.weights_of("deadline") == before
