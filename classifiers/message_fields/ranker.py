"""A small learned choice: which of several candidates fills a field, or none of them.

A conditional logit: each candidate's score is the sum of its features' weights, "none" has features of its own, and a
softmax over all of them gives probabilities. Weights are packaged JSON (`weights.json`), made by `training.fit`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

Features = Mapping[str, float]
NONE = "none"


@dataclass(frozen=True)
class Choice:
    """Options of one message for one field: a feature vector for each and for "none"; `right` for training only."""

    options: Sequence[Features]
    none: Features
    right: frozenset[int] = field(default=frozenset())
    """Indices of right options; len(options) means that "none" is right. Empty: nothing is known."""
    group: str = ""


_IN_FORCE: ContextVar[Mapping[str, Mapping[str, float]] | None] = ContextVar("weights", default=None)


def weights_of(field_name: str) -> Mapping[str, float]:
    """The weights in force for a field: the packaged ones, or those of `using`."""
    other = _IN_FORCE.get()
    return (other if other is not None else packaged())[field_name]


@contextmanager
def using(weights: Mapping[str, Mapping[str, float]]) -> Iterator[None]:
    """Choose with other weights for a while: for cross-validation and tests."""
    token = _IN_FORCE.set(weights)
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


@cache
def packaged() -> dict[str, dict[str, float]]:
    """The packaged weights by field."""
    text = files("classifiers.message_fields").joinpath("weights.json").read_text("utf-8")
    return {name: dict(weights) for name, weights in json.loads(text)["fields"].items()}


def probabilities(choice: Choice, weights: Mapping[str, float]) -> list[float]:
    """The probability of each option, last that of "none"."""
    scores = [sum(weights.get(n, 0.0) * v for n, v in option.items()) for option in (*choice.options, choice.none)]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def best(choice: Choice, weights: Mapping[str, float], least: float) -> tuple[int, float] | None:
    """The index and probability of the likeliest option, if it is at least so likely; else None."""
    if not choice.options:
        return None
    found = probabilities(choice, weights)[:-1]
    index = max(range(len(found)), key=lambda i: found[i])
    return (index, found[index]) if found[index] >= least else None
