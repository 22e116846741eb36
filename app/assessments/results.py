"""The result types classifiers fulfil. Plain values; every claim carries its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.assessments.findings import RecordRef
from app.documents.order import Order
from app.documents.reading import Evidence
from app.vocabulary import KIND_OF, CertaintyWord, Kind


@dataclass(frozen=True, slots=True)
class Vote:
    """What one reader (rules, linear, llm) said, kept for the record. `scores` maps reasons to its own numbers.

    `contested` is how likely it finds that the sender contests what was billed, None where it was not asked.
    """

    reader: str
    reason: str | None
    scores: dict[str, float] = field(default_factory=dict)
    because: str = ""
    contested: float | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """Kind and reason as the judge settles them.

    `confidence` is a calibrated probability that `reason` is right; `prediction_set` holds the reasons that fit, of
    known coverage, most likely first. People see `reading` only.
    """

    reason: str
    confidence: float
    reading: CertaintyWord
    prediction_set: tuple[str, ...]
    secondary_reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    votes: tuple[Vote, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unsure_because: str = ""
    kind_set: tuple[Kind, ...] = ()
    """The kinds that fit, of known coverage, the settled one first; empty for assessments made before sets of kinds."""

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.reason]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """An extracted value in the guidelines' notation (decimal text, ISO date, text, list) and where it stands.

    A field without evidence does not exist; a derived value (`language`, `requested_action`) rests on the words that
    led to it.
    """

    value: Any
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word on a field: `value` in the guidelines' notation (None: not stated), `was` what had been read.

    `evidence` is where the value stands in the source, empty where it stands nowhere. `by` is the person's name.
    """

    value: Any
    was: Any
    by: str
    at: datetime
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the summary and what it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """How a language model took part in an assessment, or why it did not; sentences are for a reviewer.

    `outcome` is "answered" (its vote was weighed), "waiting" (it is being asked), "not_asked", or how
    `app.llm.chat.Unanswered` names what went wrong; but for the first, `because` says why the offline engine decided
    alone. `fingerprint` is the SHA-256 of prompt, schema and model. `shortlist` are the reasons between which it helped
    to decide and `vote` the one it chose; `examples` is how many earlier messages it was shown. `left_out` says what of
    the document it was not shown, `dropped` counts its claims that did not stand by what and why ("sentence/number"),
    `warnings` name them, and `taken` names what was taken over.
    """

    outcome: str
    because: str = ""
    model: str = ""
    prompt: str = ""
    fingerprint: str = ""
    shortlist: tuple[str, ...] = ()
    vote: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    is_from_cache: bool = False
    is_repaired: bool = False
    examples: int = 0
    left_out: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        return self.outcome == "answered"


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that the engines say of one document, before Odoo is asked.

    `engine` is "offline", or "llm" where a language model's vote was weighed; `asked` is None where no model is set.
    """

    classification: Classification
    fields: dict[str, FieldValue]
    summary: tuple[Claim, ...]
    order: Order | None
    engine: str
    versions: dict[str, str]
    warnings: tuple[str, ...] = ()
    flag_evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    """Where flags rest, for those that rest on words: flag -> places. What is aimed at software is fenced by it."""
    asked: ModelAsked | None = None
    corrections: dict[str, Correction] = field(default_factory=dict)
    """What a person changed of the fields, by name; `fields` follows it as far as the value stands in the source."""
    records: dict[str, RecordRef] = field(default_factory=dict)
    """The records in Odoo that a person says are meant, by what they are: customer, invoice, order."""
    answer_in: str = ""
    """The language that a person wants the answer in (ISO 639-1); empty: the message's."""
    answer_tone: str = ""
    """warm or brief, as a person wants it; empty: factual."""
    mails: tuple[int, ...] = ()
    """The documents that it rests on where several mails make up the case, the oldest first; else empty."""

    @property
    def is_corrected(self) -> bool:
        """Whether a person changed a field, said which record is meant, or how to answer."""
        return bool(self.corrections or self.records or self.answer_in or self.answer_tone)

    def value(self, name: str) -> Any:
        """A field's value, a person's word before what was read; None if it is not stated."""
        if name in self.corrections:
            return self.corrections[name].value
        found = self.fields.get(name)
        return found.value if found else None
