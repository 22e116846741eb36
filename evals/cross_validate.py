"""Cross-validate the offline engine on labelled messages: `python -m evals.cross_validate [--folds 5] [--seed 0]`.

Messages of one customer or thread stay together. In every fold the model is trained without the messages it is then
asked about; fields, flags and summary run as they ship. A lock-box, a fixed share of the groups whose texts were not
looked at while patterns were written, is reported apart.

With `--votes` (what a language model said of every message, `evals.tasks.votes`) the judge weighs them where the
offline engine is not certain; what they are worth is learned in each fold from the other messages. `--alone` measures
the model by itself, with all reasons to choose from.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.assessments.results import Assessment, Vote
from app.vocabulary import KIND_OF
from classifiers.assess import Classify, assess
from classifiers.triage import judge, phrases, training
from classifiers.triage.labelled import Labelled, folds, load_labelled
from classifiers.triage.orders import read_orders
from classifiers.triage.triage import Triage
from classifiers.triage.votes import Spoken, heard_of, load_votes
from classifiers.triage.weighing import Weighing
from evals.metrics import score
from evals.report import report

MESSAGES = Path(__file__).parent / "datasets" / "messages"


def cross_validate(
    messages: Sequence[Labelled], *, count: int = 5, seed: int = 0, spoken: Mapping[str, Spoken] | None = None
) -> list[dict[str, Any]]:
    """Predictions for every message by a model that did not see its group, one dictionary each, in the given order.

    `spoken` is what a language model said of the messages, by id: with it the judge weighs its votes.
    """
    return _predict(messages, folds(messages, count, seed), seed, spoken or {})


def open_lock_box(
    messages: Sequence[Labelled], *, seed: int = 0, spoken: Mapping[str, Spoken] | None = None
) -> list[dict[str, Any]]:
    """Predictions for the lock-box by a model trained on all other messages."""
    found = _predict(messages, [0 if message.is_locked_away else -1 for message in messages], seed, spoken or {})
    return [line for line, message in zip(found, messages, strict=True) if message.is_locked_away]


def alone(messages: Sequence[Labelled], spoken: Mapping[str, Spoken]) -> list[dict[str, Any]]:
    """The language model's own choices, as predictions; messages that it was not asked about have none."""
    told = [(message, spoken[message.id].reason) for message in messages if message.id in spoken]
    return [{"file": m.gold["file"], "kind": KIND_OF[reason].value, "reason": reason} for m, reason in told if reason]


def _predict(
    messages: Sequence[Labelled], fold_of: Sequence[int], seed: int, spoken: Mapping[str, Spoken]
) -> list[dict[str, Any]]:
    """Train once for each fold on what is outside of it and predict what is in it; fold -1 is never predicted."""
    book = phrases.load_phrasebook()
    arrays, classes = phrases.learn(book, seed)
    votes = heard_of(spoken, phrases.SentenceModel(arrays, classes))
    orders = {message.id: read_orders(message.reading) for message in messages}
    studied = training.study(messages, arrays, classes, orders)
    predictions: dict[str, dict[str, Any]] = {}
    for fold in sorted(set(fold_of) - {-1}):
        known = [one for one, number in zip(studied, fold_of, strict=True) if number != fold]
        trained = training.fit_messages(known, arrays, classes, seed, len(book), votes)
        classify = Triage(trained)
        weighing = Weighing.of(trained.settings["with_vote"]) if votes else None
        for message, number in zip(messages, fold_of, strict=True):
            if number == fold:
                began = time.perf_counter()
                found = assess(message.reading, classify=_weighed(classify, weighing, votes.get(message.id)))
                predictions[message.id] = prediction(message, found, time.perf_counter() - began)
    return [predictions.get(message.id, {}) for message in messages]


def _weighed(classify: Triage, weighing: Weighing | None, vote: Vote | None) -> Classify:
    """The classification of one message, with a model's vote on it weighed where there is one."""
    if weighing is None or vote is None:
        return classify
    return lambda reading, firm, orders: judge.weigh(classify(reading, firm, orders), vote, weighing)


def prediction(message: Labelled, found: Assessment, seconds: float) -> dict[str, Any]:
    """An assessment as a line in the guidelines' names."""
    said = found.classification
    return {
        "file": message.gold["file"],
        "kind": said.kind.value,
        "reason": said.reason,
        "secondary_reasons": list(said.secondary_reasons),
        "flags": list(said.flags),
        "fields": {name: value.value for name, value in found.fields.items()},
        "confidence": round(said.confidence, 4),
        "reading": said.reading.value,
        "prediction_set": list(said.prediction_set),
        "kind_set": [kind.value for kind in said.kind_set],
        "elapsed_ms": round(seconds * 1000, 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lock-box", action="store_true", help="train outside the lock-box once and measure on it")
    parser.add_argument("--messages", type=Path, default=MESSAGES, help="folder with labels.jsonl and its messages")
    parser.add_argument("--votes", type=Path, help="what a language model said of the messages: weigh it")
    parser.add_argument("--alone", action="store_true", help="measure what --votes chose, by itself")
    parser.add_argument("--predictions", type=Path, help="write one JSON object a message here")
    parser.add_argument("--json", action="store_true", help="print the measures as JSON")
    parser.add_argument("--worst", type=int, default=0, help="list this many wrong cases outside the lock-box")
    chosen = parser.parse_args(arguments)
    messages = load_labelled(chosen.messages)
    spoken = load_votes(chosen.votes) if chosen.votes else None
    if chosen.alone:
        messages = [message for message in messages if message.id in (spoken or {})]
        lines = alone(messages, spoken or {})
    elif chosen.lock_box:
        lines = open_lock_box(messages, seed=chosen.seed, spoken=spoken)
    else:
        lines = cross_validate(messages, count=chosen.folds, seed=chosen.seed, spoken=spoken)
    if chosen.predictions:
        chosen.predictions.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    parts = {"lock-box": [m for m in messages if m.is_locked_away]}
    if not chosen.lock_box:
        parts = {
            "all messages": messages,
            "outside the lock-box": [m for m in messages if not m.is_locked_away],
            **parts,
        }
    scores = {name: score((m.gold for m in part), lines) for name, part in parts.items()}
    if chosen.json:
        text = json.dumps({name: found.as_dict() for name, found in scores.items()}, indent=1)
    else:
        wrong = [] if chosen.lock_box else scores["outside the lock-box"].wrong[: chosen.worst]
        text = "\n".join([report(scores), *(f"wrong: {file} {gold} -> {got}" for file, gold, got in wrong)])
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
