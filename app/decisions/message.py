"""A mail that may continue a case, with what was read of it and what the books say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.assessments.findings import Reconciliation
from app.assessments.results import Assessment
from app.cases.thread import Headers
from app.documents.automatic import Automatic
from app.vocabulary import KIND_OF, Kind


@dataclass(frozen=True, slots=True)
class Message:
    """`brings_more`: it passes a message on, or brings files, so that it is not done with what it says itself. `marked`
    are the cases whose marks it bears (see app/mailboxes/thread_token.py); `is_own` says whether an address is ours.
    """

    case_id: int
    document_id: int
    headers: Headers
    assessment: Assessment
    found: Reconciliation
    automatic: Automatic | None = None
    marked: tuple[int, ...] = ()
    brings_more: bool = False
    is_own: Callable[[str], bool] = field(default=lambda address: False)

    @property
    def is_quiet(self) -> bool:
        return self.automatic is not None and self.automatic.is_quiet

    @property
    def is_alert(self) -> bool:
        """Whether it may be a fraud attempt, for all that was thought of."""
        c = self.assessment.classification
        return any(KIND_OF[r] is Kind.SECURITY_ALERT for r in (c.reason, *c.prediction_set, *c.secondary_reasons))

    @property
    def customer_id(self) -> int | None:
        match = self.found.certain("customer")
        return match.record.id if match is not None else None

    @property
    def company_id(self) -> int | None:
        paper = self.found.certain("invoice") or self.found.certain("order")
        return paper.company_id if paper is not None else None
