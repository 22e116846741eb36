"""Nothing is claimed of a document that its words do not bear: what points at no words is left out."""

from __future__ import annotations

from dataclasses import replace

from app.assessments.results import Assessment
from app.documents.reading import Evidence, Reading


def grounded(assessment: Assessment, reading: Reading) -> Assessment:
    """The assessment with those fields and sentences only whose evidence is found where it says; the rest is named.

    Evidence is found when its part holds the quote at that place, or hides it (text no reader of the mail sees).
    """
    parts = {part.path: part for part in reading.walk()}
    fields = {name: value for name, value in assessment.fields.items() if _rests(value.evidence, parts)}
    claims = tuple(claim for claim in assessment.summary if _rests(claim.evidence, parts))
    dropped = [name for name in assessment.fields if name not in fields]
    dropped += [f"“{claim.text}”" for claim in assessment.summary if claim not in claims]
    if not dropped:
        return assessment
    warnings = tuple(f"{what} was left out: its words are not in the document." for what in dropped)
    return replace(assessment, fields=fields, summary=claims, warnings=(*assessment.warnings, *warnings))


def _rests(evidence: tuple[Evidence, ...], parts: dict[str, Reading]) -> bool:
    return bool(evidence) and all(_is_found(e, parts.get(e.part)) for e in evidence)


def _is_found(evidence: Evidence, part: Reading | None) -> bool:
    if evidence.document_id is not None:
        return bool(evidence.quote.strip())  # was found there when that document was assessed
    if part is None or not evidence.quote.strip():
        return False
    return part.text[evidence.start : evidence.end] == evidence.quote or evidence.quote in part.hidden_text
