"""The phrasebook (how the trade writes, sentence by sentence, in eight languages) and the sentence model behind it.

`phrasebook/<language>.yaml`, with further volumes in `<language>-2.yaml` and so on, has the sections reasons, flags,
actions (name -> sentences) and neutral (sentences that say nothing about the matter). A sentence's class is
"reason:<name>", "flag:<name>", "action:<name>" or "neutral".
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifiers.triage import features

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_GIBBERISH = 300
_SUBJECT_WEIGHT = 0.25
"""Subject lines (`<language>-subjects.yaml`) are a few words each and say less for sure than a sentence does."""
_SHARPNESS = 4.0
"""Margins of the sentence model times this, through a softmax, give its probabilities (chosen by cross-validation)."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of the phrasebook."""

    language: str
    label: str
    text: str
    weight: float = 1.0
    """How much it counts in learning."""


def load_phrasebook(folder: Path | None = None) -> list[Phrase]:
    """Every sentence of a phrasebook folder (the packaged one by default), in a stable order."""
    import yaml

    folder = folder or Path(str(files("classifiers.triage") / "phrasebook"))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Phrase] = []
    for path in sorted(folder.glob("*.yaml")):
        weight = _SUBJECT_WEIGHT if path.stem.endswith("-subjects") else 1.0
        book = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe
        for section, prefix in (("reasons", "reason"), ("flags", "flag"), ("actions", "action")):
            for name, sentences in (book.get(section) or {}).items():
                found += [Phrase(path.stem[:2], f"{prefix}:{name}", str(text), weight) for text in sentences]
        found += [Phrase(path.stem[:2], "neutral", text) for text in _flat(book.get("neutral") or [])]
    return found


def _flat(neutral: Any) -> list[str]:
    if isinstance(neutral, Mapping):
        return [str(text) for sentences in neutral.values() for text in sentences]
    return [str(text) for text in neutral]


class SentenceModel:
    """Margins and probabilities of the sentence classes."""

    def __init__(self, arrays: Mapping[str, Array], classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self._weights = arrays["sentence_weights"]
        self._scale = arrays["sentence_scale"].astype("float64")
        self._bias = arrays["sentence_bias"].astype("float64")
        self._rarity: list[float] = arrays["rarity"].astype("float64").tolist()

    def margins(self, texts: Sequence[str], language: str) -> Array:
        """One row for each sentence, one column for each class."""
        import numpy as np

        found = np.empty((len(texts), len(self.classes)))
        for row, text in enumerate(texts):
            weighed = features.sentence(text, language, self._rarity)
            columns = np.fromiter(weighed.keys(), dtype=np.int64, count=len(weighed))
            values = np.fromiter(weighed.values(), dtype=np.float32, count=len(weighed))
            found[row] = (values @ self._weights[columns].astype(np.float32)) * self._scale + self._bias
        return found


def probabilities(margins: Array) -> Array:
    """Margins as probabilities of the classes, row by row."""
    import numpy as np

    odds = np.exp(_SHARPNESS * (margins - margins.max(axis=1, keepdims=True)))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _gibberish(seed: int) -> list[Phrase]:
    """Words that nobody knows, as neutral sentences: what is not understood is to speak for nothing."""
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it

    def word() -> str:
        return "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(dice.randint(2, 9)))

    return [Phrase("", "neutral", " ".join(word() for _ in range(dice.randint(1, 8)))) for _ in range(_GIBBERISH)]


def learn(phrases: Sequence[Phrase], seed: int) -> tuple[dict[str, Array], list[str]]:
    """Learn the sentence model: arrays for the artefact, and the classes in their order."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    from classifiers.triage import wording

    phrases = [*phrases, *_gibberish(seed)]
    seen = np.zeros(wording.COLUMNS)
    for phrase in phrases:
        seen[list(wording.columns(phrase.text))] += 1
    rarity = np.log((1 + len(phrases)) / (1 + seen)).astype(np.float16)
    weights = rarity.astype("float64").tolist()
    rows = [features.sentence(p.text, p.language, weights) for p in phrases]
    matrix = csr_matrix(
        (
            np.array([value for row in rows for value in row.values()]),
            np.array([column for row in rows for column in row]),
            np.cumsum([0] + [len(row) for row in rows]),
        ),
        shape=(len(rows), features.WIDTH),
    )
    model = LinearSVC(C=0.5, random_state=seed)
    model.fit(matrix, [p.label for p in phrases], sample_weight=[p.weight for p in phrases])
    coefficients = model.coef_.T
    scale = np.abs(coefficients).max(axis=0) / 127
    arrays = {
        "sentence_weights": np.round(coefficients / scale).astype(np.int8),
        "sentence_scale": scale.astype(np.float32),
        "sentence_bias": model.intercept_.astype(np.float32),
        "rarity": rarity,
    }
    return arrays, [str(name) for name in model.classes_]
