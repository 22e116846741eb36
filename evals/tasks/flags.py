"""Figures for flags, requested action and language: cross-validated outside the lock-box, and on it; training.

    python -m evals.tasks.flags               trained without the messages it is asked about; the corpus's own reasons
    python -m evals.tasks.flags --predicted   the same, with the reasons that the packaged triage predicts
    python -m evals.tasks.flags --lock-box    trained on all but the lock-box, asked about the lock-box
    python -m evals.tasks.flags --train       write the packaged model, from all messages

The lock-box is the one of `classifiers.triage.labelled`: whole groups of customers, nothing was written from them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.vocabulary import KIND_OF
from classifiers.flags import flags, training
from classifiers.flags.heard import hear
from classifiers.flags.trained import Model
from classifiers.language import language
from classifiers.requested_action import requested_action
from classifiers.triage.labelled import folds, load_labelled
from classifiers.triage.triage import triage
from evals.metrics import score

MESSAGES = Path(__file__).parents[1] / "datasets" / "messages"
FOLDS = 5


def predictions(asked: Sequence[training.Studied], model: Model, *, is_reason_predicted: bool) -> list[dict[str, Any]]:
    """A line in the guidelines' names for each message, with flags and two fields only."""
    lines = []
    for one in asked:
        reading, began = one.message.reading, time.perf_counter()
        reason = triage(reading).reason if is_reason_predicted else one.message.reason
        heard = hear(reading, model.heads)
        found = flags(reading, reason, heard=heard, model=model)
        fields = {
            "requested_action": requested_action(reading, reason, KIND_OF[reason], None, heard=heard, model=model),
            "language": language(reading),
        }
        lines.append(
            {
                "file": one.message.gold["file"],
                "kind": KIND_OF[reason].value,
                "reason": reason,
                "flags": [one.flag.value for one in found],
                "fields": {name: value.value for name, value in fields.items() if value},
                "elapsed_ms": (time.perf_counter() - began) * 1000,
            }
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predicted", action="store_true")
    parser.add_argument("--lock-box", action="store_true")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", action="store_true", help="list wrong messages (not of the lock-box)")
    chosen = parser.parse_args(arguments)
    if chosen.train:
        training.main(MESSAGES.parent, seed=chosen.seed, say=lambda line: print(line))
        return 0
    base = training.basis()
    studied = [training.study(message, base) for message in load_labelled(MESSAGES)]
    free = [one for one in studied if not one.message.is_locked_away]
    if chosen.lock_box:
        asked = [one for one in studied if one.message.is_locked_away]
        model = Model.of(training.fit(free, base, chosen.seed))
        lines = predictions(asked, model, is_reason_predicted=chosen.predicted)
    else:
        asked, lines = free, []
        number_of = folds([one.message for one in free], FOLDS, chosen.seed)
        for fold in range(FOLDS):
            known = [one for one, number in zip(free, number_of, strict=True) if number != fold]
            model = Model.of(training.fit(known, base, chosen.seed))
            part = [one for one, number in zip(free, number_of, strict=True) if number == fold]
            lines += predictions(part, model, is_reason_predicted=chosen.predicted)
    _print(asked, lines)
    if chosen.wrong and not chosen.lock_box:
        _print_wrong(asked, lines)
    return 0


def _print(asked: Sequence[training.Studied], lines: Sequence[dict[str, Any]]) -> None:
    found = score((one.message.gold for one in asked), lines).as_dict()
    print(f"messages {len(asked)}, flags micro-F1 {found['flags_micro_f1']:.3f}")
    for name, value in sorted(found["flags"].items()):
        print(f"  {name:22} {_figure(value)}")
    for name in ("requested_action", "language"):
        print(f"{name:24} {_figure(found['fields'].get(name))}")
    times = sorted(line["elapsed_ms"] for line in lines)
    print(f"ms a message: mean {sum(times) / len(times):.1f}, p50 {times[len(times) // 2]:.1f}, max {times[-1]:.1f}")


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _print_wrong(asked: Sequence[training.Studied], lines: Sequence[dict[str, Any]]) -> None:
    said = {line["file"]: line for line in lines}
    for one in asked:
        gold, line = one.message.gold, said[one.message.gold["file"]]
        more, less = set(line["flags"]) - set(gold["flags"]), set(gold["flags"]) - set(line["flags"])
        action = line["fields"].get("requested_action")
        allowed = {gold["fields"].get("requested_action"), *(gold.get("accept") or {}).get("requested_action", [])}
        if more or less or action not in allowed:
            notes = [f"+{flag}" for flag in sorted(more)] + [f"-{flag}" for flag in sorted(less)]
            notes += [f"{action} for {gold['fields'].get('requested_action')}"] if action not in allowed else []
            print(one.message.id, one.message.reason, *notes)


if __name__ == "__main__":
    sys.exit(main())
