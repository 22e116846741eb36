"""What the firm aims at: from the policy's section `targets`, else these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Targets:
    """Shares are fractions."""

    answered_in_time: Decimal = Decimal("0.90")
    issue_within_days: int = 5
    """Days from the end of the month of the last work to the invoice."""
    issued_in_time: Decimal = Decimal("0.85")
    collection_effectiveness: Decimal = Decimal("0.85")

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> Targets:
        """From a policy's content; the schema has checked it."""
        given, usual = policy.get("targets") or {}, cls()
        return cls(
            Decimal(str(given.get("answered_in_time", usual.answered_in_time))),
            int(given.get("issue_within_days", usual.issue_within_days)),
            Decimal(str(given.get("issued_in_time", usual.issued_in_time))),
            Decimal(str(given.get("collection_effectiveness", usual.collection_effectiveness))),
        )
