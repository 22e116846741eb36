"""`countersign detect`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.detectors.discrepancy import Discrepancy
    from app.mirror.sync import Progress
    from workers.detection import Ran

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

PATIENCE = 600.0
"""Seconds that this command waits for a run of the scheduler to end."""


@app.command()
def detect(
    company: Annotated[
        list[int] | None, typer.Option(help="Only this company, by its id in Odoo (may be repeated).")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look only: no case is opened, changed or closed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with all findings.")] = False,
) -> None:
    """Look through Odoo for billing discrepancies and raise each as a case, once. What is fixed closes its case."""
    from app.errors import Unavailable
    from app.jobs import send_nudges_with
    from workers.celery_app import send
    from workers.cli.detected import print_findings
    from workers.detection import run
    from workers.wiring import parts

    send_nudges_with(send)
    p = parts()
    with progress(quiet=as_json) as say:
        ran = run(p, companies=company or None, dry_run=dry_run, wait=PATIENCE, say=say)
    if ran.is_busy:
        raise Unavailable("Another run of the detectors has not ended yet. Try again in a moment.")
    if as_json:
        typer.echo(json.dumps(as_object(ran), ensure_ascii=False))
        return
    from rich.console import Console

    print_findings(Console(highlight=False), ran)


def as_object(ran: Ran) -> dict[str, Any]:
    """What was found and what became of it: plain values, amounts as text."""
    counts: dict[str, Any] = {"found": len(ran.found)}
    if ran.raised is not None:
        counts |= ran.raised.counts()
    return {"findings": [_finding(d, ran.cases.get(d.key)) for d in ran.found], "counts": counts}


def _finding(d: Discrepancy, case_id: int | None) -> dict[str, Any]:
    from app.vocabulary import KIND_OF

    amount = d.finding.amount.rounded() if d.finding.amount is not None else None
    return {
        "kind": KIND_OF[d.reason].value, "reason": d.reason, "rule": d.rule, "key": d.key, "title": d.title,
        "company": d.company, "company_id": d.company_id, "currency": amount.currency if amount else None,
        "customer": d.customer, "customer_id": d.customer_id, "order": d.order.name if d.order else None,
        "invoice": d.invoice.name if d.invoice else None,
        "records": [{"model": r.model, "id": r.id, "name": r.name} for r in d.finding.records],
        "amount": f"{amount.amount:f}" if amount else None, "sentence": d.finding.sentence, "explains": d.explains,
        "step": d.step, "since": d.since.isoformat() if d.since else None, "case_id": case_id,
    }  # fmt: skip


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A line per sort of record while Odoo is copied; on the error output, and silent for programs."""
    if quiet:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def say(progress: Any) -> None:
            if progress.model not in tasks:
                tasks[progress.model] = bars.add_task(progress.model, total=progress.total)
            bars.update(tasks[progress.model], completed=progress.done, total=progress.total)

        yield say
