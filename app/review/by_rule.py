"""What the page says of a case that one of our own rules opened, where others have a sender and a reading."""

from __future__ import annotations

from dataclasses import dataclass

from app.assessments.results import Assessment
from app.decisions.dossier import Dossier
from app.detectors.telling import READER
from app.review import wording
from app.review.languages import _, told


@dataclass(frozen=True, slots=True)
class ByRule:
    """The rule in words, its name, and since when it holds (a sentence, or empty)."""

    says: str
    name: str
    since: str


def by_rule(assessment: Assessment | None) -> ByRule | None:
    """The rule that found the case; None for what came from outside. The engine is ours to name, nobody else's."""
    if assessment is None or assessment.engine != READER:
        return None
    says = next((v.because for v in assessment.classification.votes if v.reader == READER), "")
    since = next((c.text for c in assessment.summary[1:]), "")
    return ByRule(told(wording.sentence(says)), assessment.versions.get("rule", ""), told(since))


def first_lead(d: Dossier, said: str) -> tuple[str, str]:
    """(heading, text) of the first of the three sentences: what they say, or the rule that speaks here."""
    if d.case.is_own_draft:
        return _("The draft"), said
    rule = by_rule(d.assessment)
    return (_("They say"), said) if rule is None else (_("The rule"), f"{rule.says} {rule.since}".strip())
