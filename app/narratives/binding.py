"""Whether a description says just what remarks say: all their words, none besides, and nothing turned round.

A description in other grammar stands; work that was cancelled, not done, prepared, drafted, planned or analysed never
reads as done (`binding.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from app.documents.folding import fold, words_of

_TOKEN = re.compile(r"[^\W_]+")
_ORDER = "order"
_JOINING = words_of(
    """
    of the a an and or for with w on in at as this that these those
    der die das den dem des und oder mit im am an auf zu zum zur von vom fur bei beim ein eine einer eines einem einen
    sowie diese dieser dieses le la les l un une du de d et ou en dans avec pour sur ce cette ces ainsi el los las una
    del y e o con para sobre het een op aan met van voor bij te il lo i gli di della dei degli delle ed nel nella su sul
    os as um uma da dos das em na no com oraz we na dla
    """
)
"""Words that grammar puts between others; they may come and go."""


def says_the_same(said: str, done: Sequence[str], language: str) -> bool:
    """Whether a description has every word of the remarks, in some form, and no other; `language` is the description's.

    Where a word in either binds, they must come in the order of the remarks.
    """
    remarks = "\n".join(done)
    theirs, words = _TOKEN.findall(fold(remarks)), _TOKEN.findall(fold(said))
    binding = {word for word in {*theirs, *words} if _binds(word, language)}
    own = [word for word in theirs if word in binding or word not in _JOINING]
    new = [word for word in words if word in binding or word not in _JOINING]
    if binding:
        return len(own) == len(new) and all(_is_form_of(a, b) for a, b in zip(new, own, strict=True))
    return bool(new) and _all_in(new, own) and _all_in(own, new)


def kinds(text: str, language: str) -> frozenset[str]:
    """What a text says that binds: not, cancelled, draft, prepared, planned, partial, analysed."""
    words = _TOKEN.findall(fold(text))
    lists = _lists().get(language, {})
    return frozenset(kind for kind, known in lists.items() if kind != _ORDER and any(_is_one(w, known) for w in words))


def _binds(word: str, language: str) -> bool:
    """Whether a word binds in any language (remarks are in many), or gives an order in this one or in English."""
    return any(
        _is_one(word, known)
        for of, lists in _lists().items()
        for kind, known in lists.items()
        if kind != _ORDER or of in (language, "en")
    )


def _is_one(word: str, known: Iterable[str]) -> bool:
    return any(word.startswith(one[:-1]) if one.endswith("*") else word == one for one in known)


@cache
def _lists() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    read = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {language: {kind: tuple(words.split()) for kind, words in kinds.items()} for language, kinds in read.items()}


def _all_in(words: Sequence[str], others: Sequence[str]) -> bool:
    return all(any(_is_form_of(word, other) for other in others) for word in words)


def _is_form_of(word: str, known: str) -> bool:
    """The same word, or one with another ending (review, reviewed; migrated, migration); never another long word."""
    if word == known:
        return True
    if any(map(str.isdigit, word)):
        return False
    shared = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    less, more = sorted((len(word) - shared, len(known) - shared))
    return shared >= 4 and (more <= 2 or (more == 3 and (less == 0 or shared >= 6)))
