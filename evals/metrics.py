"""Measures of predictions against gold labels, in the guidelines' notation.

Kind and reason: accuracy and macro-F1 over the gold's classes. Flags: micro-F1. Fields: F1 by field after normalising
(references without punctuation, decimals by value, text without accents and case). Order lines: F1 of one-to-one
matches. Where a gold line has `accept`, another value that annotators call defensible counts as right. Where it has
`known` ("kind", "reason", "flags", "secondary_reasons", "fields", "fields.po_number"), only these are scored.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from app.vocabulary import KIND_OF

REFERENCE_LISTS = ("invoice_refs", "order_refs")
_TEXTS = ("customer_name", "payment_terms", "language", "requested_action", "quantity_unit", "currency")
_DATES = ("po_date", "valid_from", "valid_until", "deadline")
_DECIMALS = ("amount_total", "amount_disputed", "quantity_disputed")
SINGLE = (*_TEXTS, "po_number", *_DATES, *_DECIMALS)
_ENOUGH_ALIKE = 0.5

Line = Mapping[str, Any]


@dataclass(slots=True)
class Hits:
    """Right, wrongly given, and missed."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def add(self, right: int, extra: int, missed: int) -> None:
        self.right += right
        self.extra += extra
        self.missed += missed

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None if there was nothing to find and nothing was given."""
        whole = 2 * self.right + self.extra + self.missed
        return 2 * self.right / whole if whole else None

    @property
    def count(self) -> int:
        return self.right + self.missed


@dataclass(slots=True)
class Scores:
    """All measures of a run. Shares are between 0 and 1."""

    cases: int = 0
    kinds: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    flags: dict[str, Hits] = field(default_factory=lambda: defaultdict(Hits))
    fields: dict[str, Hits] = field(default_factory=lambda: defaultdict(Hits))
    exact: dict[str, Hits] = field(default_factory=lambda: defaultdict(Hits))
    """Fields compared letter by letter."""
    secondary: Hits = field(default_factory=Hits)
    lines: Hits = field(default_factory=Hits)
    asked: int = 0
    asked_but_put_aside: int = 0
    sets: list[tuple[bool, int]] = field(default_factory=list)
    kind_sets: list[tuple[bool, int]] = field(default_factory=list)
    words: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def by_class(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Hits]:
        """Hits for each class of the gold."""
        return {
            name: Hits(
                sum(g == name == p for g, p in pairs),
                sum(p == name != g for g, p in pairs),
                sum(g == name != p for g, p in pairs),
            )
            for name in sorted({g for g, _ in pairs})
        }

    def macro_f1(self, pairs: Sequence[tuple[str, str]]) -> float:
        rows = self.by_class(pairs)
        return sum(hits.f1 or 0.0 for hits in rows.values()) / len(rows) if rows else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The measures as plain values, for JSON."""
        every_flag = Hits()
        for hits in self.flags.values():
            every_flag.add(hits.right, hits.extra, hits.missed)
        return {
            "cases": self.cases,
            "kind_accuracy": _share(g == p for g, p in self.kinds),
            "kind_macro_f1": self.macro_f1(self.kinds),
            "reason_accuracy": _share(g == p for g, p in self.reasons),
            "reason_macro_f1": self.macro_f1(self.reasons),
            "asks_but_no_action": self.asked_but_put_aside / self.asked if self.asked else None,
            "set_coverage": _share(hit for hit, _ in self.sets),
            "set_mean_size": _mean(size for _, size in self.sets),
            "kind_set_coverage": _share(hit for hit, _ in self.kind_sets),
            "kind_set_mean_size": _mean(size for _, size in self.kind_sets),
            "words": {word: {"cases": len(hits), "right": _share(hits)} for word, hits in sorted(self.words.items())},
            "brier": _mean((c - right) ** 2 for c, right in self.confidences),
            "calibration_error": calibration_error(self.confidences),
            "secondary_f1": self.secondary.f1,
            "flags_micro_f1": every_flag.f1,
            "flags": {name: hits.f1 for name, hits in sorted(self.flags.items())},
            "fields": {name: hits.f1 for name, hits in sorted(self.fields.items())},
            "line_f1": self.lines.f1,
            "by_kind": {name: hits.f1 for name, hits in self.by_class(self.kinds).items()},
            "by_reason": {
                name: {"cases": hits.count, "f1": hits.f1} for name, hits in self.by_class(self.reasons).items()
            },
        }


def score(gold: Iterable[Line], predictions: Iterable[Line]) -> Scores:
    """Score predictions against gold lines, matched by file name. A missing prediction is wrong everywhere."""
    given = {_file(row): row for row in predictions}
    scores = Scores()
    for line in gold:
        _score_one(scores, line, given.get(_file(line), {}))
    return scores


def _score_one(scores: Scores, gold: Line, got: Line) -> None:
    scores.cases += 1
    gold, got = _known(gold, got)
    accept = gold.get("accept") or {}
    if gold.get("reason"):
        _score_reason(scores, gold, got, accept)
    _compare(scores.secondary, set(gold.get("secondary_reasons") or []), set(got.get("secondary_reasons") or []))
    want, have = set(gold.get("flags") or []), set(got.get("flags") or [])
    for name in want | have:
        _compare(scores.flags[name], want & {name}, have & {name})
    _score_fields(scores, gold.get("fields") or {}, got.get("fields") or {}, accept)


def _known(gold: Line, got: Line) -> tuple[Line, Line]:
    """Both without what the gold line does not know: neither right nor wrong can be said of it."""
    if "known" not in gold:
        return gold, got
    known = set(gold["known"])

    def part(line: Line) -> Line:
        fields = {n: v for n, v in (line.get("fields") or {}).items() if {"fields", f"fields.{n}"} & known}
        hidden = {name for name in ("flags", "secondary_reasons") if name not in known}
        return {name: value for name, value in line.items() if name not in hidden} | {"fields": fields}

    return part(gold), part(got)


def _score_reason(scores: Scores, gold: Line, got: Line, accept: Line) -> None:
    label, given = f"{gold['kind']}/{gold['reason']}", f"{got.get('kind')}/{got.get('reason')}"
    defensible = accept.get("reason", [])
    if given in defensible or got.get("reason") in defensible:
        label = given
    kind = label.partition("/")[0]
    scores.kinds.append((kind, str(got.get("kind"))))
    scores.reasons.append((label, given))
    if label != given:
        scores.wrong.append((_file(gold), label, given))
    if kind != "no_action":
        scores.asked += 1
        scores.asked_but_put_aside += got.get("kind") == "no_action"
    if fitting := [str(name).rpartition("/")[2] for name in got.get("prediction_set") or []]:
        scores.sets.append((label.rpartition("/")[2] in fitting, len(fitting)))
        kinds = set(got.get("kind_set") or [KIND_OF[reason].value for reason in fitting if reason in KIND_OF])
        scores.kind_sets.append((kind in kinds, len(kinds)))
    if got.get("reading"):
        scores.words[str(got["reading"])].append(label == given)
    if got.get("confidence") is not None:
        scores.confidences.append((float(got["confidence"]), label == given))


def _score_fields(scores: Scores, gold: Line, got: Line, accept: Line) -> None:
    for name in SINGLE:
        want, have = normalised(name, gold.get(name)), normalised(name, got.get(name))
        if have in [normalised(name, value) for value in accept.get(name, [])]:
            want = have
        hit = want is not None and want == have
        scores.fields[name].add(hit, have is not None and not hit, want is not None and not hit)
        _compare(scores.exact[name], *_letters(gold.get(name), got.get(name), accept.get(name, [])))
    for name in REFERENCE_LISTS:
        optional = {str(value) for value in accept.get(name, []) if value is not None}
        _compare(scores.exact[name], _written(gold.get(name)) - optional, _written(got.get(name)) - optional)
        optional = {_reference(value) for value in accept.get(name, []) if value is not None}
        _compare(scores.fields[name], _references(gold.get(name)) - optional, _references(got.get(name)) - optional)
    if gold.get("lines"):
        scores.lines.add(*match_lines(gold["lines"], got.get("lines") or []))


def _letters(want: object, have: object, accept: Sequence[object]) -> tuple[set[str], set[str]]:
    """One value each as it is written; another that annotators call defensible is the one wanted."""
    stated = _written(have)
    if (have if stated else None) in accept:
        return stated, stated
    return _written(want), stated


def _written(value: object) -> set[str]:
    if value in (None, "", []):
        return set()
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}


def _compare(hits: Hits, want: set[str], have: set[str]) -> None:
    hits.add(len(want & have), len(have - want), len(want - have))


def normalised(name: str, value: object) -> object:
    """A field's value in the form in which values are compared; None if there is none."""
    if value in (None, "", []):
        return None
    if name == "po_number":
        return _reference(value)
    if name in _DATES:
        return _day(value)
    return _number(value) if name in _DECIMALS else _plain(value)


def match_lines(gold: Sequence[Line], got: Sequence[Line]) -> tuple[int, int, int]:
    """Right, extra, missed: lines matched one to one where stated figures agree and descriptions are alike by half."""
    left = list(got)
    right = 0
    for want in gold:
        hit = next((have for have in left if _same_line(want, have)), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return right, len(left), len(gold) - right


def _same_line(want: Line, have: Line) -> bool:
    for name in ("quantity", "unit_price", "amount"):
        figure = want.get(name)
        if figure not in (None, "") and (have.get(name) in (None, "") or _number(figure) != _number(have[name])):
            return False
    if not want.get("description"):
        return True
    a, b = set(_plain(want["description"]).split()), set(_plain(have.get("description") or "").split())
    return len(a & b) / max(1, len(a | b)) >= _ENOUGH_ALIKE


def calibration_error(confidences: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error: the mean gap between confidence and share right, in bins of equal width."""
    if not confidences:
        return None
    held: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in confidences:
        held[min(int(confidence * bins), bins - 1)].append((confidence, right))
    gaps = (abs(sum(c for c, _ in rows) - sum(r for _, r in rows)) for rows in held.values())
    return sum(gaps) / len(confidences)


def _file(row: Line) -> str:
    return PurePath(str(row.get("file", ""))).name


def _share(hits: Iterable[bool]) -> float | None:
    return _mean(float(hit) for hit in hits)


def _mean(values: Iterable[float]) -> float | None:
    held = list(values)
    return sum(held) / len(held) if held else None


def _plain(value: object) -> str:
    bare = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def _reference(value: object) -> str:
    return re.sub(r"[^A-Z0-9]", "", str(value).upper())


def _references(value: object) -> set[str]:
    if value in (None, "", []):
        return set()
    return {_reference(one) for one in value} if isinstance(value, list) else {_reference(value)}


def _number(value: object) -> object:
    try:
        return Decimal(str(value).replace(" ", "").replace("'", "")).normalize()
    except InvalidOperation:
        return f"unreadable:{value}"


def _day(value: object) -> object:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return f"unreadable:{value}"
