"""Attach the original document to the record, byte for byte. Undone by removing the file."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.suggestions.evidence import attachable
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of
from app.vocabulary import Kind

_KINDS = (Kind.CUSTOMER_PO, Kind.DISPUTE, Kind.PAYMENT_NOTICE)


def propose(situation: Situation) -> list[Proposal]:
    """For orders, disputes and payment notices about a certain record; not for a file that is too large for Odoo."""
    record, files = record_of(situation), attachable(situation.document)
    if record is None or not files or situation.assessment.classification.kind not in _KINDS:
        return []
    name = files[0].name
    return [
        Proposal(
            kind="attach_evidence", target_name=record.name, risk="advisory", rank=9,
            shown=(Shown("Attachments", "as they are", f"{name} added"),),
            because="The paper a decision rests on belongs to the record.",
            effect=f"Attaches {name} to {record.name}.",
            change=Change(
                OperationKind.ATTACH_EVIDENCE, record.company_id, record.model, record.id,
                values={"body": f"Original document of case {situation.case_id}."}, attachments=files,
            ),
        )
    ]  # fmt: skip
