"""Put the customer's order number into the text of a draft invoice. Undone by writing the old text back."""

from __future__ import annotations

import re

from app.odoo.commands import Change, OperationKind
from app.odoo.records import Invoice
from app.suggestions import drafts
from app.suggestions.figures import or_empty
from app.suggestions.proposal import Proposal, Shown, Situation

_TAGS = re.compile(r"<[^<>]{0,500}>")
_REASONS = ("missing_reference", "legal_form", "description_insufficient")


def propose(situation: Situation) -> list[Proposal]:
    """For the drafts of a customer who asks for their number or wording on the invoice itself."""
    number = situation.order_number
    if not number or situation.reason not in _REASONS:
        return []
    return [p for p in (_on(invoice, number) for invoice in drafts.of_situation(situation)) if p is not None]


def _on(invoice: Invoice, number: str) -> Proposal | None:
    before = _TAGS.sub(" ", invoice.narration).strip()
    if number in before:
        return None
    after = f"{number}\n{before}".strip()
    return Proposal(
        kind="update_invoice_narrative", target_name=drafts.name(invoice), risk="operational", rank=12,
        shown=(Shown("Text at the foot", or_empty(before), after),),
        because=f"The customer wants {number} to be readable on the invoice.",
        effect="Rewords the draft; amounts stay as they are.",
        change=Change(
            OperationKind.UPDATE_INVOICE_NARRATIVE, invoice.company_id, "account.move", invoice.id,
            values={"narration": after},
            expected={"state": invoice.state.value, "narration": invoice.narration or None},
        ),
        evidence=({"field": "po_number"},),
    )  # fmt: skip
