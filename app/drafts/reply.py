"""The reply in a model's words: the facts it is given, and the proposal with what stands of its wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.drafts.wording import Statement, Worded, statements
from app.suggestions.facts import Fact, facts_of, language_of, templates
from app.suggestions.proposal import Proposal, Shown, Situation

LANGUAGE_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish",
}  # fmt: skip


def to_word(situation: Situation, proposals: Sequence[Proposal]) -> tuple[str, tuple[Statement, ...]] | None:
    """The language and the facts of a reply that has something to say; None where there is none to word.

    A reply of one sentence is said by our own words as well as by any others; what our own rules found is a letter of
    ours.
    """
    reply = next((p for p in proposals if p.kind == "draft_reply"), None)
    if reply is None or situation.advice is not None:
        return None
    language = language_of(situation)
    found = _facts(situation, proposals, language)
    facts = statements([(fact.text, fact.is_core) for fact in found])
    return (language, facts) if len(facts) > 1 else None


def _facts(situation: Situation, proposals: Sequence[Proposal], language: str) -> tuple[Fact, ...]:
    return facts_of(situation, [p for p in proposals if p.kind != "draft_reply"], language)


def worded(reply: Proposal, said: Worded, language: str, *, model: str, prompt: str) -> Proposal:
    """The reply with the sentences that stand, in paragraphs, and beside it who worded it and what was left out.

    When nothing is used the text stays as it is, and the proposal says why.
    """
    record: dict[str, Any] = {"model": model, "prompt": prompt, "left_out": len(said.dropped)}
    if said.because:
        return noted(reply, {**record, "by": "template", "because": said.because})
    paragraphs: dict[int, list[str]] = {}
    for sentence in said.sentences:
        paragraphs.setdefault(sentence.paragraph, []).append(sentence.text)
    words = templates()[language]
    body = "\n\n".join([words["greeting"], *(" ".join(p) for p in paragraphs.values()), words["closing"]])
    sentences = [{"text": s.text, "facts": list(s.facts)} for s in said.sentences]
    return noted(_with_body(reply, body), {**record, "by": "model", "sentences": sentences})


def noted(reply: Proposal, record: Mapping[str, Any]) -> Proposal:
    """The reply with a note of how it was worded, kept with what is confirmed."""
    return replace(reply, within={**reply.within, "wording": dict(record)})


def _with_body(reply: Proposal, body: str) -> Proposal:
    shown = tuple(Shown(row.what, row.now, body) if row.what == "Reply" else row for row in reply.shown)
    if reply.change is None:
        return replace(reply, shown=shown, within={**reply.within, "reply": {**reply.within["reply"], "body": body}})
    return replace(reply, shown=shown, change=replace(reply.change, values={**reply.change.values, "body": body}))


def how_worded(within: Mapping[str, Any]) -> str:
    """One line for people: whose words a reply is in; empty where no model was asked."""
    record = within.get("wording")
    if not record:
        return ""
    if record["by"] == "template":
        return f"Our own words: {record['because']}."
    left = int(record.get("left_out") or 0)
    out = f" {left} of its sentences {'was' if left == 1 else 'were'} left out." if left else ""
    return f"Worded by {record['model']} ({record['prompt']}); each sentence says what its facts say.{out}"
