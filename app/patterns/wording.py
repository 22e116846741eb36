"""The summary on top of a report: worded by a model out of the facts, each sentence found again in its fact, or ours.

A sentence stands when it says its fact whole, and nothing else: every figure, name and word but everyday ones in the
order of the fact, as `app.drafts.wording` checks it. So figures cannot change places, and why something is so, or what
is thought of somebody, cannot be said. When too little stands, the facts are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessments.claims.verification import Drop
from app.drafts.wording import checked, statements
from app.llm.asking import Asker, Outside
from app.llm.chat import Schema, Unanswered
from app.patterns.telling import Fact
from prompts.load import load

FEWEST = 2
"""Sentences of the model that must stand; with fewer the facts are shown."""
MOST = 5
_LONGEST = 400
_TOKENS = 500

SCHEMA = Schema(
    "pattern_summary",
    {
        "type": "object",
        "properties": {
            "sentences": {
                "type": "array",
                "maxItems": MOST,
                "items": {
                    "type": "object",
                    "properties": {
                        "fact": {"type": "integer", "minimum": 1, "maximum": 40},
                        "text": {"type": "string", "maxLength": _LONGEST},
                    },
                    "required": ["fact", "text"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["sentences"],
        "additionalProperties": False,
    },
)


@dataclass(frozen=True, slots=True)
class Told:
    """The summary. `model` and `prompt` are empty where it is ours; then `because` says why, if a model was asked.

    `left_out` are the model's sentences that did not stand, with the reason.
    """

    sentences: tuple[str, ...]
    model: str = ""
    prompt: str = ""
    because: str = ""
    left_out: tuple[Drop, ...] = ()


def own_words(facts: Sequence[Fact]) -> Told:
    """The summary without a model."""
    return Told(tuple(fact.text for fact in facts))


def word(facts: Sequence[Fact], asker: Asker | None, *, people: Sequence[str] = ()) -> Told:
    """The summary, worded by the model where there is one and enough of what it says stands.

    `people` are names to be masked on the way to the model.
    """
    if asker is None or not facts:
        return own_words(facts)
    numbered = "\n".join(f"{number}. {fact.text}" for number, fact in enumerate(facts, 1))
    try:
        said = asker.ask(
            load("pattern", "v1"), SCHEMA, [Outside("facts", numbered)], names=[p for p in people if p],
            max_tokens=_TOKENS,
        )  # fmt: skip
    except Unanswered as error:
        return Told(own_words(facts).sentences, because=f"The model gave no answer: {error.message}")
    kept, drops = stand(said.content, facts)
    if len(kept) < min(FEWEST, len(facts)):
        because = "Too little of what the model wrote is in the counts."
        return Told(own_words(facts).sentences, because=because, left_out=drops)
    return Told(kept, said.model, said.prompt, left_out=drops)


def stand(content: Mapping[str, Any], facts: Sequence[Fact]) -> tuple[tuple[str, ...], tuple[Drop, ...]]:
    """The sentences of an answer that stand, and what was left out of it. Takes any JSON object."""
    kept: dict[str, None] = {}
    drops: list[Drop] = []
    used: set[int] = set()
    said = content.get("sentences")
    for one in said if isinstance(said, list) else []:
        text = one.get("text") if isinstance(one, Mapping) else None
        number = one.get("fact") if isinstance(one, Mapping) else None
        text = " ".join(text.split()) if isinstance(text, str) else ""
        if not text or not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= len(facts):
            drops.append(Drop("sentence", "form", f"“{text[:120]}”"))
            continue
        said, wrong = _said(text, facts[number - 1])
        drops += wrong
        if said and number not in used and len(kept) < MOST:
            used.add(number)
            kept.setdefault(said)
    return tuple(kept), tuple(drops)


def _said(text: str, fact: Fact) -> tuple[str, list[Drop]]:
    """What is shown of a sentence: empty where it does not say its fact whole, with the reasons."""
    clauses = statements([(fact.text, True)])
    ids = [clause.id for clause in clauses]
    found = checked({"sentences": [{"facts": ids, "text": text}]}, clauses, "en")
    drops = [Drop("sentence", drop.reason, f"“{drop.text[:120]}” ({drop.what})") for drop in found.dropped]
    if found.because and not drops:
        drops = [Drop("sentence", "fact", f"“{text[:120]}” ({found.because})")]
    return "" if drops else " ".join(sentence.text for sentence in found.sentences), drops
