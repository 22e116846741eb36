"""A run: every case asked once, several at a time, each answer kept as it comes; started again, it asks the rest."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.documents.reading import Reading
from app.errors import CountersignError
from evals.cases import Case
from evals.engines import Engine, Learned, Trained
from evals.run_folder import Answers, Run

if TYPE_CHECKING:
    from app.documents.sandbox import Reader
    from classifiers.triage.votes import Spoken

PASSING = ("unavailable", "misconfigured", "budget_spent")
"""Why a model gave nothing, where asking again later may help."""


@dataclass
class Progress:
    """How far a run is. `cost` is of this sitting, None while nothing that was asked has a price."""

    total: int
    done: int = 0
    errors: int = 0
    tokens: int = 0
    cost: Decimal | None = None
    doing: str = "Asking"

    def note(self, line: Mapping[str, Any]) -> None:
        self.done += 1
        self.errors += "error" in line
        asked = line.get("model") or {}
        self.tokens += asked.get("prompt_tokens", 0) + asked.get("completion_tokens", 0)
        if asked.get("cost") is not None:
            self.cost = (self.cost or Decimal(0)) + Decimal(asked["cost"])


Say = Callable[[Progress], None]


def left_to_ask(cases: Sequence[Case], run: Run) -> list[Case]:
    """The cases without an answer that will stay: none yet, an error, or a model that could not be reached."""
    return [case for case in cases if not _is_final(run.answers.get(case.id))]


def carry_out(
    cases: Sequence[Case], run: Run, engine: Engine, reader: Reader, *, concurrency: int, say: Say
) -> Progress:
    """Ask for every case that has no answer yet. What goes wrong with a case is its answer's `error`."""
    left = left_to_ask(cases, run)
    progress = Progress(len(cases), len(cases) - len(left))
    say(progress)
    answers = Answers(run.folder)
    try:
        for line in _asked(left, lambda case: _ask(case, engine, _read(case, reader), None), concurrency):
            answers.add(line)
            progress.note(line)
            say(progress)
    finally:
        answers.close()
    return progress


def cross_validate(
    cases: Sequence[Case], run: Run, engine: Engine, reader: Reader, *, folds: int, seed: int, concurrency: int,
    say: Say, spoken: Mapping[str, Spoken] | None = None,
) -> Progress:  # fmt: skip
    """The same with the trained part of the engine trained anew for each fold of the cases, without that fold."""
    from classifiers.triage.labelled import grouped

    left = left_to_ask(cases, run)
    progress = Progress(len(cases), 0, doing="Reading")
    say(progress)
    if not left:
        progress.done = len(cases)
        return progress
    read: dict[str, _Read] = {}
    for name, one in _asked(cases, lambda case: (case.id, _read(case, reader)), concurrency):
        read[name] = one
        progress.done += 1
        say(progress)
    progress.doing = "Training"
    say(progress)
    messages = grouped((case.id, read[case.id].reading, case.gold) for case in cases)
    learned = Learned(messages, folds=folds, seed=seed, spoken=spoken)
    progress.done = len(cases) - len(left)
    answers = Answers(run.folder)
    try:
        for fold in range(folds):
            ours = [case for case in left if learned.fold_of[case.id] == fold]
            if not ours:
                continue
            progress.doing = f"Training, fold {fold + 1} of {folds}"
            say(progress)
            trained = learned.for_fold(fold)
            progress.doing = f"Asking, fold {fold + 1} of {folds}"
            for line in _asked_in_fold(ours, engine, read, trained, fold, concurrency):
                answers.add(line)
                progress.note(line)
                say(progress)
    finally:
        answers.close()
    return progress


def _asked_in_fold(
    cases: Sequence[Case], engine: Engine, read: Mapping[str, _Read], trained: Trained, fold: int, concurrency: int
) -> Iterator[dict[str, Any]]:
    return _asked(cases, lambda case: _ask(case, engine, read[case.id], trained) | {"fold": fold}, concurrency)


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    seconds: float
    digest: str


def _read(case: Case, reader: Reader) -> _Read:
    content = case.path.read_bytes()
    began = time.perf_counter()
    reading = reader.read(content, case.path.name)
    return _Read(reading, time.perf_counter() - began, hashlib.sha256(content).hexdigest())


def _ask(case: Case, engine: Engine, read: _Read, trained: Trained | None) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        said = engine.answer(read.reading, trained)
        if read.reading.form == "unread":
            said["problems"] = [problem.message for problem in read.reading.problems]
    except CountersignError as error:
        said = {"error": error.message, "outcome": getattr(error, "outcome", type(error).__name__)}
    except Exception as error:  # noqa: BLE001 - one case must not end a run of hours; the run counts and shows it
        said = {"error": f"{type(error).__name__}: {error}", "outcome": "failed"}
    seconds = time.perf_counter() - began
    return {
        "id": case.id,
        "file": case.file,
        "sha256": read.digest,
        **said,
        "read_ms": round(1000 * read.seconds, 2),
        "elapsed_ms": round(1000 * (read.seconds + seconds), 2),
    }


def _asked(cases: Sequence[Case], ask: Callable[[Case], Any], concurrency: int) -> Iterator[Any]:
    """Results as they come; few more cases are under way than are asked at a time, so that ending early is quick."""
    waiting = list(reversed(cases))
    pending: set[Future[Any]] = set()
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="asking") as threads:
        try:
            while waiting or pending:
                while waiting and len(pending) < 2 * concurrency:
                    pending.add(threads.submit(ask, waiting.pop()))
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()


def _is_final(line: Mapping[str, Any] | None) -> bool:
    if line is None or "error" in line:
        return False
    return (line.get("model") or {}).get("outcome") not in PASSING
