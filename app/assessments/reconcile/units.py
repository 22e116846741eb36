"""Units of time, and how figures stand in sentences. What is no unit of time is never converted."""

from __future__ import annotations

from decimal import Decimal

from app.money import Money, minor_unit

HOURS_PER_DAY = Decimal(8)
"""A working day, as Odoo's own default calendar counts it."""

_HOURS = frozenset({
    "h", "hr", "hrs", "hour", "hours", "std", "std.", "stunde", "stunden", "heure", "heures", "hora", "horas", "uur",
    "uren", "ora", "ore", "godz", "godz.", "godzina", "godziny", "godzin",
})  # fmt: skip
_DAYS = frozenset({
    "d", "day", "days", "tag", "tage", "tagen", "pt", "personentag", "personentage", "jour", "jours", "día", "días",
    "dia", "dias", "dag", "dagen", "giorno", "giorni", "dzień", "dni",
})  # fmt: skip
_MINUTES = frozenset({
    "min", "minute", "minutes", "minuten", "minuto", "minutos", "minuut", "minuti", "minuta", "minuty", "minut",
})  # fmt: skip


def per_hour(unit: str) -> tuple[Decimal, Decimal] | None:
    """How many hours so many of this unit are, as (hours, units): (8, 1) for days, (1, 60) for minutes.

    `unit` is the unit's name in Odoo, in any of our languages. None where it is no unit of time.
    """
    name = unit.strip().casefold()
    if name in _HOURS:
        return Decimal(1), Decimal(1)
    if name in _DAYS:
        return HOURS_PER_DAY, Decimal(1)
    if name in _MINUTES:
        return Decimal(1), Decimal(60)
    return None


def is_hour(unit: str) -> bool:
    return unit.strip().casefold() in _HOURS


def in_unit(time: Decimal, unit: str) -> Decimal:
    """Hours as a quantity of a unit of time. Raises ValueError for other units."""
    factor = per_hour(unit)
    if factor is None:
        raise ValueError(f"{unit!r} is no unit of time")
    return time * factor[1] / factor[0]


def count(value: Decimal) -> str:
    """A quantity in a sentence: no trailing zeros, at most six decimals."""
    return f"{round(value, 6).normalize():f}"


def rate(value: Money) -> str:
    """A rate in a sentence, with all its decimals and at least the currency's: 150.00 EUR, 0.119 EUR."""
    exact = value.amount.normalize()
    unit = minor_unit(value.currency)
    if exact == exact.quantize(unit):
        return str(value)
    return f"{round(exact, 6).normalize():,f} {value.currency}"
