"""Who is measured: the offline engine, the same with a language model for what it is not certain of, a model alone.

An engine takes a case's reading and gives the part of its answer line that depends on the engine. None of them sees a
gold label, except through what it was trained on: `Learned` trains anew for each fold, without the cases of that fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app.assessments.grounding import grounded
from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.errors import Refused
from app.firm import Firm
from classifiers.assess import assess
from evals.groundedness import of_shown

if TYPE_CHECKING:
    from classifiers.assess import Classify, Weigh
    from classifiers.triage.labelled import Labelled
    from classifiers.triage.votes import Spoken


FEWEST = 50
"""Labelled cases that cross-validation needs."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learned for one fold, from the cases outside of it. `weigh` None: a model's vote as packaged."""

    classify: Classify
    weigh: Weigh | None = None

    def parts(self) -> dict[str, Any]:
        """As `assess` takes them."""
        return {"classify": self.classify} | ({"weigh": self.weigh} if self.weigh else {})


class Engine(Protocol):
    """Answers cases, from several threads at once."""

    def answer(self, reading: Reading, trained: Trained | None) -> dict[str, Any]:
        """An answer under the guidelines' names. `trained` is the trained part for this case; None: as packaged."""


@dataclass(frozen=True)
class Offline:
    """Rules, linear reader, extraction and templates, as they ship."""

    firm: Firm | None = None

    def answer(self, reading: Reading, trained: Trained | None) -> dict[str, Any]:
        found = assess(reading, self.firm, **(trained.parts() if trained else {}))
        return line_of(grounded(found, reading), reading)


def line_of(found: Assessment, reading: Reading) -> dict[str, Any]:
    """An assessment under the guidelines' names, with how much of what it shows rests on nothing."""
    said = found.classification
    return {
        "kind": said.kind.value,
        "reason": said.reason,
        "secondary_reasons": list(said.secondary_reasons),
        "flags": list(said.flags),
        "fields": {name: value.value for name, value in found.fields.items()},
        "confidence": round(said.confidence, 4),
        "reading": said.reading.value,
        "prediction_set": list(said.prediction_set),
        "kind_set": [kind.value for kind in said.kind_set],
        "summary": " ".join(claim.text for claim in found.summary),
        "quotes": [place.quote for place in said.evidence],
        "votes": {vote.reader: vote.reason for vote in said.votes if vote.reason},
        "engine": found.engine,
        "versions": dict(found.versions),
        "shown": of_shown(found, reading).as_plain(),
    }


class Learned:
    """The trained part of the offline engine, trained for each fold on the cases outside of it.

    Cases of one customer or thread are never on both sides. With `spoken`, what a model said of the cases, what its
    vote is worth is learned for each fold as well.

    Raises:
        Refused: There are too few cases to learn from.
    """

    def __init__(
        self, messages: Sequence[Labelled], *, folds: int, seed: int, spoken: Mapping[str, Spoken] | None = None
    ) -> None:
        from classifiers.triage import labelled, phrases, training
        from classifiers.triage.orders import read_orders
        from classifiers.triage.votes import heard_of

        if len(messages) < FEWEST:
            raise Refused(
                f"{len(messages)} cases are too few to train on: cross-validation needs {FEWEST} or more. Leave "
                "--folds out to measure the engine as packaged."
            )
        self._seed = seed
        self._book = phrases.load_phrasebook()
        self._arrays, self._classes = phrases.learn(self._book, seed)
        self._votes = heard_of(spoken or {}, phrases.SentenceModel(self._arrays, self._classes))
        orders = {message.id: read_orders(message.reading) for message in messages}
        self._studied = training.study(messages, self._arrays, self._classes, orders)
        dealt = labelled.folds(messages, folds, seed)
        self.fold_of: Mapping[str, int] = {m.id: fold for m, fold in zip(messages, dealt, strict=True)}

    def for_fold(self, fold: int) -> Trained:
        """What judges the cases of a fold: a model that has seen none of them, nor their customers."""
        from classifiers.triage import judge, training
        from classifiers.triage.triage import Triage
        from classifiers.triage.weighing import Weighing

        known = [one for one in self._studied if self.fold_of[one.message.id] != fold]
        learned = training.fit_messages(
            known, self._arrays, self._classes, self._seed, len(self._book), self._votes or None
        )
        if not self._votes:
            return Trained(Triage(learned))
        weighing = Weighing.of(learned.settings["with_vote"])
        return Trained(Triage(learned), lambda settled, vote: judge.weigh(settled, vote, weighing))
