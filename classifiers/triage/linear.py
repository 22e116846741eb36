"""The linear model: which reason a message is about, from its evidence and its envelope.

A conditional logit: score(reason) = shared weights x evidence for that reason + its group's weights x the message's
signals + its own (strongly held back) weights x signals + its bias; a softmax over all reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.vocabulary import REASONS, Kind
from classifiers.triage.envelope import Envelope
from classifiers.triage.evidence import ALL_REASONS, KINDS, Evidence

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

SIGNALS = (
    "no_mail", "own_staff", "own_system", "outside", "robot", "daemon", "delivery_report", "auto_replied",
    "auto_generated", "bulk", "list_unsubscribe", "reply", "forward", "free_mail", "reply_elsewhere", "look_alike",
    "many_recipients", "no_new_text", "short_new_text", "long_new_text", "has_quoted", "mostly_quoted", "question",
    "iban", "link", "money", "amounts", "references", "attachments", "with_pdf", "with_sheet", "with_word",
    "with_image", "with_mail", "with_xml", "dangerous_attachment", "order_new", "order_change", "order_cancellation",
    "order_pasted", "order_attached", "paper_remittance", "paper_timesheet", "paper_acceptance", "paper_invoice",
    "paper_order", "invoice_answer", "inside_own_words",
)  # fmt: skip
"""The envelope's signals that the model weighs, in the order of its columns."""

GROUPS: tuple[tuple[str, ...], ...] = (
    REASONS[Kind.CUSTOMER_PO],
    REASONS[Kind.DISPUTE],
    tuple(reason for reason in REASONS[Kind.BILLING_DISCREPANCY] if reason != "delivery_failure"),
    REASONS[Kind.PAYMENT_NOTICE],
    REASONS[Kind.BILLING_REQUEST],
    REASONS[Kind.SECURITY_ALERT],
    ("delivery_failure", "bounce"),
    ("auto_reply",),
    ("acknowledgement",),
    ("marketing", "unrelated"),
)
"""Reasons whose messages look alike from outside: the kinds, apart from what machines send and what nobody asks."""

_GROUP = tuple(next(n for n, group in enumerate(GROUPS) if reason in group) for reason in ALL_REASONS)
_INSIDE_ONLY = tuple(reason in GROUPS[2] for reason in ALL_REASONS)
_OUTSIDE_ONLY = tuple(reason in REASONS[Kind.DISPUTE] for reason in ALL_REASONS)
_OUT_OF_PLACE = 5.0
"""A finding of our own does not come from outside, nor a dispute from inside: such scores are lowered by this."""
_CATCH_ALL = "question"
_REASON_GOES_FIRST = 3.0
"""A short payment with a contested reason is a dispute: its score is lowered by this times the evidence of one."""
_SHARED, _BY_GROUP, _BY_REASON, _BIAS = 20.0, 0.8, 5.0, 3.0
"""How strongly each part of the weights is held back (half the square times this); from cross-validation."""


def signals(about: Envelope, seen: Evidence) -> Array:
    """A message's signals: those of its envelope, a constant, and its best sentences for each kind and other class."""
    import numpy as np

    return np.concatenate([[about[name] for name in SIGNALS], [1.0], seen.kinds, seen.others])


def offsets(about: Array) -> Array:
    """What the guidelines take off the reasons' scores whatever was learned; one row for each message's signals."""
    import numpy as np

    outside, inside = (about[..., SIGNALS.index(name)] for name in ("outside", "inside_own_words"))
    contested = about[..., len(SIGNALS) + 1 + KINDS.index(Kind.DISPUTE)]
    misplaced = outside[..., None] * np.array(_INSIDE_ONLY, dtype=float)
    misplaced = misplaced + inside[..., None] * np.array(_OUTSIDE_ONLY, dtype=float)
    with_reason = contested[..., None] * np.array([reason == "short_payment" for reason in ALL_REASONS], dtype=float)
    return np.asarray(-_OUT_OF_PLACE * misplaced - _REASON_GOES_FIRST * with_reason)


def scores(by_reason: Array, about: Array, arrays: Mapping[str, Array]) -> Array:
    """Scores of `ALL_REASONS` for one message, before the softmax."""
    import numpy as np

    own = by_reason @ arrays["shared"] + arrays["by_reason"] @ about
    return np.asarray(own + (arrays["by_group"] @ about)[list(_GROUP)] + arrays["bias"] + offsets(about))


def probabilities(found: Array) -> Array:
    """Scores as probabilities."""
    import numpy as np

    odds = np.exp(found - found.max())
    return np.asarray(odds / odds.sum())


def _silent(width: int) -> Array:
    """Signals of messages that say nothing we know, with and without words and attachments."""
    import numpy as np

    rows = np.zeros((4, width))
    rows[:, len(SIGNALS)] = 1.0
    for name, where in (
        ("outside", rows),
        ("short_new_text", rows),
        ("no_new_text", rows[:2]),
        ("attachments", rows[1:3]),
    ):
        where[:, SIGNALS.index(name)] = 1.0
    return rows


def learn(
    by_reason: Array, about: Array, accepted: Sequence[frozenset[str]], reasons: Sequence[str]
) -> dict[str, Array]:
    """Learn the weights from messages: (message, reason, name), (message, signal), and which reasons are right.

    A message without any evidence is taught to be `question`, "any other": what is not understood is not to look like
    something in particular. Rare reasons weigh more (by the root of their number); where annotators accept several
    reasons, any is right.
    """
    import numpy as np
    from scipy.optimize import minimize

    silent = _silent(about.shape[1])
    by_reason = np.concatenate([by_reason, np.zeros((len(silent), *by_reason.shape[1:]))])
    about = np.concatenate([about, silent])
    accepted = [*accepted, *[frozenset({_CATCH_ALL})] * len(silent)]
    reasons = [*reasons, *[_CATCH_ALL] * len(silent)]
    _, r, k = by_reason.shape
    j, groups = about.shape[1], len(GROUPS)
    unit = by_reason.std(axis=(0, 1)) + 1e-6
    scaled = by_reason / unit
    right = np.array([[reason in some for reason in ALL_REASONS] for some in accepted], dtype=float)
    number = {reason: sum(other == reason for other in reasons) for reason in set(reasons)}
    weight = np.array([number[reason] ** -0.5 for reason in reasons])
    weight /= weight.mean()
    of_group = np.eye(groups)[list(_GROUP)]
    fixed = offsets(about)
    cuts = np.cumsum([k, groups * j, r * j])

    def parts(flat: Array) -> tuple[Array, Array, Array, Array]:
        a, b, c, d = np.split(flat, cuts)
        return a, b.reshape(groups, j), c.reshape(r, j), d

    def loss(flat: Array) -> tuple[float, Array]:
        a, b, c, d = parts(flat)
        z = scaled @ a + about @ (of_group @ b + c).T + d + fixed
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        hit = (p * right).sum(axis=1) + 1e-12
        slope = (p - p * right / hit[:, None]) * weight[:, None]
        value = -(weight * np.log(hit)).sum()
        value += 0.5 * (_SHARED * a @ a + _BY_GROUP * (b**2).sum() + _BY_REASON * (c**2).sum() + _BIAS * d @ d)
        signal = slope.T @ about
        return value, np.concatenate(
            [
                np.einsum("nr,nrk->k", slope, scaled) + _SHARED * a,
                (of_group.T @ signal + _BY_GROUP * b).ravel(),
                (signal + _BY_REASON * c).ravel(),
                slope.sum(axis=0) + _BIAS * d,
            ]
        )

    found = minimize(loss, np.zeros(int(cuts[-1]) + r), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    a, b, c, d = parts(found.x)
    arrays = {"shared": a / unit, "by_group": b, "by_reason": c, "bias": d}
    return {name: array.astype(np.float32) for name, array in arrays.items()}
