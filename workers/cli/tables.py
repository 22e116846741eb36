"""The queue for a terminal: a table where there is room for one, two lines a case where there is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.assessments.present import KIND_WORDS, REASON_WORDS
from app.cases.models import Case
from app.vocabulary import Kind
from workers.cli.outside import harmless

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

TABLE_FROM = 100
"""Columns of a terminal from which the queue fits a table."""
KIND_FROM = 128
"""Columns from which the kind is told beside the reason."""
NO_DATE = "–"


def print_cases(console: Console, cases: Sequence[Case]) -> None:
    """What, customer, amount at stake, answer by, state, reading."""
    if console.width >= TABLE_FROM:
        console.print(_table(cases, with_kind=console.width >= KIND_FROM))
        return
    for case in cases:
        for line in _lines(case, console.width):
            console.print(line, no_wrap=True, overflow="ellipsis", crop=True)


def stake(case: Case) -> str:
    """The amount at stake, or that none was stated."""
    return f"{case.at_stake:,.2f} {case.currency}" if case.at_stake is not None else "none stated"


def what(case: Case) -> str:
    """The reason in words."""
    return "Invoice text" if case.is_own_draft else REASON_WORDS.get(case.reason or "", "Not read yet")


def _table(cases: Sequence[Case], *, with_kind: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Case", justify="right", no_wrap=True)
    table.add_column("What", no_wrap=True)
    if with_kind:
        table.add_column("Kind", no_wrap=True, style="dim")
    table.add_column("Customer", no_wrap=True, overflow="ellipsis", min_width=12, max_width=40)
    table.add_column("At stake", justify="right", no_wrap=True)
    for name in ("Answer by", "State", "Reading"):
        table.add_column(name, no_wrap=True)
    for case in cases:
        cells = [str(case.id), what(case), _customer(case), stake(case), _deadline(case), _state(case), _reading(case)]
        if with_kind:
            cells.insert(2, KIND_WORDS[Kind(case.kind)] if case.kind else "")
        table.add_row(*map(Text, cells))
    return table


def _lines(case: Case, width: int) -> tuple[Text, Text]:
    """The first line says what and for how much, the second who, until when, and where it stands."""
    from rich.text import Text

    amount = stake(case)
    first = Text(f"{case.id:>5}  ")
    first.append(what(case), style="bold")
    first.append(" " * max(2, width - first.cell_len - len(amount)) + amount)
    facts = [_state(case), _reading(case).lower()]
    if case.deadline:
        facts.insert(0, f"by {_deadline(case)}")
    tail = " · " + " · ".join(facts)
    customer = Text(_customer(case))
    customer.truncate(max(10, width - 7 - len(tail)), overflow="ellipsis")
    second = Text(" " * 7 + customer.plain, style="dim")
    return first, second.append(tail)


def _customer(case: Case) -> str:
    return harmless(case.customer_name or case.sender or "–").replace("\n", " ")


def _deadline(case: Case) -> str:
    return case.deadline.isoformat() if case.deadline else NO_DATE


def _state(case: Case) -> str:
    return case.state.replace("_", " ")


def _reading(case: Case) -> str:
    return case.reading or "–"
