"""`countersign patterns`."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from app.patterns.counting import Counted
    from app.patterns.report import Report
    from workers.wiring import Parts

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_BY = ("reason", "customer", "contract", "billing", "manager")
_ROWS = 6


@app.command()
def patterns(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of opening; a year back else.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of opening; today else.")
    ] = None,
    customer: Annotated[str, typer.Option(help="Only this customer, named as in Odoo.")] = "",
    company: Annotated[int | None, typer.Option(help="Only this company, by its id in Odoo.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with every figure.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report with its charts to this file.")] = None,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Have the model that is set word the summary.")
    ] = True,
) -> None:
    """Say what past disputes have in common: reasons, customers, contracts, billing models, managers, months."""
    from app.clock import now
    from app.patterns.asked import Asked
    from app.patterns.report import as_json as plain
    from app.patterns.report import report
    from workers.wiring import parts

    p = parts()
    asked = Asked.until_today(now().date(), since=_day(since), until=_day(until), customer=customer, company_id=company)
    with p.database.snapshot() as session:
        found = report(session, asked)
    if model:
        found = _worded(p, found)
    if html is not None:
        _write(html, found, p.settings.public_url)
    if as_json:
        typer.echo(json.dumps(plain(found), ensure_ascii=False))
        return
    from rich.console import Console

    _print(Console(highlight=False), found)
    if html is not None:
        typer.echo(f"Written with its charts: {html}")


def _worded(p: Parts, found: Report) -> Report:
    """The report with its summary worded by the model that is set; with ours where there is none that can be asked."""
    from dataclasses import replace

    from app.errors import Misconfigured
    from app.patterns.wording import word

    try:
        told = word(found.facts, p.asker, people=found.people)
    except Misconfigured as error:
        told = replace(found.told, because=error.message)
    return replace(found, told=told)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _write(path: Path, found: Report, public_url: str) -> None:
    from app.errors import Refused
    from app.review.patterns_page import as_file

    try:
        path.write_text(as_file(found, public_url=public_url), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Choose another file.") from None


def _print(console: Console, found: Report) -> None:
    """The summary, then the largest groups with their outcomes."""
    from rich.text import Text

    from app.patterns.telling import WORDS, day_words
    from workers.cli.outside import harmless

    asked = found.counted.asked
    if not found.facts:
        console.print(f"No dispute was opened from {day_words(asked.since)} to {day_words(asked.until)}.")
        return
    for sentence in found.told.sentences:
        console.print(Text(harmless(sentence)))
    if found.told.model:
        out = len(found.told.left_out)
        console.print(Text(f"Worded by {found.told.model}; {out} of its sentences left out.", style="dim"))
    elif found.told.because:
        console.print(Text(harmless(found.told.because), style="dim"))
    for by in _BY:
        console.print()
        console.print(Text(WORDS[by], style="bold"))
        _groups(console, found.counted, by)


def _groups(console: Console, counted: Counted, by: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from app.patterns.shares import share
    from app.patterns.telling import amounts, name_of
    from workers.cli.outside import harmless

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("", no_wrap=True, overflow="ellipsis", min_width=20, max_width=34)
    for head in ("Disputes", "Credited", "Open"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("Contested" if by in ("reason", "customer") else "Invoices disputed", overflow="fold")
    groups = [g for g in counted.groups[by] if g.disputes]
    for group in groups[:_ROWS]:
        of = share(group.disputed or 0, group.invoices) if group.invoices else "–"
        last = amounts(group) or "none stated" if by in ("reason", "customer") else of
        name = " ".join(harmless(name_of(counted, by, group.key)).split())
        cells = (name, str(group.disputes), str(group.credited), str(group.open), last)
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(groups) > _ROWS:
        console.print(Text(f"and {len(groups) - _ROWS} more", style="dim"))
