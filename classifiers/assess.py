"""The one door to the offline engine: a reading in, an assessment with evidence out. No IO, no model endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.assessments.results import Assessment, Classification
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from app.vocabulary import Flag, Kind
from classifiers.flags import flags, trained
from classifiers.flags.heard import hear
from classifiers.language import language
from classifiers.message_fields import extract
from classifiers.order_fields.as_fields import as_fields
from classifiers.requested_action import requested_action
from classifiers.summary import summarise
from classifiers.triage.artefact import packaged
from classifiers.triage.orders import read_orders
from classifiers.triage.papers import order_documents
from classifiers.triage.triage import triage

ENGINE = "offline"
_CLAUSES = (Flag.PAYMENT_HELD, Flag.LEGAL_THREAT)
"""What the printed terms of an order threaten for some day is not said about an invoice of today."""
Classify = Callable[[Reading, Firm | None, Mapping[str, Order]], Classification]


def assess(reading: Reading, firm: Firm | None = None, *, classify: Classify = triage) -> Assessment:
    """Classify a message, extract its fields and order, and sum it up. `classify` is the packaged model unless given.

    Bad input never raises: what could not be read stands in the reading's problems and lowers certainty.
    """
    candidates = read_orders(reading, firm)
    classification = classify(reading, firm, candidates)
    order = _order(reading, candidates) if classification.kind is Kind.CUSTOMER_PO else None
    is_the_order = reading.mail is None and order in (reading.order, candidates.get(reading.path))
    if order is not None and is_the_order:
        fields = as_fields(order, reading)  # the document is the order: there is no letter around it to read
    else:
        fields = extract(reading, classification.reason, order, firm)
    model = trained.packaged()
    heard = hear(reading, model.heads)
    flagged = flags(reading, classification.reason, firm, heard=heard)
    if order is not None and is_the_order:
        flagged = tuple(one for one in flagged if one.flag not in _CLAUSES)
    classification = replace(classification, flags=tuple(one.flag.value for one in flagged))
    asked = requested_action(reading, classification.reason, classification.kind, order, heard=heard)
    derived = {"language": language(reading), "requested_action": asked}
    fields = {**{name: value for name, value in derived.items() if value}, **fields}
    return Assessment(
        classification=classification,
        fields=fields,
        summary=summarise(reading, classification, fields, order, flagged=flagged, firm=firm),
        order=order,
        engine=ENGINE,
        versions={"triage": packaged().version, "flags": model.version},
        flag_evidence={one.flag.value: one.evidence for one in flagged if one.evidence},
    )


def _order(reading: Reading, candidates: Mapping[str, Order]) -> Order | None:
    """The order a message brings: one that came as data, then an order paper, then whatever reads most like one."""
    documents = list(order_documents(reading, candidates).values())
    as_data = {id(part.order) for part in reading.walk() if part.order is not None}
    ranked = sorted(
        documents or candidates.values(),
        key=lambda order: (id(order) not in as_data, not order.number, -len(order.lines)),
    )
    return ranked[0] if ranked else None
