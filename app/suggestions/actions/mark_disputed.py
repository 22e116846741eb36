"""Keep a contested invoice out of reminders. Undone by clearing the mark."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.odoo.records import InvoiceState
from app.suggestions.proposal import Proposal, Shown, Situation
from app.vocabulary import Kind


def propose(situation: Situation) -> list[Proposal]:
    """For a dispute about a certain, posted, open invoice that is not marked yet."""
    invoice = situation.books.invoice()
    if situation.assessment.classification.kind is not Kind.DISPUTE or invoice is None:
        return []
    if invoice.state is not InvoiceState.POSTED or invoice.is_disputed or invoice.open_amount.amount <= 0:
        return []
    return [
        Proposal(
            kind="mark_disputed", target_name=invoice.name, risk="operational", rank=2,
            shown=(Shown("Reminders", "active", "paused"),),
            because=f"{invoice.customer_name} contests {invoice.name}; a reminder now would make it worse.",
            effect=f"Marks {invoice.name} as disputed; reminders leave it out.",
            change=Change(
                OperationKind.MARK_DISPUTED, invoice.company_id, "account.move", invoice.id,
                values={"reason": f"Contested by the customer, case {situation.case_id}."},
                expected={"no_followup": False, "state": invoice.state.value},
            ),
            evidence=({"field": "invoice_refs"},),
        )
    ]  # fmt: skip
