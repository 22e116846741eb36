"""What software would close by itself, on labelled messages: `python -m evals.straight_through [--folds 5] [--seed 0]`.

Every message is judged by a model that did not see its customer or thread (as `evals.cross_validate`), its sender is
checked as far as names go (as `evals.sender_checks`), and the case stands as one that nobody has touched. Counted at
several confidences: how many messages that ask for nothing would close, and how many others would, which is wrong.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.assessments import grounding
from app.assessments.results import Assessment
from app.decisions.approval_matrix import Closing
from app.decisions.straight_through import Standing, why_not
from app.senders.check import Around, check
from app.senders.checked import Checked
from app.vocabulary import REASONS, Kind
from classifiers.assess import assess
from classifiers.triage import phrases, training
from classifiers.triage.labelled import Labelled, folds, load_labelled
from classifiers.triage.orders import read_orders
from classifiers.triage.triage import Triage
from evals.sender_checks import AT, FOLDER, no_name, ours_of

ABOVE = ("0.80", "0.90", "0.95", "0.98", "0.99")
UNTOUCHED = Standing("to_decide", ("close_no_action",), 1, False, False, False, False)


@dataclass(slots=True)
class Told:
    """A message with what was said of it."""

    message: Labelled
    assessment: Assessment
    checked: Checked | None


def judged(messages: Sequence[Labelled], *, count: int, seed: int) -> list[Told]:
    """Every message, assessed by a model that did not see its group."""
    book = phrases.load_phrasebook()
    arrays, classes = phrases.learn(book, seed)
    studied = training.study(messages, arrays, classes, {m.id: read_orders(m.reading) for m in messages})
    turns = folds(messages, count, seed)
    found: list[Told] = []
    for turn in sorted(set(turns) - {-1}):
        known = [one for one, number in zip(studied, turns, strict=True) if number != turn]
        classify = Triage(training.fit_messages(known, arrays, classes, seed, len(book), {}))
        for message, number in zip(messages, turns, strict=True):
            if number == turn:
                said = grounding.grounded(assess(message.reading, classify=classify), message.reading)
                found.append(Told(message, said, _checked(message)))
    return found


def _checked(message: Labelled) -> Checked | None:
    mail = message.reading.mail
    if mail is None:
        return None
    return check(mail, b"", Around(AT, ours=ours_of(mail)), no_name)


def counted(told: Sequence[Told]) -> dict[str, Any]:
    """By confidence: what would close rightly and wrongly, and what keeps the rest of those that ask for nothing."""
    quiet = sum(t.message.gold.get("kind") == Kind.NO_ACTION for t in told)
    found: dict[str, Any] = {"messages": len(told), "ask_for_nothing": quiet}
    for above in ABOVE:
        closing = Closing(Decimal(above), REASONS[Kind.NO_ACTION])
        kept: Counter[str] = Counter()
        wrong: list[str] = []
        right = 0
        for t in told:
            why = why_not(t.assessment, t.message.reading, t.checked, UNTOUCHED, closing)
            is_quiet = t.message.gold.get("kind") == Kind.NO_ACTION
            right += not why and is_quiet
            wrong += [t.message.id] if not why and not is_quiet else []
            kept.update([why] if why and is_quiet else [])
        found[above] = {"closed_rightly": right, "closed_wrongly": wrong, "kept_because": dict(kept)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(counted(judged(load_labelled(given.folder), count=given.folds, seed=given.seed)), indent=1))


if __name__ == "__main__":
    main()
