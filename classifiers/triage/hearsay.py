"""What a language model says in its own words, read by our sentence model: a small model says better than it chooses.

The words are a witness's: they are weighed beside the message itself, shown to nobody, and no fact is taken from them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifiers.triage import phrases
from classifiers.triage.artefact import packaged
from classifiers.triage.evidence import ALL_REASONS
from classifiers.triage.phrases import SentenceModel

LANGUAGE = "en"
"""The language in which a model is asked to say what a message is about."""
_LONGEST = 600
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


def heard(words: str, model: SentenceModel | None = None) -> dict[str, float]:
    """How strongly words speak for each reason: the mean over their sentences and the whole; empty for no words.

    `model` is the packaged one unless given.
    """
    words = " ".join(words.split())[:_LONGEST]
    if not words:
        return {}
    reader = model or _packaged()
    columns = [reader.classes.index(f"reason:{reason}") for reason in ALL_REASONS]
    found = phrases.probabilities(reader.margins([*_SENTENCE_END.split(words), words], LANGUAGE)).mean(axis=0)
    return dict(zip(ALL_REASONS, found[columns].tolist(), strict=True))


@lru_cache(maxsize=1)
def _packaged() -> SentenceModel:
    model = packaged()
    return SentenceModel(model.arrays, model.settings["sentence_classes"])
