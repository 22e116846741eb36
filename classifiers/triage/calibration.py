"""How sure is sure: confidence, words and prediction sets from messages that the model had not seen.

Learned from out-of-fold scores. Confidence is a logistic curve over the model's own probability (Platt). "Sure" begins
where enough unseen messages above the line were right; "Likely" where more than half are.

A prediction set holds the reason settled on and every other whose nonconformity (1 - probability) is no larger than
that of nine in ten right answers (split conformal prediction; a right answer that was settled on has nonconformity 0).
Nine in ten is a share of all messages, not of every kind. The set of kinds has a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from typing import TYPE_CHECKING, Any

from app.vocabulary import KIND_OF, Kind

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

COVERAGE = 0.9
RIGHT_WHEN_SURE = 0.97
"""Aimed at on unseen messages when the line for "Sure" is drawn; the promise is 0.95."""
NO_ACTION_ODDS = 4.0
"""A message is put aside as no_action only when that is this many times likelier than anything else."""
_FEWEST_SURE = 40
_HIGHEST = 0.995
_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope`, `offset` of confidence; `sure` and `likely` are lines of confidence, the others of nonconformity."""

    slope: float
    offset: float
    sure: float
    likely: float
    reason_line: float
    kind_line: float

    def confidence(self, probability: float) -> float:
        """The chance that a reason with this probability is right."""
        p = min(max(probability, _EDGE), 1 - _EDGE)
        odds = self.offset + self.slope * log(p / (1 - p))
        return min(1 / (1 + exp(-odds)), _HIGHEST)

    def fitting(self, reason: str, scores: Mapping[str, float]) -> tuple[str, ...]:
        """The prediction set around the reason settled on, which comes first, then most likely first."""
        others = [r for r in scores if r != reason and 1 - scores[r] <= self.reason_line]
        return (reason, *sorted(others, key=lambda r: -scores[r]))

    def fitting_kinds(self, kind: Kind, scores: Mapping[str, float]) -> tuple[Kind, ...]:
        """The same for kinds."""
        likely = by_kind(scores)
        others = [k for k in likely if k is not kind and 1 - likely[k] <= self.kind_line]
        return (kind, *sorted(others, key=lambda k: -likely[k]))


def by_kind(scores: Mapping[str, float]) -> dict[Kind, float]:
    """The probability of each kind: that of its reasons together."""
    found = dict.fromkeys(Kind, 0.0)
    for reason, score in scores.items():
        found[KIND_OF[reason]] += score
    return found


def choose(scores: Mapping[str, float]) -> str:
    """The reason to settle on: the likelier kind first, then its likeliest reason; no_action only when it is safe."""
    likely = by_kind(scores)
    likely[Kind.NO_ACTION] /= NO_ACTION_ODDS
    kind = max(likely, key=likely.__getitem__)
    return max((r for r in scores if KIND_OF[r] is kind), key=scores.__getitem__)


def learn(
    scores: Sequence[Mapping[str, float]],
    settled: Sequence[str],
    accepted: Sequence[frozenset[str]],
    gold: Sequence[str],
) -> Calibration:
    """Learn from out-of-fold scores, the reasons settled on, those that are right, and the gold reasons."""
    import numpy as np

    own = np.array([row[reason] for row, reason in zip(scores, settled, strict=True)])
    right = np.array([reason in some for reason, some in zip(settled, accepted, strict=True)], dtype=float)
    slope, offset = _platt(own, right)
    draft = Calibration(slope, offset, 1.0, 0.5, 0.0, 0.0)
    confident = np.array([draft.confidence(p) for p in own])
    misfits, kind_misfits = [], []
    for row, reason, some, label in zip(scores, settled, accepted, gold, strict=True):
        kinds = {KIND_OF[one] for one in some}
        misfits.append(0.0 if reason in some else 1 - row[label])
        kind_misfits.append(0.0 if KIND_OF[reason] in kinds else 1 - by_kind(row)[KIND_OF[label]])
    return Calibration(
        round(slope, 4), round(offset, 4), round(_line(confident, right), 4), 0.6,
        round(_quantile(np.array(misfits)), 4), round(_quantile(np.array(kind_misfits)), 4),
    )  # fmt: skip


def _quantile(misfit: Array) -> float:
    import numpy as np

    n = len(misfit)
    return float(np.quantile(misfit, min(ceil((n + 1) * COVERAGE) / n, 1.0), method="higher")) if n else 1.0


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
