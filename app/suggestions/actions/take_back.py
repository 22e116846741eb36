"""The reverse of a step that was written, as Odoo's receipt names it. A person asks for it; software never does.

Odoo takes it back only while the record still has what was written: the addon compares it under its lock and says what
differs, or that the document was posted or confirmed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.money import Money
from app.odoo.commands import Change, OperationKind
from app.suggestions.proposal import TAKE_BACK, Proposal, Shown

WHY_NOT = {
    "post_note": "Odoo keeps what was said on a record. Put a second note that corrects this one.",
    "draft_reply": "Odoo keeps the reply as a note, and a mail that left cannot be called back. Write to them again.",
    "merge_with_case": "Nothing was written to Odoo. Take the case out of the one it was folded into, on its page.",
    "close_no_action": "Nothing was written to Odoo. A further message on this case opens it again.",
    TAKE_BACK: "This took something back itself. Have the case compared with Odoo again to be proposed the step anew.",
}
"""Steps that cannot be taken back, and what to do instead."""
REVERSED_BY: Mapping[str, tuple[OperationKind, ...]] = {
    "set_customer_reference": (OperationKind.SET_CUSTOMER_REFERENCE,),
    "create_quotation_from_po": (OperationKind.DELETE_DRAFT_QUOTATION,),
    "update_draft_order": (OperationKind.RESTORE_DRAFT,),
    "update_invoice_narrative": (OperationKind.RESTORE_DRAFT,),
    "draft_credit_note": (OperationKind.DELETE_DRAFT_CREDIT_NOTE,),
    "mark_disputed": (OperationKind.CLEAR_DISPUTED,),
    "schedule_activity": (OperationKind.CANCEL_ACTIVITY,),
    "attach_evidence": (OperationKind.REMOVE_EVIDENCE,),
    "create_ticket": (OperationKind.ARCHIVE_CREATED,),
    "request_approval": (OperationKind.CANCEL_ACTIVITY, OperationKind.CANCEL_APPROVAL),
    "update_billing_contact": (OperationKind.UPDATE_BILLING_CONTACT, OperationKind.ARCHIVE_CREATED),
}
"""What may reverse each step; a receipt that names anything else is not followed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A step that was written: what it was about, and Odoo's receipt."""

    suggestion_id: str
    kind: str
    target_name: str
    company_id: int
    risk: str
    amount: Money | None
    shown: tuple[Shown, ...]
    receipt: Mapping[str, Any]


_GONE = {
    OperationKind.DELETE_DRAFT_CREDIT_NOTE: ("Draft credit note", "deleted"),
    OperationKind.DELETE_DRAFT_QUOTATION: ("Draft quotation", "deleted"),
    OperationKind.CANCEL_ACTIVITY: ("Activity", "cancelled"),
    OperationKind.CANCEL_APPROVAL: ("Request for approval", "withdrawn"),
    OperationKind.ARCHIVE_CREATED: ("Made by this step", "archived"),
    OperationKind.REMOVE_EVIDENCE: ("File", "removed; it stays in the case"),
}
_ONLY_WHILE = {
    OperationKind.DELETE_DRAFT_CREDIT_NOTE: "while it is a draft that nobody has touched",
    OperationKind.DELETE_DRAFT_QUOTATION: "while it is a quotation that nobody has touched",
    OperationKind.CANCEL_ACTIVITY: "while it is open",
    OperationKind.CANCEL_APPROVAL: "while nobody has answered it",
    OperationKind.ARCHIVE_CREATED: "while nobody has worked on it",
    OperationKind.REMOVE_EVIDENCE: "while the file is as it was attached",
    OperationKind.RESTORE_DRAFT: "while it is a draft and has what we wrote",
    OperationKind.SET_CUSTOMER_REFERENCE: "while it has the number we wrote",
    OperationKind.UPDATE_BILLING_CONTACT: "while it has what we wrote",
    OperationKind.CLEAR_DISPUTED: "while the mark is set",
    OperationKind.MARK_DISPUTED: "while the mark is not set",
}


def why_not(kind: str, receipt: Mapping[str, Any]) -> str:
    """Why a written step of this kind cannot be taken back, and what to do instead; empty when it can be."""
    if kind in WHY_NOT:
        return WHY_NOT[kind]
    reverse = receipt.get("undo") or {}
    if reverse.get("kind") not in [kind.value for kind in REVERSED_BY.get(kind, ())]:
        return "Odoo did not say how to take this back. Put it right in Odoo by hand; its note names what was done."
    return ""


def propose(written: Written, *, asked_by: str) -> Proposal:
    """The reverse step, with what is there now and what will be there again. `why_not` must have said nothing."""
    reverse = written.receipt["undo"]
    kind = OperationKind(reverse["kind"])
    name = str(written.receipt.get("name") or written.target_name)
    return Proposal(
        kind=TAKE_BACK, target_name=name, risk=written.risk, amount=written.amount, rank=0,
        shown=_shown(kind, written, name),
        because=f"{asked_by} asks to take this back. Odoo allows it {_ONLY_WHILE[kind]}.",
        effect=_effect(kind, written, name),
        change=Change(
            kind, written.company_id, reverse["model"], reverse["id"], values=reverse["values"],
            expected=reverse["expected"],
        ),
        within={"undoes": written.suggestion_id},
    )  # fmt: skip


def _shown(kind: OperationKind, written: Written, name: str) -> tuple[Shown, ...]:
    if kind in _GONE:
        what, after = _GONE[kind]
        files = ", ".join(str(f["name"]) for f in written.receipt.get("files", ()))
        now = files if kind is OperationKind.REMOVE_EVIDENCE and files else name
        return (Shown(what, now, after),)
    return tuple(Shown(row.what, row.after, row.now) for row in written.shown)


def _effect(kind: OperationKind, written: Written, name: str) -> str:
    if kind is OperationKind.ARCHIVE_CREATED:
        return f"Archives {name} in Odoo; nothing is deleted."
    if kind in _GONE:
        what, after = _GONE[kind]
        return f"{what} on {written.target_name}: {after} in Odoo, with a note."
    return f"Puts {name} back to what it was before, with a note."
