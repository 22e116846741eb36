"""What a language model's vote is worth beside the linear reader's scores, learned from messages neither had seen.

A vote has two parts: how our sentence model reads the model's own words, and the reason that the model chose, which
says the less the more often the model chooses it. Each has a weight in a conditional logit over all reasons beside the
linear reader's scores; certainty and prediction sets of the result are calibrated anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import TYPE_CHECKING, Any

from app.assessments.results import Vote
from classifiers.triage import calibration
from classifiers.triage.calibration import Calibration, choose
from classifiers.triage.evidence import ALL_REASONS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_EDGE = 1e-4
_UNHEARD = 0.02
"""Words that do not speak for a reason speak no more strongly against it than this."""
_HELD_BACK = 2.0
"""How strongly the weights are held to 0 (half the square times this)."""
_RARE = 0.01
"""The share of a reason that the model was never seen to choose."""
_UNSEEN = 10
"""So many messages more, of which each reason was chosen once at least, stand behind the shares of choices."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights of the model's words and of its choice; `calibration` of both with the linear reader's scores.

    `habits` is how often the model chooses each reason, whatever it is asked about: a share.
    """

    words: float
    choice: float
    habits: Mapping[str, float]
    calibration: Calibration

    def combine(self, scores: Mapping[str, float], vote: Vote) -> dict[str, float]:
        """Probabilities of all reasons with a model's vote."""
        found = _softmax(_terms(scores, vote, self.habits) @ _array([1.0, self.words, self.choice]))
        return dict(zip(ALL_REASONS, found.tolist(), strict=True))

    def as_settings(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Weighing:
        """As `as_settings` gave it."""
        return cls(**{**settings, "calibration": Calibration(**settings["calibration"])})


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled message that a model was asked about: the linear reader's scores for it, the vote, what is right."""

    scores: Mapping[str, float]
    vote: Vote
    accepted: frozenset[str]
    gold: str


@dataclass(frozen=True, slots=True)
class Unasked:
    """A labelled message that is certain without a model."""

    scores: Mapping[str, float]
    settled: str
    accepted: frozenset[str]
    gold: str


def learn(asked: Sequence[Heard], certain: Sequence[Unasked]) -> Weighing:
    """Learn weights from the messages that a model is asked about, and prediction sets from all messages together."""
    import numpy as np
    from scipy.optimize import minimize

    habits = _habits([one.vote.reason for one in asked if one.vote.reason])
    terms = np.stack([_terms(one.scores, one.vote, habits) for one in asked])
    right = np.array([[reason in one.accepted for reason in ALL_REASONS] for one in asked])

    def loss(weights: Array) -> tuple[float, Array]:
        found = terms @ np.array([1.0, *weights])
        likely = np.exp(found - found.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        hits = (likely * right).sum(axis=1)
        surplus = likely - likely * right / hits[:, None]
        slope = (surplus[:, :, None] * terms[:, :, 1:]).sum(axis=(0, 1)) + _HELD_BACK * weights
        return float(-np.log(hits).sum() + _HELD_BACK / 2 * (weights**2).sum()), slope

    words, choice = (round(float(one), 2) for one in minimize(loss, np.zeros(2), jac=True, method="BFGS").x)
    draft = Weighing(words, choice, habits, Calibration(1.0, 0.0, 1.0, 0.6, 1.0, 1.0))
    combined = [draft.combine(one.scores, one.vote) for one in asked]
    settled = [choose(scores) for scores in combined]
    confidence = calibration.learn(combined, settled, [one.accepted for one in asked], [one.gold for one in asked])
    every = calibration.learn(
        [*combined, *(one.scores for one in certain)],
        [*settled, *(one.settled for one in certain)],
        [*(one.accepted for one in asked), *(one.accepted for one in certain)],
        [*(one.gold for one in asked), *(one.gold for one in certain)],
    )
    both = Calibration(
        confidence.slope, confidence.offset, confidence.sure, confidence.likely, every.reason_line, every.kind_line
    )
    return Weighing(words, choice, habits, both)


def _habits(choices: Sequence[str]) -> dict[str, float]:
    whole = len(choices) + _UNSEEN
    return {reason: round((choices.count(reason) + 1) / whole, 4) for reason in sorted(set(choices))}


def _terms(scores: Mapping[str, float], vote: Vote, habits: Mapping[str, float]) -> Array:
    """A row for each reason: the logarithms of both scores, and how surprising a choice the model made."""
    import numpy as np

    own = np.log(_array([scores[reason] for reason in ALL_REASONS]) + _EDGE)
    words = np.log(_array([vote.scores.get(reason, 0.0) for reason in ALL_REASONS]) + _UNHEARD)
    surprise = -log(habits.get(vote.reason or "", _RARE))
    choice = _array([surprise if reason == vote.reason else 0.0 for reason in ALL_REASONS])
    return np.stack([own, words if vote.scores else np.zeros(len(ALL_REASONS)), choice], axis=1)


def _softmax(found: Array) -> Array:
    import numpy as np

    odds = np.exp(found - found.max())
    return np.asarray(odds / odds.sum())


def _array(values: Sequence[float]) -> Array:
    import numpy as np

    return np.array(values, dtype=float)
