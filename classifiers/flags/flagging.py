"""The flags of a message, each with the words it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.documents.reading import Evidence, Reading
from app.firm import Firm
from app.vocabulary import Flag
from classifiers.flags import speech
from classifiers.flags.heard import Heard, hear
from classifiers.flags.history import points_back
from classifiers.flags.injection import addressed_to_software
from classifiers.flags.several import several_matters
from classifiers.flags.trained import Model, packaged

_MOST_EVIDENCE = 3
_CLEAR = 0.5
_POOR_SCAN = "low_quality_scan"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag and what it rests on."""

    flag: Flag
    evidence: tuple[Evidence, ...]


def flags(
    reading: Reading, reason: str, firm: Firm | None = None, *, heard: Heard | None = None, model: Model | None = None
) -> tuple[Flagged, ...]:
    """What is special about a message whose reason is `reason`, in the vocabulary's order. Never raises.

    `heard` saves cutting and scoring where that is done already; `model` is the packaged one unless given. Who we are
    (`firm`) makes no difference so far.
    """
    model = model or packaged()
    heard = heard or hear(reading, model.heads)
    pointing = points_back(heard, reason)
    zones = (*heard.zones_that_speak(), *(("quoted",) if pointing else ()))
    found: dict[Flag, tuple[Evidence, ...]] = {
        Flag.PROMPT_INJECTION: addressed_to_software(reading, model.heads),
        Flag.MULTI_ISSUE: _where(heard, several_matters(heard, reason, model.decisions[Flag.MULTI_ISSUE])),
        Flag.QUOTED_HISTORY_ONLY: _where(heard, pointing),
        Flag.LOW_QUALITY_SCAN: _poor_scans(reading),
    }
    for flag in speech.STATED:
        loud = speech.loudest(heard, flag, zones)
        if loud and speech.is_stated(loud, reason, model.decisions[flag]):
            clear = [number for value, number in loud if value > _CLEAR]
            found[flag] = _where(heard, clear or [loud[0][1]])
    return tuple(Flagged(flag, found[flag]) for flag in Flag if found.get(flag))


def _where(heard: Heard, numbers: Iterable[int]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(heard.evidence(number) for number in numbers))[:_MOST_EVIDENCE]


def _poor_scans(reading: Reading) -> tuple[Evidence, ...]:
    """The beginning of every part that text recognition could hardly read."""
    return tuple(
        part.evidence(0, min(len(part.text), 80))
        for part in reading.walk()
        if any(problem.code == _POOR_SCAN for problem in part.problems)
    )
