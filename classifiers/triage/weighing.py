"""What a language model's vote is worth beside the linear reader's scores, learned from messages neither had seen.

A vote has three parts. Whether the sender contests what was billed shifts the kinds: a dispute becomes likelier or less
likely than all others. How our sentence model reads the model's own words, and the reason that it chose (which says the
less the more often it chooses it), shift the reasons within each kind: what kind a message is they say worse than the
linear reader. Each part has one weight, all learned together by the likelihood of the right reasons; certainty and
prediction sets of the result are calibrated anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import TYPE_CHECKING, Any

from app.assessments.results import Vote
from app.vocabulary import KIND_OF, Kind
from classifiers.triage import calibration
from classifiers.triage.calibration import Calibration, choose
from classifiers.triage.evidence import ALL_REASONS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_KINDS = tuple(dict.fromkeys(KIND_OF[reason] for reason in ALL_REASONS))
_KIND_AT = [_KINDS.index(KIND_OF[reason]) for reason in ALL_REASONS]
_EDGE = 1e-4
_UNHEARD, _UNHEARD_KIND = 0.01, 0.05
"""Words that do not speak for a reason or a kind speak no more strongly against it than this."""
_HELD_BACK = 2.0
"""How strongly the weights are held to 0 (half the square times this)."""
_RARE = 0.01
"""The share of a reason that the model was never seen to choose."""
_UNSEEN = 10
"""So many messages more, of which each reason was chosen once at least, stand behind the shares of choices."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights of the three parts of a model's vote; `calibration` of the result.

    `habits` is how often the model chooses each reason, whatever it is asked about: a share. `usual` and `spread` are
    mean and standard deviation of the log odds at which it finds messages contested.
    """

    contested: float
    words: float
    choice: float
    usual: float
    spread: float
    habits: Mapping[str, float]
    calibration: Calibration

    def combine(self, scores: Mapping[str, float], vote: Vote) -> dict[str, float]:
        """Probabilities of all reasons with a model's vote."""
        found = _combined(*_parts(scores, vote, self), _array([self.contested, self.words, self.choice]))
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

    odds = _array([_log_odds(one.vote.contested) for one in asked if one.vote.contested is not None] or [0.0])
    habits = _habits([one.vote.reason for one in asked if one.vote.reason])
    uncalibrated = Calibration(1.0, 0.0, 1.0, 0.6, 1.0, 1.0)
    usual, spread = round(float(odds.mean()), 3), round(max(float(odds.std()), 0.1), 3)
    draft = Weighing(0.0, 0.0, 0.0, usual, spread, habits, uncalibrated)
    parts = [_parts(one.scores, one.vote, draft) for one in asked]
    right = np.array([[reason in one.accepted for reason in ALL_REASONS] for one in asked])

    def loss(weights: Array) -> float:
        hits = [_combined(*part, weights)[fits].sum() for part, fits in zip(parts, right, strict=True)]
        return float(-np.log(np.array(hits) + 1e-12).sum() + _HELD_BACK / 2 * (weights**2).sum())

    found = [round(float(one), 2) for one in minimize(loss, np.zeros(3), method="BFGS").x]
    draft = Weighing(found[0], found[1], found[2], usual, spread, habits, uncalibrated)
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
    return Weighing(found[0], found[1], found[2], usual, spread, habits, both)


def _habits(choices: Sequence[str]) -> dict[str, float]:
    whole = len(choices) + _UNSEEN
    return {reason: round((choices.count(reason) + 1) / whole, 4) for reason in sorted(set(choices))}


def _log_odds(share: float) -> float:
    return log((share + _EDGE) / (1 - share + _EDGE))


def _parts(scores: Mapping[str, float], vote: Vote, about: Weighing) -> tuple[Array, Array]:
    """What speaks for each kind (a row each: own score, contested) and for each reason (own score, words, choice)."""
    import numpy as np

    own = _array([scores[reason] for reason in ALL_REASONS])
    kinds = _by_kind(own)
    contested = np.zeros(len(_KINDS))
    if vote.contested is not None:
        contested[_KINDS.index(Kind.DISPUTE)] = (_log_odds(vote.contested) - about.usual) / about.spread
    words = np.zeros(len(ALL_REASONS))
    if vote.scores:
        said = _array([vote.scores.get(reason, 0.0) for reason in ALL_REASONS])
        words = np.log((said + _UNHEARD) / (_by_kind(said)[_KIND_AT] + _UNHEARD_KIND))
    surprise = -log(about.habits.get(vote.reason or "", _RARE))
    choice = _array([surprise if reason == vote.reason else 0.0 for reason in ALL_REASONS])
    return (
        np.stack([np.log(kinds + _EDGE), contested], axis=1),
        np.stack([np.log(own + _EDGE), words, choice], axis=1),
    )


def _combined(for_kinds: Array, for_reasons: Array, weights: Array) -> Array:
    """Probabilities of all reasons: of their kind, times theirs within it."""
    import numpy as np

    kinds = _softmax(for_kinds @ _array([1.0, weights[0]]))
    reasons = for_reasons @ _array([1.0, weights[1], weights[2]])
    odds = np.exp(reasons - reasons.max())
    return np.asarray(kinds[_KIND_AT] * odds / _by_kind(odds)[_KIND_AT])


def _by_kind(values: Array) -> Array:
    import numpy as np

    sums = np.zeros(len(_KINDS))
    np.add.at(sums, _KIND_AT, values)
    return sums


def _softmax(found: Array) -> Array:
    import numpy as np

    odds = np.exp(found - found.max())
    return np.asarray(odds / odds.sum())


def _array(values: Sequence[float]) -> Array:
    import numpy as np

    return np.array(values, dtype=float)
