"""`countersign eval …`: measuring engines, models and prompts on labelled cases. A module each; heavy imports wait."""

from __future__ import annotations

import typer

from evals.cli.annotate import annotate
from evals.cli.compare import compare
from evals.cli.export_decisions import export_decisions
from evals.cli.gate import gate
from evals.cli.report import report
from evals.cli.run import run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.command()(run)
app.command()(export_decisions)
app.command()(annotate)
app.command()(report)
app.command()(compare)
app.command()(gate)


@app.callback()
def evaluate() -> None:
    """Measure engines, models and prompts on labelled cases, before anything changes for reviewers."""
