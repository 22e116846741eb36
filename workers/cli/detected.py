"""Findings of the detectors for a terminal: a table where there is room for one, else two lines a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from app.assessments.present import REASON_WORDS
from app.detectors.discrepancy import Discrepancy
from workers.cli.outside import harmless
from workers.cli.tables import TABLE_FROM

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from workers.detection import Ran

_BECAME = {
    "new": "new", "changed": "changed", "again": "back again", "fixed": "fixed and closed", "standing": "known",
}  # fmt: skip
_COLUMNS = (
    ("Rule", False), ("Customer", False), ("What", False), ("Amount, net", True), ("Since", False), ("Case", True),
)  # fmt: skip
"""Their heads, and whether they are set to the right."""
_CUSTOMER, _WHAT = 1, 2
_WIDE = 150
"""Columns from which what was found has room to be told in a whole line."""


def print_findings(console: Console, ran: Ran) -> None:
    """Each finding, what they amount to, and what became of them."""
    found = sorted(ran.found, key=lambda d: -(d.finding.amount.amount if d.finding.amount else Decimal(0)))
    if found and console.width >= TABLE_FROM:
        console.print(_table(found, ran.cases, told=console.width >= _WIDE))
    else:
        for one in found:
            _print_lines(console, one, ran.cases.get(one.key))
    console.print(summary(ran))


def summary(ran: Ran) -> str:
    """One line: how many, how much by currency, and what became of them."""
    if not ran.found and not (ran.raised and ran.raised.fixed):
        return "Nothing is wrong in Odoo, as far as the rules see."
    many = "discrepancy" if len(ran.found) == 1 else "discrepancies"
    said = f"{len(ran.found)} {many}" + (f", {amounts(ran.found)}" if ran.found else "")
    if ran.raised is None:
        return f"{said}. Nothing was raised."
    counts = ran.raised.counts()
    return f"{said}: {', '.join(f'{counts[k]} {word}' for k, word in _BECAME.items() if counts[k])}."


def totals(found: Sequence[Discrepancy]) -> dict[str, Decimal]:
    """What the findings amount to, net, by currency in alphabetical order."""
    sums: dict[str, Decimal] = {}
    for amount in (d.finding.amount for d in found):
        if amount is not None:
            sums[amount.currency] = sums.get(amount.currency, Decimal(0)) + amount.rounded().amount
    return dict(sorted(sums.items()))


def amounts(found: Sequence[Discrepancy]) -> str:
    """The same in words: "1,200.00 EUR and 90.00 GBP"."""
    return " and ".join(f"{total:,.2f} {currency}" for currency, total in totals(found).items()) or "no amount"


def _table(found: Sequence[Discrepancy], cases: Mapping[str, int], *, told: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    rows = [
        (
            REASON_WORDS[d.reason], _clean(d.customer), _clean(d.finding.sentence) if told else _about(d), _amount(d),
            _since(d), _case(cases.get(d.key)),
        )
        for d in found
    ]  # fmt: skip
    table = Table(box=None, pad_edge=False, header_style="bold", expand=told)
    for n, (name, right) in enumerate(_COLUMNS):
        width = max(len(name), *(len(row[n]) for row in rows))
        shrinks = n in (_CUSTOMER, _WHAT)
        table.add_column(
            name, justify="right" if right else "left", no_wrap=True, overflow="ellipsis",
            min_width=min(width, 14) if shrinks else width, max_width=28 if n == _CUSTOMER else None,
            ratio=1 if told and n == _WHAT else None,
        )  # fmt: skip
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _print_lines(console: Console, d: Discrepancy, case_id: int | None) -> None:
    from rich.text import Text

    amount = _amount(d)
    head = Text(f"{_case(case_id):>5}  ").append(REASON_WORDS[d.reason], style="bold")
    head.append(" " * max(2, console.width - head.cell_len - len(amount)) + amount)
    tail = f" · {_about(d)}" + (f" · since {_since(d)}" if d.since else "")
    customer = Text(_clean(d.customer))
    customer.truncate(max(10, console.width - 7 - len(tail)), overflow="ellipsis")
    console.print(head, no_wrap=True, overflow="ellipsis", crop=True)
    console.print(
        Text(" " * 7 + customer.plain, style="dim").append(tail), no_wrap=True, overflow="ellipsis", crop=True
    )


def _about(d: Discrepancy) -> str:
    names = [r.name for r in (d.invoice, d.order) if r is not None and r.name]
    return _clean(", ".join(names) or (d.about.name if d.about else ""))


def _amount(d: Discrepancy) -> str:
    return str(d.finding.amount) if d.finding.amount is not None else "–"


def _since(d: Discrepancy) -> str:
    return d.since.isoformat() if d.since else "–"


def _case(case_id: int | None) -> str:
    return str(case_id) if case_id is not None else "–"


def _clean(text: str) -> str:
    return " ".join(harmless(text).split())
