"""What a language model says of a message, asked for only where the readers before it are not certain, and verified.

A model never decides by itself: its reason is one vote that the judge weighs, its values fill gaps where the document
bears them out, its sentences stand all or not at all. Without an answer the offline engine's result stands, and the
reason is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.assessments.claims.ground import Ground
from app.assessments.claims.verification import Verified, verify
from app.assessments.results import Claim, Classification, FieldValue, ModelAsked, Vote
from app.documents.reading import Evidence, Reading
from app.firm import Firm
from app.llm.asking import Said
from app.llm.chat import Unanswered
from app.vocabulary import FIELDS, Flag
from classifiers.llm.question import Example, Question, question
from classifiers.llm.triage_answer import claims_of
from classifiers.triage.hearsay import heard
from classifiers.triage import judge

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
    summary: tuple[Claim, ...] = ()


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
    try:
        said = ask(asked)
    except Unanswered as problem:
        return Opinion(
            ModelAsked(
                problem.outcome, because=problem.message, shortlist=asked.shortlist, seconds=round(problem.seconds, 3),
                prompt_tokens=problem.usage.prompt_tokens, completion_tokens=problem.usage.completion_tokens,
                left_out=asked.left_out,
            )
        )  # fmt: skip
    return _verified(said, asked, reading, examples=len(examples))


def merged(
    fields: Mapping[str, FieldValue], summary: tuple[Claim, ...], said: Opinion
) -> tuple[dict[str, FieldValue], tuple[Claim, ...], Opinion]:
    """Fields and summary of the offline engine with what of the model's is taken over, which the opinion then names.

    An offline value is never replaced. The model's sentences stand only if not one of them was left out.
    """
    filled = {n: v for n, v in (said.fields or {}).items() if n in FILLS and n not in fields}
    has_every_sentence = bool(said.summary) and not any(what.startswith("sentence/") for what in said.asked.dropped)
    taken = (*filled, *(["summary"] if has_every_sentence else []))
    named = replace(said, asked=replace(said.asked, taken=taken))
    return {**filled, **fields}, said.summary if has_every_sentence else summary, named


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
    fields = {name: value for name, value in stands.fields.items() if value.evidence}
    sentences = tuple(claim for claim in stands.sentences if claim.evidence)
    dropped, warnings = _left_out(stands, fields, sentences)
    if claims.problems:
        dropped["answer/form"] = len(claims.problems)
    if said.unknown:
        dropped["placeholder/unknown"] = len(said.unknown)
    record = ModelAsked(
        "answered",
        model=said.model,
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
    return Opinion(
        record, Vote(READER, claims.reason, heard(claims.matter), f"{said.model} chose it"), fields, sentences
    )


def _left_out(
    stands: Verified, fields: Mapping[str, FieldValue], sentences: Sequence[Claim]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Counts and lines of what did not stand, with what stands in the envelope alone and so can be shown nowhere."""
    counts = Counter(stands.counts())
    warnings = list(stands.warnings())
    for name in stands.fields.keys() - fields.keys():
        counts["field/no_evidence"] += 1
        warnings.append(f"{name} was left out: it rests on no words of the document.")
    for claim in stands.sentences:
        if claim not in sentences:
            counts["sentence/no_evidence"] += 1
            warnings.append(f"“{claim.text}” was left out: it rests on no words of the document.")
    return dict(counts), tuple(warnings)
