"""A reply in a model's words, as a new version of the step that holds it, as long as nobody has acted on that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.decisions.amendment import as_proposal
from app.decisions.models import Decision
from app.drafts.reply import FACTS, WORDING, Letter, WordedLetter, language_and_statements, with_words
from app.suggestions.freeze import Judge, freeze
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal

_KIND = "draft_reply"


def unworded(session: Session, case_id: int) -> Letter | None:
    """The case's open reply in our own words, if no model was asked to word it and there is something to word."""
    found = _open(session, case_id)
    if found is None or found.made_by is not None:
        return None
    within = found.command.get("within", {})
    known = language_and_statements(within)
    if known is None or WORDING in within:
        return None
    return Letter(found.id, found.content_hash, found.made_at, *known)


def keep(session: Session, letter: Letter, words: WordedLetter, policy: Judge, *, at: datetime) -> Suggestion | None:
    """Replace the reply by the version with these words; the trail says who worded it, or why our own words stay.

    None when they stay, or when a person or new findings were faster.
    """
    found = session.get(Suggestion, letter.suggestion_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != "open" or found.content_hash != letter.content_hash:
        return None
    decided = session.execute(select(Decision.id).where(Decision.suggestion_id == found.id).limit(1)).first()
    if decided is not None:
        return None
    note = {name: value for name, value in words.note.items() if name != "sentences"}
    trail.record(
        session, "reply.worded", case_id=found.case_id, actor="software", at=at, suggestion=str(found.id), **note
    )
    if words.body is None:
        return None
    return freeze(session, found.case_id, with_words(as_proposal(found), words), policy, at=at, replaces=found)


def as_before(session: Session, case_id: int, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The proposals, their reply in the words it has already where it rests on the same facts."""
    found = _open(session, case_id)
    within = found.command.get("within", {}) if found is not None else {}
    if found is None or found.made_by is not None or WORDING not in within:
        return tuple(proposals)
    body = (found.command.get("odoo") or {}).get("values", within.get("reply", {})).get("body")
    words = WordedLetter(body, within[WORDING])
    return tuple(
        with_words(p, words) if p.kind == _KIND and p.within.get(FACTS) == within.get(FACTS) else p for p in proposals
    )


def _open(session: Session, case_id: int) -> Suggestion | None:
    return session.execute(
        select(Suggestion)
        .where(Suggestion.case_id == case_id, Suggestion.kind == _KIND, Suggestion.state == "open")
        .order_by(Suggestion.version.desc())
        .limit(1)
    ).scalar_one_or_none()
