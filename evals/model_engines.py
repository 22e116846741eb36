"""Engines that ask a language model. What it was asked, spent and answered is kept with every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.assessments.claims.ground import Ground
from app.assessments.claims.verification import verify
from app.assessments.grounding import grounded
from app.documents.reading import Reading
from app.firm import Firm
from app.llm.asking import Asker, Said
from app.llm.chat import Schema, Unanswered, Usage
from app.llm.usage import Tariff
from classifiers.assess import assess
from classifiers.llm.question import CONTESTED, EVERY_REASON, Question, question
from classifiers.llm.triage_answer import claims_of
from evals.engines import Trained, line_of
from evals.groundedness import count, ungrounded
from prompts.load import load

if TYPE_CHECKING:
    from prompts.load import Prompt


_NOTHING: Mapping[str, Any] = {"secondary_reasons": [], "flags": [], "fields": [], "summary": []}
"""What an answer holds besides the reason when only that was asked for."""


@dataclass(frozen=True)
class Endpoint:
    """A model that can be asked, by which prompt, and what it costs."""

    asker: Asker
    prompt: Prompt
    tariff: Tariff
    is_reason_only: bool = False
    """Whether only the reason is asked for: a fraction of the tokens, and no fields, flags or summary."""

    def ask(self, put: Question) -> Said:
        """Raises Unanswered."""
        if put.prompt != self.prompt.id:
            return self._ask(load(put.prompt), put, put.schema, put.max_tokens)
        if not self.is_reason_only:
            return self._ask(self.prompt, put, put.schema, put.max_tokens)
        said = self._ask(self.prompt, put, *put.of_reason)
        return replace(said, content={**_NOTHING, **said.content})

    def _ask(self, prompt: Prompt, put: Question, schema: Schema, most: int) -> Said:
        return self.asker.ask(prompt, schema, put.outside, values=put.values, names=put.names, max_tokens=most)

    def spent(self, usage: Usage) -> dict[str, Any]:
        """Tokens, and their cost where the model has a price and every request was counted."""
        price = self.tariff.prices.get(self.asker.model)
        known = price is not None and not usage.unmetered
        cost = price.of(usage.prompt_tokens, usage.completion_tokens) if price is not None and known else None
        return {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "unmetered": usage.unmetered,
            "cost": None if cost is None else f"{cost.normalize():f}",
            "currency": self.tariff.currency,
        }


@dataclass(frozen=True)
class ModelAlone:
    """The model's own answer: all reasons to choose from, nothing recombined and nothing left out.

    It measures the model, not the product: its answer is what a reviewer would have seen without any of our guards.
    """

    endpoint: Endpoint
    firm: Firm | None = None

    def answer(self, reading: Reading, trained: Trained | None) -> dict[str, Any]:
        put = question(reading, EVERY_REASON, firm=self.firm)
        try:
            said = self.endpoint.ask(put)
        except Unanswered as error:
            asked = {"outcome": error.outcome, "seconds": round(error.seconds, 3)}
            spent = self.endpoint.spent(error.usage)
            return {"error": error.message, "outcome": error.outcome, "model": {**asked, **spent}}
        line = _of_answer(said, reading)
        if self.endpoint.is_reason_only:
            line = {name: line[name] for name in ("kind", "reason", "model")}
        return {**line, "engine": "model", "model": {**_asked(said, self.endpoint), **line["model"]}}


@dataclass(frozen=True)
class Judge:
    """The product: the offline engine, and a model asked about what it is not certain of, verified and weighed."""

    endpoint: Endpoint
    firm: Firm | None = None

    def answer(self, reading: Reading, trained: Trained | None) -> dict[str, Any]:
        heard = _Heard(self.endpoint)
        found = assess(reading, self.firm, ask=heard, **(trained.parts() if trained else {}))
        line = line_of(grounded(found, reading), reading)
        asked = found.asked
        if asked is None or asked.outcome == "not_asked":
            return {**line, "model": {"outcome": "not_asked", "because": asked.because if asked else ""}}
        model: dict[str, Any] = {
            "outcome": asked.outcome,
            "because": asked.because,
            "seconds": asked.seconds,
            "shortlist": list(asked.shortlist),
            "vote": asked.vote,
            "dropped": dict(asked.dropped),
            "warnings": list(asked.warnings),
            "taken": list(asked.taken),
            "left_out": list(asked.left_out),
        }
        if heard.said is not None:
            checked = _of_answer(heard.said, reading)["model"]
            answered = {k: checked[k] for k in ("content", "claims", "ungrounded")}
            model |= {**_asked(heard.said, self.endpoint), **answered, "contested": heard.contested}
        return {**line, "model": model | self.endpoint.spent(heard.spent)}


@dataclass
class _Heard:
    """Asks both questions of one case, and keeps what was answered and spent."""

    endpoint: Endpoint
    contested: dict[str, Any] | None = None
    said: Said | None = None
    spent: Usage = field(default_factory=Usage)

    def __call__(self, put: Question) -> Said:
        try:
            said = self.endpoint.ask(put)
        except Unanswered as error:
            self.spent += error.usage
            raise
        self.spent += said.usage
        if put.prompt == CONTESTED:
            self.contested = {**said.content, "likelihoods": dict(said.likelihoods)}
        else:
            self.said = said
        return said


def _of_answer(said: Said, reading: Reading) -> dict[str, Any]:
    claims = claims_of(said.content)
    ground = Ground.of(reading)
    language = str(claims.fields.get("language") or "en")
    checked = verify(claims.fields, claims.sentences, ground, quotes=claims.quotes, language=language)
    sentences = [sentence.text for sentence in claims.sentences]
    made = count(claims.fields, sentences)
    wrong = ungrounded(checked.drops)
    return {
        "kind": claims.kind,
        "reason": claims.reason,
        "secondary_reasons": list(claims.secondary_reasons),
        "flags": list(claims.flags),
        "fields": claims.fields,
        "summary": " ".join(sentences),
        "shown": {"claims": made, "ungrounded": wrong},
        "model": {
            "content": said.content,
            "claims": made,
            "ungrounded": wrong,
            "problems": [*claims.problems, *said.unknown],
        },
    }


def _asked(said: Said, endpoint: Endpoint) -> Mapping[str, Any]:
    return {
        "outcome": "answered",
        "prompt": said.prompt,
        "fingerprint": said.fingerprint,
        "name": said.model,
        "seconds": round(said.seconds, 3),
        "from_cache": said.is_from_cache,
        "repaired": said.is_repaired,
        **endpoint.spent(said.usage),
    }
