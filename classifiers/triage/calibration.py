"""How sure is sure: confidence, words and prediction sets from messages that the model had not seen.

Learned from out-of-fold scores. Confidence is a logistic curve over the model's own probability (Platt). "Sure" begins
where enough unseen messages above the line were right; "Likely" where more than half are. A prediction set holds every
reason whose nonconformity (1 - probability) is no larger than that of nine in ten right answers of its kind (Mondrian
split conformal prediction; kinds with few messages share one line).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from typing import TYPE_CHECKING, Any

from app.vocabulary import KIND_OF, Kind
from classifiers.triage.evidence import ALL_REASONS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

COVERAGE = 0.9
RIGHT_WHEN_SURE = 0.97
"""Aimed at on unseen messages when the line for "Sure" is drawn; the promise is 0.95."""
NO_ACTION_ODDS = 4.0
"""A message is put aside as no_action only when that is this many times likelier than anything else."""
_ENOUGH = 30
_FEWEST_SURE = 40
_HIGHEST = 0.995
_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope`, `offset` of confidence; `sure` and `likely` are lines of confidence; `sets` a line for each kind."""

    slope: float
    offset: float
    sure: float
    likely: float
    sets: dict[str, float]

    def confidence(self, probability: float) -> float:
        """The chance that a reason with this probability is right."""
        p = min(max(probability, _EDGE), 1 - _EDGE)
        odds = self.offset + self.slope * log(p / (1 - p))
        return min(1 / (1 + exp(-odds)), _HIGHEST)

    def fits(self, reason: str, probability: float) -> bool:
        """Whether a reason belongs into the prediction set."""
        return 1 - probability <= self.sets[KIND_OF[reason]]


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a language model's vote is worth beside the linear reader's scores, and how sure the two are together."""

    weight: float
    calibration: Calibration

    def combine(self, scores: Mapping[str, float], reason: str) -> dict[str, float]:
        """Scores of all reasons, summing to 1, with a vote for one of them."""
        lifted = exp(self.weight)
        raised = {name: (score + _EDGE) * (lifted if name == reason else 1.0) for name, score in scores.items()}
        whole = sum(raised.values())
        return {name: score / whole for name, score in raised.items()}

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Weighing:
        """As a trained model's settings hold it."""
        held = settings.get("with_vote") or {"weight": 1.0, "calibration": settings["calibration"]}
        return cls(held["weight"], Calibration(**held["calibration"]))


def choose(scores: dict[str, float]) -> str:
    """The reason to settle on: the likelier kind first, then its likeliest reason; no_action only when it is safe."""
    by_kind = dict.fromkeys(Kind, 0.0)
    for reason, score in scores.items():
        by_kind[KIND_OF[reason]] += score
    by_kind[Kind.NO_ACTION] /= NO_ACTION_ODDS
    kind = max(by_kind, key=by_kind.__getitem__)
    return max((r for r in scores if KIND_OF[r] is kind), key=scores.__getitem__)


def learn(probabilities: Array, accepted: Sequence[frozenset[str]], reasons: Sequence[str]) -> Calibration:
    """Learn from out-of-fold probabilities (message, reason), the reasons that are right, and the gold reasons."""
    import numpy as np

    chosen = [choose(dict(zip(ALL_REASONS, row.tolist(), strict=True))) for row in probabilities]
    column = {reason: n for n, reason in enumerate(ALL_REASONS)}
    own = np.array([row[column[reason]] for row, reason in zip(probabilities, chosen, strict=True)])
    right = np.array([reason in some for reason, some in zip(chosen, accepted, strict=True)], dtype=float)
    slope, offset = _platt(own, right)
    draft = Calibration(slope, offset, 1.0, 0.5, {})
    confident = np.array([draft.confidence(p) for p in own])
    misfit = np.array([1 - row[column[reason]] for row, reason in zip(probabilities, reasons, strict=True)])
    every = _quantile(misfit)
    sets: dict[str, float] = {}
    for kind in Kind:
        of_kind = misfit[[KIND_OF[reason] is kind for reason in reasons]]
        sets[kind.value] = round(_quantile(of_kind) if len(of_kind) >= _ENOUGH else max(every, _quantile(of_kind)), 4)
    return Calibration(round(slope, 4), round(offset, 4), round(_line(confident, right), 4), 0.6, sets)


def _quantile(misfit: Array) -> float:
    import numpy as np

    n = len(misfit)
    if n == 0:
        return 1.0
    return float(np.quantile(misfit, min(ceil((n + 1) * COVERAGE) / n, 1.0), method="higher"))


def _platt(own: Array, right: Array) -> tuple[float, float]:
    """Slope and offset of right ~ logit(own), held back a little; Newton's method."""
    import numpy as np

    p = np.clip(own, _EDGE, 1 - _EDGE)
    x = np.stack([np.log(p / (1 - p)), np.ones(len(p))], axis=1)
    beta = np.array([1.0, 0.0])
    for _ in range(50):
        q = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (right - q) - 0.1 * (beta - [1.0, 0.0])
        curve = (x * (q * (1 - q))[:, None]).T @ x + 0.1 * np.eye(2)
        beta = beta + np.linalg.solve(curve, slope)
    return float(beta[0]), float(beta[1])


def _line(confident: Array, right: Array) -> float:
    """The lowest confidence above which the share of right answers reaches `RIGHT_WHEN_SURE`; 1 if there is none."""
    import numpy as np

    order = np.argsort(-confident, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = [n for n in range(_FEWEST_SURE - 1, len(order)) if share[n] >= RIGHT_WHEN_SURE]
    return float(confident[order[good[-1]]]) if good else 1.0
