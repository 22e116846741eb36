"""The language of an order's own words (descriptions, notes, terms), told apart from its standard's English labels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from app.documents.language import detect
from app.vocabulary import LANGUAGES

_LONG = 200  # letters from which on small words tell the language
_SURE = 0.8  # below it a guess on a few words is worth less than what the file declares
_ENOUGH = 4000
_THREE_LETTERS = {
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "dut": "nl", "nld": "nl", "ita": "it",
    "por": "pt", "pol": "pl",
}  # fmt: skip


def language_of(words: Iterable[str], *, declared: str = "") -> str:
    """ISO 639-1 code of the text where it tells, else of what the file declares ("en-US", "ger").

    A few words of no clear language and nothing declared: English, the language of the standards' own labels.
    """
    text = " ".join(word for word in words if word)[:_ENOUGH]
    letters = sum(c.isalpha() for c in text)
    if letters >= _LONG:
        return detect(text)
    if letters >= 3:
        language, probability = _identifier().classify(text.casefold())
        if probability >= _SURE:
            return str(language)
    stated = declared.replace("_", "-").partition("-")[0].strip().casefold()
    stated = _THREE_LETTERS.get(stated, stated)
    return stated if len(stated) == 2 and stated.isalpha() else "en"


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
