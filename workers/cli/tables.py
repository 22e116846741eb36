"""The queue as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.assessments.present import KIND_WORDS, REASON_WORDS
from app.cases.models import Case
from app.vocabulary import Kind

if TYPE_CHECKING:
    from rich.table import Table


def case_table(cases: Sequence[Case]) -> Table:
    """What, customer, amount at stake, answer by, state, reading."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Case", justify="right", no_wrap=True)
    table.add_column("What")
    table.add_column("Customer", overflow="ellipsis", max_width=34)
    table.add_column("At stake", justify="right", no_wrap=True)
    for name in ("Answer by", "State", "Reading"):
        table.add_column(name, no_wrap=True)
    for case in cases:
        what = REASON_WORDS.get(case.reason or "", "Not read yet")
        if case.kind:
            what = f"{what} [dim]{KIND_WORDS[Kind(case.kind)].lower()}[/dim]"
        table.add_row(
            str(case.id), what, escape(case.customer_name or case.sender or "–"), stake(case),
            case.deadline.isoformat() if case.deadline else "no date", case.state.replace("_", " "),
            case.reading or "–",
        )  # fmt: skip
    return table


def stake(case: Case) -> str:
    """The amount at stake, or that none was stated."""
    return f"{case.at_stake:,.2f} {case.currency}" if case.at_stake is not None else "none stated"
