"""Put what was found on the record's chatter. A note cannot be undone; another note can correct it."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.suggestions import advised
from app.suggestions.actions import draft_credit_note, request_approval, schedule_activity
from app.suggestions.evidence import left_out, too_large
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of
from app.vocabulary import Kind

_CALL_BACK = (
    "Somebody asks to change bank details or pretends to be somebody else. Do not answer that mail. Call the customer "
    "back on the number that stands here in Odoo, and change nothing before they confirm it."
)


def propose(situation: Situation) -> list[Proposal]:
    """For a finding on a certain record, and as a warning on the customer when somebody is after our money."""
    if situation.advice is not None and any(
        action.propose(situation) for action in (draft_credit_note, schedule_activity, request_approval)
    ):
        return []  # they tell it in Odoo themselves
    record = advised.record_of(situation) or record_of(situation)
    is_alert = situation.assessment.classification.kind is Kind.SECURITY_ALERT
    if record is None or not (is_alert or situation.books.findings):
        return []
    body = _CALL_BACK if is_alert else _findings(situation)
    return [
        Proposal(
            kind="post_note", target_name=record.name, risk="advisory", rank=8,
            shown=(Shown("Note", "(none)", body),),
            because="Whoever opens the record in Odoo sees what was found."
            if not is_alert
            else "Whoever opens the customer in Odoo is warned.",
            effect=f"Posts an internal note on {record.name}; the customer does not see it.",
            change=Change(
                OperationKind.POST_NOTE, record.company_id, record.model, record.id, values={"body": body}, expected={}
            ),
        )
    ]  # fmt: skip


def _findings(situation: Situation) -> str:
    if situation.advice is not None:
        return advised.note(situation)
    said = [f.sentence for f in situation.books.findings]
    if left_out(situation.document):
        said.append(f"The original document {too_large(situation.document)}.")
    return "\n".join(said)[:19000]
