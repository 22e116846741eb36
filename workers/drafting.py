"""The drafts of a case: the brief of a dispute, and the reply, worded by the model where one is set.

The model reads neither mail nor records: it gets facts that are sentences already, and what it writes is checked
against them. Whatever goes wrong, our own words stand and the case says why.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.drafts import lead, reply, wording
from app.drafts.brief import Brief, brief_of
from app.errors import CountersignError
from app.llm.asking import Asker, Outside
from app.llm.chat import Unanswered
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import KIND_OF, Kind
from prompts.load import load

if TYPE_CHECKING:
    from app.drafts.wording import Statement, Worded
    from workers.wiring import Parts

MOST_TOKENS = 600
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands of an answer, and who gave it."""

    worded: Worded
    model: str
    prompt: str


def draft(p: Parts, situation: Situation, proposals: tuple[Proposal, ...]) -> tuple[tuple[Proposal, ...], Brief | None]:
    """The proposals with their reply as it is to be shown, and the brief of a dispute."""
    brief = brief_of(situation, proposals)
    if not _may_be_worded(situation, proposals):
        return proposals, brief
    try:
        asker = p.asker
    except CountersignError as error:
        _log.warning("case %s: drafts in our own words, the model is not set up: %s", situation.case_id, error.message)
        return proposals, brief
    return (proposals, brief) if asker is None else in_words(asker, situation, proposals, brief)


def in_words(
    asker: Asker, situation: Situation, proposals: tuple[Proposal, ...], brief: Brief | None
) -> tuple[tuple[Proposal, ...], Brief | None]:
    """Reply and opening of the brief as the model words them, asked at the same time."""
    letter = reply.to_word(situation, proposals)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="drafts") as both:
        asked = both.submit(_ask, asker, "reply", *letter, situation.case_id) if letter else None
        opened = both.submit(_ask, asker, "brief", "en", lead.to_word(brief), situation.case_id) if brief else None
    if letter and asked:
        proposals = tuple(_reworded(p, letter[0], asked.result()) for p in proposals)
    if brief and opened:
        brief = _reopened(brief, opened.result())
    return proposals, brief


def _may_be_worded(situation: Situation, proposals: tuple[Proposal, ...]) -> bool:
    """Nothing is worded where nobody is answered, or where somebody may be after our money."""
    c = situation.assessment.classification
    kinds = {KIND_OF[reason] for reason in (c.reason, *c.prediction_set, *c.secondary_reasons)}
    return bool(proposals) and not kinds & {Kind.SECURITY_ALERT} and c.kind is not Kind.NO_ACTION


def _ask(asker: Asker, name: str, language: str, facts: tuple[Statement, ...], case_id: int) -> Answered | str:
    """What stands of the model's wording, or why there is none. Facts go fenced: names in them are outside text."""
    prompt = load(name)
    try:
        said = asker.ask(
            prompt, wording.schema(prompt.schema, facts),
            [Outside("facts", "\n".join(f"{fact.id}: {fact.text}" for fact in facts))],
            values={"language": reply.LANGUAGE_NAMES[language]}, max_tokens=MOST_TOKENS, case_id=case_id,
        )  # fmt: skip
    except Unanswered as error:
        _log.info("case %s: %s in our own words, the model gave none (%s)", case_id, name, error.outcome)
        return f"the model gave no answer ({error.outcome.replace('_', ' ')})"
    return Answered(wording.checked(said.content, facts, language), said.model, said.prompt)


def _reworded(proposal: Proposal, language: str, answered: Answered | str) -> Proposal:
    if proposal.kind != "draft_reply":
        return proposal
    if isinstance(answered, str):
        return reply.noted(proposal, {"by": "template", "because": answered})
    return reply.worded(proposal, answered.worded, language, model=answered.model, prompt=answered.prompt)


def _reopened(brief: Brief, answered: Answered | str) -> Brief:
    if isinstance(answered, str):
        return lead.unworded(brief, answered)
    return lead.worded(brief, answered.worded, model=answered.model, prompt=answered.prompt)
