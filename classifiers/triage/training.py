"""Learning the model from labelled messages and the phrasebook: reproducible from a seed, plain arrays come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.assessments.results import Vote
from app.documents.order import Order
from classifiers.triage import calibration, evidence, features, judge, linear, phrases, rules, secondary, weighing
from classifiers.triage.artefact import FORMAT, Artefact
from classifiers.triage.envelope import envelope
from classifiers.triage.labelled import Labelled, folds, load_labelled
from classifiers.triage.orders import read_orders
from classifiers.triage.passages import Passage, passages
from classifiers.triage.votes import Spoken, heard_of, load_votes

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

VERSION = "5"
_INNER_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Learnt:
    """A labelled message as the linear model sees it."""

    message: Labelled
    found: tuple[Passage, ...]
    seen: evidence.Evidence
    signals: Array
    ruled: str | None
    """The reason that a rule is certain of."""


def train(datasets: Path, phrasebook: Path | None = None, seed: int = 0, votes: Path | None = None) -> Artefact:
    """Train on `datasets/messages` (labels.jsonl and the messages it names) and a phrasebook folder.

    `votes` is a file of what a language model said of these messages; without it no model's vote is ever weighed.
    """
    spoken = load_votes(votes) if votes is not None else {}
    return fit(load_labelled(datasets / "messages"), phrases.load_phrasebook(phrasebook), seed, spoken=spoken)


def fit(
    messages: Sequence[Labelled],
    book: Sequence[phrases.Phrase],
    seed: int = 0,
    orders: Mapping[str, Mapping[str, Order]] | None = None,
    spoken: Mapping[str, Spoken] | None = None,
) -> Artefact:
    """Train on labelled messages at hand; the same input and seed give the same bytes.

    `orders` are the orders read from each message, by its id, where they were read before; `spoken` is what a language
    model said of the messages.
    """
    sentence_arrays, classes = phrases.learn(book, seed)
    studied = study(messages, sentence_arrays, classes, orders)
    votes = heard_of(spoken or {}, phrases.SentenceModel(sentence_arrays, classes))
    return fit_messages(studied, sentence_arrays, classes, seed, len(book), votes)


def study(
    messages: Sequence[Labelled],
    sentence_arrays: Mapping[str, Array],
    classes: Sequence[str],
    orders: Mapping[str, Mapping[str, Order]] | None = None,
) -> list[Learnt]:
    """Gather every message's evidence. The sentence model knows the phrasebook alone: nothing leaks between folds."""
    model = phrases.SentenceModel(sentence_arrays, classes)
    studied = []
    for message in messages:
        found = passages(message.reading)
        known = orders[message.id] if orders is not None else read_orders(message.reading)
        about = envelope(message.reading, found, orders=known)
        seen = evidence.gather(message.reading, found, about, model)
        ruled = rules.vote(message.reading, found, about, known).reason
        studied.append(Learnt(message, found, seen, linear.signals(about, seen), ruled))
    return studied


def fit_messages(
    studied: Sequence[Learnt],
    sentence_arrays: Mapping[str, Array],
    classes: Sequence[str],
    seed: int,
    phrases_used: int,
    votes: Mapping[str, Vote] | None = None,
) -> Artefact:
    """Train everything that is learned from messages: weights, calibration, secondary reasons, what votes are worth."""
    import numpy as np

    gold = [one.message for one in studied]
    fold = np.array(folds(gold, _INNER_FOLDS, seed + 1))
    unseen = np.zeros((len(gold), len(evidence.ALL_REASONS)))
    for number in range(_INNER_FOLDS):
        weights = _weights([one for one, n in zip(studied, fold, strict=True) if n != number])
        for row in map(int, np.flatnonzero(fold == number)):
            unseen[row] = _probabilities(studied[row], weights)
    likely = [dict(zip(evidence.ALL_REASONS, row.tolist(), strict=True)) for row in unseen]
    settled = [calibration.choose(row) for row in likely]
    calibrated = calibration.learn(likely, settled, [m.accepted for m in gold], [m.reason for m in gold])
    tables = [
        secondary.candidates(one.message.reason, one.found, one.seen, row)
        for one, row in zip(studied, likely, strict=True)
    ]
    named = [m.gold.get("secondary_reasons", []) for m in gold]
    arrays = {
        **sentence_arrays,
        **_weights(studied),
        "secondary": secondary.learn(tables, [m.reason for m in gold], named, seed),
    }
    settings = {
        "format": FORMAT,
        "version": VERSION,
        "seed": seed,
        "columns": features.fingerprint(),
        "sentence_classes": list(classes),
        "calibration": asdict(calibrated),
        "learned_from": {"messages": len(gold), "phrases": phrases_used},
    }
    if votes and (found := _weighing(studied, likely, calibrated, votes)) is not None:
        settings["with_vote"] = found.as_settings()
    return Artefact(arrays, settings)


def _weighing(
    studied: Sequence[Learnt], likely: Sequence[Mapping[str, float]], calibrated: calibration.Calibration,
    votes: Mapping[str, Vote],
) -> weighing.Weighing | None:  # fmt: skip
    asked, certain = [], []
    for one, scores in zip(studied, likely, strict=True):
        message = one.message
        known = judge.settle([Vote("rules", one.ruled), Vote("linear", None, dict(scores))], calibrated)
        if not judge.shortlist(known):
            certain.append(weighing.Unasked(scores, known.reason, message.accepted, message.reason))
        elif message.id in votes:
            asked.append(weighing.Heard(scores, votes[message.id], message.accepted, message.reason))
    return weighing.learn(asked, certain) if asked else None


def _weights(studied: Sequence[Learnt]) -> dict[str, Array]:
    import numpy as np

    return linear.learn(
        np.stack([one.seen.by_reason for one in studied]),
        np.stack([one.signals for one in studied]),
        [one.message.accepted for one in studied],
        [one.message.reason for one in studied],
    )


def _probabilities(one: Learnt, weights: Mapping[str, Array]) -> Array:
    return linear.probabilities(linear.scores(one.seen.by_reason, one.signals, weights))
