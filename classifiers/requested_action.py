"""The main thing a sender asks for, weighed from what the reason makes likely and what the sentences say.

Security alerts and messages that need no action ask for nothing that we would do. The codes of a buyer's structured
answer (Peppol OPStatusAction; the French life cycle uses the same) decide where they are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.assessments.results import FieldValue
from app.documents.order import Order
from app.documents.reading import Reading
from app.vocabulary import KIND_OF, Kind, RequestedAction
from classifiers.flags.heard import Heard, hear
from classifiers.flags.sentences import number_of
from classifiers.flags.trained import Model, packaged

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

ACTIONS: tuple[str, ...] = tuple(action.value for action in RequestedAction)
_NONE = ACTIONS.index(RequestedAction.NONE.value)
_FAINT = -6.0
_LAST_CLAUSES = 3
_TYPICAL = {
    "new_po": "confirm_order", "po_change": "confirm_order", "po_cancellation": "update_record",
    "po_reference": "update_record", "hours_quantity": "credit_note explain reissue",
    "rate_price": "credit_note reissue", "duplicate_invoice": "credit_note",
    "scope_not_agreed": "credit_note reissue", "quality_acceptance": "explain credit_note",
    "contract_cap": "credit_note reissue", "expenses": "credit_note explain reissue send_documents", "tax": "reissue",
    "missing_reference": "reissue", "missing_backup": "send_documents", "wrong_entity": "reissue",
    "already_paid": "apply_payment", "payment_terms": "update_record credit_note reissue", "currency": "reissue",
    "calculation_error": "reissue credit_note", "discount_rebate": "credit_note reissue",
    "credit_not_received": "credit_note", "late_billing": "credit_note", "contract_ended": "credit_note",
    "po_invalid": "reissue", "legal_form": "reissue", "description_insufficient": "explain reissue",
    "delay_penalty": "none credit_note", "unbilled_time": "update_record explain",
    "unapproved_time": "update_record credit_note", "rate_mismatch": "update_record credit_note",
    "quantity_mismatch": "credit_note update_record explain", "milestone_early": "credit_note explain",
    "po_exceeded": "update_record explain", "po_missing": "explain update_record", "duplicate_billing": "credit_note",
    "expense_eligibility": "credit_note update_record explain", "tax_mapping": "update_record reissue",
    "retainer_overage": "explain", "delivery_failure": "none reissue update_record",
    "credit_not_issued": "credit_note", "remittance": "apply_payment", "promise_to_pay": "none",
    "short_payment": "none apply_payment", "overpayment_refund": "refund apply_payment",
    "copy_or_statement": "send_documents", "supporting_documents": "send_documents", "vendor_setup": "send_documents",
    "contact_change": "update_record", "question": "explain",
}  # fmt: skip
"""What a reason's remedy usually is, most usual first: it stands in where few messages of a reason were seen."""
_CODES = {
    "NOA": "none", "PIN": "explain", "NIN": "reissue", "CNF": "credit_note", "CNP": "credit_note", "CNA": "credit_note",
}  # fmt: skip


def requested_action(
    reading: Reading,
    reason: str,
    kind: Kind,
    order: Order | None,
    *,
    heard: Heard | None = None,
    model: Model | None = None,
) -> FieldValue | None:
    """What is asked for, resting on the clause that asks most clearly; None if the message has no text at all.

    `order` is not needed where `reason` is right: an order always asks to be confirmed. `heard` saves scoring twice.
    """
    model = model or packaged()
    heard = heard or hear(reading, model.heads)
    if not heard.clauses:
        return None
    if (coded := _coded(reading, reason)) is not None:
        return coded
    if kind in (Kind.SECURITY_ALERT, Kind.NO_ACTION):
        choice = _NONE
    else:
        table = features(heard, model.asked["likely"][reason])
        choice = int((table @ model.asked["weights"]).argmax())
    return FieldValue(ACTIONS[choice], (heard.evidence(_clause_that_asks(heard, choice)),))


def _coded(reading: Reading, reason: str) -> FieldValue | None:
    for part in reading.walk():
        answer = part.invoice_answer
        named = {_CODES[code] for code, _ in answer.actions if code in _CODES} if answer else set()
        if len(named) == 1:
            value = named.pop()
            if value == "explain" and reason in ("missing_backup", "supporting_documents"):
                value = RequestedAction.SEND_DOCUMENTS.value
            return FieldValue(value, (part.evidence(0, min(len(part.text), 200)),))
    return None


def _clause_that_asks(heard: Heard, choice: int) -> int:
    head = f"ask:{ACTIONS[choice]}"
    found = heard.of(head, ("new",)) or heard.of(head, ("subject", "forwarded", "quoted", "attachment"))
    if choice == _NONE:
        found = sorted(found, key=lambda pair: pair[1])
    return found[0][1]


def features(heard: Heard, likely: Sequence[float]) -> Array:
    """One row for each action: its log-probability given the reason, and how clearly clauses ask for it by zone."""
    import numpy as np

    log_odds = _log_probabilities(heard)
    says_so = [number_of("nothing_asked") in clause.concepts for clause in heard.clauses]
    log_odds[:, _NONE] = np.where(says_so, log_odds[:, _NONE], _FAINT)  # a statement asks for nothing, and says nothing
    zones = np.array(["" if clause.is_part else clause.zone for clause in heard.clauses])
    own = np.flatnonzero((zones == "new") | (zones == "subject"))
    new = np.flatnonzero(zones == "new")
    second_hand = np.flatnonzero((zones == "forwarded") | (zones == "quoted") | (zones == "attachment"))
    passes_on = "forwarded" in heard.zones_that_speak()

    def clearest(rows: Array) -> Array:
        return np.maximum(log_odds[rows].max(axis=0), _FAINT) if len(rows) else np.full(len(ACTIONS), _FAINT)

    columns = [
        np.array(likely),
        clearest(own),
        np.log1p(np.exp(log_odds[own]).sum(axis=0)) if len(own) else np.zeros(len(ACTIONS)),
        clearest(new[-_LAST_CLAUSES:]),
        clearest(own[zones[own] == "subject"]),
        clearest(second_hand) if passes_on else np.full(len(ACTIONS), _FAINT),
    ]
    table: Array = np.concatenate([np.stack(columns, axis=1), np.eye(len(ACTIONS))], axis=1)
    return table


def _log_probabilities(heard: Heard) -> Array:
    import numpy as np

    first = heard.heads.index(f"ask:{ACTIONS[0]}")
    scores = heard.scores[:, first : first + len(ACTIONS)]
    scores = scores - scores.max(axis=1, keepdims=True)
    likely: Array = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return likely


def learn(messages: Sequence[Heard], reasons: Sequence[str], golds: Sequence[str | None]) -> dict[str, Any]:
    """Weights and log-priors from messages whose clauses were scored by heads that did not see them."""
    seen = [
        (heard, reason, gold)
        for heard, reason, gold in zip(messages, reasons, golds, strict=True)
        if gold and heard.clauses and KIND_OF[reason] not in (Kind.SECURITY_ALERT, Kind.NO_ACTION)
    ]
    tables, answers = [], []
    for side in (0, 1):  # a message's own label must not be in the prior that it is weighed with
        likely = _likely([(reason, gold) for _, reason, gold in seen[1 - side :: 2]])
        for heard, reason, gold in seen[side::2]:
            tables.append(features(heard, likely[reason]))
            answers.append(ACTIONS.index(gold))
    weights = _fit(tables, answers)
    likely = _likely([(reason, gold) for _, reason, gold in seen])
    return {"weights": [round(float(w), 4) for w in weights], "likely": likely}


def _likely(seen: Sequence[tuple[str, str]]) -> dict[str, list[float]]:
    """Log-probability of each action for each reason: what is typical, and what was seen."""
    from math import log

    found: dict[str, list[float]] = {}
    for reason in KIND_OF:
        counts = [0.05] * len(ACTIONS)
        for rank, action in enumerate(_TYPICAL.get(reason, "none").split(), start=1):
            counts[ACTIONS.index(action)] += 2.0 / rank
        for other, action in seen:
            counts[ACTIONS.index(action)] += other == reason
        found[reason] = [round(log(count / sum(counts)), 4) for count in counts]
    return found


def _fit(tables: Sequence[Array], answers: Sequence[int], strictness: float = 1.0) -> Array:
    """Weights of a conditional logit, shared by all actions; those of single actions are held down more."""
    import numpy as np
    from scipy.optimize import minimize

    count = tables[0].shape[1]
    start = np.eye(count)[0]
    hold = np.full(count, 0.2 * strictness)
    hold[-len(ACTIONS) :] = 2.0 * strictness

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = float((hold * (weights - start) ** 2).sum()), 2.0 * hold * (weights - start)
        for table, answer in zip(tables, answers, strict=True):
            scores = table @ weights
            odds = np.exp(scores - scores.max())
            odds /= odds.sum()
            total -= float(np.log(odds[answer] + 1e-12))
            slope = slope + table.T @ odds - table[answer]
        return total, slope

    return minimize(loss, start, jac=True, method="L-BFGS-B").x  # type: ignore[no-any-return]
