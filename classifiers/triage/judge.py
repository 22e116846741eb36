"""The judge: takes the readers' votes and settles kind and reason, how sure that is, and what else would fit.

A rule's vote decides, and what the linear reader is sure of stands. About the rest a language model may be asked
(`shortlist` says which reasons are in question); its vote counts as much as it was worth on labelled messages
(`weigh`). It cannot take a case out of sight. Every vote is kept for the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from app.assessments.results import Classification, Vote
from app.documents.reading import Evidence
from app.vocabulary import KIND_OF, CertaintyWord, Kind
from classifiers.triage.artefact import packaged
from classifiers.triage.calibration import Calibration, choose
from classifiers.triage.weighing import Weighing

LONGEST_SHORTLIST = 5
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
    own = choose(scores)
    if ruled is not None:
        at_odds = scores[ruled] < _AT_ODDS and KIND_OF[own] != KIND_OF[ruled]
        reason, confidence, word = ruled, _RULE_CONFIDENCE, CertaintyWord.BY_RULE
        because = f"The form says {_words(ruled)}, the words say {_words(own)}." if at_odds else ""
        fitting = tuple(dict.fromkeys([ruled, own])) if at_odds else (ruled,)
        kinds = tuple(dict.fromkeys(KIND_OF[one] for one in fitting))
    else:
        reason, confidence = own, calibration.confidence(scores[own])
        word, because = _word(confidence, calibration), ""
        fitting, kinds = calibration.fitting(own, scores), calibration.fitting_kinds(KIND_OF[own], scores)
        if word is not CertaintyWord.SURE:
            ranked = sorted(scores, key=lambda one: -scores[one])
            alternatives = [other for other in (fitting if len(fitting) > 1 else ranked) if other != own][:2]
            because = f"It could also be {' or '.join(map(_words, alternatives))}." if alternatives else ""
    return Classification(
        reason=reason,
        confidence=confidence,
        reading=word,
        prediction_set=fitting,
        kind_set=kinds,
        secondary_reasons=tuple(other for other in secondary_reasons if other != reason),
        votes=tuple(votes),
        evidence=evidence,
        unsure_because=because,
    )


def shortlist(classification: Classification) -> tuple[str, ...]:
    """The reasons between which a model helps to decide, in the vocabulary's order; none where the case is certain."""
    if classification.reading in (CertaintyWord.BY_RULE, CertaintyWord.SURE):
        return ()
    scores = _scores(classification)
    likeliest = set(sorted(scores, key=lambda reason: -scores[reason])[:LONGEST_SHORTLIST])
    return tuple(reason for reason in KIND_OF if reason in likeliest)


def weigh(classification: Classification, vote: Vote, weighing: Weighing | None = None) -> Classification:
    """Settle an uncertain case anew with a model's vote. A certain one, or a vote for nothing, changes only the record.

    The vote may have been dictated by the message itself: where it would make a case one that needs no action, or end a
    security alert, the own reading stays, Unsure. `weighing` is the packaged one unless given.
    """
    heard = replace(classification, votes=(*classification.votes, vote))
    known = weighing or _packaged()
    if vote.reason is None or known is None or not shortlist(classification):
        return heard
    own = choose(_scores(classification))
    settled = settle(
        [Vote(vote.reader, vote.reason, known.combine(_scores(classification), vote))],
        known.calibration,
        evidence=classification.evidence,
        secondary_reasons=classification.secondary_reasons,
    )
    if _is_out_of_sight(KIND_OF[own], settled.kind):
        fitting = tuple(dict.fromkeys([*classification.prediction_set, settled.reason]))
        return replace(
            heard,
            reading=CertaintyWord.UNSURE,
            prediction_set=fitting,
            kind_set=tuple(dict.fromkeys([*classification.kind_set, settled.kind])),
            unsure_because=f"One reader says {_words(own)}, another {_words(settled.reason)}.",
        )
    because = settled.unsure_because
    another = settled.reason if settled.reason != own else vote.reason
    if another != own and another in settled.prediction_set and settled.reading is not CertaintyWord.SURE:
        because = f"One reader says {_words(own)}, another {_words(another)}."
    return replace(settled, votes=heard.votes, flags=classification.flags, unsure_because=because)


def _is_out_of_sight(before: Kind, after: Kind) -> bool:
    """Whether fewer people would look at a case than before, or less carefully."""
    return before is not after and (after is Kind.NO_ACTION or before is Kind.SECURITY_ALERT)


def _scores(classification: Classification) -> dict[str, float]:
    return next((vote.scores for vote in classification.votes if vote.scores), {})


@lru_cache(maxsize=1)
def _packaged() -> Weighing | None:
    learnt = packaged().settings.get("with_vote")
    return Weighing.of(learnt) if learnt else None


def _word(confidence: float, calibration: Calibration) -> CertaintyWord:
    if confidence >= calibration.sure:
        return CertaintyWord.SURE
    return CertaintyWord.LIKELY if confidence >= calibration.likely else CertaintyWord.UNSURE


def _words(reason: str) -> str:
    return reason.replace("_", " ")
