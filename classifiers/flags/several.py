"""Whether a message raises independent matters: its numbering, its turns ("by the way"), and what they open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log1p
from typing import TYPE_CHECKING, Any

from app.vocabulary import KIND_OF, Kind
from classifiers.flags.heard import Clause, Heard
from classifiers.flags.sentences import concepts, number_of
from classifiers.triage import phrases
from classifiers.triage.artefact import packaged

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_NUMBERED = re.compile(
    r"^\W{0,3}(?:\(?(?:[1-9]|[a-h]|i{1,3}|iv)\s?[.)|]|(?:finding|point|punkt|punto|ponto|punt|item) \d)", re.IGNORECASE
)
_AMOUNT = re.compile(r"\d{1,3}(?:[., ]\d{3}){0,4}[.,]\d{2}\b|\d{1,9} ?(?:€|eur\b|euro)|[€$£]\s?\d{1,9}", re.IGNORECASE)
_SAME_MATTER = {
    "po_reference": "missing_reference", "po_invalid": "missing_reference", "po_missing": "missing_reference",
    "quantity_mismatch": "hours_quantity", "unapproved_time": "hours_quantity", "unbilled_time": "hours_quantity",
    "retainer_overage": "hours_quantity", "rate_mismatch": "rate_price", "duplicate_billing": "duplicate_invoice",
    "tax_mapping": "tax", "expense_eligibility": "expenses", "credit_not_issued": "credit_not_received",
    "po_exceeded": "contract_cap", "milestone_early": "quality_acceptance", "supporting_documents": "missing_backup",
}  # fmt: skip
"""Reasons that are sides of one matter, for this question."""
_RAISED = (Kind.DISPUTE, Kind.BILLING_REQUEST, Kind.BILLING_DISCREPANCY)
_OPENING_WORDS = 4


def is_turn(clause: Clause, language: str) -> bool:
    """Whether a clause begins by turning to something else."""
    words = clause.text.split()
    if len(words) <= _OPENING_WORDS:
        return False
    opening = concepts(" ".join(words[:_OPENING_WORDS]), language)
    return number_of("besides") in opening or number_of("several") in opening


def structure(heard: Heard) -> tuple[list[int], list[int], list[int], list[int]]:
    """Numbers of: all new clauses, those that are numbered, that turn to another matter, that announce several."""
    new = heard.whole("new")
    numbered = [n for n in new if _NUMBERED.match(heard.clauses[n].text)]
    turns = [n for n in new[1:] if is_turn(heard.clauses[n], heard.reading.language)]
    announced = [n for n in new if number_of("several") in heard.clauses[n].concepts]
    return new, numbered, turns, announced


def features(heard: Heard, reason: str, model: phrases.SentenceModel) -> tuple[float, ...]:
    """What the decision is made from; all zero where nothing in the text's structure hints at a second matter."""
    new, numbered, turns, announced = structure(heard)
    is_free = KIND_OF[reason] not in (Kind.CUSTOMER_PO, Kind.NO_ACTION, Kind.SECURITY_ALERT)
    is_list = len(numbered) >= 2
    if not is_free or not (is_list or turns or announced):
        return (0.0,) * 7
    other = dict(zip(new, _other_matters(heard, new, reason, model), strict=True))
    follows = dict(zip(new, [*new[1:], -1], strict=True))

    def opened(at: Sequence[int]) -> float:
        return max((max(other[n], other.get(follows[n], 0.0)) for n in at), default=0.0)

    amounts = {m.group() for n in new for m in _AMOUNT.finditer(heard.clauses[n].text)}
    return (
        float(is_list),
        opened(numbered) if is_list else 0.0,
        float(min(len(turns), 3)),
        opened(turns),
        float(min(len(announced), 3)),
        max(other.values(), default=0.0),
        log1p(len(amounts)),
    )


@lru_cache(maxsize=1)
def matters() -> phrases.SentenceModel:
    """Triage's model of what a sentence is about, loaded once."""
    return phrases.SentenceModel(packaged().arrays, packaged().settings["sentence_classes"])


def several_matters(heard: Heard, reason: str, decision: Mapping[str, Any]) -> tuple[int, ...]:
    """The clauses that open further matters, or none if the message has one matter."""
    found = features(heard, reason, matters())
    if not any(found) or _weighed(found, decision) <= 0.0:
        return ()
    new, numbered, turns, announced = structure(heard)
    return tuple(sorted({*numbered, *turns, *announced}))[:6] or tuple(new[:1])


def _weighed(found: Sequence[float], decision: Mapping[str, Any]) -> float:
    return float(sum(w * x for w, x in zip(decision["weights"], found, strict=True)) + decision["bias"])


def _other_matters(heard: Heard, new: Sequence[int], reason: str, model: phrases.SentenceModel) -> list[float]:
    """For each clause the probability of the likeliest matter that is not the message's own."""
    margins = model.margins([heard.clauses[n].text for n in new], heard.reading.language)
    likely = phrases.probabilities(margins)
    groups: dict[str, list[int]] = {}
    for column, name in enumerate(model.classes):
        label = name.removeprefix("reason:")
        if label in KIND_OF and label != "question" and KIND_OF[label] in _RAISED:
            groups.setdefault(_SAME_MATTER.get(label, label), []).append(column)
    own = _SAME_MATTER.get(reason, reason)
    others = [columns for name, columns in groups.items() if name != own]
    return [max(float(row[columns].sum()) for columns in others) for row in likely]
