"""`deadline`, `po_date`, `valid_from` and `valid_until` as the text states them; order documents are read elsewhere."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta

from app.assessments.results import FieldValue
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.date_words import DATE_WORDS
from classifiers.message_fields.dates import FoundDate, dates
from classifiers.message_fields.folding import Hit, Lexicon
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
        hits: list[Hit] | None = None
        every = list(dates(passage.folded, passage.day_first, passage.around))
        for day in every:
            if source.sent_on and not timedelta(0) <= day.value - source.sent_on <= timedelta(days=370):
                continue
            hits = _WORDS.find(passage.tokens) if hits is None else hits
            found.append(DatedPlace(passage, day, _features(source, passage, day, hits, every)))
    return found


def _features(
    source: Source, passage: Passage, day: FoundDate, hits: list[Hit], every: list[FoundDate]
) -> dict[str, float]:
    features = {f"zone:{passage.zone}": 1.0, "has_year": float(day.has_year)}
    if source.sent_on:
        ahead = (day.value - source.sent_on).days
        features["today"] = float(ahead <= 1)
        features["far"] = float(ahead > 60)
        features["very_far"] = float(ahead > 130)
    low, high = passage.sentence_at(day.start)
    first = bisect_left(passage.tokens, day.start, key=lambda t: t.start)
    for hit in hits:
        if hit.role in ("from", "until", "dated", "order", "ended") or hit.end > high or hit.start < low:
            if hit.role == "from" and hit.end <= day.start and first - hit.last - 1 <= 2 and hit.start >= low:
                features["near:from"] = 1.0
            continue
        if hit.end <= day.start:
            distance = first - hit.last - 1
            if any(hit.end <= other.start < day.start for other in every) and hit.role in ("by", "firm"):
                continue
            if hit.role in ("by", "firm"):
                if distance <= 4:
                    _raise(features, f"near:{hit.role}", 1.0 if distance <= 1 else 0.7)
            else:
                _raise(features, f"before:{hit.role}", 1.0 if distance <= 6 else 0.6)
        elif hit.start >= day.end and hit.role in ("request", "not_ours"):
            _raise(features, f"after:{hit.role}", 1.0 if len(passage.folded[day.end : hit.start].split()) <= 6 else 0.6)
    before_low = passage.sentence_at(max(0, low - 1))[0] if low else 0
    if any(h.role == "request" and before_low <= h.start < low for h in hits):
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
        every = list(dates(passage.folded, passage.day_first, passage.around))
        hits = _WORDS.find(passage.tokens) if every else []
        for position, day in enumerate(every):
            role = _order_role(source, passage, day, every[position - 1] if position else None, hits)
            if role and wanted[role] and role not in fields:
                fields[role] = passage.field(day.value.isoformat(), day.start, day.end)
    return fields


def _order_role(source: Source, passage: Passage, day: FoundDate, previous: FoundDate | None, hits: list[Hit]) -> str:
    low, _ = passage.sentence_at(day.start)
    first = bisect_left(passage.tokens, day.start, key=lambda t: t.start)
    near = [h for h in hits if low <= h.start and h.end <= day.start and first - h.last - 1 <= 2]
    roles = {h.role for h in near}
    in_sentence = {h.role for h in hits if low <= h.start and h.end <= day.start}
    if previous and 0 <= day.start - previous.end <= 14 and previous.start >= low:
        between = passage.folded[previous.end : day.start].strip(" \t")
        if between in (
            "-",
            "to",
            "bis",
            "au",
            "al",
            "tot",
            "a",
            "ate",
            "do",
            "until",
            "through",
            "t/m",
            "bis zum",
            "until the",
            "tot en met",
            "hasta",
        ):
            return "valid_until"
    if source.reason == "contact_change":
        return "valid_from" if "from" in roles and "until" not in roles else ""
    if source.reason == "po_missing":
        after = {h.role for h in hits if h.start >= day.end and h.start - day.end < 30}
        return "valid_until" if "ended" in after | in_sentence else ""
    if source.reason == "po_cancellation" and "from" in roles:
        return "valid_until"
    if "until" in roles and "request" not in in_sentence:
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
