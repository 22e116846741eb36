"""Figures for the fields of messages: cross-validated on the corpus's open part, and on its lock-box; and training.

    python -m evals.tasks.fields                  figures with the corpus's own reasons
    python -m evals.tasks.fields --predicted      the same with the reasons that the engine predicts
    python -m evals.tasks.fields --lock-box       figures of the part that nothing was tuned on
    python -m evals.tasks.fields --train          write the packaged weights, from all messages

The lock-box is a quarter of the messages, chosen by a hash of their ids: nobody reads or tunes on it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.documents.read import read
from app.documents.reading import Reading
from classifiers.message_fields import extract, ranker
from classifiers.message_fields.training import Labelled, train
from evals.metrics import score

MESSAGES = Path(__file__).parents[1] / "datasets" / "messages"
WEIGHTS = Path(ranker.__file__).with_name("weights.json")
FOLDS = 5
NAMES = (
    "invoice_refs", "po_number", "amount_disputed", "amount_total", "currency", "deadline", "order_refs",
    "customer_name", "quantity_disputed", "quantity_unit", "payment_terms", "po_date", "valid_from", "valid_until",
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A labelled message and its reading."""

    gold: Mapping[str, Any]
    reading: Reading

    @property
    def group(self) -> str:
        """Customer: the first word of its name, else the sender's domain. Messages of one customer stay in one fold."""
        name = str(self.gold["fields"].get("customer_name", "")).split()
        domain = self.reading.mail.sender.domain if self.reading.mail else ""
        return name[0].casefold() if name else domain

    def labelled(self) -> Labelled:
        return Labelled(
            self.reading, self.gold["reason"], self.gold["fields"], self.gold.get("accept") or {}, self.group
        )


def is_locked(message_id: str) -> bool:
    """Whether a message belongs to the lock-box."""
    return int(hashlib.sha256(f"fields:{message_id}".encode()).hexdigest(), 16) % 4 == 0


def load(folder: Path = MESSAGES) -> list[Message]:
    """All labelled messages of a folder, read."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    return [Message(row, read((folder / row["file"]).read_bytes(), row["file"])) for row in rows]


def fold_of(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def predicted(messages: Iterable[Message], reason_of: Callable[[Message], str]) -> dict[str, dict[str, Any]]:
    """The values of the fields by message id, with the weights in force."""
    return {m.gold["id"]: values(m.reading, reason_of(m)) for m in messages}


def values(reading: Reading, reason: str) -> dict[str, Any]:
    return {name: field.value for name, field in extract(reading, reason).items()}


def cross_validated(messages: Sequence[Message], reason_of: Callable[[Message], str]) -> dict[str, dict[str, Any]]:
    """Each message's fields from weights that no message of its customer had a part in."""
    results: dict[str, dict[str, Any]] = {}
    for fold in range(FOLDS):
        weights = train(m.labelled() for m in messages if fold_of(m.group) != fold)
        with ranker.using(weights):
            results |= predicted((m for m in messages if fold_of(m.group) == fold), reason_of)
    return results


def report(messages: Sequence[Message], results: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Hits, false alarms, misses and F1 by field."""
    lines = [{"file": m.gold["file"], "fields": results[m.gold["id"]]} for m in messages]
    found = score((m.gold for m in messages), lines).fields
    rows: dict[str, dict[str, float]] = {}
    for name in NAMES:
        hits = found[name]
        f1 = round(hits.f1 or 0.0, 3)
        rows[name] = {"hits": hits.right, "false": hits.extra, "missed": hits.missed, "f1": f1}
    return rows


def _predicted_reason(message: Message) -> str:
    from classifiers.assess import assess

    return assess(message.reading).classification.reason


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predicted", action="store_true")
    parser.add_argument("--lock-box", action="store_true")
    parser.add_argument("--train", action="store_true")
    chosen = parser.parse_args(arguments)
    messages = load()
    if chosen.train:
        weights = train(m.labelled() for m in messages)
        WEIGHTS.write_text(json.dumps({"fields": weights}, indent=1, sort_keys=True) + "\n", "utf-8")
        return
    reason_of = _predicted_reason if chosen.predicted else lambda m: str(m.gold["reason"])
    open_part = [m for m in messages if not is_locked(m.gold["id"])]
    if chosen.lock_box:
        subject = [m for m in messages if is_locked(m.gold["id"])]
        with ranker.using(train(m.labelled() for m in open_part)):
            results = predicted(subject, reason_of)
    else:
        subject = open_part
        results = cross_validated(subject, reason_of)
    started = time.perf_counter()
    for message in subject:
        extract(message.reading, str(message.gold["reason"]))
    spent = (time.perf_counter() - started) / len(subject)
    json.dump(
        {"messages": len(subject), "ms_per_message": round(1000 * spent, 2), "fields": report(subject, results)},
        sys.stdout,
        indent=1,
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
