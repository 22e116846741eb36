"""The judge: takes the readers' votes and settles kind and reason, how sure that is, and what else would fit."""

from __future__ import annotations

from collections.abc import Sequence

from app.assessments.results import Classification, Vote
from app.documents.reading import Evidence
from app.vocabulary import CertaintyWord

_SURE, _LIKELY = 0.85, 0.5
_COVERAGE = 0.9


def settle(votes: Sequence[Vote], evidence: tuple[Evidence, ...] = ()) -> Classification:
    """Combine votes; a rule's vote decides, otherwise the scores do."""
    rule = next((v for v in votes if v.reader == "rules" and v.reason), None)
    scores = next((v.scores for v in votes if v.scores), {})
    ranked = sorted(scores, key=lambda reason: -scores[reason])
    if rule is not None and rule.reason:
        return Classification(
            rule.reason, 0.99, CertaintyWord.BY_RULE, (rule.reason,), votes=tuple(votes), evidence=evidence
        )
    best = ranked[0]
    fitting: list[str] = []
    total = 0.0
    for reason in ranked:
        fitting.append(reason)
        total += scores[reason]
        if total >= _COVERAGE:
            break
    word = (
        CertaintyWord.SURE
        if scores[best] >= _SURE
        else CertaintyWord.LIKELY
        if scores[best] >= _LIKELY
        else CertaintyWord.UNSURE
    )
    because = "" if word is CertaintyWord.SURE else " or ".join(fitting[:3])
    return Classification(
        best, scores[best], word, tuple(fitting), votes=tuple(votes), evidence=evidence, unsure_because=because
    )
