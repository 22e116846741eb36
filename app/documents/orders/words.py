"""The language of an order's own words (descriptions, notes, terms), told apart from its standard's English labels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from app.vocabulary import LANGUAGES

_SHORTEST = 12  # characters below which a guess is worth less than what the file declares


def language_of(words: Iterable[str], *, declared: str = "") -> str:
    """ISO 639-1 code of the text, else of what the file declares ("en-US"), else the empty string."""
    text = " ".join(word for word in words if word)[:4000]
    stated = declared.replace("_", "-").partition("-")[0].strip().casefold()
    if len(text) >= _SHORTEST:
        return str(_identifier().classify(text.casefold())[0])
    return stated if len(stated) == 2 and stated.isalpha() else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
