"""Old and new text as one running text with what goes and what comes, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\s+|[^\s]+")
MOST = 4000
"""Words and blanks compared; a longer text is shown as wholly replaced."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `what` is kept, removed or added."""

    what: str
    text: str


def running(now: str, after: str) -> tuple[Piece, ...]:
    """The pieces in reading order, what goes before what comes."""
    old, new = _TOKEN.findall(now), _TOKEN.findall(after)
    if len(old) + len(new) > MOST:
        return Piece("removed", now), Piece("added", after)
    pieces: list[Piece] = []
    for tag, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(old[i:j])))
        if k < n:
            pieces.append(Piece("added", "".join(new[k:n])))
    return tuple(pieces)
