"""Further reasons of a message: what other sentences than the main one speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.vocabulary import KIND_OF
from classifiers.triage.evidence import ALL_REASONS, Evidence
from classifiers.triage.passages import Passage

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_MOST = 3
_ZONES = ("subject", "new", "forwarded")
_EDGE = 1e-4


def candidates(primary: str, found: Sequence[Passage], seen: Evidence, scores: Mapping[str, float]) -> Array:
    """A row for each reason: how well it is spoken of beside the primary one, in the numbers that `learn` weighs."""
    import numpy as np

    rows = [n for n, passage in enumerate(found) if passage.zone in _ZONES]
    table = seen.sentences[rows] if rows else np.zeros((1, len(ALL_REASONS)))
    loudest = table.argmax(axis=1)
    leading = np.array([[reason == n for reason in range(len(ALL_REASONS))] for n in loudest])
    apart = table * (loudest != ALL_REASONS.index(primary))[:, None]
    own = np.array([scores[reason] for reason in ALL_REASONS])
    same_kind = np.array([KIND_OF[reason] is KIND_OF[primary] for reason in ALL_REASONS], dtype=float)
    columns = [
        _logit(table.max(axis=0)), _logit(apart.max(axis=0)), (table * leading).max(axis=0),
        np.minimum(leading.sum(axis=0), 3.0), _logit(own), same_kind, np.ones(len(ALL_REASONS)),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def pick(primary: str, rows: Array, weights: Array) -> tuple[str, ...]:
    """The further reasons, the best supported first."""
    strength = rows @ weights
    ranked = [int(n) for n in (-strength).argsort(kind="stable") if strength[n] >= 0]
    return tuple(ALL_REASONS[n] for n in ranked if ALL_REASONS[n] != primary)[:_MOST]


def learn(rows: Sequence[Array], primaries: Sequence[str], gold: Sequence[Sequence[str]], seed: int) -> Array:
    """Weights of the candidates' numbers, learned from the gold secondary reasons.

    The line is at 0, where F-0.5 is best: a wrong further issue costs the reviewer more than a missing one.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    x, y = [], []
    for table, primary, named in zip(rows, primaries, gold, strict=True):
        for n, reason in enumerate(ALL_REASONS):
            if reason != primary:
                x.append(table[n])
                y.append(reason in named)
    numbers, right = np.array(x), np.array(y)
    if not right.any():
        return np.array([0.0] * (numbers.shape[1] - 1) + [-1.0], dtype=np.float32)
    model = LogisticRegression(C=1.0, fit_intercept=False, random_state=seed)
    weights = np.array(model.fit(numbers, right).coef_[0])
    strength = numbers @ weights
    order = np.argsort(-strength, kind="stable")
    hits = np.cumsum(right[order])
    f_half = 1.25 * hits / (np.arange(1, len(order) + 1) + 0.25 * right.sum())
    weights[-1] -= strength[order[int(f_half.argmax())]]  # the last number is the constant 1
    return np.asarray(weights, dtype=np.float32)


def _logit(p: Array) -> Array:
    import numpy as np

    clipped = np.clip(p, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)))
