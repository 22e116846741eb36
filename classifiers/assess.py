"""The one door to the offline engine: a reading in, an assessment with evidence out. No IO, no model endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.assessments.results import Assessment, Classification
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from app.vocabulary import Kind
from classifiers.message_fields import extract
from classifiers.order_fields.as_fields import as_fields
from classifiers.triage.artefact import packaged
from classifiers.triage.orders import read_orders
from classifiers.triage.papers import order_documents
from classifiers.triage.triage import triage

ENGINE = "offline"
Classify = Callable[[Reading, Firm | None, Mapping[str, Order]], Classification]


def assess(reading: Reading, firm: Firm | None = None, *, classify: Classify = triage) -> Assessment:
    """Classify a message, extract its fields and order, and sum it up. `classify` is the packaged model unless given.

    Bad input never raises: what could not be read stands in the reading's problems and lowers certainty.
    """
    candidates = read_orders(reading, firm)
    classification = classify(reading, firm, candidates)
    order = _order(reading, candidates) if classification.kind is Kind.CUSTOMER_PO else None
    if order is not None and reading.mail is None and order in (reading.order, candidates.get(reading.path)):
        fields = as_fields(order, reading)  # the document is the order: there is no letter around it to read
    else:
        fields = extract(reading, classification.reason, order, firm)
    return Assessment(
        classification=classification,
        fields=fields,
        summary=(),
        order=order,
        engine=ENGINE,
        versions={"triage": packaged().version},
    )


def _order(reading: Reading, candidates: Mapping[str, Order]) -> Order | None:
    """The order a message brings: one that came as data, then an order paper, then whatever reads most like one."""
    documents = list(order_documents(reading, dict(candidates)).values())
    as_data = {id(part.order) for part in reading.walk() if part.order is not None}
    ranked = sorted(
        documents or candidates.values(),
        key=lambda order: (id(order) not in as_data, not order.number, -len(order.lines)),
    )
    return ranked[0] if ranked else None
