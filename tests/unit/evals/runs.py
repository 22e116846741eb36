"""Runs and datasets for tests of the evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.run_folder import Run

MAILS = {
    "hours": (
        "Your invoice INV/2026/0042 lists 40 hours, we counted 28 hours on our side. Please send a credit note.",
        {"kind": "dispute", "reason": "hours_quantity", "fields": {"invoice_refs": ["INV/2026/0042"]}},
    ),
    "away": (
        "I am out of the office until 4 January and will answer after my return.",
        {"kind": "no_action", "reason": "auto_reply", "fields": {}},
    ),
    "bank": (
        "Our bank has changed. Please pay all future invoices to our new account from now on.",
        {"kind": "security_alert", "reason": "bank_details_change", "fields": {}},
    ),
}


def dataset(folder: Path, **more: Mapping[str, Any]) -> Path:
    """Three labelled mails; `more` are further keys of their labels."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, (body, label) in MAILS.items():
        (folder / f"{name}.eml").write_bytes(
            f"From: Anna Keller <anna@nordlicht.example>\nTo: billing@firm.example\nSubject: {name}\n"
            f"Message-ID: <{name}@nordlicht.example>\nContent-Type: text/plain; charset=utf-8\n\n{body}\n".encode()
        )
        lines.append({"id": name, "file": f"{name}.eml", "secondary_reasons": [], "flags": [], **label})
        lines[-1] |= more.get(name, {})
    write_labels(folder, *lines)
    return folder


def write_labels(folder: Path, *lines: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def answers(folder: Path) -> list[dict[str, Any]]:
    """Every answer that a run has kept, in the order in which they came."""
    return [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").splitlines()]


def said(reason: str = "dispute/tax", **more: Any) -> dict[str, Any]:
    """An answer, right about "dispute/tax"."""
    kind, _, name = reason.partition("/")
    line = {"kind": kind, "reason": name, "flags": [], "fields": {}, "reading": "Sure", "confidence": 0.9}
    return {**line, "prediction_set": [name], "elapsed_ms": 10.0, **more}


def run_of(pairs: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]], name: str = "run", **about: Any) -> Run:
    """A run with these gold labels and answers, by id. Gold without a reason is "dispute/tax"."""
    gold = {
        key: {"id": key, "file": f"{key}.eml", "kind": "dispute", "reason": "tax", "flags": [], "fields": {}, **label}
        for key, (label, _) in pairs.items()
    }
    given = {key: {"id": key, "file": f"{key}.eml", **answer} for key, (_, answer) in pairs.items()}
    held = {"engine": "offline", "dataset": "d", "name": name, "folds": 0, **about}
    return Run(Path(name), held, gold, given)
