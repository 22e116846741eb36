"""Learning the model from labelled messages and the phrasebook: reproducible from a seed, the artefact is plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifiers.triage import evidence, linear, phrases
from classifiers.triage.artefact import FORMAT, Artefact
from classifiers.triage.envelope import envelope
from classifiers.triage.labelled import Labelled, load_labelled
from classifiers.triage.orders import read_orders
from classifiers.triage.passages import passages

VERSION = "2"


def train(datasets: Path, phrasebook: Path | None = None, seed: int = 0) -> Artefact:
    """Train on `datasets/messages` (labels.jsonl and the messages it names) and a phrasebook folder."""
    return fit(load_labelled(datasets / "messages"), phrases.load_phrasebook(phrasebook), seed)


def fit(messages: Sequence[Labelled], book: Sequence[phrases.Phrase], seed: int = 0) -> Artefact:
    """Train on labelled messages at hand. The same messages, phrasebook and seed give the same bytes."""
    import numpy as np

    arrays, classes = phrases.learn(book, seed)
    model = phrases.SentenceModel(arrays, classes)
    by_reason, about = [], []
    for message in messages:
        found = passages(message.reading)
        outside = envelope(message.reading, found, orders=read_orders(message.reading))
        seen = evidence.gather(message.reading, found, outside, model)
        by_reason.append(seen.by_reason)
        about.append(linear.signals(outside, seen))
    arrays |= linear.learn(
        np.stack(by_reason), np.stack(about), [m.accepted for m in messages], [m.reason for m in messages]
    )
    settings = {
        "format": FORMAT,
        "version": VERSION,
        "seed": seed,
        "sentence_classes": classes,
        "learned_from": {"messages": len(messages), "phrases": len(book)},
    }
    return Artefact(arrays, settings)
