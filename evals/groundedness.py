"""How much of what is claimed rests on nothing: counted for what a model answered, and for what is shown in the end.

A claim is a field's value (each reference, each cell of an order line) or a sentence. It is ungrounded when a figure,
date, reference, currency or name of it stands neither in the source nor in the records (`app.assessments.claims`).
Words that a model quotes are evidence, not claims; choices (`requested_action`, `quantity_unit`, `language`) are
written nowhere as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessments.claims.facts import Facts
from app.assessments.claims.ground import Ground
from app.assessments.claims.sentence import Ungrounded, check
from app.assessments.claims.verification import Drop, verify
from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.vocabulary import FIELDS

_CHOICES = ("choice", "language")


@dataclass(frozen=True, slots=True)
class Groundedness:
    """How many claims were made and which of them rest on nothing, in words for a person."""

    claims: int
    ungrounded: tuple[str, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        return {"claims": self.claims, "ungrounded": list(self.ungrounded)}


def of_shown(assessment: Assessment, reading: Reading, facts: Facts = Facts()) -> Groundedness:
    """What a reviewer would see, looked at once more, whoever wrote it."""
    fields = {name: value.value for name, value in assessment.fields.items() if FIELDS.get(name) not in _CHOICES}
    ground = Ground.of(reading, facts)
    wrong = ungrounded(verify(fields, (), ground).drops)
    for claim in assessment.summary:
        found = check(claim.text, ground)
        if isinstance(found, Ungrounded):
            wrong.append(f"{found.reason}: {found.what} in “{claim.text}”")
    return Groundedness(count(fields, [claim.text for claim in assessment.summary]), tuple(wrong))


def ungrounded(drops: Iterable[Drop]) -> list[str]:
    """What was left out because it rests on nothing, in words. Quotes are no claims; what cannot be a value is one."""
    return [f"{drop.reason}: {drop.what}" for drop in drops if drop.sort != "quote"]


def count(fields: Mapping[str, Any], sentences: Sequence[str]) -> int:
    """The claims in fields and sentences, each value counted once."""
    return sum(_in_value(value) for name, value in fields.items()) + len(sentences)


def _in_value(value: Any) -> int:
    if value in (None, "", []):
        return 0
    if isinstance(value, list | tuple):
        return sum(_in_value(one) for one in value)
    if isinstance(value, Mapping):
        return sum(_in_value(one) for name, one in value.items() if name != "derived")
    return 1
