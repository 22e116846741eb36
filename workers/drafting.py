"""The drafts of a case: the brief of a dispute, and the reply, worded by the model where one is set."""

from __future__ import annotations

from app.drafts.brief import Brief, brief_of
from app.suggestions.proposal import Proposal, Situation
from workers.wiring import Parts


def draft(p: Parts, situation: Situation, proposals: tuple[Proposal, ...]) -> tuple[tuple[Proposal, ...], Brief | None]:
    """The proposals with their reply as it is to be shown, and the brief of a dispute."""
    return proposals, brief_of(situation, proposals)
