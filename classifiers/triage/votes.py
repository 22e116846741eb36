"""What a language model said of the labelled messages: collected once, kept beside them, and learned from.

One JSON object a line: the message's `id`, the model's `words` about it, the `reason` it chose of all and how likely it
found that anything is `contested`, with `model` and `prompts`; null where an answer did not fit. The questions do not
depend on any other reader, so the same votes serve every fold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.assessments.results import Vote
from classifiers.triage.hearsay import heard
from classifiers.triage.phrases import SentenceModel

READER = "llm"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model said of one message; no reason where its answer did not fit."""

    id: str
    words: str
    reason: str | None
    contested: float | None = None

    def vote(self, model: SentenceModel) -> Vote:
        return Vote(READER, self.reason, heard(self.words, model), contested=self.contested)


def load_votes(file: Path) -> dict[str, Spoken]:
    """Votes by message id. Raises FileNotFoundError."""
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return {
        str(line["id"]): Spoken(str(line["id"]), line["words"], line["reason"], line.get("contested")) for line in lines
    }


def heard_of(spoken: Mapping[str, Spoken], model: SentenceModel) -> dict[str, Vote]:
    """What was said as votes, by message id; an answer that did not fit is none."""
    return {name: one.vote(model) for name, one in spoken.items() if one.reason is not None}
