"""One case on a terminal: they say, we found, to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.assessments.findings import Finding
from app.decisions.dossier import Dossier, ShownSuggestion
from app.detectors.telling import READER
from app.drafts.brief import Brief, Point
from app.drafts.reply import how_worded
from app.senders.words import HEADLINE_WORDS, says
from workers.cli.outside import escaped, harmless
from workers.cli.tables import stake

if TYPE_CHECKING:
    from rich.console import Console

LONGEST_VALUE = 160
"""Characters of a value that are shown; the rest is in the page and in --json."""


def print_case(d: Dossier) -> None:
    """Print a case in the order of the screen."""
    from rich.console import Console

    console = Console(highlight=False)
    case = d.case
    console.print(f"[bold]{escaped(case.title)}[/bold]")
    facts = [f"Case {case.id}", case.state.replace("_", " "), f"at stake {stake(case)}"]
    if case.deadline:
        facts.append(f"answer by {case.deadline.isoformat()}")
    facts += [flag.replace("_", " ") for flag in case.flags]
    console.print(" · ".join(facts), style="dim")
    for line in (case.attention, case.here_because, case.priority_because, case.unsure_because):
        if line:
            console.print(escaped(line))
    for line in _arrivals(d):
        console.print(escaped(line), style="dim")
    _sender(console, d)
    by_rule = d.assessment is not None and d.assessment.engine == READER
    said = "The draft" if case.is_own_draft else "The rule" if by_rule else "They say"
    console.rule(said, align="left")
    if case.is_own_draft:
        console.print(escaped(case.summary))
    if d.assessment and by_rule:
        for vote in d.assessment.classification.votes:
            console.print(escaped(vote.because))
    elif d.assessment:
        for claim in d.assessment.summary:
            console.print(escaped(claim.text))
        _how_read(console, d)
        _fields(console, d)
    console.rule("We found", align="left")
    for match in d.matches:
        certain = "" if match.is_certain else " (not certain)"
        console.print(f"{match.what}: {escaped(match.record.name)}{certain}: {escaped('; '.join(match.because))}")
    for finding in d.findings:
        _finding(console, finding)
    if case.is_own_draft:
        console.print(escaped(d.reading.text if d.reading else "The text that was drafted is not kept."))
    elif not (d.matches or d.findings):
        console.print("Nothing in Odoo is certain yet.", style="dim")
    if d.brief is not None:
        _brief(console, d.brief)
    console.rule("To do", align="left")
    for shown in d.suggestions:
        _suggestion(console, shown)
    if not d.suggestions:
        console.print("Nothing is proposed.", style="dim")


def _sender(console: Console, d: Dossier) -> None:
    """What was checked of who the mail is from: what failed in full, else in a line."""
    if d.sender is None and not d.failed_checks:
        return
    if d.failed_checks:
        console.print(f"Warning: {HEADLINE_WORDS['failed']}", style="yellow")
    elif d.sender is not None:
        console.print(HEADLINE_WORDS[d.sender.verdict], style="dim")
    for sign in d.sender.signs if d.sender is not None else ():
        if sign.level == "failed":
            console.print(escaped(says(sign)))


def _arrivals(d: Dossier) -> list[str]:
    """Where the case came from; each time it came again is told."""
    told = []
    for n, arrival in enumerate(d.arrivals):
        again = "came again as" if any(a.document_id == arrival.document_id for a in d.arrivals[:n]) else "came as"
        told.append(f"{again} {arrival.name} ({arrival.source}, {arrival.arrived_at:%Y-%m-%d %H:%M} UTC)")
    return [line[0].upper() + line[1:] for line in told]


def _how_read(console: Console, d: Dossier) -> None:
    """By which engine, and what was left out."""
    from app.review.how_read import how_read

    how = how_read(d.assessment)
    if how is None:
        return
    for line in (how.says, *how.left_out, how.dropped):
        if line:
            console.print(escaped(line), style="dim")
    for line in how.drops:
        _below(console, line, style="dim")
    if how.record:
        console.print(escaped(" · ".join(how.record) + "."), style="dim")


def _fields(console: Console, d: Dossier) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", style="dim", ratio=1)
    for name, found in (d.assessment.fields if d.assessment else {}).items():
        if name == "lines":
            table.add_row("lines", f"{len(found.value)}")
            continue
        quote = " ".join(found.evidence[0].quote.split()) if found.evidence else ""
        table.add_row(
            name.replace("_", " "), escaped(_value(found.value)), f"“{escaped(_short(quote))}”" if quote else ""
        )
    console.print(table)


def _finding(console: Console, finding: Finding) -> None:
    from rich.table import Table

    console.print(f"[bold]{escaped(finding.sentence)}[/bold]")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 1))
    table.add_column(overflow="fold", max_width=48)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    for row in finding.rows:
        quantity = f"{row.quantity} {row.unit}".strip() if row.quantity is not None else ""
        table.add_row(
            escaped(row.what),
            escaped(quantity),
            f"× {row.rate}" if row.rate else "",
            f"{row.amount}" if row.amount else "",
        )
    if finding.rows:
        console.print(table)


def _brief(console: Console, brief: Brief) -> None:
    """Both sides of a dispute, and the options."""
    console.rule("Dispute brief", align="left")
    console.print(escaped(" ".join(brief.lead.sentences)))
    if brief.lead.worded_by or brief.lead.because:
        console.print(escaped(f"{brief.lead.worded_by} {brief.lead.because}".strip()), style="dim")
    sides = (
        ("What is contested", [Point(c.text) for c in brief.contested]), ("Supports the customer", brief.for_customer),
        ("Supports us", brief.for_us), ("Settles it for neither", brief.open_points),
    )  # fmt: skip
    for heading, points in sides:
        if points:
            console.print(f"[bold]{heading}[/bold]")
        for point in points:
            _below(console, point.text)
    for option in brief.options:
        amount = f" · {option.amount}" if option.amount is not None and option.amount.amount else ""
        state = "proposed" if option.is_proposed else "possible"
        console.print(f"[bold]{escaped(option.title)}[/bold]{amount} · {state}")
        _below(console, option.does)
        for word, points in (("for", option.speaks_for), ("against", option.speaks_against)):
            for point in points:
                _below(console, f"{word}: {point.text}", style="dim")


def _suggestion(console: Console, shown: ShownSuggestion) -> None:
    s = shown.suggestion
    needs = f"needs {s.approvals_required} people" if s.approvals_required > 1 else "needs one person"
    on = f" on {escaped(s.target_name)}" if s.target_name else ""
    console.print(f"[bold]{s.kind.replace('_', ' ')}[/bold]{on} · {s.state}")
    for row in s.before:
        now, after = (_short(" ".join(str(row[side]).split())) for side in ("now", "after"))
        _below(console, f"{row['what']}: {now} → {after}")
    if worded := how_worded(s.command.get("within", {})):
        _below(console, worded, style="dim")
    _below(console, s.because, style="dim")
    _below(console, f"{s.risk.replace('_', ' ')}, {needs}, rule {s.rule}", style="dim")
    _below(console, str(s.id), style="dim")
    for who in shown.confirmed_by:
        _below(console, f"confirmed by {who}")


def _below(console: Console, text: str, *, style: str = "") -> None:
    """Text below a heading, indented also where it is folded."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(harmless(text), style=style), (0, 0, 0, 4)))


def _value(value: Any) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
