"""Learning the model from labelled messages: reproducible from a seed, the artefact is plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifiers.triage import linear, wording
from classifiers.triage.artefact import FORMAT, Artefact
from classifiers.triage.envelope import envelope
from classifiers.triage.labelled import Labelled, load_labelled
from classifiers.triage.passages import passages


def train(datasets: Path, phrasebook: Path | None = None, seed: int = 0) -> Artefact:
    """Train on `datasets/messages` (labels.jsonl and the messages it names)."""
    return fit(load_labelled(datasets / "messages"), seed)


def fit(messages: Sequence[Labelled], seed: int = 0) -> Artefact:
    """Train on labelled messages at hand. The same messages and seed give the same bytes."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    cut = [(passages(m.reading), m) for m in messages]
    seen = np.zeros(wording.COLUMNS)
    for found, _ in cut:
        seen[list({c for p in found for c in wording.columns(p.text)})] += 1
    rarity = np.log((1 + len(cut)) / (1 + seen)).astype(np.float32)
    rows = [linear.vector(found, envelope(m.reading, found), rarity) for found, m in cut]
    width = wording.COLUMNS + len(linear.SIGNALS)
    starts = np.cumsum([0] + [len(c) for c, _ in rows])
    matrix = csr_matrix(
        (np.concatenate([v for _, v in rows]), np.concatenate([c for c, _ in rows]), starts), shape=(len(rows), width)
    )
    reasons = sorted({m.reason for m in messages})
    model = LogisticRegression(C=300.0, max_iter=300, random_state=seed, class_weight="balanced")
    model.fit(matrix, [m.reason for m in messages])
    coefficients = model.coef_.T
    scale = np.abs(coefficients).max(axis=0) / 127
    arrays = {
        "weights": np.round(coefficients / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": model.intercept_.astype(np.float32),
        "rarity": rarity,
    }
    return Artefact(
        arrays, {"format": FORMAT, "version": "1", "seed": seed, "reasons": reasons, "messages": len(messages)}
    )
