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
_LINE = 0.0


def candidates(primary: str, found: Sequence[Passage], seen: Evidence, scores: Mapping[str, float]) -> Array:
    """One row for each reason: how well it is spoken of beside the primary one, in the numbers that `learn` weighs."""
    import numpy as np

    rows = [n for n, passage in enumerate(found) if passage.zone in _ZONES]
    table = seen.sentences[rows] if rows else np.zeros((1, len(ALL_REASONS)))
    main = ALL_REASONS.index(primary)
    elsewhere = table * (table.argmax(axis=1) != main)[:, None]
    best, apart = table.max(axis=0), elsewhere.max(axis=0)
    own = np.array([scores[reason] for reason in ALL_REASONS])
    same_kind = np.array([KIND_OF[reason] is KIND_OF[primary] for reason in ALL_REASONS], dtype=float)
    return np.stack([_logit(best), _logit(apart), _logit(own), same_kind, np.ones(len(ALL_REASONS))], axis=1)


def pick(primary: str, rows: Array, weights: Array) -> tuple[str, ...]:
    """The further reasons, the best supported first."""
    strength = rows @ weights
    ranked = [int(n) for n in (-strength).argsort(kind="stable") if strength[n] > _LINE]
    return tuple(ALL_REASONS[n] for n in ranked if ALL_REASONS[n] != primary)[:_MOST]


def learn(rows: Sequence[Array], primaries: Sequence[str], gold: Sequence[Sequence[str]], seed: int) -> Array:
    """Weights of the candidates' numbers, learned from the gold secondary reasons."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    x, y = [], []
    for table, primary, named in zip(rows, primaries, gold, strict=True):
        for n, reason in enumerate(ALL_REASONS):
            if reason != primary:
                x.append(table[n])
                y.append(reason in named)
    model = LogisticRegression(C=1.0, fit_intercept=False, class_weight={False: 1.0, True: 3.0}, random_state=seed)
    model.fit(np.array(x), np.array(y))
    return np.asarray(model.coef_[0], dtype=np.float32)


def _logit(p: Array) -> Array:
    import numpy as np

    clipped = np.clip(p, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)))
