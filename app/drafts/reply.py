"""The reply in a model's words: the facts it is given, and the text with what stands of its wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.drafts.wording import Statement, Worded, statements
from app.suggestions.facts import templates
from app.suggestions.proposal import Proposal, Shown

LANGUAGE_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish",
}  # fmt: skip
WORDING, FACTS = "wording", "facts"


@dataclass(frozen=True, slots=True)
class Letter:
    """A proposed reply in our own words that a model may word: its suggestion as it was frozen, and its facts."""

    suggestion_id: UUID
    content_hash: str
    made_at: datetime
    language: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class WordedLetter:
    """The text as a model words it, None where our own words stay, and the note that is kept with it."""

    body: str | None
    note: dict[str, Any]


def language_and_statements(within: Mapping[str, Any]) -> tuple[str, tuple[Statement, ...]] | None:
    """What a model may word of a proposal: None where it keeps no facts, or one that our words say as well."""
    known = within.get(FACTS)
    if not known:
        return None
    found = statements([(str(text), bool(core)) for text, core in known["said"]])
    return (str(known["language"]), found) if len(found) > 1 else None


def worded(letter: Letter, said: Worded, *, model: str, prompt: str) -> WordedLetter:
    """The sentences that stand, in paragraphs, with who worded them and what was left out; or why ours stay."""
    note: dict[str, Any] = {"model": model, "prompt": prompt, "left_out": len(said.dropped)}
    if said.because:
        return WordedLetter(None, {**note, "by": "template", "because": said.because})
    paragraphs: dict[int, list[str]] = {}
    for sentence in said.sentences:
        paragraphs.setdefault(sentence.paragraph, []).append(sentence.text)
    words = templates()[letter.language]
    body = "\n\n".join([words["greeting"], *(" ".join(p) for p in paragraphs.values()), words["closing"]])
    sentences = [{"text": s.text, "facts": list(s.facts)} for s in said.sentences]
    return WordedLetter(body, {**note, "by": "model", "sentences": sentences})


def in_our_words(because: str) -> WordedLetter:
    """No model's words, and why."""
    return WordedLetter(None, {"by": "template", "because": because})


def with_words(reply: Proposal, words: WordedLetter) -> Proposal:
    """The proposal with the letter's text, and the note of who worded it."""
    within = {**reply.within, WORDING: words.note}
    if words.body is None:
        return replace(reply, within=within)
    shown = tuple(Shown(row.what, row.now, words.body) if row.what == "Reply" else row for row in reply.shown)
    if reply.change is None:
        return replace(reply, shown=shown, within={**within, "reply": {**reply.within["reply"], "body": words.body}})
    change = replace(reply.change, values={**reply.change.values, "body": words.body})
    return replace(reply, shown=shown, within=within, change=change)


def how_worded(within: Mapping[str, Any]) -> str:
    """One line for people: which model's words a reply is in; empty where it is in ours or a person's."""
    note = within.get(WORDING)
    if not note:
        return ""
    left = int(note.get("left_out") or 0)
    out = f" {left} of its sentences {'was' if left == 1 else 'were'} left out." if left else ""
    return f"Worded by {note['model']} ({note['prompt']}); each sentence says what its facts say.{out}"
