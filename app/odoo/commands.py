"""What can be asked of Odoo: a closed list of changes, each with the values the person saw when they confirmed it.

Values in `values` and `expected` are what JSON can carry without loss: text, whole numbers, booleans, None, lists and
mappings. Amounts and quantities are decimal numbers as text ("150.00"), dates ISO 8601 text, links to other records
their ids; an empty Odoo field is None. `expected` is compared in Odoo, under a lock, in the transaction that writes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


class OperationKind(StrEnum):
    """Every write the addon knows. Nothing else can change Odoo."""

    SET_CUSTOMER_REFERENCE = "set_customer_reference"
    CREATE_QUOTATION_FROM_PO = "create_quotation_from_po"
    UPDATE_DRAFT_ORDER = "update_draft_order"
    UPDATE_INVOICE_NARRATIVE = "update_invoice_narrative"
    DRAFT_CREDIT_NOTE = "draft_credit_note"
    MARK_DISPUTED = "mark_disputed"
    SCHEDULE_ACTIVITY = "schedule_activity"
    POST_NOTE = "post_note"
    ATTACH_EVIDENCE = "attach_evidence"
    CREATE_TICKET = "create_ticket"
    REQUEST_APPROVAL = "request_approval"
    UPDATE_BILLING_CONTACT = "update_billing_contact"
    DRAFT_REPLY = "draft_reply"
    CLOSE_NO_ACTION = "close_no_action"
    # taking back what Odoo lets us take back
    CLEAR_DISPUTED = "clear_disputed"
    DELETE_DRAFT_CREDIT_NOTE = "delete_draft_credit_note"
    DELETE_DRAFT_QUOTATION = "delete_draft_quotation"
    CANCEL_ACTIVITY = "cancel_activity"
    CANCEL_APPROVAL = "cancel_approval"
    RESTORE_DRAFT = "restore_draft"
    ARCHIVE_CREATED = "archive_created"
    REMOVE_EVIDENCE = "remove_evidence"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to attach to the record, byte for byte."""

    name: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one record of one company, as proposed. Its digest is what a person confirms.

    For kinds that create something, the record is what it hangs on: the customer of a new quotation, the invoice of a
    credit note, the project of a task.
    """

    kind: OperationKind
    company_id: int
    model: str
    record_id: int
    values: Mapping[str, Json] = field(default_factory=dict)
    expected: Mapping[str, Json] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        _refuse_floats(self.values)
        _refuse_floats(self.expected)

    def as_json(self) -> dict[str, Json]:
        """The change without file contents: their names and SHA-256 stand for them."""
        return {
            "kind": self.kind.value,
            "company_id": self.company_id,
            "model": self.model,
            "record_id": self.record_id,
            "values": dict(self.values),
            "expected": dict(self.expected),
            "attachments": [{"name": a.name, "sha256": a.sha256} for a in self.attachments],
        }

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal for equal changes, whatever the order of keys."""
        return hashlib.sha256(canonical_json(self.as_json()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who decided, under which rule, and where the case stands. It is written into the record's chatter."""

    decided_by: str
    rule: str
    case: str
    link: str = ""
    """Absolute http(s) address of the case page, or empty."""


@dataclass(frozen=True, slots=True)
class WriteCommand:
    """A change together with the decision that allows it: all that `OdooGateway.apply` accepts."""

    change: Change
    mandate: Mandate

    def arguments(self, key: str) -> dict[str, Json]:
        """The named arguments of `countersign.operation/apply`."""
        change = self.change
        return {
            "key": key,
            "kind": change.kind.value,
            "record": {"model": change.model, "id": change.record_id, "company_id": change.company_id},
            "values": dict(change.values),
            "expected": dict(change.expected),
            "mandate": {
                "decided_by": self.mandate.decided_by,
                "rule": self.mandate.rule,
                "case": self.mandate.case,
                "link": self.mandate.link,
            },
            "attachments": [
                {"name": a.name, "sha256": a.sha256, "content": base64.b64encode(a.content).decode()}
                for a in change.attachments
            ],
            "digest": change.digest(),
        }


def canonical_json(value: Json) -> str:
    """JSON with sorted keys and no blanks, so that equal values give equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _refuse_floats(value: object) -> None:
    match value:
        case float():
            raise TypeError(f"a change carries decimal numbers as text, not the float {value!r}")
        case str() | int() | None:
            return
        case Mapping():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"a change has text keys, not {key!r}")
                _refuse_floats(inner)
        case list() | tuple():
            for inner in value:
                _refuse_floats(inner)
        case _:
            raise TypeError(f"a change cannot carry {type(value).__name__}: {value!r}")
