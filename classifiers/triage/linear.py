"""A small text model: hashed n-grams of the message and its envelope, one weight per reason, milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from classifiers.triage import wording
from classifiers.triage.envelope import Envelope
from classifiers.triage.passages import Passage

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

SIGNALS = (
    "no_mail", "own_staff", "own_system", "outside", "robot", "daemon", "delivery_report", "auto_replied", "auto_generated",
    "bulk", "list_unsubscribe", "reply", "forward", "free_mail", "reply_elsewhere", "look_alike", "many_recipients",
    "no_new_text", "short_new_text", "long_new_text", "has_quoted", "mostly_quoted", "question", "iban", "link", "money",
    "amounts", "references", "attachments", "with_pdf", "with_sheet", "with_word", "with_image", "with_mail", "with_xml",
    "dangerous_attachment", "order_new", "order_change", "order_cancellation", "invoice_answer",
)  # fmt: skip
_WEIGHT = {"subject": 1.0, "new": 1.0, "quoted": 0.3, "attachment": 0.3}


def vector(found: Sequence[Passage], about: Envelope, rarity: Array) -> tuple[Array, Array]:
    """Columns and values of a message: n-grams (length one together), then the envelope's signals."""
    import numpy as np

    counts: dict[int, float] = {}
    for passage in found:
        weight = _WEIGHT[passage.zone]
        for column, count in wording.columns(passage.text).items():
            counts[column] = counts.get(column, 0.0) + weight * count
    columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    values = np.log1p(np.fromiter(counts.values(), dtype=np.float64, count=len(counts))) * rarity[columns]
    values /= max(float(np.sqrt((values**2).sum())), 1e-9)
    signals = [(wording.COLUMNS + i, 0.5 * about[name]) for i, name in enumerate(SIGNALS) if about[name]]
    return (
        np.concatenate([columns, np.array([c for c, _ in signals], dtype=np.int64)]),
        np.concatenate([values, np.array([v for _, v in signals])]),
    )


def probabilities(columns: Array, values: Array, weights: Array, scale: Array, bias: Array) -> Array:
    """Softmax over reasons; `weights` are eight-bit integers, `scale` their unit per reason."""
    import numpy as np

    scores = (values @ weights[columns].astype(np.float64)) * scale + bias
    scores -= scores.max()
    odds = np.exp(scores)
    return odds / odds.sum()
