"""What a language model says of a message, asked for only where the readers before it are not certain, and verified.

A model never decides by itself: its reason is one vote that the judge weighs, its values fill gaps where the document
bears them out. Its sentences are looked at for the record and shown to nobody as fact: figures that stand in the
document say nothing of what is told about them. Without an answer the offline engine's result stands, and the reason is
said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from app.assessments.claims.ground import Ground, sources_of
from app.assessments.claims.verification import verify
from app.assessments.results import Classification, FieldValue, ModelAsked, Vote
from app.documents.reading import Evidence, Reading
from app.firm import Firm
from app.llm.asking import Said
from app.llm.chat import AnswerMalformed, Declined, Unanswered, Usage
from app.vocabulary import FIELDS, Flag
from classifiers.llm.question import Example, Question, contested, question
from classifiers.llm.triage_answer import claims_of, contested_of
from classifiers.triage import judge
from classifiers.triage.hearsay import heard

READER = "llm"
"""The model's name among the votes."""
FILLS = frozenset(FIELDS) - {"language", "lines"}
"""Fields that a model's verified value may fill where the offline engine found none."""

Ask = Callable[[Question], Said]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model said, verified: `vote` is None where there is no answer; `asked` is for the record."""

    asked: ModelAsked
    vote: Vote | None = None
    fields: Mapping[str, FieldValue] | None = None


def opinion(
    reading: Reading,
    shortlist: Sequence[str],
    ask: Ask,
    *,
    firm: Firm | None = None,
    examples: Sequence[Example] = (),
    aimed_at_software: Sequence[Evidence] = (),
) -> Opinion:
    """Ask which reason of the shortlist fits, and for fields and a summary; an empty shortlist asks nothing.

    A message in which something is aimed at software is not shown to a model at all. Never raises for what a message
    or an answer holds.
    """
    because = _not_to_be_asked(shortlist, is_aimed_at_software=bool(aimed_at_software))
    if because:
        return Opinion(ModelAsked("not_asked", because=because))
    asked = question(reading, shortlist, examples=examples, firm=firm)
    spent, doubt = Usage(), None
    try:
        try:
            first = ask(contested(reading))
            spent, doubt = first.usage, contested_of(first.content, first.likelihoods)
        except (AnswerMalformed, Declined) as problem:
            spent = problem.usage
        said = ask(asked)
    except Unanswered as problem:
        spent += problem.usage
        return Opinion(
            ModelAsked(
                problem.outcome, because=problem.message, shortlist=asked.shortlist, seconds=round(problem.seconds, 3),
                prompt_tokens=spent.prompt_tokens, completion_tokens=spent.completion_tokens,
                left_out=asked.left_out,
            )
        )  # fmt: skip
    found = _verified(replace(said, usage=spent + said.usage), asked, reading, examples=len(examples))
    return replace(found, vote=replace(found.vote, contested=doubt)) if found.vote is not None else found


def merged(fields: Mapping[str, FieldValue], said: Opinion) -> tuple[dict[str, FieldValue], Opinion]:
    """Fields of the offline engine with what of the model's is taken over, which the opinion then names.

    An offline value is never replaced, and one that stands there already under another name is no news.
    """
    known = {one for value in fields.values() for one in _plain(value)}
    filled = {
        name: value
        for name, value in (said.fields or {}).items()
        if name in FILLS and name not in fields and not known & _plain(value)
    }
    return {**filled, **fields}, replace(said, asked=replace(said.asked, taken=tuple(filled)))


def _plain(value: FieldValue) -> set[str]:
    """The values of a field, to be compared with those of another."""
    every = value.value if isinstance(value.value, list | tuple) else [value.value]
    return {re.sub(r"\W", "", str(one)).casefold() for one in every}


def awaited(classification: Classification) -> ModelAsked:
    """What stands in an assessment before a model is asked: that it will be, or why it will not."""
    because = _not_to_be_asked(
        judge.shortlist(classification), is_aimed_at_software=Flag.PROMPT_INJECTION in classification.flags
    )
    return (
        ModelAsked("not_asked", because=because)
        if because
        else ModelAsked("waiting", because="The language model is being asked.")
    )


def _not_to_be_asked(shortlist: Sequence[str], *, is_aimed_at_software: bool) -> str:
    if not shortlist:
        return "The language model was not asked: the offline engine is certain without it."
    if is_aimed_at_software:
        return "The language model was not asked: the document holds text aimed at software."
    return ""


def _verified(said: Said, asked: Question, reading: Reading, *, examples: int) -> Opinion:
    claims = claims_of(said.content)
    stands = verify(claims.fields, claims.sentences, Ground.of(reading), quotes=claims.quotes)
    fields = {
        name: value
        for name, value in stands.fields.items()
        if value.evidence and _bears(claims.quotes.get(name, ""), name, value.value, reading)
    }
    dropped, warnings = dict(stands.counts()), stands.warnings()
    if claims.problems:
        dropped["answer/form"] = len(claims.problems)
    if said.unknown:
        dropped["placeholder/unknown"] = len(said.unknown)
    model = PurePath(said.model).name if said.model.startswith("/") else said.model  # llama.cpp names the file
    record = ModelAsked(
        "answered",
        model=model,
        prompt=said.prompt,
        fingerprint=said.fingerprint,
        shortlist=asked.shortlist,
        vote=claims.reason,
        prompt_tokens=said.usage.prompt_tokens,
        completion_tokens=said.usage.completion_tokens,
        seconds=round(said.seconds, 3),
        is_from_cache=said.is_from_cache,
        is_repaired=said.is_repaired,
        examples=examples,
        left_out=asked.left_out,
        dropped=dropped,
        warnings=(*warnings, *(f"Not taken over: {problem}." for problem in claims.problems)),
    )
    return Opinion(record, Vote(READER, claims.reason, heard(claims.matter), f"{model} chose it"), fields)


def _bears(quote: str, name: str, value: object, reading: Reading) -> bool:
    """Whether the words that a value is said to rest on stand in the document and state it, not some other words of it.

    A choice is stated by no words; that its quote stands is all that can be asked.
    """
    if FIELDS[name] == "choice":
        return True
    source = next((one for one in sources_of(reading) if quote and quote in one.text), None)
    if source is None:
        return False
    return name in verify({name: value}, (), Ground([replace(source, text=quote)])).fields
