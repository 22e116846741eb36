"""One message through all readers: `triage(reading, firm)` gives its classification."""

from __future__ import annotations

from app.assessments.results import Classification, Vote
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.triage import judge, linear, rules
from classifiers.triage.artefact import Artefact, packaged
from classifiers.triage.envelope import envelope
from classifiers.triage.passages import passages


def triage(reading: Reading, firm: Firm | None = None, model: Artefact | None = None) -> Classification:
    """Kind, reason, certainty and evidence of a message. Never raises for what a message contains."""
    model = model or packaged()
    found = passages(reading)
    about = envelope(reading, found, firm)
    votes = [rules.vote(reading, about)]
    arrays = model.arrays
    columns, values = linear.vector(found, about, arrays["rarity"])
    likely = linear.probabilities(columns, values, arrays["weights"], arrays["scale"], arrays["bias"])
    scores = {reason: float(p) for reason, p in zip(model.settings["reasons"], likely, strict=True)}
    votes.append(Vote("linear", max(scores, key=scores.__getitem__), scores))
    evidence = tuple(reading.part(p.part).evidence(p.start, p.end) for p in found if p.zone in ("new", "subject"))[:2]
    return judge.settle(votes, evidence)
