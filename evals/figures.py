"""Figures as people read them: percent, seconds, money."""

from __future__ import annotations

from evals.catalogue import Unit


def shown(value: float | None, unit: Unit) -> str:
    """A value of a measure; a dash where nothing was measured."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.1f}%"
    if unit == "ms":
        return seconds(value)
    if unit == "tokens":
        return f"{value:,.0f}"
    return f"{value:.6f}" if unit == "money" else f"{value:.2f}"


def change(value: float | None, unit: Unit) -> str:
    """A difference with its sign; shares in percentage points."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    size = abs(value)
    if unit == "share":
        return f"{sign}{100 * size:.1f}"
    return f"{sign}{shown(size, unit)}"


def seconds(milliseconds: float) -> str:
    """A duration with a fitting unit."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
