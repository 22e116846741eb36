"""What a message's sentences say for each reason, by where they stand: the input of the linear model.

The numbers mean the same for every reason (how strongly the best new sentence speaks for it, the subject, and so on),
so their few weights are shared by all reasons and learned from few messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents.reading import Reading
from app.vocabulary import KIND_OF, REASONS, Kind
from classifiers.triage import phrases, rules
from classifiers.triage.envelope import Envelope
from classifiers.triage.passages import Passage

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

ALL_REASONS: tuple[str, ...] = tuple(reason for kind in Kind for reason in REASONS[kind])
KINDS: tuple[Kind, ...] = tuple(Kind)
KIND_NUMBER: tuple[int, ...] = tuple(KINDS.index(KIND_OF[reason]) for reason in ALL_REASONS)

NAMES = (
    "new", "new, second best", "new, early", "subject", "new, mean", "whole", "whole, margin", "forwarded",
    "forwarded, little new", "quoted", "quoted, little new", "attachment", "attachment, little new", "kind, new",
    "kind, whole", "kind, mean", "kind, forwarded", "mirror, new", "mirror, whole", "mirror, forwarded", "answer code",
    "order document", "subject of a thread",
)  # fmt: skip

_MIRRORS = (
    ("rate_price", "rate_mismatch"), ("hours_quantity", "quantity_mismatch"), ("contract_cap", "po_exceeded"),
    ("missing_reference", "po_missing"), ("po_invalid", "po_missing"), ("duplicate_invoice", "duplicate_billing"),
    ("expenses", "expense_eligibility"), ("tax", "tax_mapping"), ("credit_not_received", "credit_not_issued"),
    ("quality_acceptance", "milestone_early"), ("missing_backup", "unapproved_time"), ("bounce", "delivery_failure"),
)  # fmt: skip
"""The same matter seen by the customer and by us: words for one are words for the other, the sender decides."""

_FLOOR = 1e-3
_KIND_FLOOR = 1e-2
_LONGEST_WHOLE = 1500
_FADING = 0.08


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of a message: `by_reason` has a row for each of `ALL_REASONS` and a column for each of `NAMES`.

    `others` is the best new sentence for each class that is no reason, `kinds` the best for each kind, and `sentences`
    holds the probabilities of `ALL_REASONS` for each passage.
    """

    by_reason: Array
    others: Array
    kinds: Array
    sentences: Array


def gather(reading: Reading, found: tuple[Passage, ...], about: Envelope, model: phrases.SentenceModel) -> Evidence:
    """Score every sentence and pool by zone."""
    import numpy as np

    language = reading.language
    reasons = [model.classes.index(f"reason:{reason}") for reason in ALL_REASONS]
    others = [i for i, name in enumerate(model.classes) if not name.startswith("reason:")]
    is_thread = bool(about["reply"]) and not about["no_new_text"]
    margins = model.margins([*(p.text for p in found), _whole(found, is_thread)], language)
    likely = phrases.probabilities(margins)
    coded = rules.suggested(reading)
    possible = np.array([not coded or reason in coded for reason in ALL_REASONS], dtype=float)
    by_sentence = likely[:, reasons] * possible  # where codes name the matter, words only choose among what they name
    strength = np.log(by_sentence + _FLOOR) - np.log(_FLOOR)
    kind = np.zeros((len(likely), len(KINDS)))
    for column, number in enumerate(KIND_NUMBER):
        kind[:, number] += by_sentence[:, column]
    kind_strength = np.log(kind + _KIND_FLOOR) - np.log(_KIND_FLOOR)
    zone = np.array([p.zone for p in found] + ["whole"])
    if is_thread:
        zone[zone == "subject"] = "thread"  # it says what was written first, not what is said now
    new, forwarded = (zone == "new") | (zone == "subject"), zone == "forwarded"
    nothing, of_kind = np.zeros(len(ALL_REASONS)), list(KIND_NUMBER)
    little = about["short_new_text"]

    def best(mask: Array, rank: int = 1) -> Array:
        if mask.sum() < rank:
            return nothing
        return np.asarray(np.sort(strength[mask], axis=0)[-rank])

    at = np.flatnonzero(zone == "new")
    early = (strength[at] / (1 + _FADING * np.arange(len(at)))[:, None]).max(axis=0) if len(at) else nothing
    mirror = _mirror()
    columns = [
        best(new), best(new, 2), early, best(zone == "subject"),
        by_sentence[new].mean(axis=0) * 10 if new.any() else nothing,
        strength[-1], margins[-1, reasons] * 3 * possible,
        best(forwarded), best(forwarded) * little, best(zone == "quoted"), best(zone == "quoted") * little,
        best(zone == "attachment"), best(zone == "attachment") * little,
        kind_strength[new].max(axis=0)[of_kind] if new.any() else nothing,
        kind_strength[-1][of_kind],
        kind[new].mean(axis=0)[of_kind] * 5 if new.any() else nothing,
        kind_strength[forwarded].max(axis=0)[of_kind] if forwarded.any() else nothing,
        mirror @ best(new), mirror @ strength[-1], mirror @ best(forwarded),
        _named(coded), _named(dict.fromkeys(about.order_reasons, 1.0)),
        best(zone == "thread"),
    ]  # fmt: skip
    rest = likely[new][:, others].max(axis=0) if new.any() else np.zeros(len(others))
    best_of_kind = kind_strength[new].max(axis=0) if new.any() else np.zeros(len(KINDS))
    return Evidence(np.stack(columns, axis=1), rest, best_of_kind / -np.log(_KIND_FLOOR), by_sentence[:-1])


def _whole(found: tuple[Passage, ...], is_thread: bool) -> str:
    """Subject (of a first message) and new text as one, with a forwarded message where the sender adds little."""
    own = " ".join(p.text for p in found if p.zone == "new" or (p.zone == "subject" and not is_thread))
    if len(own) <= 150:
        own = f"{own} {' '.join(p.text for p in found if p.zone == 'forwarded')}"
    return own[:_LONGEST_WHOLE]


def _named(reasons: dict[str, float]) -> Array:
    import numpy as np

    return np.array([reasons.get(reason, 0.0) for reason in ALL_REASONS])


def _mirror() -> Array:
    import numpy as np

    matrix = np.zeros((len(ALL_REASONS), len(ALL_REASONS)))
    for left, right in _MIRRORS:
        a, b = ALL_REASONS.index(left), ALL_REASONS.index(right)
        matrix[a, b] = matrix[b, a] = 1.0
    return matrix
