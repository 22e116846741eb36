"""Flags that a sentence states: payment held, a deadline, a legal threat. From clause scores to one decision a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log1p

from app.vocabulary import KIND_OF, Flag, Kind
from classifiers.flags.heard import Clause, Heard
from classifiers.flags.sentences import sets_a_time

STATED = (Flag.PAYMENT_HELD, Flag.DEADLINE, Flag.LEGAL_THREAT)
_QUIET, _LOUD = -3.0, 4.0
_SECOND_HAND = {"forwarded": 0.3, "attachment": 0.8, "quoted": 0.3}
"""What others wrote, or papers say, counts a little less than the sender's own words."""


def loudest(heard: Heard, flag: Flag, zones: Sequence[str]) -> list[tuple[float, int]]:
    """(score, clause number) of the clauses that may state a flag, highest first."""
    only = _may_set_a_deadline if flag is Flag.DEADLINE else None
    found = heard.of(flag, zones, only)
    weighed = [(value - _SECOND_HAND.get(heard.clauses[n].zone, 0.0), n) for value, n in found]
    return sorted(weighed, key=lambda pair: (-pair[0], pair[1]))


def _may_set_a_deadline(clause: Clause) -> bool:
    return sets_a_time(clause.concepts)


def features(loud: Sequence[tuple[float, int]], reason: str) -> tuple[float, ...]:
    """What the decision is made from: the two highest scores, and what the reason makes likely."""
    first = max(_QUIET, min(_LOUD, loud[0][0])) if loud else _QUIET
    second = max(_QUIET, min(_LOUD, loud[1][0])) if len(loud) > 1 else _QUIET
    kind = KIND_OF[reason]
    return (
        first,
        log1p(exp(second)),
        float(kind is Kind.DISPUTE),
        float(kind is Kind.BILLING_DISCREPANCY),
        float(reason in ("missing_backup", "short_payment")),
        float(kind in (Kind.PAYMENT_NOTICE, Kind.NO_ACTION)),
        float(kind is Kind.CUSTOMER_PO),
    )


def is_stated(found: Sequence[float], decision: Mapping[str, Sequence[float]]) -> bool:
    """Whether features speak for a flag. `decision` holds `weights`, and `bias` as a list of one."""
    return sum(w * x for w, x in zip(decision["weights"], found, strict=True)) + decision["bias"][0] > 0.0
