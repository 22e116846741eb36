"""A file's assessment as one line of JSON, under the guidelines' names."""

from __future__ import annotations

from typing import Any

from app.documents.reading import Evidence, Reading
from app.vocabulary import label


def line_of(reading: Reading) -> dict[str, Any]:
    """Assess a reading; runs in the reading process. What cannot be read gives an `error` beside the best guess."""
    from app import config
    from app.assessments.grounding import grounded
    from classifiers.assess import assess

    found = grounded(assess(reading, config.load(with_engines=False).firm), reading)
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


def _plain(value: object) -> Any:
    from pydantic import TypeAdapter

    from app.documents.order import Order

    return TypeAdapter(Order | None).dump_python(value, mode="json")  # type: ignore[arg-type]
