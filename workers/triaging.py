"""A file's assessment as one line of JSON, under the guidelines' names."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents.reading import Evidence, Reading
from app.vocabulary import label

if TYPE_CHECKING:
    from app.assessments.results import ModelAsked
    from app.documents.sandbox import Outcome, Reader
    from app.firm import Firm
    from app.llm.asking import Asker
    from classifiers.llm.opinion import Ask


def line_of(reading: Reading) -> dict[str, Any]:
    """Assess a reading; runs in the reading process. What cannot be read gives an `error` beside the best guess."""
    from app import config

    return line_with(reading, config.load(with_engines=False).firm)


def reading_of(reading: Reading) -> Reading:
    """The reading itself: what the reading process sends back where a model is asked from here."""
    return reading


def lines_with_model(
    reader: Reader, files: list[Path], asker: Asker, firm: Firm | None, at_once: int
) -> Iterator[Outcome[dict[str, Any]]]:
    """Read files and assess them with a language model, so many questions at once; lines come in the files' order."""
    import time

    from app.documents.sandbox import Outcome
    from workers.asking import about_messages

    ask = about_messages(asker)

    def assessed(outcome: Outcome[Reading]) -> Outcome[dict[str, Any]]:
        began = time.perf_counter()
        line = line_with(outcome.value, firm, ask) if outcome.value is not None else None
        seconds = outcome.seconds + time.perf_counter() - began
        return Outcome(outcome.name, line, outcome.error, seconds)

    pending: deque[Future[Outcome[dict[str, Any]]]] = deque()
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="asking") as threads:
        for outcome in reader.read_each(files, reading_of):
            pending.append(threads.submit(assessed, outcome))
            while len(pending) > 2 * at_once or (pending and pending[0].done()):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def line_with(reading: Reading, firm: Firm | None, ask: Ask | None = None) -> dict[str, Any]:
    """Assess a reading, with a language model where `ask` is given."""
    from app.assessments.grounding import grounded
    from classifiers.assess import assess

    found = grounded(assess(reading, firm, ask=ask), reading)
    c = found.classification
    problems = [p for part in reading.walk() for p in part.problems]
    line: dict[str, Any] = {
        "kind": c.kind.value,
        "reason": c.reason,
        "secondary_reasons": list(c.secondary_reasons),
        "flags": list(c.flags),
        "fields": {name: value.value for name, value in found.fields.items()},
        "confidence": round(c.confidence, 4),
        "reading": c.reading.value,
        "prediction_set": [label(reason) for reason in c.prediction_set],
        "summary": " ".join(claim.text for claim in found.summary),
        "evidence": {
            "reason": [_place(e) for e in c.evidence],
            "flags": {flag: [_place(e) for e in places] for flag, places in found.flag_evidence.items()},
            **{name: [_place(e) for e in value.evidence] for name, value in found.fields.items()},
        },
        "order": _plain(found.order),
        "engine": found.engine,
        "versions": dict(found.versions),
        **({"model": _asked(found.asked)} if found.asked is not None else {}),
        "problems": [{"code": p.code, "message": p.message} for p in problems],
    }
    if reading.form == "unread":
        line["error"] = "; ".join(p.message for p in reading.problems) or "The file could not be read."
    return line


def _place(e: Evidence) -> dict[str, Any]:
    place: dict[str, Any] = {"part": e.part, "start": e.start, "end": e.end, "quote": e.quote}
    if e.page is not None:
        place |= {"page": e.page, "boxes": [[b.x0, b.top, b.x1, b.bottom] for b in e.boxes]}
    return place


def _asked(asked: ModelAsked) -> dict[str, Any]:
    """How the model took part: what it was asked with, what it cost, and what of its answer did not stand."""
    from dataclasses import asdict

    return asdict(asked)


def _plain(value: object) -> Any:
    from pydantic import TypeAdapter

    from app.documents.order import Order

    return TypeAdapter(Order | None).dump_python(value, mode="json")  # type: ignore[arg-type]
