"""Close a case that asks for nothing. A further message on it opens it again."""

from __future__ import annotations

from app.suggestions.proposal import Proposal, Shown, Situation
from app.vocabulary import Kind

_WORDS = {
    "auto_reply": "an automatic reply", "acknowledgement": "an acknowledgement", "bounce": "a returned mail",
    "marketing": "advertising", "unrelated": "nothing to do with billing",
}  # fmt: skip


def propose(situation: Situation) -> list[Proposal]:
    """For messages that ask for nothing. Nothing changes in Odoo."""
    if situation.advice is not None:
        return [_instead(situation, situation.advice.found_on.isoformat())]
    if situation.assessment.classification.kind is not Kind.NO_ACTION:
        return []
    what = _WORDS[situation.reason]
    return [
        Proposal(
            kind="close_no_action", target_name=f"case {situation.case_id}", risk="advisory", rank=1,
            shown=(Shown("Case", "open", "closed, nothing to do"),),
            because=f"This reads as {what}.", effect="Closes the case; Odoo is not touched.",
            within={"close": situation.case_id},
        )
    ]  # fmt: skip


def _instead(situation: Situation, found_on: str) -> Proposal:
    """For a discrepancy that is right but nothing is to be done about: the other way out, ticked by nobody for you."""
    return Proposal(
        kind="close_no_action", target_name=f"case {situation.case_id}", risk="advisory", rank=20,
        shown=(Shown("Case", "open", "closed, nothing to do"),),
        because="Instead of the other steps: the finding holds, and it stays as it is. It comes back when it changes.",
        effect="Closes the case; Odoo is not touched.",
        within={"close": situation.case_id, "found_on": found_on},
    )  # fmt: skip
