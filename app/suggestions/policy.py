"""From what we think and found to ranked, advisory actions. Pure: it reads nothing and writes nothing."""

from __future__ import annotations

from app.suggestions.actions import (
    attach_evidence,
    close_no_action,
    create_quotation_from_po,
    create_ticket,
    draft_credit_note,
    draft_reply,
    mark_disputed,
    merge_with_case,
    post_note,
    request_approval,
    schedule_activity,
    set_customer_reference,
    update_billing_contact,
    update_draft_order,
    update_invoice_narrative,
)
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import KIND_OF, CertaintyWord, Kind

ACTIONS = (
    merge_with_case, draft_credit_note, mark_disputed, set_customer_reference, create_quotation_from_po,
    update_draft_order, update_invoice_narrative, update_billing_contact, create_ticket, schedule_activity,
    request_approval, draft_reply, post_note, attach_evidence, close_no_action,
)  # fmt: skip

_ON_ALERT = ("post_note", "schedule_activity", "close_no_action")
"""While fraud is one reading of several, nothing is proposed that answers, moves money or changes a record."""


def propose(situation: Situation) -> tuple[Proposal, ...]:
    """Every action that fits, best first. Nothing is proposed while the reading is open between several kinds."""
    c = situation.assessment.classification
    if c.reading is CertaintyWord.UNSURE and len({KIND_OF[r] for r in c.prediction_set}) > 1:
        return ()
    proposals = [p for action in ACTIONS for p in action.propose(situation)]
    if any(KIND_OF[r] is Kind.SECURITY_ALERT for r in (c.reason, *c.prediction_set, *c.secondary_reasons)):
        proposals = [p for p in proposals if p.kind in _ON_ALERT]
    return tuple(sorted(proposals, key=lambda p: p.rank))
