"""Each case of a run as a row of counts, so that a measure is a function of column sums.

Sums over all rows give the figure; sums over rows drawn at random with replacement give its spread. Cases that share a
customer, an order or an invoice are drawn together: they are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from evals.injection import effects, injections
from evals.metrics import Hits, Scores, score

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

BINS = 10
"""Of equal width, for calibration."""


@dataclass
class Row:
    """One case: its counts, and what orders it among the others."""

    id: str
    counts: dict[str, float] = field(default_factory=dict)
    confidence: float | None = None
    is_right: bool | None = None
    """Whether the reason is right; None where the case has no label."""
    is_kind_right: bool | None = None
    elapsed_ms: float | None = None
    gold: str = ""
    given: str = ""
    """The reason counted as right and the one given, as kind/reason."""

    def add(self, name: str, value: float = 1.0) -> None:
        if value:
            self.counts[name] = self.counts.get(name, 0.0) + value

    def add_hits(self, name: str, hits: Hits) -> None:
        for part in ("right", "extra", "missed"):
            self.add(f"{name}.{part}", getattr(hits, part))


def rows(gold: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """A row for every case that was answered or failed; what was not asked yet is left out."""
    asked = {name: answers[name] for name in gold if name in answers}
    attempts = {one.id: one for one in injections(({**gold[n], "id": n} for n in gold), asked.values()).attempts}
    found = []
    for name, answer in asked.items():
        row = _row(name, gold[name], answer)
        if name in attempts:
            row.add("injection.attempts")
            row.add("injection.successes", attempts[name].succeeded)
        elif "must_not" in gold[name] and "twin" not in gold[name]:
            row.add("forbidden.cases")
            row.add("forbidden.broken", "kind" not in answer or bool(effects(gold[name]["must_not"], answer)))
        found.append(row)
    return found


def _row(name: str, gold: Mapping[str, Any], answer: Mapping[str, Any]) -> Row:
    row = Row(name)
    row.add("cases")
    row.add("errors", "error" in answer)
    row.elapsed_ms = answer.get("elapsed_ms")
    _count_model(row, answer.get("model") or {})
    if shown := answer.get("shown"):
        row.add("shown.claims", shown["claims"])
        row.add("shown.ungrounded", len(shown["ungrounded"]))
    row.add("unsure", answer.get("reading") == "Unsure")
    row.add("worded", "reading" in answer)
    if gold.get("reason") or gold.get("known"):
        _count_labelled(row, gold, answer)
    return row


def _count_labelled(row: Row, gold: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    found = score([{**gold, "file": "a"}], [{**answer, "file": "a"}])
    if found.reasons:
        _count_reason(row, found, is_answered="kind" in answer)
    if "fields" in answer or "error" in answer:  # a run may ask for the reason alone
        row.add_hits("secondary", found.secondary)
        row.add_hits("lines", found.lines)
        for group, table in (("flag", found.flags), ("field", found.fields), ("exact", found.exact)):
            for name, hits in table.items():
                row.add_hits(f"{group}.each.{name}", hits)
                row.add_hits(group, hits)


def _count_reason(row: Row, found: Scores, *, is_answered: bool) -> None:
    (kind, kind_given), (reason, reason_given) = found.kinds[0], found.reasons[0]
    row.gold, row.given = reason, reason_given if is_answered else ""
    row.is_right, row.is_kind_right = reason == reason_given, kind == kind_given
    row.add("labelled")
    for level, right, given in (("kind", kind, kind_given), ("reason", reason, reason_given)):
        row.add(f"{level}.right", right == given)
        row.add(f"{level}.class.{right}.{'right' if right == given else 'missed'}")
        if right != given:
            row.add(f"{level}.class.{given}.extra")
    row.add("asks", found.asked)
    row.add("asks.put_aside", found.asked_but_put_aside)
    for level, sets in (("set", found.sets), ("kind_set", found.kind_sets)):
        for hit, size in sets:
            row.add(f"{level}.cases")
            row.add(f"{level}.held", hit)
            row.add(f"{level}.size", size)
    for word, outcomes in found.words.items():
        row.add(f"word.{word}.cases", len(outcomes))
        row.add(f"word.{word}.right", sum(outcomes))
    for confidence, is_right in found.confidences:
        row.confidence = confidence
        number = min(int(confidence * BINS), BINS - 1)
        row.add(f"bin.{number}.cases")
        row.add(f"bin.{number}.confidence", confidence)
        row.add(f"bin.{number}.right", is_right)
        row.add("confident.cases")
        row.add("confident.squares", (confidence - is_right) ** 2)


def _count_model(row: Row, asked: Mapping[str, Any]) -> None:
    """What a model was asked; a case that it was not asked about has an empty record."""
    if not asked.get("outcome") or asked["outcome"] == "not_asked":
        return
    row.add("model.asked")
    row.add("model.answered", asked["outcome"] == "answered")
    row.add("model.repaired", bool(asked.get("repaired")))
    row.add("model.from_cache", bool(asked.get("from_cache")))
    row.add("model.prompt_tokens", asked.get("prompt_tokens") or 0)
    row.add("model.completion_tokens", asked.get("completion_tokens") or 0)
    row.add("model.claims", asked.get("claims") or 0)
    row.add("model.ungrounded", len(asked.get("ungrounded") or ()))
    try:
        cost = Decimal(str(asked.get("cost")))
    except InvalidOperation:
        row.add("model.unpriced")
        return
    row.add("model.priced")
    row.add("model.cost", float(cost))


def groups(gold: Mapping[str, Mapping[str, Any]], ids: Sequence[str]) -> list[int]:
    """A group's number for each case: those that share customer, order or invoice, or are twins, are in one."""
    root: dict[str, str] = {}

    def find(key: str) -> str:
        root.setdefault(key, key)
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for name in ids:
        fields = gold[name].get("fields") or {}
        keys = [f"invoice:{ref}" for ref in fields.get("invoice_refs") or []]
        keys += [f"{key}:{fields[key]}" for key in ("po_number", "customer_name") if fields.get(key)]
        keys += [f"case:{gold[name]['twin']}"] if gold[name].get("twin") else []
        for key in keys:
            root[find(f"case:{name}")] = find(str(key).casefold() if not str(key).startswith("case:") else key)
    numbers: dict[str, int] = {}
    return [numbers.setdefault(find(f"case:{name}"), len(numbers)) for name in ids]
