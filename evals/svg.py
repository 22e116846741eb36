"""Elements of SVG as text. Words are escaped here; colours come from the page's style sheet, by class."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def drawing(width: float, height: float, sort: str, title: str, inside: Iterable[str]) -> Markup:
    """A whole chart of a sort (`chart-…` in the style sheet), with its title for those who do not see it."""
    head = (
        f'<svg class="chart chart-{sort}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" aria-label="{escape(title)}">'
    )
    return Markup(f"{head}{''.join(inside)}</svg>")  # noqa: S704 - put together here; every word in it is escaped


def line(sort: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{sort}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def box(sort: str, x: float, y: float, width: float, height: float, *, round_by: float = 2, opacity: float = 1) -> str:
    seen = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
    size = f'width="{width:.1f}" height="{height:.1f}" rx="{round_by:g}"'
    return f'<rect class="{sort}" x="{x:.1f}" y="{y:.1f}" {size}{seen}/>'


def dot(sort: str, x: float, y: float, radius: float, tip: str = "") -> str:
    return f'<circle class="{sort}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">{_tip(tip)}</circle>'


def text(sort: str, x: float, y: float, said: object, anchor: str = "start", *, turned: float = 0) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}"' if not turned else f'transform="translate({x:.1f} {y:.1f}) rotate({turned:g})"'
    return f'<text class="{sort}" {place} text-anchor="{anchor}">{escape(said)}</text>'


def path(sort: str, points: Iterable[tuple[float, float]], *, is_closed: bool = False) -> str:
    name = "polygon" if is_closed else "polyline"
    return f'<{name} class="{sort}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def group(sort: str, tip: str, inside: Iterable[str]) -> str:
    return f'<g class="{sort}">{_tip(tip)}{"".join(inside)}</g>'


def _tip(tip: str) -> str:
    return f"<title>{escape(tip)}</title>" if tip else ""
