"""What an amount is: features of each amount of a message for the choice of the contested one and of the total."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from classifiers.message_fields.context import Context, token_index
from classifiers.message_fields.counted import number_words
from classifiers.message_fields.folding import Lexicon, words_of
from classifiers.message_fields.money import Amount
from classifiers.message_fields.money_words import EXPECTED, MONEY_WORDS
from classifiers.message_fields.ranker import Features
from classifiers.message_fields.source import NO_FACTS, Passage, Source
from classifiers.message_fields.tables import LONGEST_LINE, cells_of, column_label, first_cell, row_label

MONEY_LEXICON = Lexicon(MONEY_WORDS)
_PROSE = ("subject", "new", "forwarded", "quoted")
_INVOICE_WORD = re.compile(r"\d{2,}/?\d{2,}")

_NEAR_MONEY = "deducted paid credit difference excess limit total overpaid contested discount balance"
_BARE_NEEDS = (*(f"before:{role}" for role in words_of(_NEAR_MONEY)), "after:excess", "after:deducted")
"""A whole number without a currency is money only next to such a word."""

LINE = frozenset({"scope_not_agreed", "description_insufficient"})
"""Reasons that contest a line or item of an invoice, or all of it."""
WHOLE = frozenset(
    {
        "duplicate_invoice", "quality_acceptance", "late_billing", "contract_ended", "currency", "po_invalid",
        "milestone_early", "po_missing", "duplicate_billing", "legal_form",
    }
)  # fmt: skip
"""Reasons that contest a whole invoice."""
WITHHELD = frozenset({"missing_backup", "missing_reference", "wrong_entity"})
"""Reasons for which the contested amount is the withheld invoice, gross if both are given."""


@dataclass(frozen=True)
class Candidate:
    """A value with all its mentions; the first of the best zone is its evidence."""

    value: Decimal
    mentions: tuple[Amount, ...]
    features: Features


def group_of(reason: str) -> str:
    if reason in WITHHELD:
        return "withheld"
    if reason in WHOLE:
        return "whole"
    if reason in LINE:
        return "line"
    if reason in ("already_paid",):
        return "paid"
    if reason in ("tax", "tax_mapping"):
        return "tax"
    if reason in ("remittance", "promise_to_pay", "short_payment", "overpayment_refund"):
        return reason
    return "part"


def candidates(source: Source, found: list[Amount]) -> list[Candidate]:
    """Every value of the message with its features, in the order of first mention."""
    starts: dict[int, list[int]] = {}
    for amount in found:
        starts.setdefault(id(amount.passage), []).append(amount.start)
    contexts = {
        id(p): Context(p, MONEY_LEXICON, starts[id(p)]) for p in {id(a.passage): a.passage for a in found}.values()
    }
    by_value: dict[Decimal, list[tuple[Amount, dict[str, float]]]] = {}
    is_marked = any(a.mark in ("currency", "column") for a in found)
    for amount in found:
        if not amount.value:
            continue  # an empty column's 0.00 says nothing
        mention = _mention(source, amount, contexts[id(amount.passage)])
        if amount.mark == "bare" and not any(mention.get(name, 0) >= 0.8 for name in _BARE_NEEDS):
            continue
        if is_marked and amount.mark in ("figure", "bare"):
            mention["unmarked"] = 1.0
        by_value.setdefault(amount.value, []).append((amount, mention))
    sums = _Sums(source, found)
    result: list[Candidate] = []
    prose = [a for a in found if a.passage.zone in _PROSE[:3] and a.mark != "bare"]
    distinct = {a.value for a in prose}
    group = group_of(source.reason)
    for value, mentions in by_value.items():
        features: dict[str, float] = {}
        for _, own in mentions:
            for name, strength in own.items():
                if abs(strength) > abs(features.get(name, 0.0)):
                    features[name] = strength
        if not any("unrated" in own for _, own in mentions):
            features["always_rate"] = 1.0
        features.pop("unrated", None)
        features |= sums.features(value)
        if value in distinct:
            features["largest"] = float(value == max(distinct))
            features["only"] = float(len(distinct) == 1)
            features["first"] = float(prose[0].value == value)
            features["last"] = float(prose[-1].value == value)
            features[f"largest:{group}"] = features["largest"]
        if len(mentions) > 1:
            features["repeated"] = 1.0
        for name in ("difference_of", "product_of", "share_of", "sum_of"):
            if features.get(name):
                features[f"{name}:{group}"] = 1.0
                features[f"{name}:{source.reason}"] = 1.0
        result.append(Candidate(value, tuple(a for a, _ in mentions), features))
    return result


def _mention(source: Source, amount: Amount, context: Context) -> dict[str, float]:
    passage = amount.passage
    features: dict[str, float] = {f"zone:{passage.zone}": 1.0, f"mark:{amount.mark}": 1.0}
    if amount.is_rounded:
        features["rounded"] = 1.0
    if amount.is_negative:
        features["negative"] = 1.0
    expected = EXPECTED.get(source.reason, ())
    group = group_of(source.reason)
    for near in context.near(amount.start, amount.end):
        role, distance = near.hit.role, near.distance
        if near.is_before:
            side, strength = (
                "before",
                1.0 if distance <= 2 else 0.8 if distance <= 5 else 0.5 if distance <= 10 else 0.25,
            )
        else:
            side = "after"
            strength = 1.0 if distance <= 1 else 0.7 if distance <= 4 else 0.5 if distance <= 8 else 0.3
        if near.is_blocked:
            strength *= 0.5
        _raise(features, f"{side}:{role}", strength)
        if role in ("total", "gross", "item"):
            _raise(features, f"{side}:{role}:{group}", strength)
        if role in expected:
            _raise(features, f"expected:{side}", strength)
    if any(hit.role in expected for hit in context.sentence_before(amount.start)):
        features["expected:sentence_before"] = 1.0
    last = token_index(passage, amount.end)
    for hit in context.sentence_after(amount.start):
        if hit.first - last > 12:
            break
        _raise(features, f"after:{hit.role}", 0.4)
        if hit.role in expected:
            _raise(features, "expected:after", 0.4)
    label = column_label(passage, amount.start)
    line_start = passage.line_at(amount.start)[0]
    if not context.is_between(line_start, amount.start):
        label = label + row_label(passage, amount.start)
    elif label:
        label = label + first_cell(passage, amount.start)
    for hit in MONEY_LEXICON.find(label) if label else ():
        features[f"label:{hit.role}"] = 1.0
        if hit.role in expected:
            features["expected:label"] = 1.0
        if passage.zone == "invoice_copy":
            features[f"copy:{group}:{hit.role}"] = 1.0
    if _is_rate(passage, amount):
        features["is_rate"] = 1.0
    else:
        features["unrated"] = 1.0
    if passage.zone == "invoice_copy":
        features[f"copy:{group}"] = 1.0
    if _INVOICE_WORD.search(passage.folded, max(passage.sentence_at(amount.start)[0], amount.start - 60), amount.start):
        features["after_reference"] = 1.0
    return features


def _raise(features: dict[str, float], name: str, value: float) -> None:
    features[name] = max(features.get(name, 0.0), value)


_DIFFERENCE_ALONE = re.compile(
    r"\b(?:the difference|die differenz|den unterschied|la difference|l'ecart|la diferencia|het verschil|la "
    r"differenza|a diferenca|roznic[aey])\b(?![^.;\n]{0,60}\d)"
)


def difference_is_unwritten(source: Source) -> bool:
    """Whether the sender asks for "the difference" and leaves its sum to us."""
    return any(_DIFFERENCE_ALONE.search(p.folded) for p in source.zone("new", "forwarded"))


_TIME_UNIT = (
    r"(?:hours?|hrs?|h|std|stunden?|tage?n?|days?|nights?|nacht|nachte|heures?|jours?|journee|nuits?|nuitee|horas?"
    r"|dias?|noches?|uur|uren|dag|dagen|ora|ore|giorn[oi]|notte|notti"
    r"|noites?|godzin\w*|godz|dzien|dni|dobe|pt|personentage?|manntage?|seats?|users?|miles?|km|units?|unite"
    r"|unidad\w*|stuck|stk|stuks|szt|months?|monate?|mois|mes|meses|maand|mese|miesiac|each|j)"
)
_RATE_AFTER = re.compile(
    rf"\s{{0,2}}(?:ht\s?)?(?:/\s?|(?:per|pro|par|por|al|je|an|a|the|la|le|za|ao|ogni|zu|jede[rn]?)\s|l'|all'"
    rf"|@\s?){_TIME_UNIT}\b|\s(?:each|pp|cad|cadaun[oa]|je stuck|c/u)\b"
)
_RATE_BEFORE = re.compile(
    rf"(?:(?:@|(?<=[\d ])[x×*]|\bje|\btegen|\brate of|\bhourly rate|\bdaily rate|\bday rate|\b(?:stunden"
    rf"|tages)satz(?: von)?|\btjm(?: de)?|\b(?:uur|dag)tarief(?: van)?|\btarifa de|\bstawk\w (?:w wysokosci)?"
    rf"|\btariffa di)"
    rf"|\b{_TIME_UNIT} (?:a|at|zu|por|per|da|x))\s?(?:[a-z]{{3}}\s|[€$£]\s?)?$"
)


def _is_rate(passage: Passage, amount: Amount) -> bool:
    folded = passage.folded
    if _RATE_AFTER.match(folded, amount.end):
        return True
    return bool(_RATE_BEFORE.search(folded, max(0, amount.start - 24), amount.start))


class _Sums:
    """Arithmetic between the figures of a message: it is the same in every language."""

    MOST = 60

    def __init__(self, source: Source, found: list[Amount]) -> None:
        figures = [a for a in found if a.mark != "bare" and a.value > 0]
        self._all = self._bounded(figures)
        self._values = self._bounded([a for a in figures if a.passage.zone != "invoice_copy"])
        prose = [a for a in figures if a.passage.zone != "invoice_copy"]
        self._known = set(self._values)
        self._counts = sorted(_counts(source))[: self.MOST]
        self._shares = sorted(_shares(source))[:12]
        self._column_totals = _column_totals(prose)

    def _bounded(self, found: list[Amount]) -> list[Decimal]:
        """Distinct values in ascending order; of many those of the running text, then the largest."""
        in_text = {a.value for a in found if a.passage.zone in _PROSE}
        ranked = sorted({a.value for a in found}, key=lambda v: (v not in in_text, -v))
        return sorted(ranked[: self.MOST])

    def features(self, value: Decimal) -> dict[str, float]:
        features: dict[str, float] = {}
        if value <= 0:
            return features
        if any(other - value in self._known and other - value != value for other in self._values if other > value):
            features["difference_of"] = 1.0
        lower = [v for v in self._values if v < value]
        if value in self._column_totals or any(value - v in self._known and value - v != v for v in lower):
            features["sum_of"] = 1.0
        cent = Decimal("0.011")
        others = [v for v in self._all if v != value]
        if any(count != 1 and abs(count * v - value) < cent for count in self._counts for v in others):
            features["product_of"] = 1.0
        parts = [share * v / 100 for share in self._shares for v in others]
        if any(
            abs(part - value) < cent or any(abs(part * count - value) < cent for count in self._counts)
            for part in parts
        ):
            features["share_of"] = 1.0
        return features


def _column_totals(found: list[Amount]) -> set[Decimal]:
    """Values that are the sum of all others in their column of a table."""
    columns: dict[tuple[int, int], list[Decimal]] = {}
    for amount in found:
        start, end = amount.passage.line_at(amount.start)
        cells = cells_of(amount.passage.text[start:end]) if end - start < LONGEST_LINE else []
        if len(cells) > 1:
            index = next((i for i, (a, b) in enumerate(cells) if a <= amount.start - start <= b), 0)
            index = index - len(cells) if index == len(cells) - 1 else index
            columns.setdefault((id(amount.passage), index), []).append(amount.value)
    totals: set[Decimal] = set()
    for values in columns.values():
        whole = sum(values, Decimal(0))
        if len(values) > 2:
            totals |= {v for v in values if v * 2 == whole}
    return totals


_COUNT = re.compile(
    r"(?<![\w.,/-])(\d{1,4}(?:[.,]\d{1,2})?)\s?(?:x|×|h|hrs?|hours?|std|stunden|stk|pt|tage?n?|days?|jours?|j|heures?"
    r"|horas?|dias?|uur|uren|dagen|dag|ore|ora|giorni|giorno|godzin\w*|godz|dni|dzien"
    r"|personentage|nights?|nachte|nuits?|units?|seats?|miles?|km|licen\w*|werktage|calendar days|working days)\b"
)
_SHARE = re.compile(
    r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?(?:%|prozent|percent|per cent|pour cent|por ciento|procent|per cento"
    r"|por cento)"
)


def _counts(source: Source) -> set[Decimal]:
    found: set[Decimal] = set()
    for passage in source.passages:
        if passage.zone not in NO_FACTS:
            found |= {Decimal(m.group(1).replace(",", ".")) for m in _COUNT.finditer(passage.folded)}
            words = number_words(passage.language)
            found |= {Decimal(words[t.word]) for t in passage.tokens if t.word in words}
    differences = {a - b for a in found for b in found if a > b} if len(found) <= 12 else set()
    return (found | differences) - {Decimal(0)}


def _shares(source: Source) -> set[Decimal]:
    return {
        Decimal(m.group(1).replace(",", "."))
        for passage in source.passages
        if passage.zone not in NO_FACTS
        for m in _SHARE.finditer(passage.folded)
    }
