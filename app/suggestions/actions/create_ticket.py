"""Ask delivery: a ticket where Odoo has a helpdesk, else a task in the project. Undone by archiving what was made."""

from __future__ import annotations

from app.odoo.commands import Change, OperationKind
from app.suggestions.proposal import Proposal, Shown, Situation

_QUESTIONS = {
    "quality_acceptance": "Was the deliverable accepted?",
    "scope_not_agreed": "Was this work ordered, and by whom?",
    "hours_quantity": "Were these hours worked and signed off?",
    "description_insufficient": "What was done in these hours?",
    "delay_penalty": "Was the delivery late, and why?",
}


def propose(situation: Situation) -> list[Proposal]:
    """For disputes that only delivery can answer, when the project is certain and the books do not answer already."""
    question, match = _QUESTIONS.get(situation.reason), situation.books.certain("project")
    if question is None or match is None or match.company_id is None:
        return []
    answers = [f for f in situation.books.findings if f.code != "milestone_not_reached"]
    if any(f.says in ("customer", "us") for f in answers):
        return []
    summary = " ".join(claim.text for claim in situation.assessment.summary)
    return [
        Proposal(
            kind="create_ticket", target_name=match.record.name, risk="advisory", rank=3,
            shown=(Shown("Question", "(none)", question),),
            because="The books do not answer this; the project manager can.",
            effect=f"Asks the manager of {match.record.name} by a ticket, or a task without a helpdesk.",
            change=Change(
                OperationKind.CREATE_TICKET, match.company_id, "project.project", match.record.id,
                values={"name": question, "description": summary[:9000]},
            ),
        )
    ]  # fmt: skip
