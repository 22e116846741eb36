"""Fitting of the choices' weights: maximum a posteriori, with the trade's rules of thumb as the prior's centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from app.documents.reading import Reading
from classifiers.message_fields import amount_fields, quantities, when
from classifiers.message_fields.amount_roles import candidates
from classifiers.message_fields.priors import PRIORS
from classifiers.message_fields.ranker import Choice
from classifiers.message_fields.source import source_of

SPREAD = {"amount_disputed": 0.4, "amount_total": 0.3, "deadline": 0.2, "quantity_disputed": 0.2}
"""How far data may draw weights from the prior: standard deviations, chosen in cross-validation."""


@dataclass(frozen=True)
class Labelled:
    """A message with its true reason and fields; `accept` holds further right values, `group` its customer."""

    reading: Reading
    reason: str
    fields: Mapping[str, Any]
    accept: Mapping[str, Sequence[Any]]
    group: str = ""


def train(messages: Iterable[Labelled]) -> dict[str, dict[str, float]]:
    """The weights of every learned choice by field. Deterministic for the same messages in the same order."""
    collected: dict[str, list[Choice]] = {name: [] for name in SPREAD}
    for message in messages:
        for name, choice in choices(message).items():
            collected[name].append(choice)
    return {name: fit(found, PRIORS[name], SPREAD[name]) for name, found in collected.items()}


def choices(message: Labelled) -> dict[str, Choice]:
    """The choices that a labelled message sets, with the right options marked."""
    source = source_of(message.reading, message.reason, None)
    found: dict[str, Choice] = {}
    options = candidates(source, amount_fields.usable(source))
    for name, applies in (("amount_disputed", amount_fields.has_disputed), ("amount_total", amount_fields.has_total)):
        if applies(message.reason):
            choice = amount_fields.choice_of(source, name, options)
            found[name] = _marked(message, name, choice, [o.value for o in options])
    if when.has_deadline(message.reason):
        places = when.places(source)
        choice = when.choice_of(source, places)
        found["deadline"] = _marked(message, "deadline", choice, [p.found.value.isoformat() for p in places])
    if quantities.has_quantity(message.reason):
        gold = [o for o in options if _comparable(o.value) == _comparable(message.fields.get("amount_disputed"))]
        disputed = [a.passage.evidence(a.start, a.end) for o in gold for a in o.mentions]
        counted = quantities.options(source, quantities.quantities(source), disputed)
        choice = quantities.choice_of(source, counted)
        found["quantity_disputed"] = _marked(message, "quantity_disputed", choice, [o.value for o in counted])
    return found


def _marked(message: Labelled, name: str, choice: Choice, values: Sequence[object]) -> Choice:
    gold = message.fields.get(name)
    right = {_comparable(v) for v in (gold, *message.accept.get(name, ())) if v}
    marked = {i for i, value in enumerate(values) if _comparable(value) in right}
    if not gold:
        marked.add(len(values))
    return replace(choice, right=frozenset(marked), group=message.group)


def _comparable(value: object) -> object:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def fit(choices: Sequence[Choice], prior: Mapping[str, float], spread: float) -> dict[str, float]:
    """Weights that make the right options likely, drawn towards `prior` with a Gaussian of this standard deviation.

    The loss is minimised by L-BFGS from the prior. Choices without a right option teach nothing and are passed over;
    weights within a hundredth of zero are left out.
    """
    import numpy as np
    from scipy.optimize import minimize

    known = [c for c in choices if c.right and c.options]
    names = sorted({n for c in known for f in (*c.options, c.none) for n in f} | set(prior))
    index = {name: i for i, name in enumerate(names)}
    centre = np.array([prior.get(name, 0.0) for name in names])
    rows = [(number, at, f) for number, c in enumerate(known) for at, f in enumerate((*c.options, c.none))]
    matrix = np.zeros((len(rows), len(names)))
    for row, (_, _, features) in enumerate(rows):
        for name, value in features.items():
            matrix[row, index[name]] = value
    owner = np.array([number for number, _, _ in rows], dtype=int)
    right = np.array([at in known[number].right for number, at, _ in rows])

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        top = np.full(len(known), -np.inf)
        np.maximum.at(top, owner, scores)
        powers = np.exp(scores - top[owner])
        whole = np.bincount(owner, powers, len(known))
        hit = np.maximum(np.bincount(owner, powers * right, len(known)), 1e-300)
        gradient = matrix.T @ (powers / whole[owner] - powers * right / hit[owner]) + (weights - centre) / spread**2
        prior_loss = float(np.sum((weights - centre) ** 2)) / (2 * spread**2)
        return float(np.sum(np.log(whole) - np.log(hit))) + prior_loss, gradient

    if not known:
        return {name: value for name, value in prior.items() if value}
    found = minimize(loss, centre, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return {name: round(float(found[index[name]]), 3) for name in names if abs(found[index[name]]) >= 0.01}
