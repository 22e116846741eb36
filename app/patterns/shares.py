"""Parts of a whole in words, and which differences are more than chance. Few cases get no percentage."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

FEWEST = 5
"""Below so many, a share is told as "2 of 3" and nothing else."""
_ONE_IN_TWENTY = Decimal("3.841")
_ONE_IN_HUNDRED = Decimal("6.635")
"""Quantiles of the chi-squared distribution with one degree of freedom."""


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    """ "33%", rounded half up; what is there but rounds to nothing is "under 1%", what is not all is not "100%"."""
    exact = Decimal(part) * 100 / Decimal(whole)
    rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
    if rounded == 0 and exact > 0:
        return "under 1%"
    if rounded == 100 and exact < 100:
        return "over 99%"
    return f"{rounded}%"


def share(part: int, whole: int, noun: str = "") -> str:
    """ "14 of 42 disputes (33%)"; of fewer than five only "2 of 3 disputes"."""
    said = f"{part:,} of {whole:,}{' ' if noun else ''}{noun}"
    return f"{said} ({percent(part, whole)})" if whole >= FEWEST else said


def beside(part: int, whole: int) -> str:
    """The percentage to stand after a number, " (33%)"; nothing of fewer than five."""
    return f" ({percent(part, whole)})" if whole >= FEWEST else ""


def is_more_than_chance(part: int, whole: int, other_part: int, other_whole: int) -> bool:
    """Whether a share is higher than another by more than chance would bring one time in a hundred.

    Pearson's chi-squared test of a two by two table; with fewer than five in the part, or none beside, never.
    """
    if part < FEWEST or not other_whole or part * other_whole <= other_part * whole:
        return False
    hits, total = part + other_part, whole + other_whole
    misses = total - hits
    if not misses:
        return False
    off = part * (other_whole - other_part) - other_part * (whole - part)
    return Decimal(off * off * total) >= _ONE_IN_HUNDRED * whole * other_whole * hits * misses


def is_clear_change(now: int, before: int) -> bool:
    """Whether two counts of equally long times differ by more than chance would bring one time in twenty."""
    return Decimal((now - before) ** 2) > _ONE_IN_TWENTY * (now + before)
