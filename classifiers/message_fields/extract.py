"""The door: a reading and its reason in, the guideline's fields with their evidence out."""

from __future__ import annotations

from app.assessments.results import FieldValue
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.message_fields.amount_fields import amount_fields
from classifiers.message_fields.customer import customer_name
from classifiers.message_fields.named_documents import named_documents, reference_key
from classifiers.message_fields.order_documents import order_fields
from classifiers.message_fields.quantities import quantity_fields
from classifiers.message_fields.source import Source, source_of
from classifiers.message_fields.terms import payment_terms
from classifiers.message_fields.when import deadline, order_dates


def extract(
    reading: Reading, reason: str, order: Order | None = None, firm: Firm | None = None
) -> dict[str, FieldValue]:
    """The fields that the message states, by name: references, names, dates, amounts, quantities, terms, order lines.

    Flags, language, requested action and summary are not made here. `reason` is the classification's; which amount is
    the contested one depends on it. An order document's own words win over the text of the mail around it. A value
    without evidence is not returned.
    """
    source = source_of(reading, reason, firm)
    fields = _of_text(source)
    of_order = order_fields(source, order)
    if "order_refs" in of_order and "order_refs" in fields:
        of_order["order_refs"] = _joined(fields["order_refs"], of_order["order_refs"])
    fields |= of_order
    return {name: value for name, value in fields.items() if value.evidence and value.value not in ("", [], None)}


def _joined(first: FieldValue, second: FieldValue) -> FieldValue:
    """Both lists of references; where one writes less of a number than the other ("14", "SOW 14") the fuller stays."""
    values: list[str] = list(first.value)
    evidence = list(first.evidence)
    for value, place in zip(second.value, second.evidence, strict=False):
        if not any(reference_key(known).endswith(reference_key(value)) for known in values):
            values.append(value)
            evidence.append(place)
    return FieldValue(values, tuple(evidence))


def _of_text(source: Source) -> dict[str, FieldValue]:
    fields = named_documents(source) | amount_fields(source) | order_dates(source)
    disputed = fields.get("amount_disputed")
    fields |= quantity_fields(source, disputed.evidence if disputed else ())
    for name, value in (
        ("deadline", deadline(source)),
        ("customer_name", customer_name(source)),
        ("payment_terms", payment_terms(source)),
    ):
        if value is not None:
            fields[name] = value
    return fields
