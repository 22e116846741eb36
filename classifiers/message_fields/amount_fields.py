"""`amount_disputed`, `amount_total` and `currency`: which of the message's amounts they are."""

from __future__ import annotations

from collections import Counter

from app.assessments.results import FieldValue
from app.documents.written_numbers import as_text
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.amount_roles import Candidate, candidates, difference_is_unwritten, group_of
from classifiers.message_fields.money import Amount, amounts
from classifiers.message_fields.ranker import Choice, best, weights_of
from classifiers.message_fields.source import Source

_DISPUTED = frozenset({"short_payment", "overpayment_refund", "remittance"})
_TOTAL = frozenset(
    {
        "new_po", "po_change", "remittance", "promise_to_pay", "short_payment", "overpayment_refund",
        "bank_details_change", "impersonation",
    }
)  # fmt: skip
_LEAST = {"amount_disputed": 0.38, "amount_total": 0.38}
_IN_HAND = ("subject", "new", "forwarded", "answer", "document", "invoice_copy")


def has_disputed(reason: str) -> bool:
    """Whether messages of this reason state a contested amount."""
    if reason == "delivery_failure":
        return False  # nobody contests an invoice that did not arrive
    return KIND_OF.get(reason) in (Kind.DISPUTE, Kind.BILLING_DISCREPANCY) or reason in _DISPUTED


def has_total(reason: str) -> bool:
    """Whether messages of this reason state an order's, a payment's or a promise's total."""
    return reason in _TOTAL


def choice_of(source: Source, field: str, options: list[Candidate]) -> Choice:
    """The options of a field as a choice for the ranker."""
    group = group_of(source.reason)
    none = {"none": 1.0, f"none:{group}": 1.0, f"none:{source.reason}": 1.0}
    if KIND_OF.get(source.reason) is Kind.CUSTOMER_PO:
        none["none:po"] = 1.0
    if not any(a.currency for o in options for a in o.mentions):
        none["none:no_currency"] = 1.0
    if not any(a.passage.zone == "invoice_copy" for o in options for a in o.mentions):
        none[f"none:{group}:no_copy"] = 1.0
    if field == "amount_disputed" and difference_is_unwritten(source):
        none["none:unwritten"] = 1.0
    return Choice([o.features for o in options], none)


def usable(source: Source) -> list[Amount]:
    """The amounts in hand; those of history only if the new text points to it."""
    zones = set(_IN_HAND) | ({"quoted"} if source.points_to_history else set())
    return [a for a in amounts(source) if a.passage.zone in zones]


def amount_fields(source: Source) -> dict[str, FieldValue]:
    """The amounts that a message states for the fields, with the words they stand in."""
    found = usable(source)
    options = candidates(source, found)
    fields: dict[str, FieldValue] = {}
    chosen: dict[str, Candidate] = {}
    order = (("amount_total", has_total), ("amount_disputed", has_disputed))
    for field, applies in order if source.reason != "overpayment_refund" else reversed(order):
        if not applies(source.reason):
            continue
        open_options = [o for o in options if o not in chosen.values()]
        found_best = best(choice_of(source, field, open_options), weights_of(field), _LEAST[field])
        if found_best:
            chosen[field] = open_options[found_best[0]]
            fields[field] = _field(chosen[field])
    currency = _currency(source, found, chosen)
    if currency:
        fields["currency"] = currency
    return fields


def _field(candidate: Candidate) -> FieldValue:
    mentions = sorted(
        candidate.mentions,
        key=lambda a: (a.mark != "currency", _IN_HAND.index(a.passage.zone) if a.passage.zone in _IN_HAND else 9),
    )
    return FieldValue(as_text(candidate.value), tuple(a.passage.evidence(a.start, a.end) for a in mentions[:3]))


_NO_CURRENCY = frozenset(
    {
        "auto_reply",
        "acknowledgement",
        "bounce",
        "marketing",
        "vendor_setup",
        "contact_change",
        "delivery_failure",
        "supporting_documents",
    }
)


def _currency(source: Source, found: list[Amount], chosen: dict[str, Candidate]) -> FieldValue | None:
    """The currency of the chosen amount; else the one that the message's amounts are in."""
    if source.reason in _NO_CURRENCY:
        return None
    for field in ("amount_disputed", "amount_total"):
        if field in chosen:
            for amount in chosen[field].mentions:
                if amount.currency:
                    return _currency_field(amount)
    stated = [a for a in found if a.currency]
    if not stated:
        return None
    prose = [a for a in stated if a.passage.zone in ("subject", "new", "forwarded")] or stated
    counts = Counter(a.currency for a in prose)
    usual = max(counts, key=lambda c: counts[c])
    return _currency_field(next(a for a in prose if a.currency == usual))


def _currency_field(amount: Amount) -> FieldValue:
    return amount.passage.field(amount.currency, amount.start, amount.end)
