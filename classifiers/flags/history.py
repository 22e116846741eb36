"""Whether a mail's new text adds nothing, so that its matter is in what it quotes, forwards or attaches as a mail."""

from __future__ import annotations

from app.vocabulary import KIND_OF, Kind
from classifiers.flags.heard import Heard
from classifiers.flags.sentences import number_of

_LEAST_HISTORY = 8
_FEW, _SOME, _MANY = 5, 25, 30
_A_MATTER, _SURELY_A_MATTER = 0.9, 3.0
"""Log-odds of the head "matter": a sentence that says something of its own."""


def points_back(heard: Heard, reason: str) -> tuple[int, ...]:
    """The clauses with which a mail points to its history and says nothing more; none if it does not."""
    if KIND_OF[reason] is Kind.NO_ACTION or heard.reading.mail is None:
        return ()
    new = heard.whole("new")
    if not _has_history(heard) or _brings_papers(heard) or heard.new_words > _MANY:
        return ()
    if any(c.isdigit() for number in new for c in heard.clauses[number].text):
        return ()
    matter = {number: value for value, number in heard.of("matter", ("new",))}
    pointing = [n for n in new if number_of("see_below") in heard.clauses[n].concepts]
    says_much = sum(value > _SURELY_A_MATTER for value in matter.values())
    if pointing and says_much <= 1:
        return tuple(pointing)
    if heard.new_words <= _FEW or (heard.new_words <= _SOME and all(value < _A_MATTER for value in matter.values())):
        return tuple(new) or (0,) if heard.clauses else ()
    return ()


def _has_history(heard: Heard) -> bool:
    words = sum(len(c.text.split()) for c in heard.clauses if c.zone in ("quoted", "forwarded"))
    return words >= _LEAST_HISTORY


def _brings_papers(heard: Heard) -> bool:
    """Whether anything but mails is attached that one could read; small pictures are logos."""
    return any(
        part.form in ("pdf", "sheet", "word", "xml") or (part.form == "image" and len(part.text) > 40)
        for part in heard.reading.walk()
        if part is not heard.reading
    )
