"""Labelled messages to learn from: gold labels in the guidelines' format beside the files they speak of.

Messages of one customer or one thread hang together (the same order, invoice, people), so they belong to one group
that is never split between learning and measuring.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.documents.reading import Reading
from classifiers.triage.envelope import is_own_staff

_LOCK_BOX = "lock-box"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, its gold line, and the group it belongs to (the smallest id among those that hang together)."""

    id: str
    reading: Reading
    gold: dict[str, Any]
    group: str = ""

    @property
    def reason(self) -> str:
        return str(self.gold["reason"])

    @property
    def accepted(self) -> frozenset[str]:
        """The gold reason and those that the annotators call defensible."""
        others = (self.gold.get("accept") or {}).get("reason", [])
        return frozenset({self.reason, *(str(other).rpartition("/")[2] for other in others)})

    @property
    def is_locked_away(self) -> bool:
        """Whether its group is in the lock-box: a fixed quarter or so that no pattern was ever written from."""
        return int(hashlib.sha256(f"{_LOCK_BOX}:{self.group}".encode()).hexdigest(), 16) % 4 == 0


def load_labelled(folder: Path) -> list[Labelled]:
    """Read `labels.jsonl` of a folder and every message it names. Raises FileNotFoundError."""
    from app.documents.read import read

    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    golds = [json.loads(line) for line in lines if line.strip()]
    return grouped((str(g["id"]), read((folder / g["file"]).read_bytes(), g["file"]), g) for g in golds)


def grouped(rows: Iterable[tuple[str, Reading, dict[str, Any]]]) -> list[Labelled]:
    """Put messages into groups by what they share: sender's domain, customer, invoices, order, message ids."""
    rows = list(rows)
    root: dict[str, str] = {}

    def find(key: str) -> str:
        root.setdefault(key, key)
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for name, reading, gold in rows:
        for key in _shared_keys(reading, gold):
            root[find(name)] = find(key)
    members: dict[str, list[str]] = {}
    for name, _, _ in rows:
        members.setdefault(find(name), []).append(name)
    return [Labelled(name, reading, gold, min(members[find(name)])) for name, reading, gold in rows]


def _shared_keys(reading: Reading, gold: dict[str, Any]) -> Sequence[str]:
    fields = gold.get("fields") or {}
    keys = [f"invoice:{_bare(ref)}" for ref in fields.get("invoice_refs", [])]
    if fields.get("po_number"):
        keys.append(f"order:{_bare(fields['po_number'])}")
    if fields.get("customer_name"):
        keys.append(f"customer:{_bare(fields['customer_name'])[:12]}")
    if mail := reading.mail:
        if mail.sender.domain and not is_own_staff(mail):
            keys.append(f"domain:{mail.sender.domain}")
        keys += [f"message:{i}" for i in (mail.message_id, mail.in_reply_to, *mail.references) if i]
    return keys


def _bare(text: object) -> str:
    return re.sub(r"\W", "", str(text)).casefold()


def folds(messages: Sequence[Labelled], count: int, seed: int) -> list[int]:
    """A fold for each message: groups are kept whole, large ones are dealt first, rare reasons are spread."""
    sizes: dict[str, list[Labelled]] = {}
    for message in messages:
        sizes.setdefault(message.group, []).append(message)

    def order(group: str) -> tuple[int, str]:
        return -len(sizes[group]), hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()

    load = [0.0] * count
    held: list[dict[str, int]] = [{} for _ in range(count)]
    fold_of: dict[str, int] = {}
    for group in sorted(sizes, key=order):
        cost = [load[f] + sum(1.5 * held[f].get(m.reason, 0) for m in sizes[group]) for f in range(count)]
        fold = cost.index(min(cost))
        fold_of[group] = fold
        load[fold] += len(sizes[group])
        for message in sizes[group]:
            held[fold][message.reason] = held[fold].get(message.reason, 0) + 1
    return [fold_of[message.group] for message in messages]
