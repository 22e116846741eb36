"""Put the customer's order number into the text of a draft invoice. Undone by writing the old text back."""

from __future__ import annotations

import re

from app.odoo.commands import Change, OperationKind
from app.suggestions.figures import or_empty
from app.suggestions.proposal import Proposal, Shown, Situation

_TAGS = re.compile(r"<[^<>]{0,500}>")


def propose(situation: Situation) -> list[Proposal]:
    """For a draft invoice whose customer asks for their number or wording on the invoice itself."""
    invoice, number = situation.books.invoice(), situation.order_number
    if invoice is None or not invoice.is_draft or not number:
        return []
    if situation.reason not in ("missing_reference", "po_reference", "legal_form", "description_insufficient"):
        return []
    before = _TAGS.sub(" ", invoice.narration).strip()
    if number in before:
        return []
    after = f"{number}\n{before}".strip()
    return [
        Proposal(
            kind="update_invoice_narrative", target_name=invoice.name or "draft invoice", risk="operational", rank=12,
            shown=(Shown("Text at the foot", or_empty(before), after),),
            because=f"The customer wants {number} to be readable on the invoice.",
            effect="Rewords the draft; amounts stay as they are.",
            change=Change(
                OperationKind.UPDATE_INVOICE_NARRATIVE, invoice.company_id, "account.move", invoice.id,
                values={"narration": after},
                expected={"state": invoice.state.value, "narration": invoice.narration or None},
            ),
            evidence=({"field": "po_number"},),
        )
    ]  # fmt: skip
