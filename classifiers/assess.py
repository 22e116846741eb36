"""The one door to the offline engine: a reading in, an assessment with evidence out. No IO, no server, no model endpoint."""

from __future__ import annotations

from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.triage.artefact import packaged
from classifiers.triage.rules import structured_order
from classifiers.triage.triage import triage

ENGINE = "offline"


def assess(reading: Reading, firm: Firm | None = None) -> Assessment:
    """Classify a message, extract its fields and order, and sum it up.

    Bad input never raises: what could not be read stands in the reading's problems and lowers certainty.
    """
    order = structured_order(reading)
    classification = triage(reading, firm)
    return Assessment(
        classification=classification,
        fields={},
        summary=(),
        order=order,
        engine=ENGINE,
        versions={"triage": packaged().version},
    )
