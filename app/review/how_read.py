"""How a case was read: by which engine, why not by the other, and what of a model's claims did not stand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.assessments.results import Assessment, ModelAsked
from app.documents.withheld import without_accounts
from app.review import figures, wording
from app.review.languages import _, ngettext, told
from app.vocabulary import Kind


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


def how_read(assessment: Assessment | None, *, is_suspect: bool = False) -> HowRead | None:
    """What is to be said; None where no model is set and nothing was left out."""
    if assessment is None or (assessment.asked is None and not assessment.warnings):
        return None
    asked = assessment.asked or ModelAsked("not_asked")
    drops = (*asked.warnings, *assessment.warnings)
    if is_suspect or assessment.classification.kind is Kind.SECURITY_ALERT:
        drops = tuple(without_accounts(line) for line in drops)
    return HowRead(
        _says(asked), asked.outcome == "waiting", asked.left_out, _counted(asked, len(assessment.warnings)), drops,
        _record(asked),
    )  # fmt: skip


def _says(asked: ModelAsked) -> str:
    if asked.outcome == "waiting":
        return _("The language model is being asked; its answer may still change this reading.")
    if not asked.is_answered:
        return _("Read by the offline engine alone. %(because)s", because=told(asked.because)).strip()
    if asked.vote:
        says = _(
            "The language model %(model)s was asked too and chose %(reading)s.", model=asked.model,
            reading=wording.within(wording.full_reason(asked.vote)),
        )  # fmt: skip
    else:
        says = _("The language model %(model)s was asked too.", model=asked.model)
    taken = [wording.FIELD_WORDS.get(name, name.replace("_", " ")) for name in asked.taken]
    return f"{says} {_('Taken over from it: %(fields)s.', fields=', '.join(taken))}" if taken else says


def _counted(asked: ModelAsked, others: int) -> str:
    counts: dict[str, int] = {}
    for what, count in asked.dropped.items():
        sort = what.partition("/")[0]
        counts[sort] = counts.get(sort, 0) + count
    sorts = [_sort(sort, count) for sort, count in counts.items()]
    total = sum(counts.values()) + others
    if not total:
        return ""
    says = ngettext(
        "%(num)s claim was left out, as the document does not bear it out",
        "%(num)s claims were left out, as the document does not bear them out", total,
    )  # fmt: skip
    return f"{says}: {', '.join(sorts)}." if sorts else f"{says}."


def _sort(sort: str, count: int) -> str:
    words = {
        "sentence": ngettext("%(num)s sentence", "%(num)s sentences", count),
        "field": ngettext("%(num)s value", "%(num)s values", count),
        "line": ngettext("%(num)s figure of a line", "%(num)s figures of lines", count),
        "quote": ngettext("%(num)s quote", "%(num)s quotes", count),
        "placeholder": ngettext("%(num)s placeholder", "%(num)s placeholders", count),
        "answer": ngettext("%(num)s part of its answer", "%(num)s parts of its answer", count),
    }
    return words.get(sort, f"{count} {sort}")


def _record(asked: ModelAsked) -> tuple[str, ...]:
    if not asked.is_answered:
        return ()
    if asked.is_from_cache:
        spent = _("From the answers kept")
    else:
        spent = _(
            "%(sent)s tokens asked, %(answered)s answered, %(seconds)s s",
            sent=figures.count(asked.prompt_tokens), answered=figures.count(asked.completion_tokens),
            seconds=figures.decimal(Decimal(str(asked.seconds))),
        )  # fmt: skip
    lines = [_("Prompt %(name)s, %(fingerprint)s", name=asked.prompt, fingerprint=asked.fingerprint[:12]), spent]
    if asked.is_repaired:
        lines.append(_("Answered on the second try, as the first answer could not be used"))
    if asked.examples:
        lines.append(
            ngettext(
                "Shown %(num)s earlier message of this customer that a person decided",
                "Shown %(num)s earlier messages of this customer that a person decided", asked.examples,
            )
        )  # fmt: skip
    return tuple(lines)
