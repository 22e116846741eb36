"""`deadline`, `po_date`, `valid_from` and `valid_until` as the text states them; order documents are read elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from app.assessments.results import FieldValue
from app.documents.folding import Lexicon
from app.documents.written_dates import FoundDate, dates
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.context import Context
from classifiers.message_fields.date_words import DATE_WORDS
from classifiers.message_fields.ranker import Choice, best, weights_of
from classifiers.message_fields.source import Passage, Source
from classifiers.message_fields.tables import row_label

_WORDS = Lexicon(DATE_WORDS)
_NEVER = frozenset(
    {
        "auto_reply",
        "acknowledgement",
        "bounce",
        "marketing",
        "unrelated",
        "remittance",
        "short_payment",
        "promise_to_pay",
    }
)
_LEAST = 0.4
MOST_DATES = 300
"""Dates that are looked at in one passage."""


@dataclass(frozen=True)
class DatedPlace:
    """A date where it stands, with the features for the choice of the deadline."""

    passage: Passage
    found: FoundDate
    features: dict[str, float]


def has_deadline(reason: str) -> bool:
    """Whether a date in such a message can be the day by which its sender wants an answer."""
    return reason not in _NEVER


def places(source: Source) -> list[DatedPlace]:
    """Every date of the text in hand that lies ahead of the message, with its features."""
    zones = ["subject", "new", "forwarded", "answer"] + (["quoted"] if source.points_to_history else [])
    found: list[DatedPlace] = []
    for passage in source.zone(*zones):
        every = list(islice(dates(passage.folded, passage.day_first, passage.around), MOST_DATES))
        context: Context | None = None
        for day in every:
            if source.sent_on and not timedelta(0) <= day.value - source.sent_on <= timedelta(days=370):
                continue
            context = context or Context(passage, _WORDS, [d.start for d in every])
            found.append(DatedPlace(passage, day, _features(source, context, day)))
    return found


def _features(source: Source, context: Context, day: FoundDate) -> dict[str, float]:
    features = {f"zone:{context.passage.zone}": 1.0, "has_year": float(day.has_year)}
    if source.sent_on:
        ahead = (day.value - source.sent_on).days
        features["today"] = float(ahead <= 1)
        features["far"] = float(ahead > 60)
        features["very_far"] = float(ahead > 130)
    for near in context.near(day.start, day.end):
        role, distance = near.hit.role, near.distance
        if role == "from":
            if near.is_before and distance <= 2:
                features["near:from"] = 1.0
        elif role in ("by", "firm"):
            if near.is_before and distance <= 4 and not near.is_blocked:
                _raise(features, f"near:{role}", 1.0 if distance <= 1 else 0.7)
        elif role in ("request", "not_ours"):
            _raise(features, f"{'before' if near.is_before else 'after'}:{role}", 1.0 if distance <= 6 else 0.6)
    if any(hit.role == "request" for hit in context.sentence_before(day.start)):
        features["earlier:request"] = 1.0
    features["asked"] = float(bool({"before:request", "after:request"} & features.keys()))
    features["asked_by"] = features["asked"] * max(features.get("near:by", 0.0), features.get("near:firm", 0.0))
    features[f"kind:{KIND_OF.get(source.reason, '')}"] = 1.0
    return features


def _raise(features: dict[str, float], name: str, value: float) -> None:
    features[name] = max(features.get(name, 0.0), value)


def choice_of(source: Source, found: list[DatedPlace]) -> Choice:
    return Choice([p.features for p in found], {"none": 1.0})


def deadline(source: Source) -> FieldValue | None:
    """The calendar day by which the sender wants an answer, if one is written."""
    if not has_deadline(source.reason):
        return None
    found = places(source)
    chosen = best(choice_of(source, found), weights_of("deadline"), _LEAST)
    if chosen is None:
        return None
    place = found[chosen[0]]
    return place.passage.field(place.found.value.isoformat(), place.found.start, place.found.end)


def order_dates(source: Source) -> dict[str, FieldValue]:
    """`po_date`, `valid_from` and `valid_until` of an order that only the text speaks of."""
    kind = KIND_OF.get(source.reason)
    is_order = kind is Kind.CUSTOMER_PO
    wanted = {
        "po_date": is_order and source.reason != "po_reference",
        "valid_from": is_order or source.reason == "contact_change",
        "valid_until": is_order or source.reason == "po_missing",
    }
    fields: dict[str, FieldValue] = {}
    if not any(wanted.values()):
        return fields
    for passage in source.zone("subject", "new", "forwarded", "document"):
        every = list(islice(dates(passage.folded, passage.day_first, passage.around), MOST_DATES))
        context = Context(passage, _WORDS) if every else None
        for position, day in enumerate(every):
            assert context is not None
            role = _order_role(source, context, day, every[position - 1] if position else None)
            if role and wanted[role] and role not in fields:
                fields[role] = passage.field(day.value.isoformat(), day.start, day.end)
    return fields


_RANGE = re.compile(r"(?:-|–|to|bis(?: zum)?|au|al|tot(?: en met)?|t/m|a|ate|do|until(?: the)?|through|hasta)")


_LASTS = re.compile(
    r"\b(?:through|thru|valid\w*|expir\w+|extended|gultig|verlangert|valable|prolong\w+|vigente|prorrogad\w|geldig"
    r"|verlengd|prorogat\w|wazn\w+|przedluzon\w+)\b"
)


def _order_role(source: Source, context: Context, day: FoundDate, previous: FoundDate | None) -> str:
    passage = context.passage
    low, _ = context.sentence(day.start, day.end)
    around = list(context.near(day.start, day.end))
    roles = {n.hit.role for n in around if n.is_before and n.distance <= 2}
    in_sentence = {n.hit.role for n in around if n.is_before}
    is_next = previous is not None and 0 <= day.start - previous.end <= 14 and previous.start >= low
    if previous and is_next and _RANGE.fullmatch(passage.folded[previous.end : day.start].strip()):
        return "valid_until"
    if source.reason == "contact_change":
        return "valid_from" if "from" in roles and "until" not in roles else ""
    if source.reason == "po_missing":
        after = {n.hit.role for n in around if not n.is_before and n.distance <= 4}
        return "valid_until" if "ended" in after | in_sentence else ""
    if source.reason == "po_cancellation" and "from" in roles:
        return "valid_until"
    if "until" in roles and (
        "request" not in in_sentence or _LASTS.search(passage.folded, max(0, day.start - 30), day.start)
    ):
        return "valid_until"
    if "from" in roles:
        return "valid_from"
    if "dated" in roles and ("order" in in_sentence or _is_labelled_date(passage, day)):
        return "po_date"
    return ""


def _is_labelled_date(passage: Passage, day: FoundDate) -> bool:
    """ "Date: 10.02.2026" at the start of a line of an order that was pasted or attached."""
    label = row_label(passage, day.start)
    return 0 < len(label) <= 4 and any(h.role == "dated" for h in _WORDS.find(label)) and passage.zone != "subject"
