"""The folder of one run: `run.json` (what was asked of whom), `labels.jsonl` (what is right), `answers.jsonl`.

Answers are added as they come and never rewritten, so that a run that was interrupted goes on where it was. Where a
case was answered again, its last line counts. The folder needs nothing else to be measured.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import Conflict, Malformed, NotFound
from evals.cases import Case

RUN, LABELS, ANSWERS = "run.json", "labels.jsonl", "answers.jsonl"
SAME = ("dataset", "engine", "model", "prompt", "is_reason_only", "folds", "seed", "votes", "versions")
"""What two parts of one run must have in common."""


@dataclass(frozen=True)
class Run:
    """A run as it lies in its folder: gold lines and answers, by case id."""

    folder: Path
    about: dict[str, Any]
    gold: dict[str, dict[str, Any]]
    answers: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        """How the run is called in tables."""
        return str(self.about.get("name") or self.folder.resolve().name)

    @property
    def is_whole(self) -> bool:
        """Whether every case has an answer."""
        return self.gold.keys() <= self.answers.keys()


def open_run(folder: Path) -> Run:
    """Read a run.

    Raises:
        NotFound: The folder holds no run.
        Malformed: It was written by something else.
    """
    if not (folder / RUN).is_file():
        raise NotFound(f"{folder} holds no run. Make one with: countersign eval run --dataset DIR --out {folder}")
    try:
        about = json.loads((folder / RUN).read_text("utf-8"))
        gold = {str(line["id"]): line for line in _lines(folder / LABELS)}
        answers = {str(line["id"]): line for line in _lines(folder / ANSWERS)}
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"The run in {folder} cannot be read: {error}.") from error
    return Run(folder, about, gold, {name: line for name, line in answers.items() if name in gold})


def begin(folder: Path, about: dict[str, Any], cases: Sequence[Case]) -> Run:
    """Start a run, or go on with the one that is there; then `about` must agree with it.

    Raises:
        Conflict: The folder holds a run of something else.
    """
    if (folder / RUN).exists():
        held = open_run(folder)
        for key in SAME:
            if held.about.get(key) != about.get(key):
                raise Conflict(
                    f"{folder} holds a run with another {key} ({_short(held.about.get(key))}, now "
                    f"{_short(about.get(key))}). Choose another folder with --out."
                )
        about = {**about, "began_at": held.about.get("began_at", about.get("began_at"))}
    folder.mkdir(parents=True, exist_ok=True)
    labels = [{**case.gold, "id": case.id, "file": case.file} for case in cases]
    (folder / LABELS).write_text("".join(_line(label) for label in labels), "utf-8")
    write_about(folder, about)
    _mend(folder / ANSWERS)
    return open_run(folder)


def clear(folder: Path) -> None:
    """Remove a run from its folder, and nothing else."""
    for name in (RUN, LABELS, ANSWERS):
        (folder / name).unlink(missing_ok=True)


def write_about(folder: Path, about: dict[str, Any]) -> None:
    """Write `run.json`, whole or not at all."""
    draft = folder / f"{RUN}.new"
    draft.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(folder / RUN)


class Answers:
    """Where answers are added, from any thread; each is on the disk's side of a crash once `add` returns."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / ANSWERS).open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def add(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(_line(line))
            self._file.flush()

    def close(self) -> None:
        self._file.close()


def _mend(path: Path) -> None:
    """End a last line that was cut off in the middle: it is left out when reading."""
    if path.exists() and (held := path.read_bytes()) and not held.endswith(b"\n"):
        path.write_bytes(held[: held.rfind(b"\n") + 1])


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, without a last one that is cut off; none if there is no file."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    whole = text if text.endswith("\n") else text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.split("\n") if line.strip()]


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 80 else f"{text[:79]}…"
