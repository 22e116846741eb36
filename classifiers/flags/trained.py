"""The trained part of flags and requested action: sentence heads, and the small decisions over a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from classifiers.flags.sentences import Heads, fingerprint
from classifiers.triage.artefact import Artefact

NAME = "flags"


@dataclass(frozen=True, slots=True)
class Model:
    """Sentence heads; `decisions` by flag (weights, bias); `asked`: weights and log-priors of requested actions."""

    heads: Heads
    decisions: Mapping[str, Mapping[str, Any]]
    asked: Mapping[str, Any]
    version: str

    @classmethod
    def of(cls, artefact: Artefact) -> Model:
        """From plain arrays and settings. Raises ValueError if the features have changed since it was trained."""
        settings = artefact.settings
        if settings["fingerprint"] != fingerprint():
            raise ValueError("the flags' model was trained on other features: train it again")
        return cls(
            Heads(artefact.arrays, settings["heads"]), settings["decisions"], settings["asked"], artefact.version
        )


@lru_cache(maxsize=1)
def packaged() -> Model:
    """The model that ships with the product, loaded once."""
    return Model.of(Artefact.load(Path(str(files("classifiers.flags") / "model")), NAME))
