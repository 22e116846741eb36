"""The guidelines' field `language`: of what the sender wrote anew."""

from __future__ import annotations

from app.assessments.results import FieldValue
from app.documents.reading import Evidence, Reading
from app.vocabulary import LANGUAGES

_ENOUGH = 200


def language(reading: Reading) -> FieldValue | None:
    """The language as ISO 639-1, resting on the beginning of the new text; None where no words could be read."""
    part = next((p for p in reading.walk() if p.language in LANGUAGES and p.text.strip()), None)
    return FieldValue(part.language, (_beginning(part),)) if part is not None else None


def _beginning(part: Reading) -> Evidence:
    if part.mail is not None:
        for role in ("new", "forwarded", "quoted", "subject"):
            for segment in part.mail.segments:
                if segment.role == role and part.text[segment.start : segment.end].strip():
                    return part.evidence(segment.start, min(segment.end, segment.start + _ENOUGH))
    return part.evidence(0, min(len(part.text), _ENOUGH))
