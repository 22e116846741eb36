"""One message through all readers: `triage(reading, firm)` gives its classification."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.assessments.results import Classification, Vote
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.triage import evidence, judge, linear, rules
from classifiers.triage.artefact import Artefact, packaged
from classifiers.triage.envelope import envelope
from classifiers.triage.passages import passages
from classifiers.triage.phrases import SentenceModel


class Triage:
    """The readers with a trained model, loaded once and used for many messages."""

    def __init__(self, model: Artefact) -> None:
        self._arrays = model.arrays
        self._sentences = SentenceModel(model.arrays, model.settings["sentence_classes"])

    def __call__(
        self, reading: Reading, firm: Firm | None = None, orders: Mapping[str, Order] | None = None
    ) -> Classification:
        found = passages(reading)
        about = envelope(reading, found, firm, orders)
        seen = evidence.gather(reading, found, about, self._sentences)
        likely = linear.probabilities(linear.scores(seen.by_reason, linear.signals(about, seen), self._arrays))
        scores = {reason: float(p) for reason, p in zip(evidence.ALL_REASONS, likely, strict=True)}
        votes = [
            rules.vote(reading, found, about),
            Vote("linear", max(scores, key=scores.__getitem__), scores),
        ]
        quoted = tuple(reading.part(p.part).evidence(p.start, p.end) for p in found if p.zone in ("new", "subject"))[:2]
        return judge.settle(votes, quoted)


@lru_cache(maxsize=1)
def _packaged() -> Triage:
    return Triage(packaged())


def triage(
    reading: Reading, firm: Firm | None = None, orders: Mapping[str, Order] | None = None
) -> Classification:
    """Kind, reason, certainty and evidence of a message; `orders` are those read from layouts, by part.

    Never raises for what a message contains.
    """
    return _packaged()(reading, firm, orders)
