"""The one door to the offline engine: a reading in, an assessment with evidence out. No IO, no model endpoint."""

from __future__ import annotations

from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.message_fields import extract
from classifiers.triage.artefact import packaged
from classifiers.triage.orders import read_orders
from classifiers.triage.rules import structured_order
from classifiers.triage.triage import triage

ENGINE = "offline"


def assess(reading: Reading, firm: Firm | None = None) -> Assessment:
    """Classify a message, extract its fields and order, and sum it up.

    Bad input never raises: what could not be read stands in the reading's problems and lowers certainty.
    """
    orders = read_orders(reading, firm)
    order = structured_order(reading) or max(orders.values(), key=lambda o: len(o.lines), default=None)
    classification = triage(reading, firm, orders)
    return Assessment(
        classification=classification,
        fields=extract(reading, classification.reason, order, firm),
        summary=(),
        order=order,
        engine=ENGINE,
        versions={"triage": packaged().version},
    )
