"""What an action proposes, before it is frozen: one typed change with its before and after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.assessments.findings import Reconciliation, RecordRef
from app.assessments.numbers import customers_number
from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.money import Money
from app.odoo.commands import Attachment, Change, canonical_json

KINDS = (
    "set_customer_reference", "create_quotation_from_po", "update_draft_order", "update_invoice_narrative",
    "draft_credit_note", "mark_disputed", "schedule_activity", "post_note", "attach_evidence", "create_ticket",
    "request_approval", "update_billing_contact", "draft_reply", "merge_with_case", "close_no_action",
)  # fmt: skip
"""The closed list. All end in a draft, a note or a reference; none posts, pays or changes tax by itself."""
TAKE_BACK = "take_back"
"""The reverse of a step that was written. Proposed when a person asks for it, never by software."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the before → after table. Texts as a person reads them; empty is written out."""

    what: str
    now: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One advisory action. `change` is None for what happens in Countersign alone (`within` then says what)."""

    kind: str
    target_name: str
    shown: tuple[Shown, ...]
    because: str
    effect: str
    risk: str
    change: Change | None = None
    within: Mapping[str, Any] = field(default_factory=dict)
    amount: Money | None = None
    rank: int = 0
    evidence: tuple[dict[str, Any], ...] = ()

    def command(self) -> dict[str, Any]:
        """What will be carried out, as JSON: the change in Odoo, and what happens in Countersign alone or with it."""
        if self.change is None:
            return {"within": dict(self.within)}
        return {"odoo": self.change.as_json(), **({"within": dict(self.within)} if self.within else {})}

    def content_hash(self, *, case_id: int, approvals: int, rule: str) -> str:
        """SHA-256 of all that a person confirms: change, rows shown, amount, and who must approve."""
        content: dict[str, Any] = {
            "case": case_id, "kind": self.kind, "command": self.command(), "target": self.target_name,
            "shown": [[s.what, s.now, s.after] for s in self.shown],
            "amount": str(self.amount.amount) if self.amount else None,
            "currency": self.amount.currency if self.amount else None,
            "risk": self.risk, "effect": self.effect, "approvals": approvals, "rule": rule,
        }  # fmt: skip
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def part_of(kind: str, command: Mapping[str, Any]) -> tuple[int, ...]:
    """The part of the record that a step is about where several steps share a record: lines of a draft that are
    reworded one by one, by their ids. Empty for the record as a whole."""
    if kind != "update_invoice_narrative":
        return ()
    values = (command.get("odoo") or {}).get("values") or {}
    return tuple(sorted(int(line["line_id"]) for line in values.get("lines") or ()))


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """An open case of the same customer that this message continues or repeats, and why we think so."""

    case_id: int
    because: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rule that found a billing discrepancy says to do, and where.

    `step` is one sentence in the imperative, `code` the rule's name (po_missing.expired), `rule` the rule in words;
    `about` is where a note or an activity is best put, `invoice` and `order` are those it is about.
    """

    step: str
    code: str
    rule: str
    found_on: date
    about: RecordRef | None
    invoice: RecordRef | None
    order: RecordRef | None
    company_id: int


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a reply on a case can leave: the mailbox it goes out from, and the addresses that it could go to.

    `warns` says why no address may be taken by software: then a person chooses one, and it stays empty until then.
    """

    mailbox_id: int
    address: str
    choices: tuple[str, ...]
    warns: str = ""
    answers: int | None = None
    """The document that it answers."""
    language: str = ""
    """The mailbox's own, for replies to messages whose language is not known; empty: it has none."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that an action may look at when it proposes: the document read, what we think, what the books say."""

    case_id: int
    reading: Reading
    assessment: Assessment
    books: Reconciliation
    document: Attachment
    related_cases: tuple[RelatedCase, ...] = ()
    advice: Advice | None = None
    """Set where one of our rules found the matter; nothing that came from outside has one."""
    way_out: WayOut | None = None
    """How a reply could leave by mail; None: from here none can."""

    @property
    def order_number(self) -> str:
        """The customer's own order number; never the number of one of our orders."""
        return customers_number(self.assessment, self.books.books)[0]

    @property
    def reason(self) -> str:
        return self.assessment.classification.reason
