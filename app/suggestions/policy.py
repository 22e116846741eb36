"""From what we think and found to ranked, advisory actions. Pure: it reads nothing and writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable

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
    request_approval, post_note, attach_evidence, close_no_action,
)  # fmt: skip
"""All but the reply, which is written from what these propose."""

ON_ALERT = ("post_note", "schedule_activity", "close_no_action")
"""While fraud is one reading of several, nothing is proposed that answers, moves money or changes a record."""


_log = logging.getLogger(__name__)


def propose(situation: Situation) -> tuple[Proposal, ...]:
    """Every action that fits, best first. Nothing is proposed while the reading is open between several kinds.

    The reply comes last, so that it promises nothing that is not proposed beside it.
    """
    c = situation.assessment.classification
    if c.reading is CertaintyWord.UNSURE and len({KIND_OF[r] for r in c.prediction_set}) > 1:
        return ()
    proposals: list[Proposal] = []
    for action in ACTIONS:
        proposals += _alone(action.__name__, situation, lambda a=action: a.propose(situation))  # type: ignore[misc]
    proposals += _alone("draft_reply", situation, lambda: draft_reply.propose(situation, proposals))
    if any(KIND_OF[r] is Kind.SECURITY_ALERT for r in (c.reason, *c.prediction_set, *c.secondary_reasons)):
        proposals = [p for p in proposals if p.kind in ON_ALERT]
    return tuple(sorted(proposals, key=lambda p: p.rank))


def _alone(name: str, situation: Situation, propose_one: Callable[[], list[Proposal]]) -> list[Proposal]:
    """What one action proposes; an action that fails proposes nothing, is logged, and leaves the others standing."""
    try:
        return propose_one()
    except Exception as error:  # noqa: BLE001 - a stranger's document that breaks one action must leave the others
        _log.warning("case %s: %s proposes nothing, it failed: %s", situation.case_id, name, type(error).__name__)
        return []
