"""Which of the eight languages a text is written in."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from app.documents.reading import Reading
from app.vocabulary import LANGUAGES

_ENOUGH = 4000


@functools.cache
def _classify() -> Callable[[str], tuple[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))

    def classify(text: str) -> tuple[str, float]:
        name, score = identifier.classify(text)
        return str(name), float(score)

    return classify


def detect(text: str) -> str:
    """The ISO 639-1 code of a text, "" for one without words."""
    text = re.sub(r"\S*[@/\d]\S*", " ", text[: 2 * _ENOUGH])[:_ENOUGH]
    if not re.search(r"[^\W\d_]{2}", text):
        return ""
    return _classify()(text)[0]


def of_mail(reading: Reading) -> str:
    """The language of what the sender wrote: the new text, else what was forwarded, else the subject."""
    for roles in (("new",), ("forwarded",), ("quoted",), ("subject",)):
        text = reading.segment_text(*roles)
        if len(re.findall(r"[^\W\d_]{2,}", text[:2000])) >= 3:
            return detect(text)
    return detect(reading.text)
