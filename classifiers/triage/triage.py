"""One message through all readers: `triage(reading, firm, orders)` gives its classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.assessments.results import Classification, Vote
from app.documents.order import Order
from app.documents.reading import Evidence, Reading
from app.firm import Firm
from classifiers.triage import evidence, features, judge, linear, rules, secondary
from classifiers.triage.artefact import Artefact, packaged
from classifiers.triage.calibration import Calibration, choose
from classifiers.triage.envelope import Envelope, envelope
from classifiers.triage.passages import Passage, passages
from classifiers.triage.phrases import SentenceModel

_MOST_QUOTES = 3
_WORTH_QUOTING = 0.15


class Triage:
    """The readers with a trained model, loaded once and used for many messages."""

    def __init__(self, model: Artefact) -> None:
        if model.settings.get("columns") != features.fingerprint():
            raise ValueError("the model was trained with another lexicon: train it again (countersign model train)")
        self._arrays = model.arrays
        self._sentences = SentenceModel(model.arrays, model.settings["sentence_classes"])
        self._calibration = Calibration(**model.settings["calibration"])

    def __call__(
        self, reading: Reading, firm: Firm | None = None, orders: Mapping[str, Order] | None = None
    ) -> Classification:
        found, about, seen = self._look(reading, firm, orders)
        likely = linear.probabilities(linear.scores(seen.by_reason, linear.signals(about, seen), self._arrays))
        scores = {reason: float(p) for reason, p in zip(evidence.ALL_REASONS, likely, strict=True)}
        ruled = rules.vote(reading, found, about, orders)
        primary = ruled.reason or choose(scores)
        further = secondary.candidates(primary, found, seen, scores)
        return judge.settle(
            [ruled, Vote("linear", choose(scores), scores)],
            self._calibration,
            evidence=_quotes(reading, primary, found, seen),
            secondary_reasons=secondary.pick(primary, further, self._arrays["secondary"]),
        )

    def quotes(
        self, reading: Reading, reason: str, firm: Firm | None = None, orders: Mapping[str, Order] | None = None
    ) -> tuple[Evidence, ...]:
        """The words of a message that speak for a reason, whichever reason it was given."""
        found, _, seen = self._look(reading, firm, orders)
        return _quotes(reading, reason, found, seen)

    def _look(
        self, reading: Reading, firm: Firm | None, orders: Mapping[str, Order] | None
    ) -> tuple[tuple[Passage, ...], Envelope, evidence.Evidence]:
        found = passages(reading)
        about = envelope(reading, found, firm, orders)
        return found, about, evidence.gather(reading, found, about, self._sentences)


def _quotes(reading: Reading, reason: str, found: Sequence[Passage], seen: evidence.Evidence) -> tuple[Evidence, ...]:
    """The sentences that spoke loudest for a reason, in reading order; the first new one if none did."""
    column = seen.sentences[:, evidence.ALL_REASONS.index(reason)] if len(found) else ()
    ranked = sorted(range(len(found)), key=lambda n: -float(column[n]))
    loud = [n for n in ranked if column[n] >= _WORTH_QUOTING][:_MOST_QUOTES] or ranked[:1]
    places = [found[n] for n in sorted(loud)]
    return tuple(reading.part(p.part).evidence(*_trimmed(reading, p)) for p in places)


def _trimmed(reading: Reading, passage: Passage) -> tuple[int, int]:
    text = reading.part(passage.part).text[passage.start : passage.end]
    lead = len(text) - len(text.lstrip())
    return passage.start + lead, passage.start + max(len(text.rstrip()), lead)


@lru_cache(maxsize=1)
def _packaged() -> Triage:
    return Triage(packaged())


def triage(reading: Reading, firm: Firm | None = None, orders: Mapping[str, Order] | None = None) -> Classification:
    """Kind, reason, certainty and evidence of a message; `orders` are those read from layouts, by part.

    Never raises for what a message contains.
    """
    return _packaged()(reading, firm, orders)


def quotes(
    reading: Reading, reason: str, firm: Firm | None = None, orders: Mapping[str, Order] | None = None
) -> tuple[Evidence, ...]:
    """The words of a message that speak loudest for a reason."""
    return _packaged().quotes(reading, reason, firm, orders)
