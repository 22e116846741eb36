"""Flags that a sentence states: payment held, a deadline, a legal threat. From clause scores to one decision each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, log1p
from typing import Any

from app.vocabulary import KIND_OF, Flag, Kind
from classifiers.flags.heard import Clause, Heard
from classifiers.flags.sentences import sets_a_time

STATED = (Flag.PAYMENT_HELD, Flag.DEADLINE, Flag.LEGAL_THREAT)
_QUIET, _LOUD = -3.0, 4.0
_DRAWN = 3.0
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


def features(loud: Sequence[tuple[float, int]], reason: str, usual: float = 0.0) -> tuple[float, ...]:
    """What the decision is made from: the two highest scores, the kind, and how usual the flag is for the reason.

    `usual` is the log-odds of the flag for the reason against all messages; 0 if the reason says nothing of it.
    """
    first = max(_QUIET, min(_LOUD, loud[0][0])) if loud else _QUIET
    second = max(_QUIET, min(_LOUD, loud[1][0])) if len(loud) > 1 else _QUIET
    kind = KIND_OF[reason]
    return (
        first,
        log1p(exp(second)),
        float(kind is Kind.DISPUTE),
        float(kind is Kind.BILLING_DISCREPANCY),
        usual,
        float(kind in (Kind.PAYMENT_NOTICE, Kind.NO_ACTION)),
        float(kind is Kind.CUSTOMER_PO),
    )


def is_stated(loud: Sequence[tuple[float, int]], reason: str, decision: Mapping[str, Any]) -> bool:
    """Whether scores and reason speak for a flag. `decision` holds `weights`, `bias` and `usual` by reason."""
    found = features(loud, reason, decision["usual"].get(reason, 0.0))
    return bool(sum(w * x for w, x in zip(decision["weights"], found, strict=True)) + decision["bias"] > 0.0)


def usual_by_reason(seen: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """Log-odds of a flag for each reason against all messages, from few messages: drawn towards its kind's share."""
    seen = list(seen)
    share = (1 + sum(said for _, said in seen)) / (2 + len(seen))
    found = {}
    for reason, kind in KIND_OF.items():
        of_kind = [said for other, said in seen if KIND_OF[other] is kind]
        likely = (_DRAWN * share + sum(of_kind)) / (_DRAWN + len(of_kind))
        own = [said for other, said in seen if other == reason]
        likely = (_DRAWN * likely + sum(own)) / (_DRAWN + len(own))
        found[reason] = round(log(likely / (1 - likely)) - log(share / (1 - share)), 3)
    return found
