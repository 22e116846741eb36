"""The judge: takes the readers' votes and settles kind and reason, how sure that is, and what else would fit.

A rule's vote decides. Otherwise the model's does, unless another reader (an LLM) says something else: then both stand
in the prediction set and the case is Unsure. Every vote is kept for the record.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.assessments.results import Classification, Vote
from app.documents.reading import Evidence
from app.vocabulary import KIND_OF, CertaintyWord
from classifiers.triage.calibration import Calibration, choose

_RULE_CONFIDENCE = 0.99
_AT_ODDS = 0.02
"""A rule is doubted in words when the model gives its reason less than this."""


def settle(
    votes: Sequence[Vote],
    calibration: Calibration,
    *,
    evidence: tuple[Evidence, ...] = (),
    secondary_reasons: tuple[str, ...] = (),
) -> Classification:
    """Combine the votes of one message; one of them must carry scores of all reasons."""
    scores = next(vote.scores for vote in votes if vote.scores)
    ruled = next((vote.reason for vote in votes if vote.reader == "rules" and vote.reason), None)
    others = [vote.reason for vote in votes if vote.reader not in ("rules", "linear") and vote.reason]
    own = choose(scores)
    ranked = sorted(scores, key=lambda reason: -scores[reason])
    fitting = [reason for reason in ranked if calibration.fits(reason, scores[reason])]
    if ruled is not None:
        at_odds = scores[ruled] < _AT_ODDS and KIND_OF[own] != KIND_OF[ruled]
        reason, confidence, word = ruled, _RULE_CONFIDENCE, CertaintyWord.BY_RULE
        because = f"The form says {_words(ruled)}, the words say {_words(own)}." if at_odds else ""
        fitting = [own] if at_odds else []
    else:
        reason, confidence = own, calibration.confidence(scores[own])
        word, because = _word(confidence, calibration), ""
        differing = [other for other in others if other != own]
        if differing:
            word = CertaintyWord.UNSURE
            fitting += differing
            because = f"One reader says {_words(own)}, another {_words(differing[0])}."
        elif word is not CertaintyWord.SURE:
            alternatives = [other for other in (fitting or ranked) if other != own][:2]
            because = f"It could also be {' or '.join(map(_words, alternatives))}." if alternatives else ""
    return Classification(
        reason=reason,
        confidence=confidence,
        reading=word,
        prediction_set=tuple(dict.fromkeys([reason, *fitting])),
        secondary_reasons=tuple(other for other in secondary_reasons if other != reason),
        votes=tuple(votes),
        evidence=evidence,
        unsure_because=because,
    )


def _word(confidence: float, calibration: Calibration) -> CertaintyWord:
    if confidence >= calibration.sure:
        return CertaintyWord.SURE
    return CertaintyWord.LIKELY if confidence >= calibration.likely else CertaintyWord.UNSURE


def _words(reason: str) -> str:
    return reason.replace("_", " ")
