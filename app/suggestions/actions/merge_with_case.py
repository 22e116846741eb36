"""Fold a case into the open case it belongs to. Not undone: work goes on in that case."""

from __future__ import annotations

from app.suggestions.proposal import Proposal, Shown, Situation


def propose(situation: Situation) -> list[Proposal]:
    """For a message that continues, or repeats, exactly one open case of the same customer."""
    if len(situation.related_cases) != 1:
        return []
    other = situation.related_cases[0]
    return [
        Proposal(
            kind="merge_with_case", target_name=f"case {other.case_id}", risk="operational", rank=0,
            shown=(Shown("Case", f"{situation.case_id}, on its own", f"part of case {other.case_id}"),),
            because=other.because, effect=f"Moves this document to case {other.case_id} and closes this one.",
            within={"merge": situation.case_id, "into": other.case_id},
        )
    ]  # fmt: skip
