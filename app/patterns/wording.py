"""The summary on top of a report: worded by a model out of the facts, each sentence found again in its fact, or ours.

A sentence stands when every figure, month, currency and name in it is in the one fact that it gives, and when it says
"more", "most", "not" or "all" only where the fact does; why something is so it may never say. When too little stands,
the facts are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessments.claims.facts import Facts
from app.assessments.claims.ground import Ground
from app.assessments.claims.verification import ClaimedSentence, Drop, verify
from app.documents.folding import fold
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

_ASSERTING: Mapping[str, str] = {
    "more": r"more|higher|rise[sn]?|rose|rising|risen|increas\w*|grow\w*|grew|grown|up|worse\w*|exceed\w*|above|often",
    "less": r"less|lower|fewer|fall\w*|fell|drop\w*|declin\w*|decreas\w*|shrank|shrunk|down|improv\w*|better|"
    r"below|rarely",
    "most": r"most|highest|largest|biggest|main(?:ly)?|top|leading|primar\w*|majority|frequent\w*|common\w*|prevalent|"
    r"dominat\w*|greatest|maximum",
    "least": r"least|lowest|smallest|minor\w*|minimum|only|just|merely",
    "not": r"not|no|none|never|without|nobody|neither|nor|cannot|un(?:resolved|paid|disputed|changed)|stable|steady",
    "all": r"all|every\w*|each|always|any|entire\w*|whole|total\w*|overall|complete\w*",
    "half": r"half|halves|quarter\w*|third\w*|twice|double\w*|triple\w*|majority|dozens?|hundreds?|thousands?|nine|ten",
    "won": r"won|lost|lose\w*|accept\w*|reject\w*|refus\w*|settle\w*|resolv\w*|success\w*|fail\w*",
}
"""Words that say more than a figure does, by what they say; a sentence may use a sort only where its fact does."""
_WHY = re.compile(
    r"\b(?:because|due|caus\w+|driven|drives?|owing|thanks|therefore|thus|hence|suggest\w*|indicat\w*|impl(?:y|ies)|"
    r"result(?:s|ed|ing)? (?:in|from)|lead(?:s|ing)? to|should|must|need\w*|recommend\w*|problem\w*|issue\w*|"
    r"concern\w*|"
    r"risk\w*|fault\w*|blam\w+|poor\w*|bad\w*|good|well|significant\w*|effective\w*|efficien\w*)\b"
)
_PATTERNS = {sort: re.compile(rf"\b(?:{words})\b") for sort, words in _ASSERTING.items()}


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
        wrong = _wrong(text, facts[number - 1])
        drops += wrong
        if not wrong and number not in used and len(kept) < MOST:
            used.add(number)
            kept.setdefault(text)
    return tuple(kept), tuple(drops)


def _wrong(text: str, fact: Fact) -> list[Drop]:
    if len(text) > _LONGEST:
        return [Drop("sentence", "length", f"“{text[:120]}…”")]
    ground = Ground((), Facts(texts=(fact.text,)))
    verified = verify({}, [ClaimedSentence(text)], ground, language="en")
    if verified.drops or not verified.sentences:
        return list(verified.drops)
    folded, known = fold(text), fold(fact.text)
    said_why = _WHY.search(_without_names(folded, known))
    if said_why:
        return [Drop("sentence", "not_found", f"“{text[:120]}” ({said_why.group()})")]
    for pattern in _PATTERNS.values():
        found = pattern.search(folded)
        if found and not pattern.search(known):
            return [Drop("sentence", "not_found", f"“{text[:120]}” ({found.group()})")]
    return []


def _without_names(folded: str, known: str) -> str:
    """The sentence without the words that its fact has too: those are ours or names."""
    there = set(re.findall(r"\w+", known))
    return " ".join(w for w in re.findall(r"\w+", folded) if w not in there)
