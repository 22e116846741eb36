"""Ask a named approver in Odoo to look at a discrepancy. Undone while nobody has answered."""

from __future__ import annotations

from app.odoo.commands import Change, Json, OperationKind
from app.suggestions import advised
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of

_REASONS = ("unapproved_time", "po_exceeded", "contract_cap", "retainer_overage", "milestone_early")


def propose(situation: Situation) -> list[Proposal]:
    """For limits that were passed, to the order's salesperson, who agreed them with the customer."""
    order, record = situation.books.order(), record_of(situation)
    if situation.reason not in _REASONS or order is None or order.salesperson_id is None or record is None:
        return []
    if situation.advice is not None and situation.reason not in advised.EXTENDED:
        return []  # an error is put right, not approved
    values: dict[str, Json] = {"note": advised.note(situation)} if situation.advice is not None else {}
    summary = next((f.sentence for f in situation.books.findings), "A limit of this order was passed")[:190]
    return [
        Proposal(
            kind="request_approval", target_name=order.name, risk="advisory", rank=4,
            shown=(Shown("Approval", "(none)", summary),),
            because="Only whoever agreed the limit can extend it.",
            effect=f"Asks the salesperson of {order.name} for an approval in Odoo, in the way it has for that.",
            change=Change(
                OperationKind.REQUEST_APPROVAL, order.company_id, "sale.order", order.id,
                values={"summary": summary, "user_id": order.salesperson_id, **values},
            ),
        )
    ]  # fmt: skip
