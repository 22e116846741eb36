"""The drafts of a case in a model's words: a step of its own, after the case stands before a person with our own words.

The model reads neither mail nor records: it gets facts that are sentences already, and what it writes is checked
against them. Whatever goes wrong, our own words stay and the case says why. What comes after a person has acted on the
reply is not used.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.cases import steps
from app.cases.models import Case
from app.clock import now
from app.decisions import worded
from app.drafts import kept as briefs
from app.drafts import lead, reply, wording
from app.drafts.brief import brief_of
from app.drafts.reply import Letter
from app.errors import Misconfigured
from app.llm.asking import Asker, Outside
from app.llm.chat import Unanswered
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import KIND_OF, Kind
from prompts.load import load
from workers.celery_app import celery_app
from workers.lease import given_back, kept
from workers.wiring import Parts, parts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.drafts.brief import Brief, Lead
    from app.drafts.wording import Statement, Worded

log = logging.getLogger(__name__)
STAGE = "draft"
PATIENCE = timedelta(minutes=15)
"""After this long in the queue a draft is not put to the model any more."""
MOST_TOKENS = 600
_UNTOUCHED = ("to_decide", "needs_attention", "snoozed")


@celery_app.task(name=f"case.{STAGE}")
def draft_case(case_id: str) -> None:
    draft(parts(), int(case_id))


def schedule(p: Parts, session: Session, situation: Situation, *, at: datetime) -> None:
    """Have the model word the drafts that were just proposed, where one is set and there is something to word."""
    if not p.settings.has_llm or not may_be_worded(situation):
        return
    if worded.unworded(session, situation.case_id) or briefs.unworded(session, situation.case_id):
        steps.schedule(session, situation.case_id, STAGE, at=at)


def brief(situation: Situation, proposals: Sequence[Proposal]) -> Brief | None:
    """The brief of a dispute; one that fails is none, is logged, and leaves the case as it is."""
    try:
        return brief_of(situation, proposals)
    except Exception as error:  # noqa: BLE001 - a stranger's document that breaks the brief must leave the steps
        log.warning("case %s: no brief, it failed: %s", situation.case_id, type(error).__name__)
        return None


def may_be_worded(situation: Situation) -> bool:
    """Nothing is worded where nobody is answered, or where somebody may be after our money."""
    c = situation.assessment.classification
    kinds = {KIND_OF[reason] for reason in (c.reason, *c.prediction_set, *c.secondary_reasons)}
    return Kind.SECURITY_ALERT not in kinds and c.kind is not Kind.NO_ACTION and situation.advice is None


def draft(p: Parts, case_id: int) -> None:
    """Put the facts of reply and brief to the model and take over what stands of its words."""
    with p.database.transaction() as session:
        step = steps.claim(session, case_id, STAGE, at=now())
        attempt = step.attempts if step is not None else None
        if step is not None and step.lost >= steps.LOSSES:
            steps.give_up(session, case_id, STAGE, "its worker died each time", at=now())
            attempt = None
    if attempt is None:
        return
    with given_back(p.database, lambda s, error: _failed(s, case_id, attempt, error)):
        with p.database.transaction() as session:
            letter = worded.unworded(session, case_id)
            opening = briefs.unworded(session, case_id)
            if letter is not None and now() - letter.made_at > PATIENCE:
                letter = opening = None
        with kept(p.database, lambda s: steps.renew(s, case_id, STAGE, attempt, at=now()), every=8):
            drafted = in_words(_asker(p), letter, opening, case_id)
        with p.database.transaction() as session:
            case = session.get_one(Case, case_id, with_for_update=True)  # before its step, as whoever folds it does
            if not steps.finish(session, case_id, STAGE, attempt, at=now()):
                return
            if case.state not in _UNTOUCHED:
                return
            if drafted.lead is not None and opening is not None:
                briefs.keep_lead(session, case_id, opening, drafted.lead)
            if drafted.letter is not None and letter is not None:
                worded.keep(session, letter, drafted.letter, p.policy, at=now())


def _failed(session: Session, case_id: int, attempt: int, error: str) -> None:
    """Our own words stay: nothing of it is worth a person's attention."""
    if steps.fail(session, case_id, STAGE, attempt, error, at=now()):
        steps.give_up(session, case_id, STAGE, error, at=now())


def _asker(p: Parts) -> Asker | str:
    try:
        asker = p.asker
    except Misconfigured as error:
        return error.message.rstrip(".")
    return asker if asker is not None else "no model is set any more"


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands of an answer, and who gave it."""

    worded: Worded
    model: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """A letter's text with its note, and a brief's opening; None for what was not to be worded."""

    letter: reply.WordedLetter | None
    lead: Lead | None


def in_words(asker: Asker | str, letter: Letter | None, opening: Brief | None, case_id: int) -> Drafted:
    """Reply and opening of the brief as the model words them, asked at the same time; `asker` may say why not."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="drafts") as both:
        asked = both.submit(_ask, asker, "reply", letter.language, letter.statements, case_id) if letter else None
        opened = both.submit(_ask, asker, "brief", "en", lead.to_word(opening), case_id) if opening else None
    return Drafted(
        _letter(letter, asked.result()) if letter and asked else None,
        _lead(opening, opened.result()) if opening and opened else None,
    )


def _ask(asker: Asker | str, name: str, language: str, facts: Sequence[Statement], case_id: int) -> Answered | str:
    """What stands of the model's wording, or why there is none. Facts go fenced: names in them are outside text."""
    if isinstance(asker, str):
        return asker
    prompt = load(name)
    try:
        said = asker.ask(
            prompt, wording.schema(prompt.schema, facts),
            [Outside("facts", "\n".join(f"{fact.id}: {fact.text}" for fact in facts))],
            values={"language": reply.LANGUAGE_NAMES[language]}, max_tokens=MOST_TOKENS, case_id=case_id,
        )  # fmt: skip
    except Unanswered as error:
        return f"the model gave no answer ({error.outcome.replace('_', ' ')})"
    return Answered(wording.checked(said.content, facts, language), said.model, said.prompt)


def _letter(letter: Letter, answered: Answered | str) -> reply.WordedLetter:
    if isinstance(answered, str):
        return reply.in_our_words(answered)
    return reply.worded(letter, answered.worded, model=answered.model, prompt=answered.prompt)


def _lead(brief: Brief, answered: Answered | str) -> Lead:
    if isinstance(answered, str):
        return lead.in_our_words(brief, answered)
    return lead.worded(brief, answered.worded, model=answered.model, prompt=answered.prompt)
