"""Arithmetic between the figures of a message: sums, differences and products are the same in every language."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import combinations, islice

from app.documents.counted import number_words
from app.documents.written_numbers import numbers
from classifiers.message_fields.money import Amount
from classifiers.message_fields.source import NO_FACTS, Source
from classifiers.message_fields.tables import LONGEST_LINE, cells_of

_PROSE = ("new", "forwarded", "subject", "answer", "quoted")
_MOST = 40
_MOST_RATES = 14
_HIGHEST_RATE = 2_000
_HIGHEST_COUNT = 400

_COUNT = re.compile(
    r"(?<![\w.,/-])(\d{1,4}(?:[.,]\d{1,2})?)\s?(?:x|×|h|hrs?|hours?|std|stunden|stk|pt|tage?n?|days?|jours?|j|heures?"
    r"|horas?|dias?|uur|uren|dagen|dag|ore|ora|giorni|giorno|giornat[ae]|journees?|jornadas?|godzin\w*|godz|dni|dzien"
    r"|personentage|nights?|nachte"
    r"|nuits?|units?|seats?|miles?|km|licen\w*|werktage|calendar days|working days)\b"
)
_SHARE = re.compile(
    r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?"
    r"(?:%|prozent|percent|per cent|pour cent|por ciento|procent|per cento|por cento)"
)


class Sums:
    """How each amount of a message is made of its other figures."""

    def __init__(self, source: Source, found: list[Amount], rates: set[Decimal]) -> None:
        """`rates` are the values that stand as prices of an hour, a day or a piece."""
        figures = [a for a in found if a.mark != "bare" and a.value > 0]
        stated = [a for a in figures if a.passage.zone != "invoice_copy"]
        self._all = _bounded(figures)
        self._values = _bounded(stated)
        self._known = set(self._values)
        self._order: dict[Decimal, int] = {}
        for place, amount in enumerate(stated):
            self._order.setdefault(amount.value, place)
        self._largest = max(self._values, default=Decimal(0))
        counts = sorted(_counts(source))[:_MOST]
        bare = _bare_counts(source, found)
        shares = sorted(_shares(source))[:12]
        apart = {abs(a - b) for a in counts[:12] for b in {*counts[:12], *bare} if a != b} - {Decimal(1)}
        low, high = (min(rates) / 2, max(rates) * 2) if rates else (Decimal(0), Decimal(_HIGHEST_RATE))
        prices = [v for v in self._all if low <= v <= high][:_MOST_RATES]
        rates_apart = {high - low for low, high in combinations(prices, 2)}
        money = [_cents(v) for v in self._all]
        times = [_cents(c) for c in counts if c != 1]
        self._products = {count * v for count in times for v in money}
        self._of_differences = {_cents(gap) * _cents(v) for gap in apart for v in prices} | {
            count * _cents(gap) for count in times for gap in rates_apart
        }
        self._parts = set()
        for share in shares:
            for v in money:
                part = round(_cents(share) * v / 10_000)
                self._parts |= {part * 100} | {part * count for count in times if part * count < v * 100}
        self._column_totals = _column_totals(stated)

    def features(self, value: Decimal) -> dict[str, float]:
        """What the value is to the others.

        difference_of: the smaller part of a value that is written before; the larger part is complement_of. A sum that
        is written after its parts is sum_after_parts.
        product_of_difference: a difference in quantity by a rate, or a difference in rate by a quantity.
        """
        features: dict[str, float] = {}
        if value <= 0:
            return features
        for whole in self._values:
            rest = whole - value
            if rest <= 0 or rest == value or rest not in self._known:
                continue
            if self._order[whole] > max(self._order[value], self._order[rest]):
                features["part_of_later_sum"] = 1.0
            else:
                features["difference_of" if value < rest else "complement_of"] = 1.0
        lower = [v for v in self._values if v < value]
        if value in self._column_totals or any(value - v in self._known and value - v != v for v in lower):
            features["sum_of"] = 1.0
            features["partial_sum"] = float(value < self._largest)
            parts = [(v, value - v) for v in lower if value - v in self._known and value - v != v]
            features["sum_after_parts"] = float(
                any(self._order[value] > max(self._order[one], self._order[other]) for one, other in parts)
            )
        if _has(self._products, value):
            features["product_of"] = 1.0
        if _has(self._of_differences, value):
            features["product_of_difference"] = 1.0
        if _has(self._parts, value):
            features["share_of"] = 1.0
        return {name: strength for name, strength in features.items() if strength}


def _cents(value: Decimal) -> int:
    return int(value * 100)


def _has(products: set[int], value: Decimal) -> bool:
    """Whether a product of two figures in hundredths comes to this value, to the cent."""
    exact = _cents(value) * 100
    return exact in products or any(exact + slack in products for slack in (-100, -50, 50, 100))


def _bounded(found: list[Amount]) -> list[Decimal]:
    """Distinct values in ascending order; of many those of the running text, then the largest."""
    in_text = {a.value for a in found if a.passage.zone in _PROSE}
    ranked = sorted({a.value for a in found}, key=lambda v: (v not in in_text, -v))
    return sorted(ranked[:_MOST])


def _column_totals(found: list[Amount]) -> set[Decimal]:
    """Values that are the sum of a column of a table, or of all others in it."""
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
            totals |= {v for v in values if v * 2 == whole} | {whole}
    return totals


def _counts(source: Source) -> set[Decimal]:
    found: set[Decimal] = set()
    for passage in source.passages:
        if passage.zone not in NO_FACTS:
            found |= {Decimal(m.group(1).replace(",", ".")) for m in _COUNT.finditer(passage.folded)}
            words = number_words(passage.language)
            found |= {Decimal(words[t.word]) for t in passage.tokens if t.word in words}
    return found - {Decimal(0)}


def _bare_counts(source: Source, found: list[Amount]) -> set[Decimal]:
    """Small figures of the text that are no money: "invoiced 47.5 hours, the sheet says 40"."""
    taken = {(id(a.passage), a.start) for a in found if a.mark != "bare"}
    figures: set[Decimal] = set()
    for passage in source.zone("new", "forwarded"):
        for number in islice(numbers(passage.text, passage.decimal_mark), 200):
            is_money = any((id(passage), at) in taken for at in range(number.start - 4, number.start + 1))
            if not is_money and number.value < _HIGHEST_COUNT and number.decimals <= 2:
                figures.add(number.value)
    return figures if len(figures) <= 14 else set()


def _shares(source: Source) -> set[Decimal]:
    return {
        Decimal(m.group(1).replace(",", "."))
        for passage in source.passages
        if passage.zone not in NO_FACTS
        for m in _SHARE.finditer(passage.folded)
    }
