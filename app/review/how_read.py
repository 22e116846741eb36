"""How a case was read: by which engine, why not by the other, and what of a model's claims did not stand."""

from __future__ import annotations

from dataclasses import dataclass

from app.assessments.results import Assessment, ModelAsked
from app.documents.withheld import without_accounts
from app.review import wording
from app.vocabulary import Kind

_SORTS = {
    "sentence": ("sentence", "sentences"),
    "field": ("value", "values"),
    "line": ("figure of a line", "figures of lines"),
    "quote": ("quote", "quotes"),
    "placeholder": ("placeholder", "placeholders"),
    "answer": ("part of its answer", "parts of its answer"),
}


@dataclass(frozen=True, slots=True)
class HowRead:
    """`says` is the one line to show; `left_out` what no model was shown; `dropped` counts what did not stand, which
    `drops` name; `record` is for whoever wants to know exactly."""

    says: str
    is_waiting: bool
    left_out: tuple[str, ...]
    dropped: str
    drops: tuple[str, ...]
    record: tuple[str, ...]


def how_read(assessment: Assessment | None) -> HowRead | None:
    """What is to be said; None where no model is set and nothing was left out."""
    if assessment is None or (assessment.asked is None and not assessment.warnings):
        return None
    asked = assessment.asked or ModelAsked("not_asked")
    drops = (*asked.warnings, *assessment.warnings)
    if assessment.classification.kind is Kind.SECURITY_ALERT:
        drops = tuple(without_accounts(line) for line in drops)
    return HowRead(
        _says(asked), asked.outcome == "waiting", asked.left_out, _counted(asked, len(assessment.warnings)), drops,
        _record(asked),
    )  # fmt: skip


def _says(asked: ModelAsked) -> str:
    if asked.outcome == "waiting":
        return "The language model is being asked; its answer may still change this reading."
    if not asked.is_answered:
        return f"Read by the offline engine alone. {asked.because}".strip()
    says = f"The language model {asked.model} was asked too"
    if asked.vote:
        reason = wording.full_reason(asked.vote)
        says += f" and chose {reason[0].lower()}{reason[1:]}"
    taken = [wording.FIELD_WORDS.get(name, name.replace("_", " ")) for name in asked.taken]
    return f"{says}. Taken over from it: {', '.join(taken)}." if taken else f"{says}."


def _counted(asked: ModelAsked, others: int) -> str:
    counts: dict[str, int] = {}
    for what, count in asked.dropped.items():
        sort = what.partition("/")[0]
        counts[sort] = counts.get(sort, 0) + count
    told = [f"{count} {_SORTS.get(sort, (sort, sort))[count != 1]}" for sort, count in counts.items()]
    total = sum(counts.values()) + others
    if not total:
        return ""
    claims = f"{wording.plural(total, 'claim', 'claims')} {'was' if total == 1 else 'were'} left out"
    return f"{claims}, as the document does not bear {'it' if total == 1 else 'them'} out" + (
        f": {', '.join(told)}." if told else "."
    )


def _record(asked: ModelAsked) -> tuple[str, ...]:
    if not asked.is_answered:
        return ()
    spent = (
        "from the answers kept"
        if asked.is_from_cache
        else (f"{asked.prompt_tokens:,} tokens asked, {asked.completion_tokens:,} answered, {asked.seconds:.1f} s")
    )
    lines = [f"Prompt {asked.prompt}, {asked.fingerprint[:12]}", spent[0].upper() + spent[1:]]
    if asked.is_repaired:
        lines.append("Answered on the second try, as the first answer could not be used")
    if asked.examples:
        lines.append(
            f"Shown {wording.plural(asked.examples, 'earlier message', 'earlier messages')} of this customer that a "
            "person decided"
        )
    return tuple(lines)
