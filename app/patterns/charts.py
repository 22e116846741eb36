"""Charts of a report as geometry: what stands where in an SVG, and the same figures as rows of a table.

Bars of reasons, customers and months are stacked by outcome; those of contract types, ways of billing and managers are
shares of invoices, because who bills more is disputed more. Of fewer than five invoices no bar is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.money import Money
from app.patterns.counting import Counted, Group
from app.patterns.queries import OUTCOMES
from app.patterns.shares import FEWEST, percent, share
from app.patterns.telling import WORDS, month_words, months_of, name_of, repeated, takeaway

OUTCOME_WORDS = {
    "credited": "Credited", "upheld": "Invoice stood", "withdrawn": "Taken back", "open": "Open",
}  # fmt: skip
COLOURS = {"credited": "c6", "upheld": "c1", "withdrawn": "c5", "open": "c3"}
"""Classes of the style sheet; legend, labels and table say the same without colour."""
MOST_BARS = 8
_WIDTH, _LABEL, _LONGEST_BAR, _ROW = 640, 196, 252, 34
_LABEL_CHARS, _CHARACTER = 31, Decimal("6.4")
_COLUMNS_WIDTH, _COLUMNS_HEIGHT, _LEFT, _TOP, _FLOOR = 1080, 236, 34, 22, 206
_HEAT_ROWS, _HEAT_COLUMNS = 8, 6

Link = Callable[[str, str], str]
"""The address of a group's disputes, by dimension and key; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: its class and rectangle."""

    colour: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar with its label and value: `says` is the whole for those who do not see it."""

    label: str
    value: str
    says: str
    href: str
    segments: tuple[Segment, ...]
    label_at: tuple[str, str]
    value_at: tuple[str, str]
    reach: Segment
    """What can be clicked."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `level` 1 to 3 tints it."""

    text: str
    level: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table. `sort` is bars, columns or heat; a heat chart is its table."""

    id: str
    title: str
    sentence: str
    sort: str
    size: tuple[int, int]
    marks: tuple[Mark, ...]
    legend: tuple[tuple[str, str], ...]
    """(class, word)."""
    grid: tuple[tuple[str, str], ...]
    """(y, word) of lines across columns."""
    average: tuple[str, str] | None
    """(x, words) of a line through bars."""
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def charts(counted: Counted, link: Link) -> tuple[Chart, ...]:
    """The charts of a report in their order; none where there was no dispute."""
    if not counted.whole.disputes:
        return ()
    found = [
        _columns(counted, link),
        _stacked(counted, "reason", "Why customers dispute", link),
        _stacked(counted, "customer", "Who disputes", link),
        _shares(counted, "contract", "Contract types", link),
        _shares(counted, "billing", "Billing models", link),
        _shares(counted, "manager", "Project managers", link),
        _heat(counted, link),
    ]
    return tuple(chart for chart in found if chart is not None)


def thousands(amount: Decimal) -> str:
    """ "62k", "1.3k" below ten thousand, "640" below one."""
    if amount.quantize(Decimal(1)) < 1000:
        return f"{amount.quantize(Decimal(1))}"
    in_thousands = (amount / 1000).quantize(Decimal("0.1") if amount < 9950 else Decimal(1))
    return f"{in_thousands:,}".removesuffix(".0") + "k"


def _amounts(group: Group) -> str:
    return ", ".join(f"{thousands(s.contested)} {s.currency}" for s in group.sums if s.contested)


def _outcomes(group: Group) -> str:
    numbers = [(getattr(group, name), OUTCOME_WORDS[name].lower()) for name in OUTCOMES]
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def _stacked(counted: Counted, by: str, title: str, link: Link) -> Chart:
    groups = [g for g in counted.groups[by] if g.disputes]
    shown, rest = groups[:MOST_BARS], groups[MOST_BARS:]
    longest = max(g.disputes for g in groups)
    marks = []
    for number, group in enumerate(shown):
        name = name_of(counted, by, group.key)
        amounts = _amounts(group)
        value = f"{group.disputes} · {amounts}" if amounts else str(group.disputes)
        marks.append(_bar(number, name, value, f"{name}: {group.disputes} disputes, {_outcomes(group)}",
                          link(by, group.key), _parts(group, longest)))  # fmt: skip
    sentence = takeaway(counted, by)
    if rest:
        sentence = f"{sentence} {len(rest)} more {'is' if len(rest) == 1 else 'are'} in the table.".strip()
    return Chart(
        by, title, sentence, "bars", (_WIDTH, _ROW * len(shown) + 6), tuple(marks), _legend(groups), (), None,
        *_table(counted, by, groups, link),
    )  # fmt: skip


def _shares(counted: Counted, by: str, title: str, link: Link) -> Chart | None:
    groups = [g for g in counted.groups[by] if g.invoices or g.disputes]
    if not any(g.key for g in groups):
        return None  # nothing is known of it
    invoices, disputed = sum(g.invoices or 0 for g in groups), sum(g.disputed or 0 for g in groups)
    if not invoices:
        return _stacked(counted, by, title, link)
    known = sorted(groups, key=lambda g: (not g.key, (g.invoices or 0) < FEWEST, -_ratio(g), g.key))[:MOST_BARS]
    whole = Decimal(disputed) / invoices
    longest = max((_ratio(g) for g in known if (g.invoices or 0) >= FEWEST), default=Decimal(0)) or Decimal(1)
    line = _LABEL + whole / longest * _LONGEST_BAR
    marks = []
    for number, group in enumerate(known):
        name = name_of(counted, by, group.key)
        value = f"{share(group.disputed or 0, group.invoices or 0)}" if group.invoices else f"{group.disputes} disputes"
        width = _ratio(group) / longest * _LONGEST_BAR if (group.invoices or 0) >= FEWEST else Decimal(0)
        segments = (("c1", width),) if width else ()
        says = f"{name}: {value} invoices disputed" if group.invoices else f"{name}: {value}"
        marks.append(_bar(number, name, value, says, link(by, group.key), segments, line))
    average = (_px(line), f"all: {percent(disputed, invoices)}") if invoices >= FEWEST and whole <= longest else None
    return Chart(
        by, title, takeaway(counted, by), "bars", (_WIDTH, _ROW * len(known) + (22 if average else 6)), tuple(marks),
        (("c1", "Share of the invoices of this time that were disputed"),), (), average,
        *_table(counted, by, groups, link),
    )  # fmt: skip


def _ratio(group: Group) -> Decimal:
    return Decimal(group.disputed or 0) / group.invoices if group.invoices else Decimal(0)


def _columns(counted: Counted, link: Link) -> Chart:
    months = months_of(counted)
    tallest = max(g.disputes for g in months)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if tallest <= 4 * s)
    top = max(step, -(-tallest // step) * step)
    scale = Decimal(_FLOOR - _TOP) / top
    pitch = Decimal(_COLUMNS_WIDTH - _LEFT) / len(months)
    width = min(Decimal(56), pitch * Decimal("0.72"))
    every = -(-len(months) // 16)
    marks = []
    for number, group in enumerate(months):
        x = _LEFT + pitch * number + (pitch - width) / 2
        floor = Decimal(_FLOOR)
        segments = []
        for name in OUTCOMES:
            height = getattr(group, name) * scale
            if height:
                segments.append(Segment(COLOURS[name], _px(x), _px(floor - height), _px(width), _px(height - 1)))
                floor -= height
        middle = x + width / 2
        name = month_words(group.key)
        label = f"{name[:3]} {group.key[2:4]}" if number % every == 0 else ""
        outcomes = f", {_outcomes(group)}" if group.disputes else ""
        marks.append(
            Mark(
                label, str(group.disputes) if group.disputes else "", f"{name}: {group.disputes} disputes{outcomes}",
                link("month", group.key) if group.disputes else "",
                tuple(segments), (_px(middle), str(_FLOOR + 17)), (_px(middle), _px(floor - 5)),
                Segment("", _px(x), str(_TOP), _px(width), str(_FLOOR - _TOP)),
            )
        )  # fmt: skip
    grid = tuple((_px(_FLOOR - value * scale), str(value)) for value in range(0, top + 1, step))
    return Chart(
        "month", "Disputes opened, by month", takeaway(counted, "month"), "columns", (_COLUMNS_WIDTH, _COLUMNS_HEIGHT),
        tuple(marks), _legend(months), grid, None, *_table(counted, "month", months, link),
    )  # fmt: skip


def _heat(counted: Counted, link: Link) -> Chart | None:
    customers = [g for g in counted.groups["customer"] if g.key and g.disputes][:_HEAT_ROWS]
    reasons = [g for g in counted.groups["reason"] if g.key][:_HEAT_COLUMNS]
    if len(customers) < 2 or len(reasons) < 2:
        return None
    often = {(r.customer, r.reason) for r in repeated(counted)}
    rows = []
    for customer in customers:
        cells = [Cell(name_of(counted, "customer", customer.key), href=link("customer", customer.key))]
        for reason in reasons:
            number = counted.pairs.get((customer.key, reason.key), 0)
            level = 0 if not number else 3 if (customer.key, reason.key) in often else 2 if number == 2 else 1
            cells.append(Cell(str(number) if number else "·", level))
        rows.append(tuple(cells))
    head = ("Customer", *(name_of(counted, "reason", reason.key) for reason in reasons))
    return Chart(
        "repeated",
        "Who disputes what",
        takeaway(counted, "repeated"),
        "heat",
        (0, 0),
        (),
        (),
        (),
        None,
        head,
        tuple(rows),
    )


def _table(
    counted: Counted, by: str, groups: Sequence[Group], link: Link
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    currencies = [s.currency for s in counted.whole.sums]
    with_invoices = any(g.invoices for g in groups)
    head = [WORDS[by], "Disputes", *(OUTCOME_WORDS[name] for name in OUTCOMES), "Half ended within"]
    head += [f"{word}, {currency}" for currency in currencies for word in ("Contested", "Credited")]
    head += ["Invoices disputed"] if with_invoices else []
    rows = []
    for group in groups:
        sums = {s.currency: s for s in group.sums}
        texts = [str(group.disputes), *(str(getattr(group, name)) for name in OUTCOMES)]
        few = group.ended < FEWEST or group.half_within is None
        texts.append("–" if few else f"{group.half_within} {'day' if group.half_within == 1 else 'days'}")
        for currency in currencies:
            found = sums.get(currency)
            for amount in (found.contested, found.credited) if found else (Decimal(0), Decimal(0)):
                texts.append(f"{Money(amount, currency).rounded().amount:,f}" if amount else "–")
        if with_invoices:
            texts.append(share(group.disputed or 0, group.invoices) if group.invoices else "–")
        name = Cell(name_of(counted, by, group.key), href=link(by, group.key) if group.disputes else "")
        rows.append((name, *map(Cell, texts)))
    return tuple(head), tuple(rows)


def _parts(group: Group, longest: int) -> tuple[tuple[str, Decimal], ...]:
    return tuple(
        (COLOURS[name], Decimal(getattr(group, name)) / longest * _LONGEST_BAR)
        for name in OUTCOMES
        if getattr(group, name)
    )


def _bar(
    number: int,
    name: str,
    value: str,
    says: str,
    href: str,
    parts: Sequence[tuple[str, Decimal]],
    line: Decimal | None = None,
) -> Mark:
    """A row of a bar chart; its value stands beside the bar, and beyond `line` rather than across it."""
    top = number * _ROW + 7
    x = Decimal(_LABEL)
    segments = []
    for colour, width in parts:
        segments.append(Segment(colour, _px(x), str(top), _px(max(Decimal(1), width - 1)), "20"))
        x += width
    at = line + 7 if line is not None and x <= line <= x + 7 + len(value) * _CHARACTER else x + 7
    middle = str(top + 14)
    return Mark(
        _shortened(name), value, says, href, tuple(segments), (str(_LABEL - 8), middle), (_px(at), middle),
        Segment("", "0", str(top - 3), str(_WIDTH), "26"),
    )  # fmt: skip


def _legend(groups: Sequence[Group]) -> tuple[tuple[str, str], ...]:
    there = [name for name in OUTCOMES if any(getattr(g, name) for g in groups)]
    return tuple((COLOURS[name], OUTCOME_WORDS[name]) for name in there)


def _shortened(name: str) -> str:
    return name if len(name) <= _LABEL_CHARS else name[: _LABEL_CHARS - 1].rstrip() + "…"


def _px(value: Decimal) -> str:
    return f"{value:.1f}"
