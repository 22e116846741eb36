"""Whether a remark is in a language whose internal words are listed: English, German or French.

A remark of a few words gives little to go by: its letters, its small words, ordinary words of such work, and only then
a letter model. In doubt it is in another language, and is held back.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from app.documents.folding import fold
from app.documents.language import detect, small_words

LISTED = ("en", "de", "fr")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzäöüßéèêëàâçîïôûùœæÿ'’ſ")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONG = 4
"""Letters from which on a word says something of its language."""


def is_listed(text: str) -> bool:
    """Whether the internal words of a remark's language are listed, so that looking for them means something."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    if any(set(word.lower()) - _LETTERS for word in words):
        return False
    long = [word for word in words if len(word) >= _LONG and not word.isupper()]
    if not long:
        return True  # codes and abbreviations
    ours, others = _small(words)
    unknown = [word for word in long if not _is_ordinary(word)]
    if len(unknown) < len(long):  # beside ordinary words, a later one with a capital is a name
        unknown = [word for word in unknown if word[0].islower() or word == words[0]]
    if not unknown and not others:
        return True
    if ours or others:
        return ours > others or (not unknown and ours == others)
    return len(unknown) * 3 <= len(long) or detect(" ".join(words)) in LISTED


def _small(words: list[str]) -> tuple[int, int]:
    """How many small words are of listed languages alone, and how many of others alone; shared ones say nothing."""
    homes = small_words()
    ours = others = 0
    for word in words:
        for part in re.split("['’]", word.lower()):
            where = homes.get(part, frozenset()) if len(part) > 1 else frozenset()
            if where and where <= set(LISTED):
                ours += 1
            elif where and not where & set(LISTED) and not _is_ordinary(part):
                others += 1
    return ours, others


def _is_ordinary(word: str) -> bool:
    whole, ends, stems = _ordinary()
    folded = fold(word).rpartition("'")[2].replace("’", "")
    return folded in whole or folded.endswith(ends) or folded.startswith(stems)


@cache
def _ordinary() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    words = fold(listed["ordinary"]).replace(",", " ").split()
    return (
        frozenset(w for w in words if "*" not in w),
        tuple(w.strip("*") for w in words if w.startswith("*")),
        tuple(w.strip("*") for w in words if w.endswith("*")),
    )
