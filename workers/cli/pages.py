"""One case on a terminal: they say, we found, to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.decisions.dossier import Dossier, ShownSuggestion
from workers.cli.tables import stake

if TYPE_CHECKING:
    from rich.console import Console


def print_case(d: Dossier) -> None:
    """Print a case in the order of the screen."""
    from rich.console import Console

    console = Console(highlight=False)
    case = d.case
    console.print(f"[bold]{_plain(case.title)}[/bold]", soft_wrap=True)
    facts = [f"Case {case.id}", case.state.replace("_", " "), f"at stake {stake(case)}"]
    if case.deadline:
        facts.append(f"answer by {case.deadline.isoformat()}")
    facts += [flag.replace("_", " ") for flag in case.flags]
    console.print(" · ".join(facts), style="dim")
    for line in (case.attention, case.here_because, case.priority_because, case.unsure_because):
        if line:
            console.print(_plain(line))
    console.rule("They say", align="left")
    if d.assessment:
        for claim in d.assessment.summary:
            console.print(_plain(claim.text))
        _fields(console, d)
    console.rule("We found", align="left")
    for match in d.matches:
        certain = "" if match.is_certain else " (not certain)"
        console.print(f"{match.what}: {_plain(match.record.name)}{certain}: {_plain('; '.join(match.because))}")
    for finding in d.findings:
        console.print(f"[bold]{_plain(finding.sentence)}[/bold]")
        for row in finding.rows:
            quantity = f"{row.quantity:>12}" if row.quantity is not None else " " * 12
            rate = f"{row.rate}" if row.rate else ""
            amount = f"{row.amount}" if row.amount else ""
            console.print(f"  {_plain(row.what):<48}{quantity} {row.unit:<6} {rate:>16} {amount:>18}")
    if not (d.matches or d.findings):
        console.print("Nothing in Odoo is certain yet.", style="dim")
    console.rule("To do", align="left")
    for shown in d.suggestions:
        _suggestion(console, shown)
    if not d.suggestions:
        console.print("Nothing is proposed.", style="dim")


def _fields(console: Console, d: Dossier) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, found in (d.assessment.fields if d.assessment else {}).items():
        if name == "lines":
            table.add_row("lines", f"{len(found.value)}")
            continue
        quote = found.evidence[0].quote.replace("\n", " ") if found.evidence else ""
        table.add_row(name.replace("_", " "), _plain(_value(found.value)), f"[dim]“{_plain(quote[:60])}”[/dim]")
    console.print(table)


def _suggestion(console: Console, shown: ShownSuggestion) -> None:
    s = shown.suggestion
    needs = f"needs {s.approvals_required}" if s.approvals_required > 1 else "needs one person"
    console.print(
        f"[bold]{s.kind.replace('_', ' ')}[/bold] on {_plain(s.target_name)}  [dim]{s.state} · {s.risk} · {needs} · "
        f"rule {s.rule} · {s.id}[/dim]"
    )
    for row in s.before:
        after = str(row["after"]).replace("\n", " ")
        console.print(f"    {_plain(row['what'])}: {_plain(str(row['now']))} → {_plain(after[:160])}")
    console.print(f"    {_plain(s.because)}", style="dim")
    for who in shown.confirmed_by:
        console.print(f"    confirmed by {_plain(who)}")


def _value(value: Any) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
