"""The one door to the engines: a reading in, an assessment with evidence out. No IO of its own.

Without `ask` the offline engine does the whole job. With it, a language model is asked about what the offline engine
is not certain of, through that callable; whatever it says or fails to say, an assessment comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.assessments.results import Assessment, Classification, Vote
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from app.vocabulary import Flag, Kind
from classifiers.flags import flags, trained
from classifiers.flags.heard import hear
from classifiers.flags.injection import addressed_to_software
from classifiers.language import language
from classifiers.llm.opinion import Ask, Opinion, merged, opinion
from classifiers.llm.question import Example
from classifiers.message_fields import extract
from classifiers.order_fields.as_fields import as_fields
from classifiers.requested_action import requested_action
from classifiers.summary import summarise
from classifiers.triage import judge
from classifiers.triage.artefact import packaged
from classifiers.triage.orders import read_orders
from classifiers.triage.papers import order_documents
from classifiers.triage.triage import quotes, triage

ENGINE = "offline"
WITH_MODEL = "llm"
_CLAUSES = (Flag.PAYMENT_HELD, Flag.LEGAL_THREAT)
"""What the printed terms of an order threaten for some day is not said about an invoice of today."""
Classify = Callable[[Reading, Firm | None, Mapping[str, Order]], Classification]
Weigh = Callable[[Classification, Vote], Classification]


def assess(
    reading: Reading,
    firm: Firm | None = None,
    *,
    classify: Classify = triage,
    ask: Ask | None = None,
    examples: Sequence[Example] = (),
    weigh: Weigh = judge.weigh,
) -> Assessment:
    """Classify a message, extract its fields and order, and sum it up.

    `classify` and `weigh` (what a model's vote counts) are the packaged ones unless given. `examples` are shown to the
    model: earlier messages of this customer, never of another. Bad input never raises: what could not be read stands
    in the reading's problems and lowers certainty.
    """
    candidates = read_orders(reading, firm)
    model = trained.packaged()
    classification = classify(reading, firm, candidates)
    said: Opinion | None = None
    if ask is not None:
        listed = judge.shortlist(classification)
        aimed = addressed_to_software(reading, model.heads) if listed else ()
        said = opinion(reading, listed, ask, firm=firm, examples=examples, aimed_at_software=aimed)
        if said.vote is not None:
            before, classification = classification.reason, weigh(classification, said.vote)
            if classification.reason != before:
                evidence = quotes(reading, classification.reason, firm, candidates)
                classification = replace(classification, evidence=evidence)
    order = _order(reading, candidates) if classification.kind is Kind.CUSTOMER_PO else None
    is_the_order = reading.mail is None and order in (reading.order, candidates.get(reading.path))
    if order is not None and is_the_order:
        fields = as_fields(order, reading)  # the document is the order: there is no letter around it to read
    else:
        fields = extract(reading, classification.reason, order, firm)
    heard = hear(reading, model.heads)
    flagged = flags(reading, classification.reason, firm, heard=heard)
    if order is not None and is_the_order:
        flagged = tuple(one for one in flagged if one.flag not in _CLAUSES)
    classification = replace(classification, flags=tuple(one.flag.value for one in flagged))
    asked = requested_action(reading, classification.reason, classification.kind, order, heard=heard)
    derived = {"language": language(reading), "requested_action": asked}
    fields = {**{name: value for name, value in derived.items() if value}, **fields}
    summary = summarise(reading, classification, fields, order, flagged=flagged, firm=firm)
    if said is not None:
        fields, said = merged(fields, said)
    return Assessment(
        classification=classification,
        fields=fields,
        summary=summary,
        order=order,
        engine=WITH_MODEL if said is not None and said.vote is not None else ENGINE,
        versions={"triage": packaged().version, "flags": model.version},
        flag_evidence={one.flag.value: one.evidence for one in flagged if one.evidence},
        asked=said.asked if said is not None else None,
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
