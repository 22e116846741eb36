"""What a claim may rest on besides the message: figures, dates and words of Odoo's records and of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from app.money import Money


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures without a sign, dates, currencies, and texts (names, references, sentences of findings)."""

    numbers: frozenset[Decimal] = frozenset()
    dates: frozenset[date] = frozenset()
    currencies: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    def and_also(self, other: Facts) -> Facts:
        """These facts and those."""
        return Facts(
            self.numbers | other.numbers,
            self.dates | other.dates,
            self.currencies | other.currencies,
            (*self.texts, *other.texts),
        )


def facts_of(*known: object) -> Facts:
    """The facts in records, findings, or sequences and mappings of them.

    Keys of the database (`id`, `…_id`, `…_ids`) are no facts: a reviewer never sees them.
    """
    numbers: set[Decimal] = set()
    dates: set[date] = set()
    currencies: set[str] = set()
    texts: dict[str, None] = {}
    for name, value in _values(known):
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, Decimal | int):
            if not (isinstance(value, Decimal) and not value.is_finite()):
                numbers.add(abs(Decimal(value)))
        elif isinstance(value, datetime):
            dates.add(value.date())
        elif isinstance(value, date):
            dates.add(value)
        elif isinstance(value, str) and value.strip():
            (currencies.add(value) if name == "currency" else texts.setdefault(value))
    return Facts(frozenset(numbers), frozenset(dates), frozenset(currencies), tuple(texts))


def _values(known: object, name: str = "") -> Iterator[tuple[str, object]]:
    if (name == "id" or name.endswith(("_id", "_ids"))) and name != "vat_id":
        return
    if isinstance(known, Money):
        yield "amount", known.amount
        yield "currency", known.currency
    elif is_dataclass(known) and not isinstance(known, type):
        for one in fields(known):
            yield from _values(getattr(known, one.name), one.name)
    elif isinstance(known, Mapping):
        for key, value in known.items():
            yield from _values(value, str(key))
    elif isinstance(known, Iterable) and not isinstance(known, str | bytes):
        for value in known:
            yield from _values(value, name)
    else:
        yield name, known
