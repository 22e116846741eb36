"""What a detector says: one discrepancy, with the records it rests on, the arithmetic and a next step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from app.assessments.findings import Finding, RecordRef


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is wrong in the books, found by one rule.

    `key` stays the same from run to run for the same matter (rule and the records it is about, never amounts), so that
    it is raised once; `fingerprint` changes when what is found about it changes.
    """

    rule: str
    """Name of the rule, such as unbilled_time.hours; the part before the dot is the reason of the guidelines."""
    key: str
    company_id: int
    company: str
    customer_id: int | None
    customer: str
    title: str
    """A short line for the inbox: "S00031 Falk: 9.5 h of August not billed"."""
    finding: Finding
    """`sentence` says it in words, `amount` is net, `rows` the arithmetic, `records` all records it rests on."""
    step: str
    """What a person should do, as one sentence in the imperative."""
    explains: str
    """The rule in words with its thresholds: "Approved hours older than 35 days that no invoice carries"."""
    order: RecordRef | None = None
    invoice: RecordRef | None = None
    about: RecordRef | None = None
    """The record on which a note or an activity is best put."""
    since: date | None = None
    """The day from which it holds."""

    @property
    def reason(self) -> str:
        """The guidelines' reason."""
        return self.rule.partition(".")[0]

    @property
    def fingerprint(self) -> str:
        amount = self.finding.amount
        parts = [
            self.key, self.finding.sentence, f"{amount.amount} {amount.currency}" if amount else "",
            *sorted(f"{r.model},{r.id}" for r in self.finding.records),
        ]  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
