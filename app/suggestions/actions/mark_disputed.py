"""Keep a contested invoice out of reminders. Undone by clearing the mark."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.odoo.records import Invoice, InvoiceKind, InvoiceState
from app.suggestions.proposal import Proposal, Shown, Situation
from app.vocabulary import Kind


def propose(situation: Situation) -> list[Proposal]:
    """For a dispute: each certain, posted, open invoice that is not marked yet.

    Of several named invoices those of which a finding supports the customer; of a pair billed twice, the later one.
    """
    if situation.assessment.classification.kind is not Kind.DISPUTE:
        return []
    open_ones = [
        i
        for i in situation.books.invoices()
        if i.kind is InvoiceKind.INVOICE
        and i.state is InvoiceState.POSTED
        and not i.is_disputed
        and i.open_amount.amount > 0
    ]
    contested = {f.invoice_id for f in situation.books.findings if f.says == "customer"}
    return [_mark(situation, i) for i in [i for i in open_ones if i.id in contested] or open_ones]


def _mark(situation: Situation, invoice: Invoice) -> Proposal:
    return Proposal(
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
    )  # fmt: skip
